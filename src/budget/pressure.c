// SPDX-License-Identifier: Apache-2.0

#include "budget/pressure.h"

#include "base/decimal.h"

#define FREE (PRESSURE_FULL / 2) // of the limit: what presses nobody

// The part of the window that is over.
static int64_t passed(const struct window *w, int64_t now_us)
{
    if (w->start_us == INT64_MIN || w->end_us == INT64_MAX || w->end_us <= w->start_us ||
        now_us <= w->start_us)
        return 0;
    if (now_us >= w->end_us)
        return PRESSURE_FULL;
    return (int64_t)((int128)(now_us - w->start_us) * PRESSURE_FULL / (w->end_us - w->start_us));
}

int64_t pressure_of(struct nano used, struct nano limit, const struct window *w, int64_t now_us)
{
    if (used.n <= 0)
        return 0;
    if (used.n >= limit.n)
        return PRESSURE_FULL;
    int64_t share = (int64_t)((int128)used.n * PRESSURE_FULL / limit.n);
    int64_t even = passed(w, now_us);
    even = even > FREE ? even : FREE;
    if (share <= even || even >= PRESSURE_FULL)
        return 0;
    return (share - even) * PRESSURE_FULL / (PRESSURE_FULL - even);
}
