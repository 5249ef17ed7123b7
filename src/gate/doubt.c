// SPDX-License-Identifier: Apache-2.0

#include "gate/doubt.h"

#include "route/drift.h"

struct asked {
    const struct doubt *doubt;
    struct doubt_found *found;
    struct drift whole;
    struct drift parts[PROMISE_TASKS_MAX + 1];
};

static unsigned part_of(const struct doubt *d, uint64_t task)
{
    unsigned rest = d->part_count;
    for (unsigned i = 0; i < d->part_count; i++) {
        if (d->parts[i] == task)
            return i;
        if (d->parts[i] == 0)
            rest = i;
    }
    return rest;
}

static void ask(struct asked *a, struct drift *d, const struct lesson *l, int64_t number)
{
    const int64_t before = a->doubt->of->after;
    const double routed = (double)(l->promised == SIDE_SMALL ? lesson_proves(l) : l->strong);
    if (a->found->broken)
        return;
    drift_add(d, number - before, routed, (double)l->strong);
    if (d->broken)
        *a->found = (struct doubt_found){true, before + d->since - 1};
}

// What nobody has judged proves nothing against it.
static enum status take(void *context, const struct lesson *l, int64_t number, struct why *why)
{
    struct asked *a = context;
    const unsigned part = part_of(a->doubt, l->traits->task);
    (void)why;
    if (l->unjudged || l->promised == SIDE_NONE)
        return STATUS_OK;
    ask(a, &a->whole, l, number);
    if (a->doubt->part_count > 1 && part < a->doubt->part_count)
        ask(a, &a->parts[part], l, number);
    return STATUS_OK;
}

enum status doubt(const struct doubt *d, struct doubt_found *out, struct why *why)
{
    struct asked a = {.doubt = d, .found = out};
    const unsigned tests = d->part_count == 1 ? 1 : d->part_count + 1;
    const struct promise own = {d->promise.loss, d->promise.risk / tests};
    int64_t ignored;
    *out = (struct doubt_found){false, 0};
    drift_begin(&a.whole, &own);
    for (unsigned i = 0; i < d->part_count; i++)
        drift_begin(&a.parts[i], &own);
    return lessons_each(d->of, take, &a, &ignored, why);
}
