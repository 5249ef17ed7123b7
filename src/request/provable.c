// SPDX-License-Identifier: Apache-2.0
//
// What a pair holds at least (comparing.c): the other side's answer, and both verdicts on it. Who
// judges is shown the request, and the other answer as if it had all the tokens that it may have.

#include "request/provable.h"

#include "gate/charged.h"
#include "gate/learned.h"
#include "request/comparing.h"
#include "request/reservation.h"
#include "request/shadowing.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

static int64_t output_of(const struct req *r)
{
    const int64_t asked = r->ask.demand.output_max;
    return asked > 0 && asked < COMPARING_OUTPUT_LEAST ? asked : COMPARING_OUTPUT_LEAST;
}

// What the judge is charged by; NULL: nobody knows, or nobody judges.
static const struct sheet *judge_sheet(const struct req *r, const struct config_route *route,
                                       const struct candidate *large)
{
    const struct snapshot *s = r->view->snapshot;
    struct target t;
    if (route->shadow.unjudged)
        return NULL;
    const struct str judge = learned_judge_of(route);
    if (!judge.len)
        return large->sheet;
    if (resolve_prefixed(s, judge, &t) != REFUSAL_NONE)
        return NULL;
    const struct config_provider *p = &s->config->providers[t.provider];
    const struct sheet *sheet = provider_sheet(s, p, t.model);
    return charged_by(p, t.model, charged_elsewhere(s, p, t.model),
                      sheet ? sheet_at(sheet, r->start_us) : NULL);
}

// Both verdicts, at least. Where that is not known, or it is too much to be read, nobody is asked.
static int64_t judged_least(const struct req *r, const struct config_route *route,
                            const struct candidate *large)
{
    const struct sheet *sheet = judge_sheet(r, route, large);
    int64_t bytes = r->ask.demand.text_bytes;
    if (!sheet || bytes >= JUDGE_QUESTION_MAX)
        return 0;
    bytes += count_times(output_of(r), JUDGING_TOKEN_BYTES);
    const struct weight question = {.tokens =
                                        bytes < JUDGE_QUESTION_MAX ? bytes : JUDGE_QUESTION_MAX,
                                    .prompts = 1,
                                    .answers = 1,
                                    .output_max = JUDGE_OUTPUT_MAX,
                                    .services = 1U << SERVICE_STANDARD};
    const struct bound_call call = {.sheet = sheet,
                                    .weight = &question,
                                    .start_us = r->start_us,
                                    .output_unsaid = JUDGE_OUTPUT_MAX};
    struct bound bound;
    bound_make(&call, &bound);
    return bound.state == BOUND_KNOWN ? count_times(bound.most.n, JUDGING_VERDICTS) : 0;
}

// It can be asked as the other side: what it may cost is known, and there may be room for it.
static bool is_payable(const struct req *r, const struct candidate *other, int64_t room)
{
    const struct reservation_at at = {&other->target, other->sheet, COMPARING_OUTPUT_LEAST};
    struct bound bound;
    reservation_foresee(r, &at, &bound);
    return bound.state == BOUND_KNOWN && bound.most.n <= room;
}

// Nothing limits what it would cost there: no budget lets that side answer it as well.
static bool is_boundless(const struct req *r, const struct candidate *one)
{
    const struct config_provider *p = &r->view->snapshot->config->providers[one->target.provider];
    return weigh_boundless(&r->ask, vendor_flags(p->vendor_row, p->url.host), one->target.model);
}

static bool is_priced(const struct candidate *c)
{
    return c->expected_state != PRICE_UNPRICED;
}

bool provable(const struct req *r, const struct plan *p, const struct candidate *small,
              const struct candidate *large)
{
    const struct config_route *route = p->route;
    if (r->confined || route->local_only || !shadowing_may(r) || !is_priced(small) ||
        !is_priced(large))
        return false;
    if (route->mode != CONFIG_CERTIFIED && p->shadow_ppm == 0)
        return !is_boundless(r, large);
    const int64_t room =
        route->shadow.on ? route->shadow.budget.n - judged_least(r, route, large) : INT64_MAX;
    return is_payable(r, small, room) && is_payable(r, large, room);
}
