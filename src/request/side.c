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

const struct candidate *side_first(const struct plan *p, enum side side)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == side && !p->list[i].out)
            return &p->list[i];
    return NULL;
}

static struct choice_side side_of(const struct candidate *first)
{
    if (!first)
        return (struct choice_side){.usable = false};
    return (struct choice_side){true, expected_priced(first), first->expected};
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

const struct candidate *side_given(const struct plan *p)
{
    const struct candidate *c = find_small(p, p->given);
    return c && !c->out ? c : NULL;
}

static bool is_agreeing(const struct config_route *route, struct str full)
{
    for (unsigned i = 0; i < route->verifier_count; i++)
        if (route->verifiers[i].kind == VERIFIER_AGREE && str_eq(route->verifiers[i].model, full))
            return true;
    return false;
}

bool side_gives(const struct plan *p, const struct candidate *c)
{
    return str_eq(c->full, p->given) || !second_of(p).len || is_agreeing(p->route, c->full);
}

// A certificate is of calls that are like those that were compared, and of the model that is first
// in line. Above its threshold the large side answers whatever the call is: nothing is asked but of
// what may be a pair.
static void confine_promise(struct req *r, struct plan *p, const struct candidate *large,
                            struct choice_judged *judged)
{
    const struct candidate *small = in_turn(p, SIDE_SMALL), *given = side_given(p);
    struct choice_counsel *certified = &judged->counsel[CHOICE_CERTIFIED];
    const bool small_by_it = choice_promised(judged) == SIDE_SMALL;
    if (small_by_it || p->shadow_ppm)
        p->provable = given && provable(r, p, given, large);
    if (!small_by_it)
        return;
    if (!p->provable)
        *certified =
            (struct choice_counsel){certified->own, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_KIND};
    else if (small->barred || given->barred)
        *certified =
            (struct choice_counsel){certified->own, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_PASSED};
}

// What tells the two sides apart; of a call that has one of them nobody asks.
static void compare(struct req *r, struct plan *p, const struct traits *traits,
                    const struct candidate *large)
{
    struct choice_call *c = &p->known;
    learned_judge(r->view->snapshot->learned, p->route, traits, p->scored_of, &c->judged);
    confine_promise(r, p, large, &c->judged);
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
    const struct candidate *small = side_first(p, SIDE_SMALL), *large = side_first(p, SIDE_LARGE);
    const struct choice_policy policy = {(enum choice_mode)p->route->mode,
                                         p->route->verifier_count > 0};
    p->known = (struct choice_call){.small = side_of(small),
                                    .large = side_of(large),
                                    .session = session,
                                    .dice = choice_dice(&r->id),
                                    .checkable = is_checkable(r, p->route)};
    if (small && large) {
        const struct candidate *turn = in_turn(p, SIDE_SMALL);
        const struct str second = second_of(p);
        must(traits);
        p->given = second.len ? second : turn ? turn->full : small->full;
        p->scored_of = model_pair(p->given, large->full);
        compare(r, p, traits, large);
    }
    choice_make(&p->known, &policy, &p->choice);
}
