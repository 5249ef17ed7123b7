// SPDX-License-Identifier: Apache-2.0

#include "insight/loss.h"

#include <math.h>

#include "base/must.h"
#include "route/wager.h"

#define RISK  0.025 // at either end
#define STEPS 1000

struct test {
    const struct loss_call *calls;
    size_t count;
    double least; // of all odds: what weights are scaled by
};

static double quality(const struct loss_call *c)
{
    return (double)(c->small ? c->weak : c->strong);
}

// What it has above what a loss of so much would leave, as route/certificate.h takes it.
static double margin(const struct loss_call *c, double loss)
{
    if (c->unjudged)
        return c->small ? loss - 1 : 0;
    return quality(c) - (1 - loss) * (double)c->strong;
}

// Whether it is proved to be below `loss`; with `sign` -1: above.
static bool is_proved(const struct test *t, double loss, double sign)
{
    struct wager w;
    wager_begin(&w, t->count, RISK);
    for (size_t i = 0; i < t->count && !wager_won(&w); i++) {
        const struct loss_call *c = &t->calls[i];
        wager_add(&w, sign * margin(c, loss) * t->least / (double)c->odds);
    }
    return wager_won(&w);
}

// How many steps from either end are proved to be none of it.
static int proved(const struct test *t, double sign)
{
    int from = 0, to = STEPS + 1; // `from` of them are proved
    while (to - from > 1) {
        int at = (from + to) / 2;
        double loss = (double)(sign > 0 ? STEPS - at : at) / STEPS;
        if (is_proved(t, loss, sign))
            from = at;
        else
            to = at;
    }
    return from;
}

struct loss loss_of(const struct loss_call *calls, size_t count)
{
    struct test t = {calls, count, 1};
    double chosen = 0, large = 0;
    bool any = false; // goes to the small side
    must(count > 0);
    for (size_t i = 0; i < count; i++) {
        must(calls[i].odds > 0 && calls[i].odds <= 1);
        t.least = fmin(t.least, (double)calls[i].odds);
        any |= calls[i].small;
        if (calls[i].unjudged) {
            large += calls[i].small ? 1 / (double)calls[i].odds : 0;
            continue;
        }
        chosen += quality(&calls[i]) / (double)calls[i].odds;
        large += (double)calls[i].strong / (double)calls[i].odds;
    }
    struct loss out = {.is = any && large > 0 ? 1 - chosen / large : 0};
    if (!any)
        return out;
    out.low = fmin(out.is, (double)proved(&t, -1) / STEPS);
    out.high = fmax(out.is, (double)(STEPS - proved(&t, 1)) / STEPS);
    return out;
}
