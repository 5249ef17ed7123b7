// SPDX-License-Identifier: Apache-2.0
//
// turns - which model answered last in a conversation, and how much of it that model's cache has:
// what is lost when another one takes the next turn. Shared by all workers, without a lock, over
// reloads; a conversation that is forgotten is one of which nothing is known.

#ifndef GATE_TURNS_H
#define GATE_TURNS_H

#include <stdint.h>

#include "base/must.h"
#include "base/str.h"
#include "core/usage.h"

struct turns;

struct turns *turns_new(void) MUST_USE; // NULL when out of memory
void turns_free(struct turns *t);       // NULL is fine

// A model of a conversation, which has a hash that nobody outside can choose.
struct turn_of {
    uint64_t conversation;
    struct str provider, model;
};

// It has answered. What it wrote to its cache and read from it can be read the next time; where it
// caches by itself and tells of reads alone, that is the whole prompt.
void turns_took(struct turns *t, const struct turn_of *of, const struct usage *u, int64_t now_us);
// Tokens that its cache has: 0 where another model answered last; -1 where nothing is known, since
// nobody did, the last one used no cache, or that is longer ago than its entries surely last.
int64_t turns_cached(struct turns *t, const struct turn_of *of, int64_t now_us);

#endif
