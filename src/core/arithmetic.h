// SPDX-License-Identifier: Apache-2.0
//
// arithmetic - calculations that a text writes down, done again.
//
//   "48 / 2 = 24 clips, so 48 + 24 = 73"      found 2, wrong 1
//
// An expression of numbers with + - * / (and the signs that printers have for them) and
// parentheses, `=`, and a number. Numbers may have a $, commas between thousands, and a %; or the
// comma before the places and points between thousands: what is right in either way is right. What
// might mean anything else (a variable, a unit between, a power, a time, a result in another unit)
// is not found. Calculated exactly, in fractions; a result that is rounded or cut to the places
// that it shows is right.

#ifndef CORE_ARITHMETIC_H
#define CORE_ARITHMETIC_H

#include "base/limits.h"
#include "base/str.h"

#define ARITHMETIC_BYTES_MAX (64 * KIB) // a loop waits for it: 20 ms, of the worst text

struct arithmetic {
    unsigned found;
    unsigned wrong;
};

// The calculations whose `=` stands within the last ARITHMETIC_BYTES_MAX of the text.
struct arithmetic arithmetic_check(struct str text);

#endif
