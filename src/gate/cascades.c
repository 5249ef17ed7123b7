// SPDX-License-Identifier: Apache-2.0

#include "gate/cascades.h"

#include <pthread.h>

#include "base/alloc.h"

// Of a route and one of its models; of the route alone without a model.
struct cascade {
    struct cascade *next;
    struct breakeven sums; // of the route
    struct sureness usual; // of the model
    size_t route_len;
    size_t len;
    char name[]; // the route's, the model's
};

struct cascades {
    pthread_mutex_t lock;
    struct cascade *first;
};

struct cascades *cascades_new(void)
{
    struct cascades *c = alloc_zero(&alloc_heap, sizeof *c);
    if (c)
        pthread_mutex_init(&c->lock, NULL);
    return c;
}

void cascades_free(struct cascades *c)
{
    if (!c)
        return;
    for (struct cascade *one = c->first, *next; one; one = next) {
        next = one->next;
        heap_free(one);
    }
    pthread_mutex_destroy(&c->lock);
    heap_free(c);
}

// There are as many as the configurations have named. NULL when out of memory.
static struct cascade *find(struct cascades *c, struct str route, struct str model)
{
    for (struct cascade *one = c->first; one; one = one->next) {
        struct str name = str_from(one->name, one->len);
        if (str_eq(str_from(name.ptr, one->route_len), route) &&
            str_eq(str_skip(name, one->route_len), model))
            return one;
    }
    struct cascade *one = alloc_zero(&alloc_heap, sizeof *one + route.len + model.len);
    if (!one)
        return NULL;
    one->route_len = route.len;
    one->len = route.len + model.len;
    if (route.len)
        memcpy(one->name, route.ptr, route.len);
    if (model.len)
        memcpy(one->name + route.len, model.ptr, model.len);
    one->next = c->first;
    c->first = one;
    return one;
}

void cascades_count(struct cascades *c, struct str route, const struct breakeven_call *call)
{
    pthread_mutex_lock(&c->lock);
    struct cascade *one = find(c, route, STR_NONE);
    if (one)
        breakeven_add(&one->sums, call);
    pthread_mutex_unlock(&c->lock);
}

struct breakeven_sum cascades_sum(struct cascades *c, struct str route)
{
    pthread_mutex_lock(&c->lock);
    const struct cascade *one = find(c, route, STR_NONE);
    struct breakeven_sum sum = one ? breakeven_sum(&one->sums) : (struct breakeven_sum){0};
    pthread_mutex_unlock(&c->lock);
    return sum;
}

enum choice_cascade cascades_paid(struct cascades *c, struct str route)
{
    const struct breakeven_sum sum = cascades_sum(c, route);
    if (!sum.known)
        return CHOICE_CASCADE_UNKNOWN;
    return sum.pays ? CHOICE_CASCADE_PAYS : CHOICE_CASCADE_COSTS;
}

bool cascades_saw(struct cascades *c, struct str route, struct str model, struct how_sure sure)
{
    pthread_mutex_lock(&c->lock);
    struct cascade *one = find(c, route, model);
    bool known = one && sureness_known(&one->usual, sure.mean);
    if (one)
        sureness_add(&one->usual, sure);
    pthread_mutex_unlock(&c->lock);
    return known;
}

int32_t cascades_least(struct cascades *c, struct str route, struct str model, bool mean,
                       uint32_t keep_ppm)
{
    struct sureness usual = {.of = {{.count = 0}}};
    pthread_mutex_lock(&c->lock);
    const struct cascade *one = find(c, route, model);
    if (one)
        usual = one->usual;
    pthread_mutex_unlock(&c->lock);
    return sureness_least(&usual, mean, keep_ppm); // it sorts: not while others wait
}
