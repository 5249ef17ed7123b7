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

static void copy_tags(struct live_call *c, const struct tags *t)
{
    size_t len = 0;
    c->tags[0] = 0;
    for (unsigned i = 0; i < t->count && len + 2 < sizeof c->tags; i++) {
        if (i)
            c->tags[len++] = ',';
        len += str_copy_clipped(t->at[i].name, c->tags + len, sizeof c->tags - len);
        if (len + 2 > sizeof c->tags)
            break;
        c->tags[len++] = '=';
        len += str_copy_clipped(t->at[i].value, c->tags + len, sizeof c->tags - len);
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
    str_copy_clipped(e->key, c->key, sizeof c->key);
    str_copy_clipped(e->team, c->team, sizeof c->team);
    str_copy_clipped(e->user, c->user, sizeof c->user);
    str_copy_clipped(e->endpoint, c->endpoint, sizeof c->endpoint);
    str_copy_clipped(e->provider, c->provider, sizeof c->provider);
    str_copy_clipped(e->model, c->model, sizeof c->model);
    str_copy_clipped(e->error, c->error, sizeof c->error);
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
