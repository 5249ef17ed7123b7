// SPDX-License-Identifier: Apache-2.0

#include "gate/thrift.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "core/retry.h"

struct thrift {
    struct thrift *next;
    struct str provider;  // behind the struct
    pthread_mutex_t lock; // guards the budget
    struct retry_budget budget;
};

struct thrifts {
    pthread_mutex_t lock;
    struct thrift *first;
};

struct thrifts *thrifts_new(void)
{
    struct thrifts *all = alloc_zero(&alloc_heap, sizeof *all);
    if (all)
        pthread_mutex_init(&all->lock, NULL);
    return all;
}

void thrifts_free(struct thrifts *all)
{
    if (!all)
        return;
    while (all->first) {
        struct thrift *t = all->first;
        all->first = t->next;
        pthread_mutex_destroy(&t->lock);
        heap_free(t);
    }
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}

static struct thrift *thrift_new(struct str provider)
{
    struct thrift *t = alloc_zero(&alloc_heap, sizeof *t + provider.len);
    if (!t)
        return NULL;
    memcpy(t + 1, provider.ptr, provider.len);
    t->provider = str_from((const char *)(t + 1), provider.len);
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

struct thrift *thrifts_at(struct thrifts *all, struct str provider)
{
    pthread_mutex_lock(&all->lock);
    struct thrift *t = all->first;
    while (t && !str_eq(t->provider, provider))
        t = t->next;
    if (!t && (t = thrift_new(provider)) != NULL) {
        t->next = all->first;
        all->first = t;
    }
    pthread_mutex_unlock(&all->lock);
    return t;
}

void thrift_call(struct thrift *t, int64_t now_us)
{
    pthread_mutex_lock(&t->lock);
    retry_budget_call(&t->budget, now_us);
    pthread_mutex_unlock(&t->lock);
}

bool thrift_take(struct thrift *t, int64_t now_us)
{
    pthread_mutex_lock(&t->lock);
    bool taken = retry_budget_take(&t->budget, now_us);
    pthread_mutex_unlock(&t->lock);
    return taken;
}
