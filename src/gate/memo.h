// SPDX-License-Identifier: Apache-2.0
//
// memo - words by key, in a table that never grows: what all workers remember together without a
// lock. A key may lie in eight places; when all are taken, the one that nobody has touched for the
// longest is forgotten. Who asks for what was forgotten gets nothing: it is for hints only.
//
// Two that write at once may at worst lose one of their changes, or give it to a key that takes the
// place just then.

#ifndef GATE_MEMO_H
#define GATE_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "base/must.h"

struct memo;

// NULL when out of memory. `places`: a power of two, at least 8; 24 bytes each.
struct memo *memo_new(size_t places) MUST_USE;
void memo_free(struct memo *m); // NULL is fine

// The word of a key, and (at_s may be NULL) when it was last changed; 0 when there is none. Keys
// are hashes that nobody outside can choose (map_hash).
uint64_t memo_get(struct memo *m, uint64_t key, uint32_t *at_s);
// What `f` makes of it, which may be called more than once. `now_s`: seconds of any steady clock.
typedef uint64_t memo_f(uint64_t word, const void *context);
void memo_change(struct memo *m, uint64_t key, uint32_t now_s, memo_f *f, const void *context);

#endif
