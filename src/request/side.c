// SPDX-License-Identifier: Apache-2.0

#include "request/side.h"

#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "request/features.h"

#define BOTH (1u << SIDE_SMALL | 1u << SIDE_LARGE)

static struct str first_of(const struct plan *p, enum side side)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == side && !p->list[i].out)
            return p->list[i].full;
    return STR_NONE;
}

void side_verify(const struct req *r, struct plan *p, unsigned has)
{
    p->cascade = false;
    if (p->side != SIDE_SMALL || p->route->verifier_count == 0 || has != BOTH)
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
}

void side_choose(struct req *r, struct plan *p, unsigned has)
{
    p->propensity_ppm = PROPENSITY_SURE;
    if (has == BOTH) {
        choose(r, p);
        return;
    }
    p->side = has & 1u << SIDE_LARGE ? SIDE_LARGE : SIDE_SMALL;
    p->reason = "the only side";
}
