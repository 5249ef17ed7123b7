// SPDX-License-Identifier: Apache-2.0
//
// memo - a few words by key, in a table that never grows: what all workers remember together
// without a lock. A key may lie in eight places; when all are taken, the one that nobody has
// touched for the longest is forgotten. Who asks for what was forgotten gets zeros: it is for hints
// only.
//
// Two that write at once may at worst lose one of their changes, or give it to a key that takes the
// place just then.

#ifndef GATE_MEMO_H
#define GATE_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "base/must.h"

#define MEMO_WORDS 4

struct memo;

// NULL when out of memory. `places`: a power of two, at least 8; 48 bytes each.
struct memo *memo_new(size_t places) MUST_USE;
void memo_free(struct memo *m); // NULL is fine

// What lies there of a key, a hash that nobody outside can choose (map_hash). It stays the key's as
// long as the table is not crowded.
struct memo_place;
struct memo_place *memo_find(struct memo *m, uint64_t key); // NULL: nothing
// The same, made if there is none, and touched: `now_s` are seconds of any steady clock, which may
// wrap: also some before it began. NULL where another thread takes the place just now.
struct memo_place *memo_take(struct memo *m, uint64_t key, uint32_t now_s);
uint32_t memo_touched_s(const struct memo_place *p);

// 0 of NULL, and where nothing was put.
uint64_t memo_word(const struct memo_place *p, unsigned i);
// Another word in its place. Of NULL nothing.
void memo_put(struct memo_place *p, unsigned i, uint64_t word);
// What `f` makes of the word, which may be called more than once. Of NULL nothing.
typedef uint64_t memo_f(uint64_t word, const void *context);
void memo_change(struct memo_place *p, unsigned i, memo_f *f, const void *context);

#endif
