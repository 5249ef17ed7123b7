// SPDX-License-Identifier: Apache-2.0

#include "verify/breakeven.h"

#define PPM 1000000

static void halve(struct breakeven *b)
{
    b->calls /= 2;
    b->escalated /= 2;
    b->small /= 2;
    b->unpriced /= 2;
    b->unended /= 2;
    b->small_cost /= 2;
    b->large_cost /= 2;
}

void breakeven_add(struct breakeven *b, const struct breakeven_call *call)
{
    if (call->learning && call->escalated)
        return;
    if (b->calls >= BREAKEVEN_KEPT)
        halve(b);
    b->calls++;
    b->escalated += call->escalated;
    b->small += call->small;
    b->unpriced += !call->priced;
    b->unended += call->unended;
    if (call->priced) {
        b->small_cost += call->small_cost;
        b->large_cost += call->large_cost;
    }
}

const struct breakeven_call breakeven_untried = {.priced = true};

bool breakeven_attempt(struct breakeven_call *call, const struct breakeven_attempt *a)
{
    if (a->judged) {
        call->small++;
        call->small_cost += a->cost;
        call->priced = call->priced && a->priced;
    }
    if (call->small == 0 || a->followed || !(a->judged || a->large))
        return false;
    call->escalated = !a->judged || !a->good;
    call->large_cost = a->judged ? a->large_cost : a->cost;
    call->unended = call->priced && a->priced && !a->answered;
    call->priced = call->priced && (a->judged ? a->compared : a->answered && a->priced);
    return true;
}

static uint32_t part(uint128 of, uint128 whole, uint128 scale)
{
    const uint128 n = (of * scale + whole - 1) / whole;
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static struct breakeven_sum sum_of(const struct breakeven *b)
{
    struct breakeven_sum s = {0};
    if (b->calls == 0)
        return s;
    s.escalated_ppm = part(b->escalated, b->calls, PPM);
    s.small_milli = part(b->small, b->calls, 1000);
    s.all_ppm = s.escalated_ppm; // at the least
    if (b->large_cost == 0 || b->small == 0) {
        s.known = b->calls >= BREAKEVEN_LEAST && b->escalated == b->calls;
        return s;
    }
    // Of both together, so that it is rounded once. Of as many calls as are kept that cost as much
    // as any may, in millionths, that is 102 bits.
    s.ratio_ppm = part(b->small_cost * b->calls, b->large_cost * b->small, PPM);
    s.all_ppm = part(b->escalated * b->large_cost + b->small_cost * b->calls,
                     b->calls * b->large_cost, PPM);
    s.known = b->calls - b->unpriced >= BREAKEVEN_LEAST ||
              (b->calls >= BREAKEVEN_LEAST && b->escalated == b->calls);
    s.pays = s.all_ppm < PPM;
    return s;
}

struct breakeven_sum breakeven_sum(const struct breakeven *b)
{
    struct breakeven_sum s = sum_of(b);
    s.unpriced = !s.known && b->unpriced - b->unended >= BREAKEVEN_LEAST;
    s.unended = !s.known && !s.unpriced && b->unpriced >= BREAKEVEN_LEAST;
    return s;
}
