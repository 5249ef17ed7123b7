// SPDX-License-Identifier: Apache-2.0
//
// meagre - the heap, whose n-th allocation fails, and all after it.
//
//   int left = n;
//   const struct alloc alloc = {meagre_resize, &left};

#ifndef UNIT_MEAGRE_H
#define UNIT_MEAGRE_H

#include "base/alloc.h"

static inline void *meagre_resize(void *context, void *old, size_t size)
{
    int *left = context;
    if (size > 0 && (*left)-- <= 0)
        return NULL;
    return alloc_resize(&alloc_heap, old, size);
}

#endif
