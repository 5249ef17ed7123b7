// SPDX-License-Identifier: Apache-2.0
//
//   TRAITS_VERSION | PACKED   u8
//   which are not 0           a bit for each trait, the first one lowest
//   those                     u16 each
//   task                      u64
//   how many grams            u16
//   those                     u16 each
//
// Little-endian. Without PACKED, as earlier versions wrote, the bits are left out and each trait is
// there. A call has a dozen that are not 0, and its record is written some times over.

#include <string.h>

#include "route/traits.h"

#define PACKED     0x80u
#define BITS_BYTES ((TRAIT_COUNT + 7) / 8)
#define ALL        (((uint64_t)1 << TRAIT_COUNT) - 1)

static char *put(char *at, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *at++ = (char)(n >> 8 * i & 0xff);
    return at;
}

static bool take(struct str *rest, unsigned bytes, uint64_t *n)
{
    if (rest->len < bytes)
        return false;
    *n = 0;
    for (unsigned i = 0; i < bytes; i++)
        *n |= (uint64_t)(unsigned char)rest->ptr[i] << 8 * i;
    *rest = str_skip(*rest, bytes);
    return true;
}

// The counters, and before them which are there.
static char *put_counters(char *at, const uint16_t *value)
{
    char *bits = at;
    uint64_t there = 0;
    at += BITS_BYTES;
    for (unsigned i = 0; i < TRAIT_COUNT; i++) {
        if (value[i] == 0)
            continue;
        there |= (uint64_t)1 << i;
        at = put(at, value[i], 2);
    }
    (void)put(bits, there, BITS_BYTES);
    return at;
}

static bool take_counters(struct str *rest, bool whole, uint16_t *value)
{
    _Static_assert(TRAIT_COUNT < 64, "a bit each");
    uint64_t there = ALL, n;
    if (!whole && !take(rest, BITS_BYTES, &there))
        return false;
    for (unsigned i = 0; i < TRAIT_COUNT; i++) {
        bool is_there = there >> i & 1;
        n = 0;
        if (is_there && (!take(rest, 2, &n) || (n == 0 && !whole)))
            return false;
        value[i] = (uint16_t)n;
    }
    return (there & ~ALL) == 0;
}

void traits_pack(const struct traits *t, bool words, struct buf *out)
{
    unsigned grams = words ? t->gram_count : 0;
    size_t most = 1 + BITS_BYTES + 2 * TRAIT_COUNT + 8 + 2 + 2 * (size_t)grams;
    char *start = buf_room(out, most), *at = start;
    if (!at)
        return;
    at = put(at, TRAITS_VERSION | PACKED, 1);
    at = put_counters(at, t->value);
    at = put(put(at, t->task, 8), grams, 2);
    for (unsigned i = 0; i < grams; i++)
        at = put(at, t->grams[i], 2);
    out->len += (size_t)(at - start);
}

bool traits_unpack(struct str bytes, struct traits *out)
{
    uint64_t n;
    if (!take(&bytes, 1, &n) || (n & ~(uint64_t)PACKED) != TRAITS_VERSION ||
        !take_counters(&bytes, (n & PACKED) == 0, out->value))
        return false;
    if (!take(&bytes, 8, &out->task) || !take(&bytes, 2, &n) || n > TRAITS_GRAMS_MAX)
        return false;
    out->gram_count = (uint16_t)n;
    if (bytes.len != 2 * n)
        return false;
    for (unsigned i = 0; i < out->gram_count; i++) {
        if (!take(&bytes, 2, &n))
            return false;
        out->grams[i] = (uint16_t)n;
    }
    return true;
}
