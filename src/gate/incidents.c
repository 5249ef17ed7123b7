// SPDX-License-Identifier: Apache-2.0

#include "gate/incidents.h"

#include <pthread.h>

#include "base/alloc.h"

struct incidents {
    pthread_mutex_t lock;
    size_t count; // since the start
    struct incident kept[INCIDENTS_KEPT];
};

struct incidents *incidents_new(void)
{
    struct incidents *all = alloc_zero(&alloc_heap, sizeof *all);
    if (all)
        pthread_mutex_init(&all->lock, NULL);
    return all;
}

void incidents_free(struct incidents *all)
{
    if (!all)
        return;
    pthread_mutex_destroy(&all->lock);
    heap_free(all);
}

void incidents_add(struct incidents *all, const struct incident *one)
{
    pthread_mutex_lock(&all->lock);
    all->kept[all->count++ % INCIDENTS_KEPT] = *one;
    pthread_mutex_unlock(&all->lock);
}

size_t incidents_copy(struct incidents *all, struct incident *out, size_t most)
{
    pthread_mutex_lock(&all->lock);
    size_t there = all->count < INCIDENTS_KEPT ? all->count : INCIDENTS_KEPT;
    size_t n = there < most ? there : most;
    for (size_t i = 0; i < n; i++)
        out[i] = all->kept[(all->count - n + i) % INCIDENTS_KEPT];
    pthread_mutex_unlock(&all->lock);
    return n;
}
