// SPDX-License-Identifier: Apache-2.0
//
// sixteen - sixteen bytes at once, on every machine that the compiler knows: its vectors are
// compared and joined by the operators of C, byte by byte (a comparison gives 255 or 0), and what
// they lack is here.

#ifndef BASE_SIXTEEN_H
#define BASE_SIXTEEN_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#    include <emmintrin.h>
#endif

typedef unsigned char sixteen __attribute__((vector_size(16)));

// The bytes from p on, wherever that is.
static inline sixteen sixteen_at(const char *p)
{
    sixteen bytes;
    memcpy(&bytes, p, sizeof bytes);
    return bytes;
}

// The highest bit of each byte, that of the first one lowest: gathered by a multiplication.
static inline unsigned sixteen_bits_plain(sixteen bytes)
{
    uint64_t half[2];
    unsigned bits = 0;
    memcpy(half, &bytes, sizeof half);
    for (unsigned i = 0; i < 2; i++) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        half[i] = __builtin_bswap64(half[i]);
#endif
        uint64_t ones = half[i] >> 7 & 0x0101010101010101u;
        bits |= (unsigned)(ones * 0x0102040810204080u >> 56) << 8 * i;
    }
    return bits;
}

// The same, by the one instruction where there is one.
static inline unsigned sixteen_bits(sixteen bytes)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8((__m128i)bytes);
#else
    return sixteen_bits_plain(bytes);
#endif
}

#endif
