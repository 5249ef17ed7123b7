// SPDX-License-Identifier: Apache-2.0
//
// Chat completions, legacy completions, embeddings: OpenAI's and those of its many compatible
// vendors.

#include "base/limits.h"
#include "wire/meter_part.h"
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

static void choice_read(struct meter *m, struct str raw)
{
    struct choice c = {0};
    (void)skim_fields(raw, choice_fields, COUNT(choice_fields), &c);
    // Together sends the same text twice.
    delta_read(m, c.delta.len ? c.delta : c.text);
    finish_read(m, c.finish);
    choice_seen(m, c.index, !skim_is_null(c.finish));
    if ((m->setup.vendor_flags & VENDOR_USAGE_IN_CHOICE) && skim_is_object(c.usage) &&
        openai_usage(m, c.usage))
        usage_seen(m);
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

// llama.cpp tells its work in `timings` even where nobody asked for usage: prompt_n is without what
// the cache had.
static void timings_read(struct meter *m, struct str raw)
{
    struct usage fresh = {.service = m->usage.service};
    struct counts c;
    if (!counts_open(&c, &fresh, raw, m->alloc))
        return;
    if (counts_has(&c, "prompt_n") && counts_has(&c, "predicted_n")) {
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
    bool read = skim_is_object(c->usage) && openai_usage(m, c->usage);
    if (!read && (m->setup.vendor_flags & VENDOR_X_GROQ) && skim_is_object(c->x_groq)) {
        struct str inner = skim_get(c->x_groq, usage);
        read = skim_is_object(inner) && openai_usage(m, inner);
    }
    if (read)
        usage_seen(m);
    if (!m->counted && skim_is_object(c->timings))
        timings_read(m, c->timings);
    return read;
}

static void labels_read(struct meter *m, const struct chunk *c)
{
    if (!m->model[0])
        model_read(m, c->model);
    if (!m->id[0])
        id_read(m, c->id);
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
        return METER_PASS; // not for us to judge: the client gets what the provider sent
    bool failed = error_read(m, c.error);
    labels_read(m, &c);
    unsigned choices = choices_read(m, c.choices);
    bool counted = usage_read(m, &c);
    bool only_usage = choices == 0 && (counted || skim_is_object(c.usage)) && !failed;
    return only_usage && m->setup.drop_usage_chunk ? METER_DROP : METER_PASS;
}

void chat_want(struct scan *s)
{
    static const struct str names[] = {STR("usage"),        STR("model"), STR("id"),
                                       STR("service_tier"), STR("error"), STR("timings")};
    for (size_t i = 0; i < COUNT(names); i++)
        scan_want(s, names[i], 16 * KIB);
}

void chat_whole(struct meter *m)
{
    struct chunk c = {.usage = scan_member(m->scan, "usage"),
                      .model = scan_member(m->scan, "model"),
                      .id = scan_member(m->scan, "id"),
                      .tier = scan_member(m->scan, "service_tier"),
                      .error = scan_member(m->scan, "error"),
                      .timings = scan_member(m->scan, "timings")};
    (void)error_read(m, c.error);
    labels_read(m, &c);
    (void)usage_read(m, &c);
}
