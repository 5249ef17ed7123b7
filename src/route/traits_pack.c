// SPDX-License-Identifier: Apache-2.0
//
// One byte of version, the counters, the task, how many grams and the grams: little-endian.

#include <string.h>

#include "route/traits.h"

static char *put(char *at, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *at++ = (char)(n >> 8 * i & 0xff);
    return at;
}

static char *put_each(char *at, const uint16_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        at = put(at, numbers[i], 2);
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

void traits_pack(const struct traits *t, bool words, struct buf *out)
{
    unsigned grams = words ? t->gram_count : 0;
    size_t size = 1 + 2 * TRAIT_COUNT + 8 + 2 + 2 * (size_t)grams;
    char *at = buf_room(out, size);
    if (!at)
        return;
    out->len += size;
    at = put(at, TRAITS_VERSION, 1);
    at = put_each(at, t->value, TRAIT_COUNT);
    at = put(put(at, t->task, 8), grams, 2);
    put_each(at, t->grams, grams);
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
