// SPDX-License-Identifier: Apache-2.0
//
// golden - a number times 2^64 / golden ratio: what scatters numbers that are alike (Knuth, The Art
// of Computer Programming 3, 6.4, "Fibonacci hashing"). No two become one, as the factor is odd.
// Who chooses the numbers can make them fall together.
//
// Groups of calls and traits of requests are stored that were made by it: it never changes.

#ifndef BASE_GOLDEN_H
#define BASE_GOLDEN_H

#include <stdint.h>

// Only its upper bits depend on all bits of the number.
static inline uint64_t golden(uint64_t number)
{
    return number * UINT64_C(0x9e3779b97f4a7c15);
}

// Its lower bits do, too.
static inline uint64_t golden_low(uint64_t number)
{
    const uint64_t wide = golden(number);
    return wide ^ wide >> 32;
}

#endif
