// SPDX-License-Identifier: Apache-2.0
//
// nano - the unit in which budgets count: whole nanodollars.
//
// A cost is kept in picodollars (core/money.h); a budget takes it rounded up, once, so that what it
// counts is never less than what was charged. 64 bits end at 9.22 billion USD, so nothing here
// wraps: every operation that could leave the range says so.

#ifndef BUDGET_NANO_H
#define BUDGET_NANO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/money.h"

#define NANO_PLACES 9 // of a USD

struct nano {
    int64_t n; // 10^-9 USD
};

// The cost rounded towards plus infinity: never out of range.
struct nano nano_from_money(struct money m);
// False when the result leaves the range; `out` is then untouched.
bool nano_add(struct nano a, struct nano b, struct nano *out) MUST_USE;
bool nano_sub(struct nano a, struct nano b, struct nano *out) MUST_USE; // a - b
// An amount that a person wrote, in USD: `500.00`, `0.01`, `1e3`. Exact: what is finer than a
// nanodollar is refused, not rounded. STATUS_SYNTAX (no number), STATUS_RANGE (negative, or more
// than the range holds), STATUS_LIMIT (too fine); `why` (may be NULL) says what to write instead.
enum status nano_read(struct str usd, struct nano *out, struct why *why) MUST_USE;
// USD in plain decimal: at least 2 places, zeros after them dropped: `500.00`, `0.000000001`.
void nano_write(struct buf *b, struct nano m);
struct str nano_text(struct nano m, char text[DECIMAL_TEXT]); // the slice lies in `text`

#endif
