// SPDX-License-Identifier: Apache-2.0
//
// arithmetic - calculations that a text writes down, done again.
//
//   "48 / 2 = 24 clips, so 48 + 24 = 73"      found 2, wrong 1
//
// Numbers with + - * / (and the signs that printers have for them) and parentheses between them,
// and nothing else, then `=` and one number; it is wrong where its exact value, rounded or cut to
// the places that are shown, is another one. What might be anything else is not found: where a
// name, a unit, a power or an operator stands beside it, or where what is said around it
// (arithmetic_part.h) denies, asks, quotes, supposes or rounds it, or is of a clock, of bits, or
// modulo.
//
// Numbers may have a $, commas between thousands, and a %; or the comma before the places and
// points between thousands: what is right in either way is right. So is what is so with thirds,
// sixths or pi in the place of what may be one, rounded (33.33 * 3 = 100).

#ifndef CORE_ARITHMETIC_H
#define CORE_ARITHMETIC_H

#include "base/limits.h"
#include "base/str.h"

#define ARITHMETIC_BYTES_MAX (32 * KIB) // a loop waits for it: 20 ms, of the worst text
#define ARITHMETIC_WRONG_MAX 1000       // then no more are looked for

struct arithmetic {
    unsigned found;
    unsigned wrong;
};

// The calculations whose `=` stands within the last ARITHMETIC_BYTES_MAX of the text.
struct arithmetic arithmetic_check(struct str text);

#endif
