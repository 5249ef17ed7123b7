// SPDX-License-Identifier: Apache-2.0
//
// What nobody told: the tokens of a prompt and of an answer by the length of their texts, at four
// bytes each, and the least that the words of an answer can have been.

#include "meter/meter_part.h"

static int64_t tokens_of(int64_t bytes)
{
    return bytes > 0 ? (bytes + 3) / 4 : 0;
}

// Of so many tokens, those that are not the prompt's once more.
static int64_t made_of(const struct meter *m, int64_t tokens)
{
    return tokens > m->setup.repeats ? tokens - m->setup.repeats : 0;
}

int64_t meter_least(const struct meter *m)
{
    return made_of(m, words_tokens(&m->words));
}

// Some texts have more bytes a token than four, but no long one twice as many: beyond that, or when
// that much was surely made, what was asked was not kept to. What is no answer tells nothing.
static bool beyond_asked(const struct meter *m, int64_t output)
{
    bool read = m->setup.kind != METER_OTHER && !m->garbage;
    int64_t made = made_of(m, output) - tokens_of(WORDS_TOKEN_BYTES);
    return read && (made / 2 > m->setup.output_max || meter_least(m) > m->setup.output_max);
}

static void estimate_output(struct meter *m)
{
    struct usage *u = &m->usage;
    u->uncounted = u->uncounted || m->media;
    int64_t output = count_larger(tokens_of(m->text_bytes), m->events);
    output = count_larger(output, meter_least(m));
    if (m->output_untold)
        output += u->reasoning; // told alone, it is beside the texts
    if (m->setup.output_max > 0 && output > m->setup.output_max && !beyond_asked(m, output))
        output = m->setup.output_max;
    u->count[BUCKET_OUTPUT] = count_larger(u->count[BUCKET_OUTPUT], output);
}

static void estimate_input(struct meter *m, int64_t input_bytes)
{
    struct usage *u = &m->usage;
    u->uncounted = u->uncounted || (m->setup.media && m->total == 0);
    int64_t input = count_larger(tokens_of(input_bytes), m->total - usage_output(u));
    if (input <= u->prompt)
        return;
    u->count[BUCKET_INPUT] += input - u->prompt;
    u->prompt = input;
}

// Not even the beginning of an answer has come.
static bool nothing_made(const struct meter *m)
{
    return m->events == 0 && !m->partial && !m->media && m->choices_seen == 0 && !m->model[0];
}

void meter_estimate(struct meter *m, int64_t input_bytes)
{
    struct usage *u = &m->usage;
    if (m->has_usage)
        return;
    u->sure = SURE_ESTIMATED;
    // Else a charge of what had come so far.
    u->has_reported = u->has_reported && told_last(m) && !text_since(m, m->cost_bytes);
    if (m->web_searches > u->count[BUCKET_WEB_SEARCHES])
        u->count[BUCKET_WEB_SEARCHES] = m->web_searches;
    u->count[BUCKET_FILE_SEARCHES] = m->file_searches;
    if (m->stream_error && (m->setup.kind == METER_JSON || nothing_made(m)))
        return; // an error in the place of an answer
    bool told = told_output(m) && !m->output_untold;
    if (endpoint_makes_output(m->setup.endpoint) && !told)
        estimate_output(m);
    if (!m->partial || m->input_untold || u->prompt == 0)
        estimate_input(m, input_bytes);
}
