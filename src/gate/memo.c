// SPDX-License-Identifier: Apache-2.0

#include "gate/memo.h"

#include <stdbool.h>

#include "base/alloc.h"

#define WAYS  8
#define EMPTY 0
#define TAKEN 1 // its words are about to be cleared

struct memo_place {
    uint64_t key; // all three atomic
    uint64_t words[MEMO_WORDS];
    uint32_t at_s;
};

struct memo {
    size_t groups;
    struct memo_place places[];
};

struct memo *memo_new(size_t places)
{
    must(places >= WAYS && (places & (places - 1)) == 0);
    struct memo *m = alloc_zero(&alloc_heap, sizeof *m + places * sizeof m->places[0]);
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

static struct memo_place *group_of(struct memo *m, uint64_t key)
{
    return &m->places[(key & (m->groups - 1)) * WAYS];
}

static struct memo_place *find(struct memo *m, uint64_t key)
{
    struct memo_place *group = group_of(m, key);
    for (unsigned i = 0; i < WAYS; i++)
        if (__atomic_load_n(&group[i].key, __ATOMIC_ACQUIRE) == key)
            return &group[i];
    return NULL;
}

// The clock may have begun between them.
static bool is_before(uint32_t a_s, uint32_t b_s)
{
    return (int32_t)(a_s - b_s) < 0;
}

// An empty place, else the one untouched for longest.
static struct memo_place *victim(struct memo_place *group)
{
    struct memo_place *oldest = group;
    for (unsigned i = 0; i < WAYS; i++) {
        if (__atomic_load_n(&group[i].key, __ATOMIC_RELAXED) == EMPTY)
            return &group[i];
        if (is_before(__atomic_load_n(&group[i].at_s, __ATOMIC_RELAXED),
                      __atomic_load_n(&oldest->at_s, __ATOMIC_RELAXED)))
            oldest = &group[i];
    }
    return oldest;
}

static struct memo_place *make(struct memo *m, uint64_t key)
{
    struct memo_place *p = victim(group_of(m, key));
    uint64_t before = __atomic_load_n(&p->key, __ATOMIC_RELAXED);
    if (before == TAKEN || !__atomic_compare_exchange_n(&p->key, &before, TAKEN, false,
                                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return NULL;
    for (unsigned i = 0; i < MEMO_WORDS; i++)
        __atomic_store_n(&p->words[i], 0, __ATOMIC_RELAXED);
    __atomic_store_n(&p->key, key, __ATOMIC_RELEASE);
    return p;
}

struct memo_place *memo_find(struct memo *m, uint64_t key)
{
    return find(m, proper(key));
}

struct memo_place *memo_take(struct memo *m, uint64_t key, uint32_t now_s)
{
    struct memo_place *p = find(m, proper(key));
    if (!p)
        p = make(m, proper(key));
    if (p && __atomic_load_n(&p->at_s, __ATOMIC_RELAXED) != now_s)
        __atomic_store_n(&p->at_s, now_s, __ATOMIC_RELAXED);
    return p;
}

uint32_t memo_touched_s(const struct memo_place *p)
{
    return __atomic_load_n(&p->at_s, __ATOMIC_RELAXED);
}

uint64_t memo_word(const struct memo_place *p, unsigned i)
{
    return p ? __atomic_load_n(&p->words[i], __ATOMIC_RELAXED) : 0;
}

void memo_put(struct memo_place *p, unsigned i, uint64_t word)
{
    if (p)
        __atomic_store_n(&p->words[i], word, __ATOMIC_RELAXED);
}

void memo_change(struct memo_place *p, unsigned i, memo_f *f, const void *context)
{
    if (!p)
        return;
    uint64_t before = __atomic_load_n(&p->words[i], __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&p->words[i], &before, f(before, context), false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
}
