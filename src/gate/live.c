// SPDX-License-Identifier: Apache-2.0

#include "gate/live.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

const char *live_state_name(enum live_state s)
{
    static const char *const names[] = {
#define X(id, name) name,
        LIVE_STATE_MAP(X)
#undef X
    };
    return names[s];
}

static void copy_text(struct live_call *c, size_t *at, struct str s)
{
    memcpy(c->tags + *at, s.ptr ? s.ptr : "", s.len);
    c->tags[*at + s.len] = 0;
    *at += s.len + 1;
}

static void copy_tags(struct live_call *c, const struct tags *t)
{
    size_t at = 0;
    c->tags_cut = false;
    for (unsigned i = 0; i < t->count; i++) {
        if (at + t->at[i].name.len + t->at[i].value.len + 3 > sizeof c->tags) {
            c->tags_cut = true;
            continue;
        }
        copy_text(c, &at, t->at[i].name);
        copy_text(c, &at, t->at[i].value);
    }
    c->tags[at] = 0;
}

bool live_tag(const struct live_call *c, size_t *at, struct str *name, struct str *value)
{
    *name = str_of(c->tags + *at);
    if (name->len == 0)
        return false;
    *value = str_of(name->ptr + name->len + 1);
    *at += name->len + value->len + 2;
    return true;
}

void live_fill(struct live_call *c, const struct entry *e)
{
    c->id = e->id;
    c->attempt = e->attempt;
    c->start_us = e->start_us;
    c->duration_us = e->duration_us;
    c->ttft_us = e->ttft_us;
    c->usage = e->usage;
    c->cost = e->cost;
    c->price_state = e->price_state;
    c->state = LIVE_ENDED;
    c->outcome = e->outcome;
    c->http_status = e->http_status;
    c->stream = e->stream;
    c->followed = e->followed;
    str_copy_clipped(e->key, c->key, sizeof c->key);
    str_copy_clipped(e->team, c->team, sizeof c->team);
    str_copy_clipped(e->user, c->user, sizeof c->user);
    str_copy_clipped(e->endpoint, c->endpoint, sizeof c->endpoint);
    str_copy_clipped(e->provider, c->provider, sizeof c->provider);
    str_copy_clipped(e->model, c->model, sizeof c->model);
    str_copy_clipped(e->error, c->error, sizeof c->error);
    copy_tags(c, &e->tags);
}

static bool tags_have(const struct live_call *c, struct str part)
{
    size_t at = 0;
    struct str name, value;
    char text[TAG_NAME_MAX + TAG_VALUE_MAX + 2];
    while (live_tag(c, &at, &name, &value)) {
        snprintf(text, sizeof text, "%.*s=%.*s", STR_ARG(name), STR_ARG(value));
        if (str_has_nocase(str_of(text), part))
            return true;
    }
    return false;
}

bool live_fits(const struct live_call *c, struct str part)
{
    char full[sizeof c->provider + sizeof c->model + 1];
    if (part.len == 0)
        return true;
    snprintf(full, sizeof full, "%s/%s", c->provider, c->model);
    const char *const texts[] = {c->key, c->team,     c->user,
                                 full,   c->endpoint, live_state_name(c->state)};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (str_has_nocase(str_of(texts[i]), part))
            return true;
    }
    return tags_have(c, part);
}

void live_add(struct live *l, const struct entry *e)
{
    tally_add(&l->sums.tally, e);
    if (e->price_state != PRICE_UNPRICED) {
        money_sum_add(&l->sums.cost, e->cost);
        if (e->followed)
            money_sum_add(&l->sums.retry_cost, e->cost);
    }
    live_fill(&l->ring[l->ended % LIVE_KEPT], e);
    l->ended++;
}

static bool is_same(const struct live_refused *f, const struct live_refusal *r)
{
    return str_is(r->key, f->key) && str_is(r->budget, f->budget) && r->paused == f->paused;
}

static void copy_words(struct str s, char *out, size_t size)
{
    struct str dots = STR("\u2026");
    if (s.len >= size) {
        s = str_clip(s, size - 1 - dots.len);
        size_t words = s.len;
        while (words && s.ptr[words] != ' ')
            words--;
        s.len = words ? words : s.len;
    } else {
        dots.len = 0;
    }
    size_t len = str_copy_clipped(s, out, size);
    str_copy_clipped(dots, out + len, size - len);
}

void live_refuse(struct live *l, const struct live_refusal *r)
{
    struct live_refused *f = &l->refused[0];
    for (unsigned i = 0; i < LIVE_REFUSED; i++) {
        struct live_refused *other = &l->refused[i];
        if (is_same(other, r)) {
            f = other;
            break;
        }
        if (other->last < f->last)
            f = other;
    }
    if (!is_same(f, r)) {
        f->calls = 0;
        str_copy_clipped(r->key, f->key, sizeof f->key);
        str_copy_clipped(r->budget, f->budget, sizeof f->budget);
        f->paused = r->paused;
    }
    f->calls++;
    f->last = ++l->refusals;
    f->at_us = clock_wall_us();
    f->why = r->why;
    str_copy_clipped(r->model, f->model, sizeof f->model);
    copy_words(r->detail, f->detail, sizeof f->detail);
}

bool live_refused_fits(const struct live_refused *f, struct str part)
{
    return f->key[0] && str_has_nocase(str_of(f->key), part);
}

uint64_t live_oldest(const struct live *l, uint64_t after)
{
    uint64_t kept = l->ended > LIVE_KEPT ? l->ended - LIVE_KEPT : 0;
    if (after > l->ended)
        return l->ended;
    return after > kept ? after : kept;
}

const struct live_call *live_at(const struct live *l, uint64_t number)
{
    must(number < l->ended && l->ended - number <= LIVE_KEPT);
    return &l->ring[number % LIVE_KEPT];
}
