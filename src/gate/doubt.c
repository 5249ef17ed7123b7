// SPDX-License-Identifier: Apache-2.0

#include "gate/doubt.h"

struct seen_pair {
    struct evidence is; // scored on either side of 0: below it they go to the small side
    unsigned part;
};

struct seen {
    const struct doubt *doubt;
    struct seen_pair *at;
    size_t count, size;
    struct evidence *some;
};

static unsigned part_of(const struct doubt *d, uint64_t task)
{
    unsigned rest = d->part_count;
    for (unsigned i = 0; i < d->part_count; i++) {
        if (d->parts[i].task == task)
            return i;
        if (d->parts[i].task == 0)
            rest = i;
    }
    return rest;
}

// What nobody has judged proves nothing against it.
static enum status take(void *context, const struct lesson *l, int64_t number, struct why *why)
{
    struct seen *s = context;
    const struct doubt *d = s->doubt;
    const unsigned part = part_of(d, l->traits->task);
    (void)number;
    if (l->unjudged || part == d->part_count)
        return STATUS_OK;
    struct seen_pair *at = alloc_grow(&alloc_heap, s->at, sizeof *at, s->count, &s->size);
    if (!at)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    s->at = at;
    const bool small = d->parts[part].holds && (double)model_gain(d->model, l->traits, l->scored) <
                                                   d->parts[part].threshold;
    at[s->count++] =
        (struct seen_pair){{small ? -1 : 1, lesson_proves(l), l->strong, 1, false}, part};
    return STATUS_OK;
}

static bool is_broken_in(struct seen *s, unsigned part, bool all, const struct promise *p)
{
    size_t n = 0;
    must(s->some);
    for (size_t i = 0; i < s->count; i++)
        if (all || s->at[i].part == part)
            s->some[n++] = s->at[i].is;
    return certificate_broken(s->some, n, 0, p);
}

static bool is_broken(struct seen *s)
{
    const struct doubt *d = s->doubt;
    const unsigned tests = d->part_count == 1 ? 1 : d->part_count + 1;
    const struct promise p = {d->promise.loss, d->promise.risk / tests};
    bool broken = is_broken_in(s, 0, true, &p);
    for (unsigned part = 0; tests > 1 && !broken && part < d->part_count; part++)
        broken = is_broken_in(s, part, false, &p);
    return broken;
}

enum status doubt(const struct doubt *d, bool *broken, struct why *why)
{
    struct seen seen = {.doubt = d};
    int64_t ignored;
    *broken = false;
    enum status s = lessons_each(d->of, take, &seen, &ignored, why);
    seen.some = alloc_get(&alloc_heap, (seen.count + 1) * sizeof *seen.some);
    if (s == STATUS_OK && !seen.some)
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (s == STATUS_OK)
        *broken = is_broken(&seen);
    alloc_free(&alloc_heap, seen.at);
    alloc_free(&alloc_heap, seen.some);
    return s;
}
