// SPDX-License-Identifier: Apache-2.0

#include "core/wide.h"

struct wide wide_from(int128 n)
{
    struct wide w = {{0}};
    must(n >= 0);
    for (unsigned i = 0; i < 4; i++, n >>= 32)
        w.limb[i] = (uint32_t)n;
    return w;
}

void wide_add(struct wide *w, const struct wide *other)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        carry += (uint64_t)w->limb[i] + other->limb[i];
        w->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    must(carry == 0);
}

void wide_multiply(struct wide *w, uint32_t by)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < WIDE_LIMBS; i++) {
        carry += (uint64_t)w->limb[i] * by;
        w->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    must(carry == 0);
}

uint32_t wide_divide(struct wide *w, uint32_t by)
{
    uint64_t rest = 0;
    must(by > 0);
    for (unsigned i = WIDE_LIMBS; i-- > 0;) {
        rest = rest << 32 | w->limb[i];
        w->limb[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    return (uint32_t)rest;
}

bool wide_i64(const struct wide *w, int64_t *out)
{
    for (unsigned i = 2; i < WIDE_LIMBS; i++) {
        if (w->limb[i])
            return false;
    }
    if (w->limb[1] > INT32_MAX)
        return false;
    *out = (int64_t)w->limb[1] << 32 | w->limb[0];
    return true;
}
