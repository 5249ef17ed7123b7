// SPDX-License-Identifier: Apache-2.0

#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Under the address sanitizer the bytes that nobody asked for must not be touched either: it sees
// neither the pieces of a chunk nor their ends.
#if defined(__SANITIZE_ADDRESS__)
#    define GUARDED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define GUARDED 1
#    endif
#endif
#ifdef GUARDED
#    include <sanitizer/asan_interface.h>
#    define forbid(ptr, size) ASAN_POISON_MEMORY_REGION((ptr), (size))
#    define permit(ptr, size) ASAN_UNPOISON_MEMORY_REGION((ptr), (size))
#else
#    define forbid(ptr, size) ((void)(ptr), (void)(size))
#    define permit(ptr, size) ((void)(ptr), (void)(size))
#endif

#define ALIGN    16
#define STEP_MAX ((size_t)64 * 1024)

struct arena_chunk {
    struct arena_chunk *older;
    size_t size;
};

_Static_assert(sizeof(struct arena_chunk) == ALIGN, "what follows the head must be aligned");

void arena_init(struct arena *a, const struct alloc *alloc, size_t step, size_t ceiling)
{
    *a = (struct arena){.alloc = alloc, .step = step < 64 ? 64 : step, .ceiling = ceiling};
}

void arena_fini(struct arena *a)
{
    struct arena_chunk *older;
    for (struct arena_chunk *c = a->chunks; c; c = older) {
        older = c->older;
        permit(c, c->size);
        alloc_free(a->alloc, c);
    }
    a->chunks = NULL;
    a->next = a->end = NULL;
    a->used = 0;
    a->failed = false;
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}

static void *fail(struct arena *a)
{
    a->failed = true;
    return NULL;
}

static struct arena_chunk *chunk_new(struct arena *a, size_t size)
{
    struct arena_chunk *c = alloc_get(a->alloc, size);
    if (!c)
        return NULL;
    c->size = size;
    a->used += size;
    return c;
}

// A large piece gets a chunk of its own behind the newest, whose free bytes stay in use.
static void *get_alone(struct arena *a, size_t size)
{
    struct arena_chunk *c = chunk_new(a, size + sizeof *c);
    if (!c)
        return fail(a);
    struct arena_chunk **at = a->chunks ? &a->chunks->older : &a->chunks;
    c->older = *at;
    *at = c;
    return c + 1;
}

static void *get_slow(struct arena *a, size_t size)
{
    size_t room = a->ceiling > a->used ? a->ceiling - a->used : 0;
    if (room < sizeof(struct arena_chunk) || size > room - sizeof(struct arena_chunk))
        return fail(a);
    if (size > a->step / 2)
        return get_alone(a, size);
    size_t whole = a->step < room ? a->step : room;
    if (whole < size + sizeof(struct arena_chunk))
        whole = size + sizeof(struct arena_chunk);
    struct arena_chunk *c = chunk_new(a, whole);
    if (!c)
        return fail(a);
    c->older = a->chunks;
    a->chunks = c;
    a->next = (char *)(c + 1) + size;
    a->end = (char *)c + whole;
    forbid(c + 1, whole - sizeof *c);
    if (a->step < STEP_MAX)
        a->step *= 2;
    return c + 1;
}

static void *get_whole(struct arena *a, size_t size)
{
    if (size > (size_t)(a->end - a->next))
        return get_slow(a, size);
    void *ptr = a->next;
    a->next += size;
    return ptr;
}

void *arena_get(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        return fail(a);
    size_t whole = size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    char *ptr = get_whole(a, whole);
    if (!ptr)
        return NULL;
    forbid(ptr, whole);
    permit(ptr, size);
    return ptr;
}

void *arena_zero(struct arena *a, size_t size)
{
    void *ptr = arena_get(a, size);
    if (ptr)
        memset(ptr, 0, size);
    return ptr;
}

void *arena_zero_array(struct arena *a, size_t size, size_t n)
{
    size_t whole;
    if (__builtin_mul_overflow(size, n, &whole))
        return fail(a);
    return arena_zero(a, whole);
}

struct str arena_dup(struct arena *a, struct str s)
{
    if (s.len == SIZE_MAX) {
        a->failed = true;
        return STR_NONE;
    }
    char *copy = arena_get(a, s.len + 1);
    if (!copy)
        return STR_NONE;
    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return str_from(copy, s.len);
}

struct str arena_dup_cstr(struct arena *a, const char *cstr)
{
    return arena_dup(a, str_of(cstr));
}

struct str arena_join(struct arena *a, const struct str *parts, unsigned count)
{
    size_t len = 0;
    for (unsigned i = 0; i < count; i++)
        len += parts[i].len;
    char *text = arena_get(a, len + 1);
    if (!text)
        return STR_NONE;
    char *at = text;
    for (unsigned i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    *at = '\0';
    return str_from(text, len);
}

// Writes straight into the free bytes; only a text that does not fit is formatted twice.
struct str arena_printf(struct arena *a, const char *format, ...)
{
    size_t room = (size_t)(a->end - a->next);
    va_list args;
    va_start(args, format);
    permit(a->next, room);
    int n = vsnprintf(a->next, room, format, args);
    forbid(a->next, room);
    va_end(args);
    if (n < 0) {
        a->failed = true;
        return STR_NONE;
    }
    char *text = arena_get(a, (size_t)n + 1);
    if (!text)
        return STR_NONE;
    if ((size_t)n >= room) {
        va_start(args, format);
        vsnprintf(text, (size_t)n + 1, format, args);
        va_end(args);
    }
    return str_from(text, (size_t)n);
}
