// SPDX-License-Identifier: Apache-2.0
//
// Linear probing; removal shifts back what follows (Knuth 6.4, algorithm R): there are no graves.

#include "store/pending.h"

#include <string.h>

#include "base/alloc.h"
#include "base/golden.h"

#define SIZE_FIRST 64

static size_t home(const struct pendings *p, const struct uuid *id, uint8_t attempt)
{
    uint64_t hash;
    memcpy(&hash, id->bytes + 8, sizeof hash);
    hash = golden(hash + attempt);
    return (size_t)(hash >> 32) & (p->size - 1);
}

static bool same(const struct pending *a, const struct uuid *id, uint8_t attempt)
{
    return a->attempt == attempt && memcmp(a->id.bytes, id->bytes, sizeof id->bytes) == 0;
}

void pendings_fini(struct pendings *p)
{
    heap_free(p->slots);
    *p = (struct pendings){0};
}

struct pending *pendings_find(const struct pendings *p, const struct uuid *id, uint8_t attempt)
{
    if (p->count == 0)
        return NULL;
    for (size_t i = home(p, id, attempt); p->slots[i].used; i = (i + 1) & (p->size - 1)) {
        if (same(&p->slots[i], id, attempt))
            return &p->slots[i];
    }
    return NULL;
}

static void put(struct pendings *p, const struct pending *call)
{
    size_t i = home(p, &call->id, call->attempt);
    while (p->slots[i].used && !same(&p->slots[i], &call->id, call->attempt))
        i = (i + 1) & (p->size - 1);
    p->count += !p->slots[i].used;
    p->slots[i] = *call;
    p->slots[i].used = true;
}

static bool grow(struct pendings *p)
{
    struct pendings larger = {.size = p->size ? p->size * 2 : SIZE_FIRST};
    larger.slots = alloc_zero(&alloc_heap, larger.size * sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < p->size; i++) {
        if (p->slots[i].used)
            put(&larger, &p->slots[i]);
    }
    heap_free(p->slots);
    *p = larger;
    return true;
}

bool pendings_reserve(struct pendings *p, size_t n)
{
    while ((p->count + n) * 2 > p->size) {
        if (!grow(p))
            return false;
    }
    return true;
}

bool pendings_add(struct pendings *p, const struct pending *call)
{
    if (!pendings_reserve(p, 1))
        return false;
    put(p, call);
    return true;
}

bool pendings_remove(struct pendings *p, const struct uuid *id, uint8_t attempt)
{
    struct pending *found = pendings_find(p, id, attempt);
    if (!found)
        return false;
    size_t mask = p->size - 1;
    size_t hole = (size_t)(found - p->slots);
    for (size_t i = (hole + 1) & mask; p->slots[i].used; i = (i + 1) & mask) {
        size_t want = home(p, &p->slots[i].id, p->slots[i].attempt);
        if (((i - want) & mask) < ((i - hole) & mask))
            continue; // it would leave the run that starts at its home
        p->slots[hole] = p->slots[i];
        hole = i;
    }
    p->slots[hole].used = false;
    p->count--;
    return true;
}

struct pending *pendings_each(const struct pendings *p, size_t *at)
{
    while (*at < p->size) {
        struct pending *call = &p->slots[(*at)++];
        if (call->used)
            return call;
    }
    return NULL;
}
