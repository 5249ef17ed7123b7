// SPDX-License-Identifier: Apache-2.0
//
// quote - to the next byte of a JSON string that is not plain text: sixteen bytes at a time where
// the processor is known to, else eight (a zero byte in x ^ pattern, Mycroft 1987).

#ifndef METER_QUOTE_H
#define METER_QUOTE_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#    include <emmintrin.h>
#endif

#ifdef __SSE2__
// A bit for each of the bytes at p, p[0] the lowest, that is a quote or a backslash.
static inline unsigned quote_bits(const char *p)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i quotes = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
    __m128i slashes = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(quotes, slashes));
}
#else
#    define QUOTE_ONES  0x0101010101010101u
#    define QUOTE_HIGHS 0x8080808080808080u

// The high bit of each byte that is zero; above the lowest of them others may be set too.
static inline uint64_t quote_zeros(uint64_t x)
{
    return (x - QUOTE_ONES) & ~x & QUOTE_HIGHS;
}
#endif

// From inside a string to its next quote or backslash, or to the end.
static inline const char *quote_find(const char *p, const char *end)
{
#ifdef __SSE2__
    for (; end - p >= 16; p += 16) {
        unsigned found = quote_bits(p);
        if (found)
            return p + __builtin_ctz(found);
    }
#elif __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    for (; end - p >= 8; p += 8) {
        uint64_t x;
        memcpy(&x, p, sizeof x);
        uint64_t found = quote_zeros(x ^ (QUOTE_ONES * '"')) | quote_zeros(x ^ (QUOTE_ONES * '\\'));
        if (found)
            return p + (__builtin_ctzll(found) >> 3);
    }
#endif
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

#endif
