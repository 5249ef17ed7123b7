// SPDX-License-Identifier: Apache-2.0

#include "gate/breach.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"

// Of a price at a provider. There are few, so they are a list.
struct passed {
    struct passed *next;
    struct breach first; // whose call passed it first; its texts stand behind this
    bool by_others;
};

struct breaches {
    pthread_mutex_t lock; // guards the list, and writing the count
    size_t count;         // atomic
    struct passed *first;
};

struct breaches *breaches_new(void)
{
    struct breaches *all = alloc_zero(&alloc_heap, sizeof *all);
    if (all)
        pthread_mutex_init(&all->lock, NULL);
    return all;
}

void breaches_free(struct breaches *all)
{
    if (!all)
        return;
    while (all->first) {
        struct passed *next = all->first->next;
        heap_free(all->first);
        all->first = next;
    }
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}

static struct str keep(char **at, struct str s)
{
    struct str kept = {*at, s.len};
    if (s.len)
        memcpy(*at, s.ptr, s.len);
    *at += s.len;
    return kept;
}

static struct passed *passed_new(const struct breach *b)
{
    struct passed *p =
        alloc_zero(&alloc_heap, sizeof *p + b->key.len + b->provider.len + b->price.len);
    if (!p)
        return NULL;
    char *text = (char *)(p + 1);
    p->first = (struct breach){keep(&text, b->key), keep(&text, b->provider), STR_NONE};
    p->first.price = keep(&text, b->price);
    return p;
}

static struct passed *find(const struct breaches *all, const struct breach *b)
{
    struct passed *p = all->first;
    while (p && !(str_eq(p->first.provider, b->provider) && str_eq(p->first.price, b->price)))
        p = p->next;
    return p;
}

void breaches_add(struct breaches *all, const struct breach *b)
{
    pthread_mutex_lock(&all->lock);
    struct passed *p = find(all, b);
    if (p) {
        p->by_others |= !str_eq(p->first.key, b->key);
    } else if ((p = passed_new(b)) != NULL) {
        p->next = all->first;
        all->first = p;
        __atomic_add_fetch(&all->count, 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&all->lock);
}

enum breach_scope breaches_find(struct breaches *all, const struct breach *b)
{
    enum breach_scope scope = BREACH_NONE;
    if (__atomic_load_n(&all->count, __ATOMIC_ACQUIRE) == 0)
        return scope;
    pthread_mutex_lock(&all->lock);
    const struct passed *p = find(all, b);
    if (p && p->by_others)
        scope = BREACH_ALL;
    else if (p && str_eq(p->first.key, b->key))
        scope = BREACH_KEY;
    pthread_mutex_unlock(&all->lock);
    return scope;
}
