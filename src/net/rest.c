// SPDX-License-Identifier: Apache-2.0

#include "net/rest.h"

#include <string.h>

bool rest_keep(struct rest *r, struct loop *l, struct str bytes)
{
    if (bytes.len == 0)
        return true;
    char *larger = block_grow(l, r->ptr, &r->size, r->len, r->len + bytes.len);
    if (!larger)
        return false;
    r->ptr = larger;
    memcpy(larger + r->len, bytes.ptr, bytes.len);
    r->len += bytes.len;
    return true;
}

struct rest rest_take(struct rest *r)
{
    struct rest taken = *r;
    *r = (struct rest){0};
    return taken;
}

void rest_drop(struct rest *r, struct loop *l)
{
    block_put(l, r->ptr, r->size);
    *r = (struct rest){0};
}
