// SPDX-License-Identifier: Apache-2.0

#include "request/side.h"

#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "request/expected.h"
#include "request/shadowing.h"
#include "wire/weigh.h"

_Static_assert((int)CONFIG_RULES == CHOICE_RULES && (int)CONFIG_MEASURED == CHOICE_MEASURED &&
                   (int)CONFIG_CERTIFIED == CHOICE_CERTIFIED,
               "one numbering");

static const struct candidate *first_of(const struct plan *p, enum side side)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == side && !p->list[i].out)
            return &p->list[i];
    return NULL;
}

// The large side's model; where certificates count, which are about it, the one that it would be
// but for what it costs.
static const struct candidate *large_of(const struct plan *p)
{
    const struct candidate *first = first_of(p, SIDE_LARGE);
    bool counts = p->route->mode == CONFIG_CERTIFIED;
    for (unsigned i = 0; counts && !first && i < p->count; i++)
        if (p->list[i].side == SIDE_LARGE && expected_beyond(&p->list[i]))
            first = &p->list[i];
    return first;
}

static struct choice_side side_of(const struct candidate *first)
{
    if (!first || first->out)
        return (struct choice_side){.usable = false};
    return (struct choice_side){true, first->expected_state != PRICE_UNPRICED, first->expected};
}

// Nothing limits what it would cost there: no budget lets that side answer it as well.
static bool is_boundless(const struct req *r, const struct candidate *one)
{
    const struct config_provider *p = &r->view->snapshot->config->providers[one->target.provider];
    return weigh_boundless(&r->ask, vendor_flags(p->vendor_row, p->url.host), one->target.model);
}

// A certificate is of calls that are like those that were compared. One that must stay on the
// machine never is, and has other models and checks.
static void confine_promise(const struct req *r, const struct candidate *large,
                            struct choice_counsel *certified)
{
    if (certified->threshold > CHOICE_NOTHING &&
        (r->confined || !shadowing_may(r) || is_boundless(r, large)))
        *certified =
            (struct choice_counsel){certified->own, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_KIND};
}

// What tells the two sides apart; of a call that has one of them nobody asks.
static void compare(struct req *r, struct plan *p, const struct traits *traits,
                    const struct candidate *large)
{
    struct choice_call *c = &p->known;
    learned_judge(r->view->snapshot->learned, p->route, traits, p->scored_of, &c->judged);
    confine_promise(r, large, &c->judged.counsel[CHOICE_CERTIFIED]);
    c->pressure_ppm = expected_pressure(r, large);
    if (p->route->verifier_count)
        c->cascade = cascades_paid(gate_cascades(r->worker->gate), p->route->name);
}

// What is made in the background is not there yet, and a stream that is not held is gone.
static bool is_checkable(const struct req *r, const struct config_route *route)
{
    return !endpoint_free(r->found.endpoint) && !r->ask.demand.background &&
           (!r->ask.demand.stream || route->hold_ms > 0);
}

void side_choose(struct req *r, struct plan *p, enum side session, const struct traits *traits)
{
    const struct candidate *small = first_of(p, SIDE_SMALL), *large = large_of(p);
    const struct choice_policy policy = {(enum choice_mode)p->route->mode,
                                         p->route->verifier_count > 0};
    p->known = (struct choice_call){.small = side_of(small),
                                    .large = side_of(large),
                                    .session = session,
                                    .dice = choice_dice(&r->id),
                                    .checkable = is_checkable(r, p->route)};
    if (small && large) {
        must(traits);
        p->scored_of = model_pair(small->full, large->full);
        compare(r, p, traits, large);
    }
    choice_make(&p->known, &policy, &p->choice);
}
