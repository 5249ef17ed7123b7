// SPDX-License-Identifier: Apache-2.0
//
// What a pair holds (comparing.c): the other side's answer, and both verdicts on it. Who judges is
// shown the request, and the other answer as if it had all the tokens that it may have. It is no
// less than what is held then, where the answer that is given leaves the other one no more than the
// usual maximum: else calls were taken for those of pairs that are refused each time.

#include "request/provable.h"

#include "gate/terms.h"
#include "request/comparing.h"
#include "request/expected.h"
#include "request/reservation.h"
#include "request/shadowing.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

// More than what a judge is told beside the question: orders, marks, what is around each value.
#define BESIDE_BYTES 1536
#define READ_BYTES   (4 * KIB) // of a body that is read as soon as its window is asked for

static int64_t output_of(const struct req *r, int64_t most)
{
    const int64_t asked = r->ask.demand.output_max;
    return asked > 0 && asked < most ? asked : most;
}

// Whom nobody asks has no sheet.
static bool find_judge(const struct req *r, const struct config_route *route,
                       const struct candidate *large, struct target *target,
                       const struct sheet **sheet)
{
    const struct str judge = terms_judge(route);
    *target = large->target;
    *sheet = large->sheet;
    if (route->shadow.unjudged)
        return false;
    if (!judge.len)
        return large->sheet;
    if (resolve_prefixed(r->view->snapshot, judge, target) != REFUSAL_NONE)
        return false;
    *sheet = expected_sheet(r, target);
    return *sheet;
}

// Bytes of the question, as the request is written: what is escaped in it is shown so.
static int64_t question_of(const struct req *r)
{
    const int64_t answers = output_of(r, COMPARING_OUTPUT_LEAST) +
                            output_of(r, COMPARING_OUTPUT_LEAST / COMPARING_OUTPUT_TIMES);
    const int64_t bytes =
        count_add((int64_t)r->ask.body.len, count_times(answers, JUDGING_TOKEN_BYTES));
    return bytes < JUDGE_QUESTION_MAX ? bytes : JUDGE_QUESTION_MAX;
}

// Both verdicts. Where that is not known nobody is asked.
static int64_t judged_most(const struct req *r, const struct config_route *route,
                           const struct candidate *large)
{
    struct target target;
    struct reservation_at at = {.target = &target, .output_max = JUDGE_OUTPUT_MAX};
    struct bound bound;
    if (!find_judge(r, route, large, &target, &at.sheet))
        return 0;
    reservation_foresee_text(r, &at, question_of(r) + BESIDE_BYTES, &bound);
    return bound.state == BOUND_KNOWN ? count_times(bound.most.n, JUDGING_VERDICTS) : 0;
}

// It can be asked as the other side: what it may cost is known, and there may be room for it. Its
// text, unless it is short, is read again only where the price of a whole window does not tell.
static bool is_payable(struct req *r, const struct candidate *other, int64_t room,
                       struct reservation_seen *unread)
{
    const struct reservation_at at = {&other->target, other->sheet, COMPARING_OUTPUT_LEAST};
    struct bound bound;
    if (r->ask.body.len > READ_BYTES) {
        reservation_foresee(r, &at, unread, &bound);
        if (bound.state == BOUND_KNOWN && bound.most.n <= room)
            return true;
    }
    reservation_foresee(r, &at, &r->seen, &bound);
    return bound.state == BOUND_KNOWN && bound.most.n <= room;
}

// Nothing limits what it would cost there: no budget lets that side answer it as well.
static bool is_boundless(const struct req *r, const struct candidate *one)
{
    const struct config_provider *p = &r->view->snapshot->config->providers[one->target.provider];
    return weigh_boundless(&r->ask, vendor_flags(p->vendor_row, p->url.host), one->target.model);
}

bool provable(struct req *r, const struct plan *p, const struct candidate *small,
              const struct candidate *large)
{
    const struct config_route *route = p->route;
    if (r->confined || route->local_only || !shadowing_may(r) || !expected_priced(small) ||
        !expected_priced(large))
        return false;
    if (route->mode != CONFIG_CERTIFIED && p->shadow_ppm == 0)
        return !is_boundless(r, large);
    const int64_t room =
        route->shadow.on ? route->shadow.budget.n - judged_most(r, route, large) : INT64_MAX;
    struct reservation_seen unread = {.unread = true};
    return is_payable(r, large, room, &unread) && is_payable(r, small, room, &unread);
}
