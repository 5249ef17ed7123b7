// SPDX-License-Identifier: Apache-2.0
//
// All in whole numbers: what is kept of a choice makes it again, on any machine.

#include "core/choice.h"

#include "base/must.h"

// The shipped model has to be surer by half, where the small side's answers are verified.
#define SURER_NUM 3
#define SURER_DEN 2
// Forecasts err: what is to count is a quarter at least.
#define MARGIN_NUM 3
#define MARGIN_DEN 4

const char *side_name(enum side s)
{
    static const char *const names[] = {"none", "small", "large"};
    must(s < SIDE_COUNT);
    return names[s];
}

const char *choice_why_text(enum choice_why w)
{
    static const char *const texts[] = {
#define X(id, number, text) [number] = (text),
        CHOICE_WHY_MAP(X)
#undef X
    };
    must(w < CHOICE_WHY_COUNT);
    return texts[w];
}

// The finalizer of SplitMix64: each bit of the id moves each of the number.
uint32_t choice_dice(const struct uuid *id)
{
    uint64_t n = 0;
    for (unsigned i = 8; i < sizeof id->bytes; i++)
        n = n << 8 | id->bytes[i];
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((n ^ n >> 31) >> 32);
}

static void judge(const struct choice_judged *j, const struct choice_policy *p, bool verifies,
                  struct choice_made *out)
{
    const struct choice_counsel *c = &j->counsel[p->mode];
    out->score = c->own ? j->own : j->shipped;
    out->threshold = c->threshold;
    out->why = c->why;
    if (verifies && c->why == CHOICE_WHY_RULES)
        out->threshold = c->threshold * SURER_NUM / SURER_DEN;
    bool large = out->threshold <= CHOICE_NOTHING || out->score >= out->threshold;
    out->side = large ? SIDE_LARGE : SIDE_SMALL;
}

static bool costs_less(const struct choice_side *a, const struct choice_side *b)
{
    return a->priced && b->priced && a->expected.pd < b->expected.pd;
}

// The large side was chosen for its gain, which is not worth what it costs more while money is
// scarce: that raises the threshold. A promise that was given or measured is kept whatever the
// money.
static bool is_too_dear(const struct choice_call *c, const struct choice_policy *p,
                        struct choice_made *chosen)
{
    const int128 worth = (int128)chosen->threshold * (CHOICE_SURE + c->pressure_ppm);
    if (chosen->side != SIDE_LARGE || !c->judged.there || p->mode != CHOICE_RULES ||
        costs_less(&c->large, &c->small))
        return false;
    if (worth > 0)
        chosen->threshold = (int64_t)((worth + CHOICE_SURE - 1) / CHOICE_SURE);
    return (int128)chosen->score * CHOICE_SURE <= worth;
}

// The small side was chosen, and the large one is cheaper: however scarce money is.
static bool is_no_dearer(const struct choice_call *c, const struct choice_made *chosen)
{
    return chosen->side == SIDE_SMALL && c->small.priced && c->large.priced &&
           (int128)c->large.expected.pd * MARGIN_DEN < (int128)c->small.expected.pd * MARGIN_NUM;
}

static void turn(struct choice_made *out, enum side side, enum choice_why why)
{
    out->side = side;
    out->why = why;
}

// Asking the small side first costs more than it saves: only the few calls do by which it is seen
// whether it still does.
static void try_cascade(const struct choice_call *c, struct choice_made *out)
{
    if (c->cascade != CHOICE_CASCADE_COSTS)
        return;
    bool tries = (uint64_t)c->dice * CHOICE_SURE >> 32 < CHOICE_TRY;
    out->propensity_ppm = tries ? CHOICE_TRY : CHOICE_SURE - CHOICE_TRY;
    if (!tries)
        turn(out, SIDE_LARGE, CHOICE_WHY_NO_CASCADE);
}

static void choose(const struct choice_call *c, const struct choice_policy *p,
                   struct choice_made *out)
{
    bool verifies = p->verifies && c->checkable;
    turn(out, SIDE_SMALL, CHOICE_WHY_RULES);
    if (c->judged.there)
        judge(&c->judged, p, verifies, out);
    if (is_too_dear(c, p, out))
        turn(out, SIDE_SMALL, CHOICE_WHY_SCARCE);
    else if (is_no_dearer(c, out))
        turn(out, SIDE_LARGE, CHOICE_WHY_NO_DEARER);
    if (out->side == SIDE_SMALL && c->session == SIDE_LARGE)
        turn(out, SIDE_LARGE, CHOICE_WHY_STICKY);
    if (out->side == SIDE_SMALL && verifies)
        try_cascade(c, out);
    out->cascade = out->side == SIDE_SMALL && verifies;
}

void choice_make(const struct choice_call *call, const struct choice_policy *policy,
                 struct choice_made *out)
{
    *out = (struct choice_made){.propensity_ppm = CHOICE_SURE, .why = CHOICE_WHY_ONLY};
    if (call->small.usable && call->large.usable)
        choose(call, policy, out);
    else if (call->small.usable && policy->mode == CHOICE_CERTIFIED)
        turn(out, SIDE_NONE, CHOICE_WHY_CERTIFIED_NONE); // none is of what only one side can take
    else if (call->small.usable || call->large.usable)
        out->side = call->small.usable ? SIDE_SMALL : SIDE_LARGE;
}

enum side choice_promised(const struct choice_judged *judged)
{
    const struct choice_policy certified = {.mode = CHOICE_CERTIFIED};
    struct choice_made made;
    if (!judged->there || judged->counsel[CHOICE_CERTIFIED].why == CHOICE_WHY_CERTIFIED_NONE)
        return SIDE_NONE;
    judge(judged, &certified, false, &made);
    return made.side;
}

bool choice_by_score(const struct choice_call *call)
{
    const struct choice_made small = {.side = SIDE_SMALL};
    return call->session == SIDE_NONE && !is_no_dearer(call, &small);
}
