// SPDX-License-Identifier: Apache-2.0

#include "gate/memo.h"

#include <stdbool.h>

#include "base/alloc.h"

#define WAYS  8
#define EMPTY 0
#define TAKEN 1 // its word is about to be cleared

struct slot {
    uint64_t key; // all three atomic
    uint64_t word;
    uint32_t at_s;
};

struct memo {
    size_t groups;
    struct slot slots[];
};

struct memo *memo_new(size_t places)
{
    must(places >= WAYS && (places & (places - 1)) == 0);
    struct memo *m = alloc_zero(&alloc_heap, sizeof *m + places * sizeof m->slots[0]);
    if (m)
        m->groups = places / WAYS;
    return m;
}

void memo_free(struct memo *m)
{
    heap_free(m);
}

// Neither of the two that say something else.
static uint64_t proper(uint64_t key)
{
    return key > TAKEN ? key : ~key;
}

static struct slot *group_of(struct memo *m, uint64_t key)
{
    return &m->slots[(key & (m->groups - 1)) * WAYS];
}

static struct slot *find(struct memo *m, uint64_t key)
{
    struct slot *group = group_of(m, key);
    for (unsigned i = 0; i < WAYS; i++)
        if (__atomic_load_n(&group[i].key, __ATOMIC_ACQUIRE) == key)
            return &group[i];
    return NULL;
}

// An empty place, else the one unused for longest.
static struct slot *victim(struct slot *group)
{
    struct slot *oldest = group;
    for (unsigned i = 0; i < WAYS; i++) {
        if (__atomic_load_n(&group[i].key, __ATOMIC_RELAXED) == EMPTY)
            return &group[i];
        if (__atomic_load_n(&group[i].at_s, __ATOMIC_RELAXED) <
            __atomic_load_n(&oldest->at_s, __ATOMIC_RELAXED))
            oldest = &group[i];
    }
    return oldest;
}

// NULL when another was faster.
static struct slot *take(struct memo *m, uint64_t key)
{
    struct slot *s = victim(group_of(m, key));
    uint64_t before = __atomic_load_n(&s->key, __ATOMIC_RELAXED);
    if (before == TAKEN || !__atomic_compare_exchange_n(&s->key, &before, TAKEN, false,
                                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return NULL;
    __atomic_store_n(&s->word, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&s->key, key, __ATOMIC_RELEASE);
    return s;
}

uint64_t memo_get(struct memo *m, uint64_t key, uint32_t *at_s)
{
    struct slot *s = find(m, proper(key));
    if (!s)
        return 0;
    if (at_s)
        *at_s = __atomic_load_n(&s->at_s, __ATOMIC_RELAXED);
    return __atomic_load_n(&s->word, __ATOMIC_RELAXED);
}

void memo_change(struct memo *m, uint64_t key, uint32_t now_s, memo_f *f, const void *context)
{
    struct slot *s = find(m, proper(key));
    if (!s)
        s = take(m, proper(key));
    if (!s)
        return;
    uint64_t before = __atomic_load_n(&s->word, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&s->word, &before, f(before, context), false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
    __atomic_store_n(&s->at_s, now_s, __ATOMIC_RELAXED);
}
