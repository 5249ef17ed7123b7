// SPDX-License-Identifier: Apache-2.0
//
// figure - a number of a price list, exactly as its text says: it is never a double here. Lists are
// made by programs that had doubles, and some of their figures show it: 2.9999999999999997e-07 is
// three tenths of a millionth. Such debris is told by its length (16 digits and more) and by a much
// shorter decimal within a few units of a double's last place; then that one is meant.

#ifndef TARIFF_FIGURE_H
#define TARIFF_FIGURE_H

#include "base/decimal.h"
#include "core/money.h"

struct figure {
    int128 digits; // value = digits x 10^exponent; no zero at the end of the digits
    int exponent;
};

// A JSON number. SYNTAX on other text; RANGE with more than 34 digits or an exponent beyond 60.
enum status figure_read(struct str number, struct figure *out) MUST_USE;
// Makes float debris the short decimal that it stands for. False: it is none, and stays.
bool figure_settle(struct figure *f);
// The price when the figure is USD for 10^`power` units. Digits below 10^-18 USD a unit are rounded
// half to even, which `rounded` says. RANGE when it is negative or beyond what a price holds.
enum status figure_price(struct figure f, int power, struct price *out, bool *rounded) MUST_USE;

#endif
