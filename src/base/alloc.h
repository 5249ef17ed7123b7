// SPDX-License-Identifier: Apache-2.0
//
// alloc - where memory comes from. The library uses its caller's, the program uses the heap.
// A failure is an answer (NULL), never the end of the process: who asks decides.

#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

#include "base/must.h"

struct alloc {
    // As realloc: old may be NULL; size 0 frees and returns NULL.
    void *(*resize)(void *context, void *old, size_t size);
    void *context;
};

extern const struct alloc alloc_heap; // the C library's heap

void *alloc_get(const struct alloc *a, size_t size) MUST_USE;               // not zeroed
void *alloc_zero(const struct alloc *a, size_t size) MUST_USE;              // zeroed
void *alloc_resize(const struct alloc *a, void *old, size_t size) MUST_USE; // as resize above
void alloc_free(const struct alloc *a, void *ptr);                          // NULL is fine
// Room for one item more in a growing array that holds `count` and has room for `*size`: the array,
// which may have moved, `*size` doubled when it was full. NULL without memory: nothing changed.
void *alloc_grow(const struct alloc *a, void *array, size_t item_bytes, size_t count,
                 size_t *size) MUST_USE;
// Zeroed memory from alloc_heap, for start-up and the command line: ends the process when there is
// none.
void *alloc_must(size_t size) MUST_USE;
void heap_free(void *ptr); // what alloc_must or alloc_heap gave

#endif
