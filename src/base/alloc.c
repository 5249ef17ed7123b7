// SPDX-License-Identifier: Apache-2.0
//
// The only file that calls the C library's heap.

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *heap_resize(void *context, void *old, size_t size)
{
    (void)context;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, size);
}

const struct alloc alloc_heap = {heap_resize, NULL};

void *alloc_get(const struct alloc *a, size_t size)
{
    return a->resize(a->context, NULL, size ? size : 1);
}

void *alloc_zero(const struct alloc *a, size_t size)
{
    if (size == 0)
        size = 1;
    if (a->resize == heap_resize)
        return calloc(1, size);
    void *ptr = a->resize(a->context, NULL, size);
    if (ptr)
        memset(ptr, 0, size);
    return ptr;
}

void *alloc_resize(const struct alloc *a, void *old, size_t size)
{
    return a->resize(a->context, old, size);
}

void *alloc_grow(const struct alloc *a, void *array, size_t item_bytes, size_t count, size_t *size)
{
    if (count < *size)
        return array;
    size_t more = *size ? *size * 2 : 64;
    void *grown = alloc_resize(a, array, more * item_bytes);
    if (grown)
        *size = more;
    return grown;
}

void alloc_free(const struct alloc *a, void *ptr)
{
    if (ptr)
        a->resize(a->context, ptr, 0);
}

void *alloc_must(size_t size)
{
    void *ptr = alloc_zero(&alloc_heap, size);
    if (!ptr) {
        fputs("costlens: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return ptr;
}

void heap_free(void *ptr)
{
    free(ptr);
}
