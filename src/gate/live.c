// SPDX-License-Identifier: Apache-2.0

#include "gate/live.h"

const char *live_state_name(enum live_state s)
{
    static const char *const names[] = {
#define X(id, name) name,
        LIVE_STATE_MAP(X)
#undef X
    };
    return names[s];
}

static size_t copy(char *out, size_t size, struct str s)
{
    size_t len = s.len < size - 1 ? s.len : size - 1;
    while (len > 0 && len < s.len && ((unsigned char)s.ptr[len] & 0xc0) == 0x80)
        len--; // inside of a character
    if (len)
        memcpy(out, s.ptr, len);
    out[len] = 0;
    return len;
}

static void copy_tags(struct live_call *c, const struct tags *t)
{
    size_t len = 0;
    c->tags[0] = 0;
    for (unsigned i = 0; i < t->count && len + 2 < sizeof c->tags; i++) {
        if (i)
            c->tags[len++] = ',';
        len += copy(c->tags + len, sizeof c->tags - len, t->at[i].name);
        if (len + 2 > sizeof c->tags)
            break;
        c->tags[len++] = '=';
        len += copy(c->tags + len, sizeof c->tags - len, t->at[i].value);
    }
}

void live_fill(struct live_call *c, const struct entry *e)
{
    c->id = e->id;
    c->attempt = e->attempt;
    c->start_us = e->start_us;
    c->duration_us = e->duration_us;
    c->ttft_us = e->ttft_us;
    c->input = usage_input(&e->usage);
    c->output = usage_output(&e->usage);
    c->cost = e->cost;
    c->price_state = e->price_state;
    c->sure = e->usage.sure;
    c->state = LIVE_ENDED;
    c->outcome = e->outcome;
    c->http_status = e->http_status;
    c->stream = e->stream;
    c->followed = e->followed;
    copy(c->key, sizeof c->key, e->key);
    copy(c->team, sizeof c->team, e->team);
    copy(c->user, sizeof c->user, e->user);
    copy(c->endpoint, sizeof c->endpoint, e->endpoint);
    copy(c->provider, sizeof c->provider, e->provider);
    copy(c->model, sizeof c->model, e->model);
    copy(c->error, sizeof c->error, e->error);
    copy_tags(c, &e->tags);
}

void live_add(struct live *l, const struct entry *e)
{
    tally_add(&l->sums.tally, e);
    if (e->price_state != PRICE_UNPRICED)
        money_sum_add(&l->sums.cost, e->cost);
    live_fill(&l->ring[l->ended % LIVE_KEPT], e);
    l->ended++;
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
