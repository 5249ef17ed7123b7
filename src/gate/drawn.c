// SPDX-License-Identifier: Apache-2.0

#include "gate/drawn.h"

#include <pthread.h>

#include "base/alloc.h"

struct drawn_route {
    struct drawn_route *next;
    struct drawn *all;
    struct drawn_sum sum;
    size_t len;
    char name[];
};

struct drawn {
    pthread_mutex_t lock;
    struct drawn_route *first; // as many as the configurations have named
};

struct drawn *drawn_new(void)
{
    struct drawn *d = alloc_zero(&alloc_heap, sizeof *d);
    if (d)
        pthread_mutex_init(&d->lock, NULL);
    return d;
}

void drawn_free(struct drawn *d)
{
    if (!d)
        return;
    for (struct drawn_route *one = d->first, *next; one; one = next) {
        next = one->next;
        heap_free(one);
    }
    pthread_mutex_destroy(&d->lock);
    heap_free(d);
}

static struct drawn_route *find(const struct drawn *d, struct str route)
{
    struct drawn_route *one = d->first;
    while (one && !str_eq(str_from(one->name, one->len), route))
        one = one->next;
    return one;
}

static struct drawn_route *make(struct drawn *d, struct str route)
{
    struct drawn_route *one = alloc_zero(&alloc_heap, sizeof *one + route.len);
    if (!one)
        return NULL;
    one->all = d;
    one->len = route.len;
    if (route.len)
        memcpy(one->name, route.ptr, route.len);
    one->next = d->first;
    d->first = one;
    return one;
}

struct drawn_route *drawn_at(struct drawn *d, struct str route)
{
    pthread_mutex_lock(&d->lock);
    struct drawn_route *one = find(d, route);
    if (!one)
        one = make(d, route);
    pthread_mutex_unlock(&d->lock);
    return one;
}

void drawn_count(struct drawn_route *r, enum shadow_end end, struct str why)
{
    pthread_mutex_lock(&r->all->lock);
    r->sum.calls[end]++;
    str_copy_clipped(why, r->sum.why[end], DRAWN_WHY);
    pthread_mutex_unlock(&r->all->lock);
}

void drawn_sum(struct drawn *d, struct str route, struct drawn_sum *out)
{
    pthread_mutex_lock(&d->lock);
    const struct drawn_route *one = find(d, route);
    *out = one ? one->sum : (struct drawn_sum){.calls = {0}};
    pthread_mutex_unlock(&d->lock);
}
