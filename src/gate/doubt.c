// SPDX-License-Identifier: Apache-2.0

#include "gate/doubt.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/must.h"

// --- the parts ---

static const struct doubt_part *find(const struct doubt_parts *p, uint64_t task)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].task == task)
            return &p->list[i];
    return NULL;
}

// A task that was a part is none of these.
static bool is_gone(const struct doubt_parts *before, const struct doubt_task *tasks,
                    unsigned count)
{
    for (unsigned i = 0; i < before->count; i++) {
        unsigned k = 0;
        while (k < count && tasks[k].task != before->list[i].task)
            k++;
        if (k == count)
            return true;
    }
    return false;
}

void doubt_end(struct doubt_parts *p)
{
    *p = (struct doubt_parts){.ever = p->ever};
}

void doubt_go_on(struct doubt_parts *p, const struct doubt_task *tasks, unsigned count,
                 int64_t newest)
{
    const struct doubt_parts before = *p;
    const bool gone = is_gone(&before, tasks, count);
    must(count <= PROMISE_TASKS_MAX + 1);
    if (!p->whole)
        p->whole = ++p->ever;
    p->count = count;
    for (unsigned i = 0; i < count; i++) {
        const struct doubt_task *t = &tasks[i];
        const struct doubt_part *was = t->task == 0 && gone ? NULL : find(&before, t->task);
        p->list[i] = was ? *was : (struct doubt_part){t->task, 0, newest};
        if (!t->holds || p->list[i].number > 0)
            continue;
        p->list[i].number = ++p->ever;
        if (t->task == 0 || p->list[i].from == 0) // before it was none, or nobody knows
            p->list[i].from = newest;
    }
}

// --- what the pairs say ---

#define WHOLE 0 // all calls together; part i is i + 1

struct doubt_asked {
    unsigned of;
    uint64_t group;
    int64_t number;
    double routed, strong;
};

void doubt_begin(struct doubts *d, const struct doubt_parts *p, const struct promise *promise,
                 int64_t began)
{
    must(p->whole > 0);
    *d = (struct doubts){.parts = p, .promise = *promise, .began = began};
}

void doubt_fini(struct doubts *d)
{
    alloc_free(&alloc_heap, d->asked);
    d->asked = NULL;
}

// Of which part the pair is; `count` of none.
static unsigned part_of(const struct doubt_parts *p, const struct doubt_pair *pair)
{
    unsigned rest = p->count;
    for (unsigned i = 0; i < p->count; i++) {
        const bool own = p->list[i].task == pair->task;
        if (pair->number > p->list[i].from && own)
            return i;
        if (pair->number > p->list[i].from && p->list[i].task == 0)
            rest = i;
    }
    return rest;
}

static bool ask(struct doubts *d, unsigned of, const struct doubt_pair *p)
{
    struct doubt_asked *all = alloc_grow(&alloc_heap, d->asked, sizeof *all, d->count, &d->size);
    if (!all)
        return false;
    d->asked = all;
    all[d->count++] = (struct doubt_asked){of, p->group, p->number, p->routed, p->strong};
    return true;
}

bool doubt_add(struct doubts *d, const struct doubt_pair *pair)
{
    const struct doubt_parts *p = d->parts;
    const unsigned part = part_of(p, pair);
    const int64_t number = part < p->count ? p->list[part].number : 0;
    const bool own = number > 0 && (pair->doubts < 0 || pair->doubts >= number);
    return ask(d, WHOLE, pair) && (!own || ask(d, part + 1, pair));
}

// --- group by group ---

static int by_number(const void *a, const void *b)
{
    const struct doubt_asked *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static int by_group(const void *a, const void *b)
{
    const struct doubt_asked *x = a, *y = b;
    if (x->of != y->of)
        return x->of < y->of ? -1 : 1;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return by_number(a, b);
}

// Of one part, by their groups.
struct pool {
    struct doubt_asked *list;
    size_t count;
    size_t *reach; // [k]: how many groups have k + 1 pairs; room for `count`
    size_t unit;   // how many of a group are looked at
    double borne;  // by each group, of the others
};

static size_t group_end(const struct pool *p, size_t from)
{
    size_t end = from + 1;
    while (end < p->count && p->list[from].group && p->list[end].group == p->list[from].group)
        end++;
    return end;
}

// By the sizes alone. Where as much again is lost as was promised, what is looked at has that
// beyond it, and what is not is taken to have kept to it: the unit has the most of both in a bet.
static void find_unit(struct pool *p)
{
    double seen = 0, best = 0;
    memset(p->reach, 0, p->count * sizeof *p->reach);
    for (size_t i = 0, end; i < p->count; i = end) {
        end = group_end(p, i);
        for (size_t k = 0; k < end - i; k++)
            p->reach[k]++;
    }
    for (size_t k = 0; k < p->count && p->reach[k] > 0; k++) {
        seen += (double)p->reach[k];
        const double gain = (2 * seen - (double)p->count) / (double)(k + 1);
        if (gain > best) {
            best = gain;
            p->unit = k + 1;
        }
    }
}

// Each group becomes one: what its pairs add up to, where the first of them is.
static void join_groups(struct pool *p, double loss)
{
    size_t n = 0;
    find_unit(p);
    for (size_t i = 0, end; i < p->count; i = end) {
        struct doubt_asked sum = p->list[i];
        end = group_end(p, i);
        for (size_t k = i + 1; k < end; k++) {
            const struct doubt_asked *one = &p->list[k];
            const bool seen = k - i < p->unit;
            sum.routed += seen ? one->routed : 0;
            sum.strong += seen ? one->strong : 0;
            p->borne += seen ? 0 : 1 - (1 - loss) * one->strong;
        }
        p->list[n++] = sum;
    }
    p->count = n;
    p->borne /= (double)n;
    qsort(p->list, n, sizeof *p->list, by_number);
}

struct game {
    struct promise promise;
    int64_t from;  // pairs above it
    int64_t ended; // at that pair
    int64_t since;
};

static bool is_broken(const struct pool *p, struct game *g)
{
    const double whole = (double)p->unit + p->borne;
    struct drift drift;
    drift_begin(&drift, &g->promise);
    for (size_t i = 0; i < p->count && !drift.broken; i++) {
        const struct doubt_asked *one = &p->list[i];
        drift_add(&drift, one->number - g->from, (one->routed + p->borne) / whole,
                  one->strong / whole);
        g->ended = one->number;
    }
    g->since = g->from + drift.since - 1;
    return drift.broken;
}

static struct game game_of(const struct doubts *d, unsigned of)
{
    const struct doubt_parts *p = d->parts;
    const int64_t number = of == WHOLE ? p->whole : p->list[of - 1].number;
    const int64_t from = of == WHOLE ? d->began : p->list[of - 1].from;
    return (struct game){.promise = promise_at(&d->promise, (unsigned)number), .from = from};
}

bool doubt_tell(struct doubts *d, struct doubt_found *out)
{
    size_t *reach = alloc_get(&alloc_heap, (d->count + 1) * sizeof *reach);
    int64_t first = INT64_MAX;
    *out = (struct doubt_found){false, 0};
    if (!reach)
        return false;
    if (d->count > 0)
        qsort(d->asked, d->count, sizeof *d->asked, by_group);
    for (size_t i = 0, end; i < d->count; i = end) {
        struct game g = game_of(d, d->asked[i].of);
        for (end = i + 1; end < d->count && d->asked[end].of == d->asked[i].of;)
            end++;
        struct pool pool = {.list = d->asked + i, .count = end - i, .reach = reach};
        join_groups(&pool, d->promise.loss);
        if (!is_broken(&pool, &g) || g.ended >= first)
            continue;
        first = g.ended;
        *out = (struct doubt_found){true, g.since};
    }
    alloc_free(&alloc_heap, reach);
    return true;
}

// What nobody has judged proves nothing against it, nor does what is of other calls.
static enum status take(void *context, const struct lesson *l, int64_t number, struct why *why)
{
    const double routed = (double)(l->promised == SIDE_SMALL ? lesson_proves(l) : l->strong);
    const struct doubt_pair pair = {l->traits->task,   number,    routed,
                                    (double)l->strong, l->doubts, l->group};
    if (l->unjudged || !l->proves || l->promised == SIDE_NONE || doubt_add(context, &pair))
        return STATUS_OK;
    return why_set(why, STATUS_NO_MEMORY, "out of memory");
}

enum status doubt(const struct doubt *d, struct doubt_found *out, struct why *why)
{
    struct doubts asked;
    int64_t ignored;
    doubt_begin(&asked, d->parts, &d->promise, d->of->after);
    enum status s = lessons_each(d->of, take, &asked, &ignored, why);
    if (s == STATUS_OK && !doubt_tell(&asked, out))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    doubt_fini(&asked);
    return s;
}
