// SPDX-License-Identifier: Apache-2.0
//
// Accounts are found by a hash of their key, in chains. Their number only ever doubles, which parts
// each chain into two: so a walk that goes on after that has passed over none.

#include "base/golden.h"
#include "base/map.h"
#include "budget/accounts_part.h"

#define BUCKETS_LEAST 64

void accounts_check(const struct account *a)
{
    must(a->settled.n >= 0 && a->held.n >= 0 && a->overdraft.n >= 0);
    must(a->uses > 0 || a->held.n == 0);
    must(a->ceiling.n >= a->terms.limit.n);
    // Beyond 64 bits nothing fits any more, and nothing is told apart.
    must(a->terms.observe || account_used(a) > INT64_MAX ||
         account_used(a) <= (int128)a->ceiling.n + a->overdraft.n);
}

// --- the table ---

void accounts_init(struct accounts *t, const struct alloc *alloc, bool stored,
                   const struct accounts_listener *listener)
{
    *t = (struct accounts){.alloc = alloc, .stored = stored, .listener = *listener};
    list_init(&t->asking);
    list_init(&t->changed);
}

void accounts_fini(struct accounts *t)
{
    for (size_t i = 0; i < t->size; i++)
        while (t->buckets[i])
            must(accounts_forget(t, t->buckets[i]));
    alloc_free(t->alloc, t->buckets);
}

static uint64_t hash_of(const struct account_key *key)
{
    // Numbers and moments are ours; only a value may come from outside.
    uint64_t hash = golden(key->budget) ^ (uint64_t)key->window.start_us;
    hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
    hash ^= hash >> 32;
    return key->value.len ? hash ^ map_hash(key->value) : hash;
}

static struct account **bucket(const struct accounts *t, uint64_t hash)
{
    return &t->buckets[hash & (t->size - 1)];
}

// The end does not count: it moves when somewhere the clocks' rule changes, and what was spent
// since the start stays spent.
static bool is_key(const struct account_key *a, const struct account_key *b)
{
    return a->budget == b->budget && a->window.start_us == b->window.start_us &&
           a->window.kind == b->window.kind && str_eq(a->value, b->value);
}

struct account *accounts_find(const struct accounts *t, const struct account_key *key)
{
    if (t->size == 0)
        return NULL;
    uint64_t hash = hash_of(key);
    struct account *a = *bucket(t, hash);
    while (a && !is_key(&a->key, key))
        a = a->next;
    return a;
}

static void put(struct accounts *t, struct account *a)
{
    struct account **first = bucket(t, a->hash);
    a->next = *first;
    *first = a;
}

// Without memory for more buckets the chains are longer, that is all.
static void spread(struct accounts *t)
{
    size_t old_size = t->size;
    struct account **old = t->buckets;
    size_t size = old_size ? old_size * 2 : BUCKETS_LEAST;
    struct account **more = alloc_zero(t->alloc, size * sizeof *more);
    if (!more)
        return;
    t->buckets = more;
    t->size = size;
    for (size_t i = 0; i < old_size; i++) {
        struct account *next;
        for (struct account *a = old[i]; a; a = next) {
            next = a->next;
            put(t, a);
        }
    }
    alloc_free(t->alloc, old);
}

enum status accounts_add(struct accounts *t, const struct account_key *key,
                         const struct account_terms *terms, struct account **out)
{
    must(terms->limit.n >= 0 && terms->alert_count <= ACCOUNT_ALERTS_MAX);
    if (key->value.len > ACCOUNT_VALUE_BYTES)
        return STATUS_LIMIT;
    if (accounts_find(t, key))
        return STATUS_CONFLICT;
    if (t->count >= t->size)
        spread(t);
    struct account *a = NULL;
    if (t->size > 0)
        a = alloc_zero(t->alloc, sizeof *a + key->value.len);
    if (!a)
        return STATUS_NO_MEMORY;
    char *value = (char *)(a + 1);
    if (key->value.len)
        memcpy(value, key->value.ptr, key->value.len);
    a->key = *key;
    a->key.value = str_from(value, key->value.len);
    a->terms = *terms;
    a->ceiling = terms->limit;
    list_init(&a->queue);
    list_init(&a->asking);
    list_init(&a->keepers);
    list_init(&a->changed);
    list_init(&a->strays);
    a->hash = hash_of(key);
    put(t, a);
    t->count++;
    *out = a;
    return STATUS_OK;
}

bool accounts_forget(struct accounts *t, struct account *a)
{
    if (a->uses > 0 || a->asked)
        return false;
    struct account **at = bucket(t, a->hash);
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    list_pull(&a->asking);
    t->count--;
    alloc_free(t->alloc, a);
    return true;
}

// By bucket: when their number doubles, what was in one that is passed may come once more, and what
// was in another is still to come.
bool accounts_walk(const struct accounts *t, size_t *at, size_t most, accounts_walk_f *f,
                   void *context)
{
    for (; most > 0 && *at < t->size; most--, ++*at) {
        struct account *next;
        for (struct account *a = t->buckets[*at]; a; a = next) {
            next = a->next;
            f(context, a);
        }
    }
    return *at < t->size;
}

// --- what is known of one ---

void accounts_restore(struct account *a, const struct account_kept *kept)
{
    must(a->uses == 0 && kept->leased.n >= 0 && kept->overdraft.n <= kept->settled.n);
    a->settled = kept->settled;
    a->overdraft = kept->overdraft;
    a->leased = kept->leased;
    a->told = kept->told;
    account_drain(a);
    accounts_check(a);
}

void accounts_terms(struct accounts *t, struct account *a, const struct account_terms *terms)
{
    must(terms->limit.n >= 0 && terms->alert_count <= ACCOUNT_ALERTS_MAX);
    a->terms = *terms;
    a->denied = false;
    account_drain(a);
    account_alert(t, a);
    account_admit(t, a, false);
    accounts_check(a);
}
