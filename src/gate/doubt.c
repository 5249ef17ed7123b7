// SPDX-License-Identifier: Apache-2.0

#include "gate/doubt.h"

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

void doubt_begin(struct doubts *d, const struct doubt_parts *p, const struct promise *promise,
                 int64_t began)
{
    *d = (struct doubts){.parts = p, .began = began};
    must(p->whole > 0);
    const struct promise whole = promise_at(promise, (unsigned)p->whole);
    drift_begin(&d->whole, &whole);
    for (unsigned i = 0; i < p->count; i++) {
        const int64_t number = p->list[i].number;
        const struct promise own = promise_at(promise, number ? (unsigned)number : 1);
        drift_begin(&d->list[i], &own);
    }
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

static void ask(struct doubts *d, struct drift *of, int64_t from, const struct doubt_pair *p)
{
    if (d->found.broken)
        return;
    drift_add(of, p->number - from, p->routed, p->strong);
    if (of->broken)
        d->found = (struct doubt_found){true, from + of->since - 1};
}

void doubt_add(struct doubts *d, const struct doubt_pair *pair)
{
    const struct doubt_parts *p = d->parts;
    const unsigned part = part_of(p, pair);
    const int64_t number = part < p->count ? p->list[part].number : 0;
    ask(d, &d->whole, d->began, pair);
    if (number > 0 && (pair->doubts < 0 || pair->doubts >= number))
        ask(d, &d->list[part], p->list[part].from, pair);
}

// What nobody has judged proves nothing against it, nor does what is of other calls.
static enum status take(void *context, const struct lesson *l, int64_t number, struct why *why)
{
    const double routed = (double)(l->promised == SIDE_SMALL ? lesson_proves(l) : l->strong);
    (void)why;
    if (!l->unjudged && l->proves && l->promised != SIDE_NONE)
        doubt_add(context, &(struct doubt_pair){l->traits->task, number, routed, (double)l->strong,
                                                l->doubts});
    return STATUS_OK;
}

enum status doubt(const struct doubt *d, struct doubt_found *out, struct why *why)
{
    struct doubts asked;
    int64_t ignored;
    doubt_begin(&asked, d->parts, &d->promise, d->of->after);
    enum status s = lessons_each(d->of, take, &asked, &ignored, why);
    *out = asked.found;
    return s;
}
