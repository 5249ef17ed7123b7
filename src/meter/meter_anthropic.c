// SPDX-License-Identifier: Apache-2.0
//
// Messages. Usage comes twice in a stream: message_start says what went in, message_delta repeats
// counters that grow.

#include "meter/meter_part.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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
    {STR("usage"), SIFT_KEEP, 0},  {STR("model"), SIFT_KEEP, 0},
    {STR("id"), SIFT_KEEP, 0},     {STR("stop_reason"), SIFT_KEEP, 0},
    {STR("content"), SIFT_SUM, 0}, {STR("error"), SIFT_INTO, LEVEL_ERROR},
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

// A thought that is shown is a summary of the one that is billed.
static void delta_made(struct meter *m, struct str delta)
{
    static const struct str text = STR("text");
    static const struct str json = STR("partial_json");
    made_read(m, skim_get(delta, text));
    made_read(m, skim_get(delta, json));
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
        return event_unreadable(m, data);
    struct str type = skim_plain(e.type);
    if (str_is(type, "content_block_delta")) {
        delta_read(m, e.delta);
        if (m->setup.least)
            delta_made(m, e.delta);
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
