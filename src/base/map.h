// SPDX-License-Identifier: Apache-2.0
//
// map - from a slice of bytes to a pointer; open addressing, SipHash with a key drawn per process,
// because the names come from outside.

#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/str.h"

struct map_slot {
    struct str key; // borrowed: lives as long as the entry
    void *value;    // NULL = empty slot
    uint64_t hash;
};

struct map {
    const struct alloc *alloc;
    struct map_slot *slots;
    size_t size; // a power of two, or 0
    size_t count;
};

// The hash itself: of one process, secret, never to be stored.
uint64_t map_hash(struct str s);

// Nothing is allocated before the first entry. Keys and values stay their owner's.
void map_init(struct map *m, const struct alloc *alloc);
void map_fini(struct map *m);
void *map_get(const struct map *m, struct str key); // NULL when absent
// Sets or replaces. `value` is not NULL. False when out of memory; the map is then unchanged.
bool map_set(struct map *m, struct str key, void *value) MUST_USE;
// Iterates: start with *at = 0; false at the end. Order is by hash, not by insertion.
bool map_each(const struct map *m, size_t *at, struct str *key, void **value);

#endif
