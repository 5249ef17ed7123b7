// SPDX-License-Identifier: Apache-2.0
//
// decimal - exact decimal numbers from and to text, as an integer count of 10^-18.
// Prices and reported costs are read as text and never pass through a binary float.

#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#define DECIMAL_PLACES 18

// Reads `[-]digits[.digits][e[+-]digits]` (JSON's number grammar, but a leading zero and a bare
// `.5` are taken too). Value times 10^18. STATUS_SYNTAX on other text, STATUS_RANGE beyond
// +-10^20 USD, STATUS_LIMIT when it has non-zero digits below 10^-18 (use decimal_round then).
enum status decimal_read(struct str s, int128 *out) MUST_USE;
// As decimal_read, but digits below 10^-18 are rounded half to even; *inexact says so.
enum status decimal_round(struct str s, int128 *out, bool *inexact) MUST_USE;
// `value` x 10^-`places` as plain decimal text (no exponent). `keep`: digits after the point that
// are always written (12 for a cost); zeros after those are dropped. keep 0 and a whole number: no
// point. Both at most 38.
void decimal_write(struct buf *b, int128 value, unsigned places, unsigned keep);
// The same into the end of `text`; the slice lies in it.
#define DECIMAL_TEXT 80
struct str decimal_text(int128 value, unsigned places, unsigned keep, char text[DECIMAL_TEXT]);
// n / d rounded half to even. d > 0.
int128 decimal_divide(int128 n, int128 d);
// The same rounded to the whole number that is not below it, or not above it: what is shown of a
// cost and a bound, and of what is saved, is never better than it is.
int128 decimal_divide_up(int128 n, int128 d);
int128 decimal_divide_down(int128 n, int128 d);

#endif
