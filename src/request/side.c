// SPDX-License-Identifier: Apache-2.0

#include "request/side.h"

#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "request/features.h"

static struct str first_of(const struct plan *p, enum side side)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == side && !p->list[i].out)
            return p->list[i].full;
    return STR_NONE;
}

// The small side's answers are verified, unless that costs more than it saves.
static void verify_small(const struct req *r, struct plan *p)
{
    if (p->side != SIDE_SMALL || p->route->verifier_count == 0)
        return;
    p->cascade = cascades_try(gate_cascades(r->worker->gate), p->route->name);
    if (p->cascade)
        return;
    p->side = SIDE_LARGE;
    p->reason = "the cascade does not pay";
}

static void choose(struct req *r, struct plan *p)
{
    struct counsel counsel;
    p->traits = features_of(r, p->route);
    if (!p->traits)
        return; // the arena's mark refuses the call
    uint64_t pair = model_pair(first_of(p, SIDE_SMALL), first_of(p, SIDE_LARGE));
    learned_advise(r->view->snapshot->learned, p->route, p->traits, pair, &counsel);
    p->scored = true;
    p->score = counsel.score;
    p->threshold = counsel.threshold;
    p->reason = counsel.reason;
    p->side = counsel.large ? SIDE_LARGE : SIDE_SMALL;
    verify_small(r, p);
}

void side_choose(struct req *r, struct plan *p, unsigned has)
{
    p->propensity_ppm = PROPENSITY_SURE;
    if (has == (1u << SIDE_SMALL | 1u << SIDE_LARGE)) {
        choose(r, p);
        return;
    }
    p->side = has & 1u << SIDE_LARGE ? SIDE_LARGE : SIDE_SMALL;
    p->reason = "the only side";
}
