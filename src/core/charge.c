// SPDX-License-Identifier: Apache-2.0

#include "core/charge.h"

#define GROUP_BITS 7
#define GROUP_MASK 0x7fu
#define GROUP_MORE 0x80u
#define GROUPS_MAX 9 // 63 bits

static char *put(char *at, uint64_t n)
{
    for (; n > GROUP_MASK; n >>= GROUP_BITS)
        *at++ = (char)((n & GROUP_MASK) | GROUP_MORE);
    *at++ = (char)n;
    return at;
}

void charge_pack(const struct charge *c, struct buf *out)
{
    must(c->count <= CHARGE_ACCOUNTS_MAX && c->held >= 0 && c->charged >= 0);
    char *start = c->count ? buf_room(out, CHARGE_PACKED_MAX) : NULL;
    if (!start)
        return;
    char *at = put(put(start, (uint64_t)c->held), (uint64_t)c->charged);
    for (unsigned i = 0; i < c->count; i++) {
        must(c->accounts[i] > 0 && c->accounts[i] <= INT64_MAX);
        at = put(at, c->accounts[i]);
    }
    out->len += (size_t)(at - start);
}

// The number at *packed, which is then behind it. False when it is cut off, longer than 63 bits, or
// has a group too many.
static bool get(struct str *packed, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < packed->len && i < GROUPS_MAX; i++) {
        unsigned group = (unsigned char)packed->ptr[i];
        n |= (uint64_t)(group & GROUP_MASK) << i * GROUP_BITS;
        if (group & GROUP_MORE)
            continue;
        *packed = str_skip(*packed, i + 1);
        *out = n;
        return group > 0 || i == 0;
    }
    return false;
}

bool charge_unpack(struct str packed, struct charge *out)
{
    uint64_t held = 0, charged = 0;
    *out = (struct charge){.count = 0};
    if (packed.len == 0)
        return true;
    if (!get(&packed, &held) || !get(&packed, &charged) || packed.len == 0)
        return false;
    out->held = (int64_t)held;
    out->charged = (int64_t)charged;
    while (packed.len > 0) {
        if (out->count == CHARGE_ACCOUNTS_MAX || !get(&packed, &out->accounts[out->count]) ||
            out->accounts[out->count] == 0)
            return false;
        out->count++;
    }
    return true;
}
