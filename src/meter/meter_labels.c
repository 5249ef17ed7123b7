// SPDX-License-Identifier: Apache-2.0
//
// What all dialects tell in the same way: names, finish reasons, errors, deltas.

#include "meter/meter_part.h"

struct usage usage_anew(const struct meter *m)
{
    return (struct usage){.sure = m->usage.sure,
                          .service = m->usage.service,
                          .us_region = m->usage.us_region,
                          .has_reported = m->usage.has_reported,
                          .reported = m->usage.reported,
                          .inconsistent = m->usage.inconsistent};
}

void usage_told(struct meter *m)
{
    struct usage *u = &m->usage;
    int64_t input = m->told_input - usage_input(u);
    int64_t output = m->told_output - usage_output(u);
    if (input > 0 || output > 0)
        usage_doubt(u);
    if (input > 0) {
        u->count[BUCKET_INPUT] += input;
        u->prompt = count_add(u->prompt, input);
    }
    if (output > 0)
        u->count[BUCKET_OUTPUT] += output;
    m->told_input = usage_input(u);
    m->told_output = usage_output(u);
    m->partial = true;
}

void usage_seen(struct meter *m)
{
    usage_told(m);
    m->counted = true;
    m->told_bytes = m->text_bytes;
}

void model_read(struct meter *m, struct str raw)
{
    if (!m->model[0] && raw.len)
        (void)!skim_text(raw, m->model, sizeof m->model);
}

void id_read(struct meter *m, struct str raw)
{
    if (!m->id[0] && raw.len)
        (void)!skim_text(raw, m->id, sizeof m->id);
}

void finish_read(struct meter *m, struct str raw)
{
    if (!skim_is_null(raw))
        (void)!skim_text(raw, m->finish, sizeof m->finish);
}

// A number, or an object with numbers.
static int64_t sifted_bytes(struct str raw)
{
    struct skim k = skim_of(raw);
    struct str value = raw;
    int64_t sum = 0;
    int64_t n = 0;
    if (k.broken && str_i64(raw, &sum))
        return sum;
    while (skim_each(&k, NULL, &value))
        sum += str_i64(value, &n) ? n : 0;
    return sum;
}

enum meter_verdict event_unreadable(struct meter *m, struct str data)
{
    data = str_trim(data);
    if (data.len > 0 && !str_is(data, "[DONE]") && !m->error_code[0])
        (void)!str_copy((struct str)STR("unreadable_event"), m->error_code, sizeof m->error_code);
    return METER_PASS;
}

void delta_read(struct meter *m, struct str raw)
{
    int64_t bytes = m->sifted ? sifted_bytes(raw) : skim_text_bytes(raw, &m->media);
    m->text_bytes += bytes;
    m->events += bytes > 0;
}

// Of several choices a chunk may go on with the word of another one's chunk: what it begins with is
// no new word then.
void made_read(struct meter *m, struct str raw)
{
    if (!m->setup.least)
        return;
    bool several = (m->choices_seen & (m->choices_seen - 1)) != 0;
    m->words.inside = m->words.inside || several;
    words_add(&m->words, raw);
}

void choice_seen(struct meter *m, struct str raw_index, bool finished)
{
    uint64_t index = 0;
    if (!str_u64(raw_index, &index) || index > 63)
        index = raw_index.len ? 63 : 0;
    uint64_t bit = (uint64_t)1 << index;
    m->choices_seen |= bit;
    if (finished)
        m->choices_finished |= bit;
    m->finished = m->choices_seen == m->choices_finished;
}

// OpenAI's code is a text or null, others' a number: then their type or status says more.
static void error_code_read(struct meter *m, struct str error)
{
    static const struct str names[] = {STR("code"), STR("status"), STR("type")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (skim_text(skim_get(error, names[i]), m->error_code, sizeof m->error_code) &&
            m->error_code[0])
            return;
    }
    struct str number = skim_get(error, names[0]);
    if (number.len == 0 || skim_is_object(number) ||
        !str_copy(number, m->error_code, sizeof m->error_code))
        (void)!str_copy((struct str)STR("error"), m->error_code, sizeof m->error_code);
}

// llama.cpp's server, from its start until it has its model.
static bool is_loading(struct str error)
{
    struct str type = skim_plain(skim_get(error, (struct str)STR("type")));
    struct str message = skim_plain(skim_get(error, (struct str)STR("message")));
    return str_is(type, "unavailable_error") && str_is(message, "Loading model");
}

bool error_read(struct meter *m, struct str raw)
{
    if (skim_is_null(raw))
        return false;
    if (!m->setup.error)
        m->stream_error = true;
    error_code_read(m, raw);
    if (is_loading(raw))
        (void)!str_copy((struct str)STR("model_loading"), m->error_code, sizeof m->error_code);
    return true;
}
