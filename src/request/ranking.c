// SPDX-License-Identifier: Apache-2.0

#include "request/ranking.h"

#include "core/balance.h"
#include "request/availability.h"

#define US_PER_MS 1000
#define RUN_MAX   64 // a longer run of weights is two

const char *ranking_barred(const struct req *r, const struct plan *p, const struct candidate *c)
{
    enum bar bar = availability_bar(r, &c->target);
    if (bar != BAR_NONE)
        return bar_text(bar);
    int64_t most_us = p->route->max_ttft_ms * US_PER_MS;
    return most_us > 0 && availability_ttft_us(r, &c->target) > most_us
               ? "it is slower than max_ttft"
               : NULL;
}

// Any number, the same for as long as the call lives.
static uint64_t number_of(const struct req *r)
{
    uint64_t n = 0;
    const size_t from = 9; // two bits of the eighth are fixed (RFC 9562, 4.1)
    memcpy(&n, r->id.bytes + from, sizeof r->id.bytes - from);
    return n;
}

static unsigned turn_of(const struct candidate *run, unsigned count, uint64_t number, bool fit)
{
    uint32_t weights[RUN_MAX];
    for (unsigned i = 0; i < count; i++)
        weights[i] = run[i].out || (fit && run[i].barred) ? 0 : run[i].weight;
    return balance_pick(weights, count, number);
}

// What a certificate may choose keeps its turn: it knows of no other that may stand in.
static void share_run(struct candidate *run, unsigned count, uint64_t number, bool certifies)
{
    unsigned turn = turn_of(run, count, number, false);
    if (turn == count)
        return;
    run[turn].in_turn = true;
    if (!certifies || run[0].side == SIDE_LARGE)
        turn = turn_of(run, count, number, true);
    if (turn == count)
        return;
    const struct candidate first = run[turn];
    memmove(run + 1, run, turn * sizeof *run);
    run[0] = first;
}

static bool joins(const struct candidate *c, const struct candidate *first)
{
    return c->weight > 0 && c->side == first->side;
}

void ranking_share(const struct req *r, struct plan *p)
{
    const bool certifies = p->route->mode == CONFIG_CERTIFIED;
    for (unsigned i = 0; i < p->count; i++) {
        p->list[i].barred = p->list[i].out ? NULL : ranking_barred(r, p, &p->list[i]);
        p->list[i].in_turn = p->list[i].weight == 0;
    }
    for (unsigned i = 0, n = 1; i < p->count; i += n, n = 1) {
        if (p->list[i].weight == 0)
            continue;
        while (i + n < p->count && n < RUN_MAX && joins(&p->list[i + n], &p->list[i]))
            n++;
        share_run(&p->list[i], n, number_of(r), certifies);
    }
}

// It may be asked in the place of the first one.
static bool stands_in(const struct plan *p, unsigned first, unsigned at)
{
    const struct candidate *c = &p->list[at];
    return at == first ||
           (c->side >= p->list[first].side && !(c->side == SIDE_SMALL && plan_promised(p)));
}

unsigned ranking_begin(const struct req *r, const struct plan *p, unsigned first)
{
    unsigned fit = first;
    while (fit < p->count && (p->list[fit].out || p->list[fit].barred || !stands_in(p, first, fit)))
        fit++;
    if (fit == p->count)
        return first;
    for (unsigned i = first; i < fit; i++) {
        if (p->list[i].barred)
            availability_passed_over(r, &p->list[i].target);
    }
    return fit;
}
