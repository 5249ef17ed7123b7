// SPDX-License-Identifier: Apache-2.0
//
// Messages. Usage comes twice in a stream: message_start says what went in, message_delta repeats
// counters that grow. Each counter's last value that is not null stands; nothing is ever added.

#include "wire/meter_part.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// The places in meter.parts.
enum part {
    PART_INPUT,
    PART_READ,
    PART_WRITTEN,
    PART_WRITTEN_5M,
    PART_WRITTEN_1H,
    PART_OUTPUT,
    PART_THINKING,
    PART_SEARCHES,
    PART_COUNT
};

static const char *const paths[PART_COUNT] = {
    [PART_INPUT] = "input_tokens",
    [PART_READ] = "cache_read_input_tokens",
    [PART_WRITTEN] = "cache_creation_input_tokens",
    [PART_WRITTEN_5M] = "cache_creation.ephemeral_5m_input_tokens",
    [PART_WRITTEN_1H] = "cache_creation.ephemeral_1h_input_tokens",
    [PART_OUTPUT] = "output_tokens",
    [PART_THINKING] = "output_tokens_details.thinking_tokens",
    [PART_SEARCHES] = "server_tool_use.web_search_requests",
};

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void read_parts(struct meter *m, struct counts *c)
{
    for (unsigned i = 0; i < PART_COUNT; i++) {
        const struct json_val *v = json_path(c->root, paths[i]);
        if (json_type(v) != JSON_ABSENT && json_type(v) != JSON_NULL)
            m->parts[i] = counts_of(c, v);
    }
}

// Attempts and inner samplings with counters of their own. The outer counters leave some of them
// out: the larger of both is what is billed.
static void read_iterations(struct meter *m, struct counts *c)
{
    int64_t sums[PART_COUNT] = {0};
    struct json_iter it = {0};
    const struct json_val *one = NULL;
    while (json_each(&it, json_get(c->root, "iterations"), NULL, &one)) {
        for (unsigned i = 0; i < PART_COUNT; i++) {
            int64_t n = counts_of(c, json_path(one, paths[i]));
            sums[i] = n < INT64_MAX - sums[i] ? sums[i] + n : INT64_MAX;
        }
    }
    for (unsigned i = 0; i < PART_COUNT; i++) {
        if (sums[i] > 0)
            m->parts[i] = larger(m->parts[i], sums[i]);
    }
}

static int64_t part(const struct meter *m, enum part p)
{
    return m->parts[p] < 0 ? 0 : m->parts[p];
}

// The sum of writes is split by how long they last; what the split leaves out lasts five minutes.
// Without a split it is what was asked for; of both the dearer.
static void fill_writes(struct meter *m)
{
    struct usage *u = &m->usage;
    int64_t sum = part(m, PART_WRITTEN);
    int64_t hour = part(m, PART_WRITTEN_1H);
    int64_t minutes = part(m, PART_WRITTEN_5M);
    bool split = m->parts[PART_WRITTEN_1H] >= 0 || m->parts[PART_WRITTEN_5M] >= 0;
    if (!split && m->setup.cache_hour)
        hour = sum;
    if (m->parts[PART_WRITTEN] >= 0 && hour + minutes > sum)
        u->inconsistent = true;
    u->count[BUCKET_CACHE_WRITE_1H] = hour;
    u->count[BUCKET_CACHE_WRITE_5M] = larger(minutes, sum - hour);
}

static void fill(struct meter *m)
{
    struct usage *u = &m->usage;
    fill_writes(m);
    u->count[BUCKET_INPUT] = part(m, PART_INPUT);
    u->count[BUCKET_CACHE_READ] = part(m, PART_READ);
    u->count[BUCKET_OUTPUT] = part(m, PART_OUTPUT);
    u->count[BUCKET_WEB_SEARCHES] = part(m, PART_SEARCHES);
    u->reasoning = part(m, PART_THINKING);
    u->prompt = u->count[BUCKET_INPUT] + u->count[BUCKET_CACHE_READ] +
                u->count[BUCKET_CACHE_WRITE_5M] + u->count[BUCKET_CACHE_WRITE_1H];
    if (u->reasoning > u->count[BUCKET_OUTPUT]) {
        u->inconsistent = true;
        u->reasoning = u->count[BUCKET_OUTPUT];
    }
}

bool anthropic_usage(struct meter *m, struct str raw)
{
    struct usage *u = &m->usage;
    struct counts c;
    if (!counts_open(&c, u, raw, m->alloc))
        return false;
    bool output = counts_has(&c, "output_tokens");
    bool found = output || counts_has(&c, "input_tokens");
    (void)(counts_get(&c, "input_tokens") + counts_get(&c, "output_tokens"));
    if (found && !c.absurd) {
        read_parts(m, &c);
        read_iterations(m, &c);
        fill(m);
        service_read(u, json_str(json_get(c.root, "service_tier")));
        if (str_is(json_str(json_get(c.root, "speed")), "fast"))
            u->service = SERVICE_FAST;
        if (str_is(json_str(json_get(c.root, "inference_geo")), "us"))
            u->us_region = true;
        m->partial = true;
    }
    output = output && !c.absurd;
    counts_close(&c);
    return output;
}

struct event {
    struct str type, message, delta, usage, error;
};

static const struct skim_field event_fields[] = {
    {STR("type"), offsetof(struct event, type)},
    {STR("message"), offsetof(struct event, message)},
    {STR("delta"), offsetof(struct event, delta)},
    {STR("usage"), offsetof(struct event, usage)},
    {STR("error"), offsetof(struct event, error)},
};

enum { LEVEL_MESSAGE = LEVEL_WHOLE, LEVEL_DELTA = LEVEL_OWN };

static const struct sift_name event_names[] = {
    {STR("type"), SIFT_KEEP, 0},
    {STR("message"), SIFT_INTO, LEVEL_MESSAGE},
    {STR("delta"), SIFT_INTO, LEVEL_DELTA},
    {STR("usage"), SIFT_KEEP, 0},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
};

static const struct sift_name message_names[] = {
    {STR("usage"), SIFT_KEEP, 0},
    {STR("model"), SIFT_KEEP, 0},
    {STR("id"), SIFT_KEEP, 0},
    {STR("stop_reason"), SIFT_KEEP, 0},
    {STR("error"), SIFT_INTO, LEVEL_ERROR},
};

static const struct sift_name delta_names[] = {{STR("stop_reason"), SIFT_KEEP, 0}};
static const struct sift_name error_names[] = {ERROR_NAMES};

const struct sift_level anthropic_levels[] = {
    [LEVEL_EVENT] = LEVEL(event_names),
    [LEVEL_MESSAGE] = LEVEL(message_names),
    [LEVEL_DELTA] = {delta_names, COUNT(delta_names), SIFT_TEXT},
    [LEVEL_ERROR] = LEVEL(error_names),
};

static void start(struct meter *m, struct str message)
{
    static const struct str model = STR("model");
    static const struct str id = STR("id");
    static const struct str usage = STR("usage");
    model_read(m, skim_get(message, model));
    id_read(m, skim_get(message, id));
    (void)anthropic_usage(m, skim_get(message, usage)); // its output count is only the beginning
}

static void last_delta(struct meter *m, const struct event *e)
{
    static const struct str stop_reason = STR("stop_reason");
    struct str reason = skim_get(e->delta, stop_reason);
    if (anthropic_usage(m, e->usage))
        usage_seen(m);
    if (!skim_is_null(reason)) {
        finish_read(m, reason);
        m->finished = true;
    }
}

enum meter_verdict anthropic_event(struct meter *m, struct str data)
{
    struct event e = {0};
    if (!skim_fields(data, event_fields, COUNT(event_fields), &e))
        return METER_PASS;
    struct str type = skim_plain(e.type);
    if (str_is(type, "content_block_delta")) {
        delta_read(m, e.delta);
    } else if (str_is(type, "message_start")) {
        start(m, e.message);
    } else if (str_is(type, "message_delta")) {
        last_delta(m, &e);
    } else if (str_is(type, "message_stop")) {
        m->terminal = true;
        return METER_HOLD;
    } else if (str_is(type, "error") || type.len == 0) {
        (void)error_read(m, e.error);
    }
    return METER_PASS;
}

struct answer {
    struct str usage, model, id, reason, error;
};

static const struct skim_field answer_fields[] = {
    {STR("usage"), offsetof(struct answer, usage)},
    {STR("model"), offsetof(struct answer, model)},
    {STR("id"), offsetof(struct answer, id)},
    {STR("stop_reason"), offsetof(struct answer, reason)},
    {STR("error"), offsetof(struct answer, error)},
};

void anthropic_whole(struct meter *m, struct str text)
{
    struct answer a = {0};
    (void)skim_fields(text, answer_fields, COUNT(answer_fields), &a);
    model_read(m, a.model);
    id_read(m, a.id);
    finish_read(m, a.reason);
    (void)error_read(m, a.error);
    if (anthropic_usage(m, a.usage))
        usage_seen(m);
}
