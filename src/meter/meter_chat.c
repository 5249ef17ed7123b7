// SPDX-License-Identifier: Apache-2.0
//
// Chat completions, legacy completions, embeddings: OpenAI's and those of its many compatible
// vendors.

#include "meter/meter_part.h"
#include "wire/vendor.h"

// The outermost members that matter, raw.
struct chunk {
    struct str choices, usage, error, model, id, x_groq, tier, timings;
};

static const struct skim_field chunk_fields[] = {
    {STR("choices"), offsetof(struct chunk, choices)},
    {STR("usage"), offsetof(struct chunk, usage)},
    {STR("error"), offsetof(struct chunk, error)},
    {STR("model"), offsetof(struct chunk, model)},
    {STR("id"), offsetof(struct chunk, id)},
    {STR("x_groq"), offsetof(struct chunk, x_groq)},
    {STR("service_tier"), offsetof(struct chunk, tier)},
    {STR("timings"), offsetof(struct chunk, timings)},
};

struct choice {
    struct str delta, text, index, finish, usage;
};

static const struct skim_field choice_fields[] = {
    {STR("delta"), offsetof(struct choice, delta)},
    {STR("text"), offsetof(struct choice, text)},
    {STR("index"), offsetof(struct choice, index)},
    {STR("finish_reason"), offsetof(struct choice, finish)},
    {STR("usage"), offsetof(struct choice, usage)},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { LEVEL_CHOICE = LEVEL_OWN, LEVEL_MADE };

enum {
    WHOLE_USAGE,
    WHOLE_ERROR,
    WHOLE_MODEL,
    WHOLE_ID,
    WHOLE_X_GROQ,
    WHOLE_TIER,
    WHOLE_TIMINGS,
    WHOLE_CHOICES,
    WHOLE_COUNT
};

static const struct sift_name whole_names[WHOLE_COUNT] = {
    [WHOLE_USAGE] = {STR("usage"), SIFT_KEEP, 0},
    [WHOLE_ERROR] = {STR("error"), SIFT_INTO, LEVEL_ERROR},
    [WHOLE_MODEL] = {STR("model"), SIFT_KEEP, 0},
    [WHOLE_ID] = {STR("id"), SIFT_KEEP, 0},
    [WHOLE_X_GROQ] = {STR("x_groq"), SIFT_KEEP, 0},
    [WHOLE_TIER] = {STR("service_tier"), SIFT_KEEP, 0},
    [WHOLE_TIMINGS] = {STR("timings"), SIFT_KEEP, 0},
    [WHOLE_CHOICES] = {STR("choices"), SIFT_INTO, LEVEL_MADE},
};

static const struct sift_name chunk_names[] = {
    {STR("choices"), SIFT_INTO, LEVEL_CHOICE},
    {STR("usage"), SIFT_KEEP, 0},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
    {STR("model"), SIFT_KEEP, 0},
    {STR("id"), SIFT_KEEP, 0},
    {STR("x_groq"), SIFT_KEEP, 0},
    {STR("service_tier"), SIFT_KEEP, 0},
    {STR("timings"), SIFT_KEEP, 0},
};

static const struct sift_name choice_names[] = {
    {STR("delta"), SIFT_TEXT, 0}, {STR("text"), SIFT_TEXT, 0},
    {STR("index"), SIFT_KEEP, 0}, {STR("finish_reason"), SIFT_KEEP, 0},
    {STR("usage"), SIFT_KEEP, 0},
};

// The usage of a whole answer says the rest.
static const struct sift_name made_names[] = {
    {STR("message"), SIFT_SUM, 0},
    {STR("text"), SIFT_SUM, 0},
};

static const struct sift_name error_names[] = {ERROR_NAMES};

const struct sift_level chat_levels[] = {
    [LEVEL_EVENT] = LEVEL(chunk_names),   [LEVEL_WHOLE] = LEVEL(whole_names),
    [LEVEL_CHOICE] = LEVEL(choice_names), [LEVEL_MADE] = LEVEL(made_names),
    [LEVEL_ERROR] = LEVEL(error_names),
};

// What of a delta is the model's own text.
struct made {
    struct str content, thought, reasoning, details, refusal, tools, function;
};

static const struct skim_field made_fields[] = {
    {STR("content"), offsetof(struct made, content)},
    {STR("reasoning_content"), offsetof(struct made, thought)},
    {STR("reasoning"), offsetof(struct made, reasoning)},
    {STR("reasoning_details"), offsetof(struct made, details)},
    {STR("refusal"), offsetof(struct made, refusal)},
    {STR("tool_calls"), offsetof(struct made, tools)},
    {STR("function_call"), offsetof(struct made, function)},
};

static void call_made(struct meter *m, struct str function)
{
    static const struct str arguments = STR("arguments");
    made_read(m, skim_get(function, arguments));
}

static void tools_made(struct meter *m, struct str calls)
{
    static const struct str function = STR("function");
    struct skim k = skim_of(calls);
    struct str call;
    while (!k.object && skim_each(&k, NULL, &call))
        call_made(m, skim_get(call, function));
}

// vLLM has told a thought by two names at once. Whose thought has details may have summed it up
// (OpenRouter).
static void delta_made(struct meter *m, struct str delta)
{
    struct made d = {0};
    (void)skim_fields(delta, made_fields, COUNT(made_fields), &d);
    made_read(m, d.content);
    if (d.details.len == 0)
        made_read(m, d.thought.len ? d.thought : d.reasoning);
    made_read(m, d.refusal);
    tools_made(m, d.tools);
    call_made(m, d.function);
}

// False when it names no count.
static bool seen(struct meter *m, struct str usage)
{
    if (!skim_is_object(usage) || !openai_usage(m, usage))
        return false;
    usage_seen(m);
    return true;
}

static void choice_read(struct meter *m, struct str raw)
{
    struct choice c = {0};
    (void)skim_fields(raw, choice_fields, COUNT(choice_fields), &c);
    // Together sends the same text twice.
    delta_read(m, c.delta.len ? c.delta : c.text);
    if (m->setup.least && c.delta.len)
        delta_made(m, c.delta);
    else
        made_read(m, c.text);
    finish_read(m, c.finish);
    choice_seen(m, c.index, !skim_is_null(c.finish));
    if (m->setup.vendor_flags & VENDOR_USAGE_IN_CHOICE)
        (void)seen(m, c.usage);
}

// Gives the number of choices.
static unsigned choices_read(struct meter *m, struct str choices)
{
    struct skim k = skim_of(choices);
    struct str choice;
    unsigned n = 0;
    while (!k.object && skim_each(&k, NULL, &choice)) {
        choice_read(m, choice);
        n++;
    }
    return n;
}

// Milliseconds with a fraction, in nanoseconds.
#define ATTO_A_NS INT64_C(1000000000000) // 10^-18 ms
static int64_t time_of(const struct counts *c, const char *name)
{
    int128 atto = 0;
    bool inexact;
    struct str number = json_number(c->json, json_get(c->root, name));
    if (number.len == 0 || decimal_round(number, &atto, &inexact) != STATUS_OK || atto < 0)
        return 0;
    atto /= ATTO_A_NS;
    return atto < INT64_MAX ? (int64_t)atto : 0;
}

// llama.cpp tells its work in `timings` even where nobody asked for usage: prompt_n is without what
// the cache had.
static void timings_read(struct meter *m, struct str raw)
{
    struct usage fresh = usage_anew(m);
    struct counts c;
    if (!counts_open(&c, &fresh, raw, m->alloc))
        return;
    m->times.input_ns = time_of(&c, "prompt_ms");
    m->times.output_ns = time_of(&c, "predicted_ms");
    if (!m->counted && counts_has(&c, "prompt_n") && counts_has(&c, "predicted_n")) {
        fresh.count[BUCKET_INPUT] = counts_get(&c, "prompt_n");
        fresh.count[BUCKET_CACHE_READ] = counts_get(&c, "cache_n");
        fresh.count[BUCKET_OUTPUT] = counts_get(&c, "predicted_n");
        fresh.prompt = fresh.count[BUCKET_INPUT] + fresh.count[BUCKET_CACHE_READ];
        m->usage = fresh;
        usage_seen(m);
    }
    counts_close(&c);
}

static bool usage_read(struct meter *m, const struct chunk *c)
{
    static const struct str usage = STR("usage");
    bool read = false;
    if ((m->setup.vendor_flags & VENDOR_X_GROQ) && skim_is_object(c->x_groq))
        read = seen(m, skim_get(c->x_groq, usage));
    read = seen(m, c->usage) || read;
    if (skim_is_object(c->timings))
        timings_read(m, c->timings);
    return read;
}

// OpenAI's chat counts no searches. One was made at least where one was asked for, and by a model
// that always searches; none by an error in the place of an answer.
static void searches_guess(struct meter *m)
{
    struct str model = str_of(m->model);
    bool always = str_search(model, (struct str)STR("-search-preview")) < model.len ||
                  str_search(model, (struct str)STR("-search-api")) < model.len;
    if ((m->setup.vendor_flags & VENDOR_CHAT_SEARCHES) && !m->stream_error &&
        (always || m->setup.searches))
        m->web_searches = 1;
}

static void labels_read(struct meter *m, const struct chunk *c)
{
    if (!m->model[0])
        model_read(m, c->model);
    if (!m->id[0])
        id_read(m, c->id);
    searches_guess(m);
    service_read(&m->usage, skim_plain(c->tier));
}

enum meter_verdict chat_event(struct meter *m, struct str data)
{
    struct chunk c = {0};
    if (str_is(str_trim(data), "[DONE]")) {
        m->terminal = true;
        return METER_HOLD;
    }
    if (!skim_fields(data, chunk_fields, COUNT(chunk_fields), &c))
        return event_unreadable(m, data);
    bool failed = error_read(m, c.error);
    labels_read(m, &c);
    unsigned choices = choices_read(m, c.choices);
    bool counted = usage_read(m, &c);
    bool only_usage = choices == 0 && (counted || skim_is_object(c.usage)) && !failed;
    return only_usage && m->setup.drop_usage_chunk ? METER_DROP : METER_PASS;
}

void chat_whole(struct meter *m)
{
    const struct chunk c = {
        .usage = sift_value(m->sift, WHOLE_USAGE),
        .error = sift_value(m->sift, WHOLE_ERROR),
        .model = sift_value(m->sift, WHOLE_MODEL),
        .id = sift_value(m->sift, WHOLE_ID),
        .x_groq = sift_value(m->sift, WHOLE_X_GROQ),
        .tier = sift_value(m->sift, WHOLE_TIER),
        .timings = sift_value(m->sift, WHOLE_TIMINGS),
    };
    (void)error_read(m, c.error);
    labels_read(m, &c);
    (void)usage_read(m, &c);
}
