// SPDX-License-Identifier: Apache-2.0

#include "gate/recall.h"

#include "base/clock.h"
#include "core/decision.h"
#include "core/tenant.h"
#include "route/traits.h"
#include "store/decided.h"

#define SPAN_US  (30 * DAY_US)
#define ATTEMPTS 16384 // the latest: a tenth of a second

struct reading {
    const struct recall *to;
    int64_t late_us;            // of the steady clock, against that of calls
    struct uuid id;             // of the call at hand
    uint64_t task;              // that its first attempt told; 0: none
    struct breakeven_call sums; // of its attempts that were verified
    struct traits traits;       // to unpack them
};

static void begin(struct reading *r, const struct store_decided *s, const struct decision *d)
{
    r->id = s->id;
    r->sums = breakeven_untried;
    r->task = traits_unpack(d->traits, &r->traits) ? r->traits.task : 0;
}

static void learn(const struct reading *r, const struct store_decided *s, const struct decision *d)
{
    const struct habit_of of = {s->provider, s->model, d->route, r->task};
    const struct habit_seen seen = {
        .input = s->input, .cached = s->cached, .output = s->output, .busy_us = s->busy_us};
    if (r->task && s->answered && s->reported)
        habits_learn(r->to->habits, &of, &seen, s->start_us + r->late_us);
}

// As request/paying.c does when an attempt is settled.
static void count(struct reading *r, const struct store_decided *s, const struct decision *d)
{
    const struct decision_verdict *v = &d->verdict;
    const struct breakeven_attempt seen = {.judged = v->there,
                                           .good = v->good,
                                           .large = decision_side(d) == SIDE_LARGE,
                                           .followed = s->followed,
                                           .answered = s->answered,
                                           .priced = s->priced,
                                           .cost = (uint64_t)s->cost.pd,
                                           .compared = d->compared,
                                           .large_cost = (uint64_t)d->large.pd};
    if (v->told &&
        !cascades_saw(r->to->cascades, d->route, s->model, (struct how_sure){v->sure, v->mean}))
        r->sums.learning = true;
    if (breakeven_attempt(&r->sums, &seen))
        cascades_count(r->to->cascades, d->route, &r->sums);
}

static void hear(void *context, const struct store_decided *s)
{
    struct reading *r = context;
    struct decision d;
    if (!decision_unpack(s->packed, &d))
        return;
    if (s->attempt == 0 || memcmp(&s->id, &r->id, sizeof s->id) != 0)
        begin(r, s, &d);
    learn(r, s, &d);
    count(r, s, &d);
}

enum status recall(const struct recall *r, struct why *why)
{
    const int64_t now_us = clock_mono_us();
    struct reading reading = {.to = r, .late_us = now_us - r->began_us};
    const int64_t since_us = r->began_us - SPAN_US;
    const struct decided_query q = {str_of(TENANT), since_us, r->began_us, ATTEMPTS};
    enum status s = habits_recall(r->habits, r->store, &q, now_us, why);
    return s == STATUS_OK ? store_decided_each(r->store, &q, hear, &reading, why) : s;
}
