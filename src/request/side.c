// SPDX-License-Identifier: Apache-2.0

#include "request/side.h"

#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "request/expected.h"
#include "request/provable.h"

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

static const struct candidate *in_turn(const struct plan *p, enum side side)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == side && !p->list[i].out && p->list[i].in_turn)
            return &p->list[i];
    return NULL;
}

static const struct candidate *find_small(const struct plan *p, struct str full)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == SIDE_SMALL && str_eq(p->list[i].full, full))
            return &p->list[i];
    return NULL;
}

// The first model that is to agree and can take the call, or else the first: what it says is given.
static struct str second_of(const struct plan *p)
{
    struct str first = STR_NONE;
    for (unsigned i = 0; p->known.checkable && i < p->route->verifier_count; i++) {
        const struct config_verifier *v = &p->route->verifiers[i];
        if (v->kind != VERIFIER_AGREE)
            continue;
        const struct candidate *c = find_small(p, v->model);
        if (!c || !c->out)
            return v->model;
        first = first.len ? first : v->model;
    }
    return first;
}

static bool is_passed(const struct candidate *c)
{
    return c && (c->out || c->barred);
}

// A certificate is of calls that are like those that were compared, and of the model that is first
// in line. What must stay on the machine has other models and checks. Where the large side cannot
// be asked at all, that model is tried whatever bars it.
static void confine_promise(const struct req *r, const struct plan *p,
                            const struct candidate *large, struct choice_counsel *certified)
{
    const struct candidate *small = in_turn(p, SIDE_SMALL), *given = find_small(p, p->given);
    if (certified->threshold <= CHOICE_NOTHING)
        return;
    if (!provable(r, p, given && !given->out ? given : small, large))
        *certified =
            (struct choice_counsel){certified->own, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_KIND};
    else if (!large->out && (is_passed(small) || is_passed(given)))
        *certified =
            (struct choice_counsel){certified->own, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_PASSED};
}

// What tells the two sides apart; of a call that has one of them nobody asks.
static void compare(struct req *r, struct plan *p, const struct traits *traits,
                    const struct candidate *large)
{
    struct choice_call *c = &p->known;
    learned_judge(r->view->snapshot->learned, p->route, traits, p->scored_of, &c->judged);
    confine_promise(r, p, large, &c->judged.counsel[CHOICE_CERTIFIED]);
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
        const struct str second = second_of(p);
        must(traits);
        p->given = second.len ? second : in_turn(p, SIDE_SMALL)->full;
        p->scored_of = model_pair(p->given, large->full);
        compare(r, p, traits, large);
    }
    choice_make(&p->known, &policy, &p->choice);
}
