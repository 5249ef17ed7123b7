// SPDX-License-Identifier: Apache-2.0
//
// wide - whole numbers of 288 bits, for a cost with its factors: a sum of 10^-18 USD (127 bits)
// times four factors in parts per million (30 bits each) and the 3600 of an hour (12 bits) fits no
// machine word.

#ifndef CORE_WIDE_H
#define CORE_WIDE_H

#include <stdint.h>

#include "base/decimal.h"

#define WIDE_LIMBS 9

struct wide {
    uint32_t limb[WIDE_LIMBS]; // least first
};

struct wide wide_from(int128 n); // n >= 0
// What leaves 288 bits is a bug of the caller, who knows his bounds.
void wide_add(struct wide *w, const struct wide *other);
void wide_multiply(struct wide *w, uint32_t by);
uint32_t wide_divide(struct wide *w, uint32_t by); // the rest; by > 0
// False when it is beyond int64; `out` is then untouched.
bool wide_i64(const struct wide *w, int64_t *out) MUST_USE;

#endif
