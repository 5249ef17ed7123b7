// SPDX-License-Identifier: Apache-2.0
//
// arena - memory of one request (or one load), freed whole. It has a ceiling; going over it, or out
// of memory, sets a mark that stays, and the pointer returned is NULL. Code that builds something
// checks each pointer it writes through, and the owner checks the mark once, at the end of a step.
//
//    [ first chunk: given or allocated ] -> [ chunk ] -> [ chunk ]     used <= ceiling

#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/alloc.h"
#include "base/str.h"

struct arena_chunk;

struct arena {
    const struct alloc *alloc;
    struct arena_chunk *chunks; // newest first
    char *next;                 // free bytes of the newest chunk
    char *end;
    size_t used;    // bytes asked of alloc
    size_t ceiling; // most bytes ever asked of alloc
    size_t step;    // size of the next chunk
    bool failed;
};

// Nothing is allocated before the first use. `step`: bytes of the first chunk (doubles up to
// 64 KiB).
void arena_init(struct arena *a, const struct alloc *alloc, size_t step, size_t ceiling);
void arena_fini(struct arena *a); // frees everything; the arena may be used again, mark cleared
bool arena_failed(const struct arena *a);
void *arena_get(struct arena *a, size_t size) MUST_USE;  // 16-byte aligned, not zeroed; NULL marks
void *arena_zero(struct arena *a, size_t size) MUST_USE; // zeroed
#define arena_new(a, type)      ((type *)arena_zero((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_zero_array((a), sizeof(type), (n)))
void *arena_zero_array(struct arena *a, size_t size, size_t n) MUST_USE;
// A copy that lives as long as the arena, with a NUL after it. Empty slice when it failed.
struct str arena_dup(struct arena *a, struct str s);
struct str arena_dup_cstr(struct arena *a, const char *cstr);
// The parts one after the other, with a NUL after them.
struct str arena_join(struct arena *a, const struct str *parts, unsigned count);
struct str arena_printf(struct arena *a, const char *format, ...) PRINTF(2, 3);

#endif
