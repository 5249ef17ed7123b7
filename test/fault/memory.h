// SPDX-License-Identifier: Apache-2.0
//
// memory - memory that ends: at the n-th allocation of this thread, once or from then on.

#ifndef FAULT_MEMORY_H
#define FAULT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

// A sanitizer has its own heap, which is left alone: then memory never ends here.
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#    define SANITIZED 1
#elif defined __has_feature
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
        __has_feature(memory_sanitizer)
#        define SANITIZED 1
#    endif
#endif

static _Thread_local bool armed;
static _Thread_local bool for_good; // it stays at an end
static _Thread_local long left;     // allocations until it ends
static _Thread_local long held;     // what was allocated here and not freed

#ifndef SANITIZED
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *ptr);

static bool ended(void)
{
    return armed && (--left == 0 || (left < 0 && for_good));
}

void *malloc(size_t size)
{
    void *p = ended() ? NULL : __libc_malloc(size);
    held += p != NULL;
    return p;
}

void *calloc(size_t n, size_t size)
{
    void *p = ended() ? NULL : __libc_calloc(n, size);
    held += p != NULL;
    return p;
}

void *realloc(void *old, size_t size)
{
    void *p = ended() ? NULL : __libc_realloc(old, size);
    held += !old && p;
    held -= old && size == 0;
    return p;
}

void free(void *ptr)
{
    held -= ptr != NULL;
    __libc_free(ptr);
}
#endif

static inline void arm(long n, bool stays)
{
    left = n;
    for_good = stays;
    armed = true;
}

// Whether memory has ended since.
static inline bool disarm(void)
{
    armed = false;
    return left <= 0;
}

#endif
