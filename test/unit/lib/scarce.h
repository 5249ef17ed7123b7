// SPDX-License-Identifier: Apache-2.0
//
// scarce - an allocator for the library that fails from the n-th call on, and counts what is out.

#ifndef SCARCE_H
#define SCARCE_H

#include <stdlib.h>

struct scarce {
    long left;
    long out;
};

static inline void *scarce_resize(void *context, void *old, size_t size)
{
    struct scarce *s = context;
    if (size == 0) {
        s->out -= old != NULL;
        free(old);
        return NULL;
    }
    if (s->left-- <= 0)
        return NULL;
    s->out += old == NULL;
    return realloc(old, size);
}

#endif
