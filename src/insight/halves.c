// SPDX-License-Identifier: Apache-2.0

#include "insight/halves.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/golden.h"
#include "core/tenant.h"
#include "route/learner.h"
#include "route/talks.h"

struct reading {
    struct halves *halves;
    int64_t newest;
    struct talks then, now;
    bool full; // of memory
};

static void hear(void *context, const struct pair *p)
{
    struct reading *r = context;
    struct halves *h = r->halves;
    struct halves_one *list = alloc_grow(&alloc_heap, h->list, sizeof *list, h->count, &h->size);
    r->full |= !list || !talks_hear(&r->now, p->number, &p->id, p->talk) ||
               (p->number <= r->newest && !talks_hear(&r->then, p->number, &p->id, p->talk));
    if (!list)
        return;
    h->list = list;
    list[h->count++] = (struct halves_one){.number = p->number};
}

static enum half half_of(uint64_t group)
{
    if (group == 0)
        return HALF_UNKNOWN;
    return learner_proves(group) ? HALF_PROVES : HALF_LEARNED;
}

static int by_group(const void *a, const void *b)
{
    const struct halves_one *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static int by_number(const void *a, const void *b)
{
    const struct halves_one *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

// Each later one is of all the halves that those before it are of.
static void part_later(struct halves *h, int64_t newest)
{
    qsort(h->list, h->count, sizeof *h->list, by_group);
    for (size_t i = 0, end; i < h->count; i = end) {
        unsigned before = HALF_NEW;
        for (end = i; end < h->count && h->list[end].group == h->list[i].group; end++) {
            struct halves_one *one = &h->list[end];
            if (one->number > newest && one->group != 0)
                one->half = (enum half)before;
            before |= one->half;
        }
    }
    qsort(h->list, h->count, sizeof *h->list, by_number);
}

static void part(struct reading *r)
{
    struct halves *h = r->halves;
    for (size_t i = 0; i < h->count; i++) {
        struct halves_one *one = &h->list[i];
        one->group = talks_group(&r->now, one->number);
        one->half = half_of(talks_group(&r->then, one->number));
    }
    if (h->count)
        part_later(h, r->newest);
}

enum status halves_read(struct halves *h, struct store *s, struct str route, int64_t newest,
                        struct why *why)
{
    struct pair_query q = {.tenant = str_of(TENANT), .route = route, .most = LEARNER_PAIRS_MOST};
    struct reading r = {.halves = h, .newest = newest};
    *h = (struct halves){0};
    enum status status = store_pair_window(s, &q, &h->after, why);
    q.until = newest;
    if (status == STATUS_OK) // as the look did (gate/lessons.h)
        status = store_pair_window(s, &q, &q.after, why);
    q.until = 0;
    q.most = 0; // all of these
    if (status == STATUS_OK)
        status = store_pair_each(s, &q, hear, &r, why);
    if (status == STATUS_OK && (r.full || !talks_part(&r.then) || !talks_part(&r.now)))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (status == STATUS_OK)
        part(&r);
    talks_fini(&r.then);
    talks_fini(&r.now);
    return status;
}

void halves_fini(struct halves *h)
{
    alloc_free(&alloc_heap, h->list);
    *h = (struct halves){0};
}

static const struct halves_one *find(const struct halves *h, int64_t number)
{
    const struct halves_one key = {.number = number};
    return h->count ? bsearch(&key, h->list, h->count, sizeof key, by_number) : NULL;
}

enum half halves_find(const struct halves *h, int64_t number)
{
    const struct halves_one *one = find(h, number);
    return one ? one->half : HALF_UNKNOWN;
}

uint64_t halves_group(const struct halves *h, int64_t number)
{
    const struct halves_one *one = find(h, number);
    uint64_t group = one ? one->group : 0;
    while (!learner_proves(group))
        group = golden(group) + 1;
    return group;
}
