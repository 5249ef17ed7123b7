// SPDX-License-Identifier: Apache-2.0

#include "insight/loss.h"

#include <math.h>
#include <stdlib.h>

#include "base/must.h"

#define RISK  0.025 // at either end
#define STEPS 1000  // of 0.1 %, on either side of 0
#define TOLD  0.05  // a loss that is to be told, where groups of calls are large

struct test {
    const struct evidence *calls;
    size_t count, unit;
};

static bool is_proved(const struct test *t, int step, bool more)
{
    const struct claim c = {
        .loss = (double)step / STEPS, .more = more, .risk = RISK, .unit = t->unit};
    return certificate_proves(t->calls, t->count, &c);
}

// The last step, from the end that says least, before the first at which it is not proved; one
// before all where none is. No step is passed over: that a wager wins at one does not say that it
// does at those that say less, since what it stakes is other there.
static int last_proved(const struct test *t, bool more)
{
    const int by = more ? 1 : -1;
    int at = -by * STEPS;
    while (abs(at) <= STEPS && is_proved(t, at, more))
        at += by;
    return at - by;
}

struct loss loss_of(struct evidence *calls, size_t count)
{
    struct test t = {calls, count, 1};
    struct certificate at;
    must(count > 0);
    certificate_shuffle(calls, count);
    t.unit = certificate_unit(calls, count, TOLD);
    certificate_at(calls, count, 0, &at);
    if (!(at.share > 0)) // nothing goes to the small side
        return (struct loss){.is = 0};
    const int low = last_proved(&t, true), high = last_proved(&t, false);
    return (struct loss){
        .is = at.loss,
        .low = low < -STEPS ? -HUGE_VAL : fmin(at.loss, (double)low / STEPS),
        .high = fmax(at.loss, high > STEPS ? 1 : (double)high / STEPS),
    };
}
