// SPDX-License-Identifier: Apache-2.0

#include "insight/paired.h"

#include <stdlib.h>

#include "base/map.h"
#include "core/tenant.h"
#include "insight/asked.h"
#include "route/talks.h"

struct reading {
    struct paired *paired;
    struct talks talks;
    bool failed;
};

static void keep(void *context, const struct pair *p)
{
    struct reading *r = context;
    struct paired *all = r->paired;
    struct paired_one *list =
        alloc_grow(&alloc_heap, all->list, sizeof *list, all->count, &all->size);
    if (list)
        all->list = list;
    if (!list || !talks_hear(&r->talks, p->number, &p->id, p->talk)) {
        r->failed = true;
        return;
    }
    list[all->count++] = (struct paired_one){.id = p->id,
                                             .number = p->number,
                                             .weak = map_hash(p->weak),
                                             .strong = map_hash(p->strong),
                                             .judged = p->judged != PAIR_JUDGED_NOT,
                                             .served_strong = p->served_strong,
                                             .weak_ppm = p->weak_ppm,
                                             .strong_ppm = p->strong_ppm,
                                             .propensity_ppm = p->propensity_ppm,
                                             .weak_cost = p->weak_cost,
                                             .strong_cost = p->strong_cost};
}

static int by_id(const void *a, const void *b)
{
    const struct paired_one *x = a, *y = b;
    return memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
}

enum status paired_read(struct paired *p, struct store *s, struct str route, int64_t since_us,
                        struct why *why)
{
    const struct pair_query q = {
        .tenant = str_of(TENANT), .route = route, .since_us = since_us, .most = PAIRED_MOST};
    struct reading r = {.paired = p};
    *p = (struct paired){0};
    enum status status = store_pair_each(s, &q, keep, &r, why);
    if (status == STATUS_OK && (r.failed || !talks_part(&r.talks)))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    for (size_t i = 0; status == STATUS_OK && i < p->count; i++)
        p->list[i].group = talks_group(&r.talks, p->list[i].number);
    talks_fini(&r.talks);
    if (p->count)
        qsort(p->list, p->count, sizeof *p->list, by_id);
    return status;
}

void paired_fini(struct paired *p)
{
    alloc_free(&alloc_heap, p->list);
    *p = (struct paired){0};
}

const struct paired_one *paired_find(const struct paired *p, const struct uuid *id)
{
    const struct paired_one key = {.id = *id};
    return p->count ? bsearch(&key, p->list, p->count, sizeof key, by_id) : NULL;
}
