// SPDX-License-Identifier: Apache-2.0

#include "request/paying.h"

#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "request/plan.h"
#include "verify/verify.h"

static void count_verdict(struct way_counts *way, const struct attempt *a)
{
    enum verifier_kind kind;
    if (!a->refused_by)
        way->good++;
    else if (verifier_read(str_of(a->refused_by), &kind))
        way->refused[kind]++;
}

void paying_settled(struct req *r)
{
    const struct attempt *a = &r->attempt;
    const struct entry *e = &a->entry;
    struct plan *p = r->plan;
    if (!p)
        return;
    const struct breakeven_attempt seen = {.judged = a->judged,
                                           .good = !a->refused_by,
                                           .large = p->list[a->target.place].side == SIDE_LARGE,
                                           .followed = e->followed,
                                           .answered = e->outcome == OUTCOME_OK,
                                           .priced = e->price_state != PRICE_UNPRICED,
                                           .cost = (uint64_t)e->cost.pd,
                                           .compared = p->end.compared,
                                           .large_cost = (uint64_t)p->end.large.pd};
    struct way_counts *way = ways_at(&r->worker->metrics.ways, p->route->name);
    if (way && a->judged)
        count_verdict(way, a);
    if (!breakeven_attempt(&p->tried, &seen))
        return;
    cascades_count(gate_cascades(r->worker->gate), p->route->name, &p->tried);
    if (way)
        way->escalated += !a->judged;
}
