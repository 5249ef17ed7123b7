// SPDX-License-Identifier: Apache-2.0
//
// money - amounts and prices as exact integers.
//
//   price    10^-18 USD a unit, exactly as written in the price list
//   money    10^-12 USD (picodollars): a cost, rounded once, half to even
//   sum      wider than 64 bits: totals of many costs
//
// int64 picodollars end at 9.22 million USD, so nothing here wraps: every operation that could
// leave the range says so.

#ifndef CORE_MONEY_H
#define CORE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/decimal.h"

struct money {
    int64_t pd; // picodollars
};

struct price {
    int64_t atto; // 10^-18 USD a unit: a token, a call, a second, a millionth of an hour
};

struct money_sum {
    int128 pd;
};

// False when the sum leaves the range; `sum` is then untouched.
bool money_add(struct money a, struct money b, struct money *sum) MUST_USE;
void money_sum_add(struct money_sum *sum, struct money m);
// 10^-18 USD to picodollars, half to even. False when out of range.
bool money_from_atto(int128 atto, struct money *out) MUST_USE;
// USD as decimal text, rounded half to even to picodollars (digits below 10^-18 are rounded first).
enum status money_read(struct str usd, struct money *out) MUST_USE;
// USD in plain decimal with 12 places: `0.000123000000`.
void money_write(struct buf *b, struct money m);
struct str money_text(struct money m, char text[DECIMAL_TEXT]); // the slice lies in `text`
void money_sum_write(struct buf *b,
                     struct money_sum m); // at least 2 places, zeros after them dropped
// A price per `units` (1000000 for "per Mtok" and "per hour") as decimal USD text. STATUS_LIMIT
// when finer than 10^-18 USD a unit; STATUS_RANGE when negative or beyond int64.
enum status price_read(struct str usd, int64_t units, struct price *out) MUST_USE;
// The price as USD per `units`, shortest exact decimal.
void price_write(struct buf *b, struct price p, int64_t units);

#endif
