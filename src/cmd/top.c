// SPDX-License-Identifier: Apache-2.0

#include "cmd/top.h"

#include <stdio.h>
#include <string.h>

#include "core/tags.h"

const char *top_sort_name(enum top_sort s)
{
    static const char *const names[] = {
#define X(id, name) name,
        TOP_SORT_MAP(X)
#undef X
    };
    return names[s];
}

bool top_groups_by(struct str by)
{
    static const char *const names[] = {"model", "provider", "key", "team", "user", "endpoint"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_is(by, names[i]))
            return true;
    }
    return str_starts(by, str_of("tag:")) && by.len > 4;
}

// --- reading an answer ---

static void text(const struct json_val *v, const char *member, char *out, size_t size)
{
    str_copy_clipped(json_str(json_get(v, member)), out, size);
}

static int64_t number(const struct json_val *v, const char *member)
{
    int64_t n = 0;
    return json_i64(json_get(v, member), &n) ? n : 0;
}

static bool amount(const struct json_val *v, int128 *out)
{
    struct str s = json_str(json_get(v, "cost_usd"));
    *out = 0;
    return s.len && decimal_read(s, out) == STATUS_OK;
}

static bool flag(const struct json_val *v, const char *member)
{
    return json_bool(json_get(v, member), false);
}

// HH:MM:SS of 2026-11-24T10:00:00Z.
static void clock_of(const struct json_val *v, const char *member, char out[9])
{
    struct str s = json_str(json_get(v, member));
    str_copy_clipped(s.len >= 19 ? str_from(s.ptr + 11, 8) : STR_NONE, out, 9);
}

static void read_tags(const struct json_val *v, struct str by, struct top_call *c)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *value;
    struct buf all;
    buf_init(&all, &alloc_heap, 0);
    while (json_each(&it, json_get(v, "tags"), &name, &value)) {
        tags_add(&all, name, json_str(value));
        if (str_starts(by, str_of("tag:")) && str_eq(name, str_skip(by, 4)))
            str_copy_clipped(json_str(value), c->tag, sizeof c->tag);
    }
    c->tags_cut = flag(v, "tags_cut");
    if (c->tags_cut)
        buf_add_cstr(&all, all.len ? ",\xe2\x80\xa6" : "\xe2\x80\xa6");
    str_copy_clipped(buf_str(&all), c->tags, sizeof c->tags);
    buf_fini(&all);
}

static void read_call(const struct json_val *v, struct str by, struct top_call *c)
{
    *c = (struct top_call){0};
    char model[129];
    clock_of(v, "start", c->clock);
    text(v, "key", c->key, sizeof c->key);
    text(v, "team", c->team, sizeof c->team);
    text(v, "user", c->user, sizeof c->user);
    read_tags(v, by, c);
    text(v, "endpoint", c->endpoint, sizeof c->endpoint);
    text(v, "provider", c->provider, sizeof c->provider);
    text(v, "model", model, sizeof model);
    if (c->provider[0])
        (void)snprintf(c->model, sizeof c->model, "%s/%s", c->provider, model);
    text(v, json_get(v, "outcome") ? "outcome" : "state", c->state, sizeof c->state);
    c->running = !json_get(v, "outcome");
    tokens_read(v, &c->tokens);
    c->ttft_us = number(v, "ttft_us");
    c->duration_us = number(v, "duration_us");
    c->estimated = flag(v, "estimated");
    c->followed = flag(v, "followed");
    c->error = str_is(str_of(c->state), "error") || str_is(str_of(c->state), "incomplete");
    c->priced = amount(v, &c->cost);
}

static void read_total(const struct json_val *v, struct top_total *t)
{
    *t = (struct top_total){.requests = number(v, "requests"),
                            .errors = number(v, "errors"),
                            .unpriced = number(v, "unpriced"),
                            .estimated = number(v, "estimated"),
                            .captured = number(v, "captured"),
                            .known = json_type(v) == JSON_OBJECT};
    tokens_read(v, &t->tokens);
    (void)!amount(v, &t->cost);
}

// --- groups ---

static struct str label_of(const struct top_call *c, struct str by)
{
    struct str label;
    if (str_is(by, "model"))
        label = str_of(c->model);
    else if (str_is(by, "provider"))
        label = str_of(c->provider);
    else if (str_is(by, "key"))
        label = str_of(c->key);
    else if (str_is(by, "team"))
        label = str_of(c->team);
    else if (str_is(by, "user"))
        label = str_of(c->user);
    else if (str_is(by, "endpoint"))
        label = str_of(c->endpoint);
    else if (!c->tag[0] && c->tags_cut)
        label = (struct str)STR("(not told)");
    else
        label = str_of(c->tag);
    return label.len ? label : (struct str)STR("(none)");
}

static struct top_group *group_of(struct top *t, const struct top_call *c)
{
    struct str label = label_of(c, t->by);
    size_t i = 0;
    while (i < t->group_count && i < TOP_GROUPS && !str_is(label, t->groups[i].label))
        i++;
    if (i == TOP_GROUPS)
        label = (struct str)STR("(others)");
    if (i == t->group_count) {
        t->groups[i] = (struct top_group){0};
        t->group_count++;
        str_copy_clipped(label, t->groups[i].label, sizeof t->groups[i].label);
    }
    return &t->groups[i];
}

static void add_ended(struct top *t, const struct top_call *c)
{
    t->ended[t->ended_count++ % TOP_KEPT] = *c;
    t->cost += c->cost;
    if (t->by.len == 0)
        return;
    struct top_group *g = group_of(t, c);
    g->calls += !c->followed;
    t->grouped += !c->followed;
    g->errors += c->error && !c->followed;
    g->unpriced += !c->priced;
    g->estimated += c->estimated;
    tokens_add(&g->tokens, &c->tokens);
    g->cost += c->cost;
}

void top_reset(struct top *t)
{
    t->running_count = t->group_count = 0;
    t->ended_count = 0;
    t->missed = 0;
    t->cost = 0;
    t->grouped = 0;
    t->cursor[0] = 0;
}

void top_idle(struct top *t)
{
    t->running_count = 0;
    t->in_flight = 0;
    for (size_t i = 0; i < t->group_count; i++)
        t->groups[i].running = 0;
}

static void take_running(struct top *t, const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *v;
    top_idle(t);
    while (t->running_count < TOP_RUNNING && json_each(&it, list, NULL, &v)) {
        struct top_call *c = &t->running[t->running_count];
        read_call(v, t->by, c);
        c->number = UINT64_MAX / 2 + t->running_count++; // newer than what has ended
        if (t->by.len)
            group_of(t, c)->running++;
    }
}

void top_take(struct top *t, const struct json *answer)
{
    const struct json_val *root = json_root(answer), *v;
    struct json_iter it = {0};
    struct top_call c;
    while (json_each(&it, json_get(root, "ended"), NULL, &v)) {
        read_call(v, t->by, &c);
        c.number = t->ended_count;
        add_ended(t, &c);
    }
    take_running(t, json_get(root, "running"));
    t->in_flight = number(root, "in_flight");
    t->missed += number(root, "missed");
    read_total(json_get(root, "today"), &t->today);
    read_total(json_get(root, "started"), &t->started);
    clock_of(root, "at", t->clock);
    text(root, "cursor", t->cursor, sizeof t->cursor);
}

int128 top_total(const struct top *t)
{
    return t->filter.len == 0 && t->started.known ? t->started.cost : t->cost;
}

const struct top_call *top_ended(const struct top *t, uint64_t j)
{
    if (j >= TOP_KEPT || j >= t->ended_count)
        return NULL;
    return &t->ended[(t->ended_count - 1 - j) % TOP_KEPT];
}
