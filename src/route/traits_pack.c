// SPDX-License-Identifier: Apache-2.0
//
// One byte of version, the counters, the task, how many grams and the grams: little-endian.

#include <string.h>

#include "route/traits.h"

static void put(uint64_t n, unsigned bytes, struct buf *out)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_add_char(out, (char)(n >> 8 * i & 0xff));
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

void traits_pack(const struct traits *t, bool words, struct buf *out)
{
    unsigned grams = words ? t->gram_count : 0;
    put(TRAITS_VERSION, 1, out);
    for (unsigned i = 0; i < TRAIT_COUNT; i++)
        put(t->value[i], 2, out);
    put(t->task, 8, out);
    put(grams, 2, out);
    for (unsigned i = 0; i < grams; i++)
        put(t->grams[i], 2, out);
}

bool traits_unpack(struct str bytes, struct traits *out)
{
    uint64_t n;
    if (!take(&bytes, 1, &n) || n != TRAITS_VERSION)
        return false;
    for (unsigned i = 0; i < TRAIT_COUNT; i++) {
        if (!take(&bytes, 2, &n))
            return false;
        out->value[i] = (uint16_t)n;
    }
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
