// SPDX-License-Identifier: Apache-2.0
//
// quote - to the next byte of a JSON string that is not plain text, eight bytes at a time (a zero
// byte in x ^ pattern, Mycroft 1987).

#ifndef WIRE_QUOTE_H
#define WIRE_QUOTE_H

#include <stdint.h>
#include <string.h>

#define QUOTE_ONES  0x0101010101010101u
#define QUOTE_HIGHS 0x8080808080808080u

// The high bit of each byte that is zero; above the lowest of them others may be set too.
static inline uint64_t quote_zeros(uint64_t x)
{
    return (x - QUOTE_ONES) & ~x & QUOTE_HIGHS;
}

// From inside a string to its next quote or backslash, or to the end.
static inline const char *quote_find(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - p >= 8) {
        uint64_t x;
        memcpy(&x, p, sizeof x);
        uint64_t found = quote_zeros(x ^ (QUOTE_ONES * '"')) | quote_zeros(x ^ (QUOTE_ONES * '\\'));
        if (found)
            return p + (__builtin_ctzll(found) >> 3);
        p += 8;
    }
#endif
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

#endif
