// SPDX-License-Identifier: Apache-2.0

#include "route/talks.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define PARTS 4                            // of all calls, by their order
#define MIX   UINT64_C(0x9e3779b97f4a7c15) // 2^64 / golden ratio

struct place {
    const struct talks_call *call;
    size_t at;
    uint64_t group; // once it is known
};

static int by_said(const void *a, const void *b)
{
    const struct talk *x = &((const struct place *)a)->call->talk;
    const struct talk *y = &((const struct place *)b)->call->talk;
    for (unsigned i = 0; i < x->count && i < y->count; i++)
        if (x->said[i] != y->said[i])
            return x->said[i] < y->said[i] ? -1 : 1;
    return (x->count > y->count) - (x->count < y->count);
}

static int by_group(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

// Places that have said the same so far: `depth` messages.
struct range {
    const struct place *from, *to;
    unsigned depth;
};

static bool goes_on(const struct place *p, unsigned depth)
{
    return p->call->talk.count > depth;
}

static bool is_same(const struct place *a, const struct place *b, unsigned depth)
{
    const struct talk *x = &a->call->talk, *y = &b->call->talk;
    return goes_on(a, depth - 1) && goes_on(b, depth - 1) &&
           memcmp(x->said, y->said, depth * sizeof x->said[0]) == 0;
}

static const struct place *same_end(const struct place *p, const struct place *end, unsigned depth)
{
    const struct place *to = p;
    while (to < end && is_same(p, to, depth))
        to++;
    return to;
}

static bool is_fork(const struct range *r)
{
    unsigned ways = 0;
    const struct place *p = r->from;
    while (p < r->to && !goes_on(p, r->depth))
        p++;
    for (; p < r->to && ways < TALKS_FORK; ways++)
        p = same_end(p, r->to, r->depth + 1);
    return ways == TALKS_FORK;
}

// How many messages tell the group: as many as there were at the last fork, and the next one.
static void find_depths(const struct place *places, size_t count, uint64_t *depths)
{
    const struct place *end = places + count;
    for (unsigned depth = 1; depth < TALK_DEPTH; depth++) {
        struct range r = {places, places, depth};
        for (; r.from < end; r.from = r.to) {
            const bool there = goes_on(r.from, depth - 1);
            r.to = there ? same_end(r.from, end, depth) : r.from + 1;
            if (!there || !is_fork(&r))
                continue;
            for (const struct place *p = r.from; p < r.to; p++)
                depths[p->at] = depth + goes_on(p, depth);
        }
    }
}

static uint64_t join(uint64_t a, uint64_t b)
{
    const uint64_t mixed = (a ^ b * MIX) * MIX;
    return (mixed ^ mixed >> 32) | 1;
}

static uint64_t alone(const struct talks_call *c)
{
    uint64_t half[2];
    memcpy(half, c->id.bytes, sizeof half);
    return join(half[0], half[1]);
}

// It came in every part of the time, and not just now and then.
static bool recurs(const struct place *group, size_t count, size_t all)
{
    size_t in[PARTS] = {0}, least = count;
    for (size_t i = 0; i < count; i++)
        in[group[i].at * PARTS / all]++;
    for (unsigned k = 0; k < PARTS; k++)
        least = in[k] < least ? in[k] : least;
    return count >= TALKS_RECUR && least * TALKS_RECUR >= count;
}

// What recurs falls into the runs of it: whatever was answered first goes on in all of a run.
static void part_recurring(struct place *places, size_t count, uint64_t *out)
{
    for (size_t i = 0; i < count; i++)
        places[i].group = out[places[i].at];
    qsort(places, count, sizeof *places, by_group);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && places[end].group == places[i].group;)
            end++;
        if (places[i].group == 0 || !recurs(&places[i], end - i, count))
            continue;
        for (size_t k = i; k < end; k++) {
            const struct talks_call *c = places[k].call;
            out[places[k].at] = c->talk.run ? join(places[k].group, c->talk.run) : alone(c);
        }
    }
}

static void find_groups(struct place *places, struct talks *t)
{
    for (size_t i = 0; i < t->count; i++) {
        places[i] = (struct place){&t->calls[i], i, 0};
        t->groups[i] = 1;
    }
    qsort(places, t->count, sizeof *places, by_said);
    find_depths(places, t->count, t->groups);
    for (size_t i = 0; i < t->count; i++) {
        const struct talk *of = &t->calls[i].talk;
        t->groups[i] = of->count ? join(t->groups[i], of->said[t->groups[i] - 1]) : 0;
    }
    part_recurring(places, t->count, t->groups);
}

bool talks_part(struct talks *t)
{
    struct place *places = alloc_get(&alloc_heap, (t->count + 1) * sizeof *places);
    alloc_free(&alloc_heap, t->groups);
    t->groups = alloc_get(&alloc_heap, (t->count + 1) * sizeof *t->groups);
    const bool done = places && t->groups;
    if (done && t->count > 0)
        find_groups(places, t);
    alloc_free(&alloc_heap, places);
    return done;
}

// --- the list ---

bool talks_add(struct talks *t, const struct talks_call *call)
{
    struct talks_call *calls = alloc_grow(&alloc_heap, t->calls, sizeof *calls, t->count, &t->size);
    if (!calls)
        return false;
    t->calls = calls;
    calls[t->count++] = *call;
    return true;
}

bool talks_hear(struct talks *t, int64_t number, const struct uuid *id, struct str packed)
{
    struct talks_call call = {.number = number, .id = *id};
    talk_unpack(packed, &call.talk);
    return talks_add(t, &call);
}

void talks_fini(struct talks *t)
{
    alloc_free(&alloc_heap, t->calls);
    alloc_free(&alloc_heap, t->groups);
    *t = (struct talks){0};
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = ((const struct talks_call *)a)->number;
    const int64_t y = ((const struct talks_call *)b)->number;
    return (x > y) - (x < y);
}

uint64_t talks_group(const struct talks *t, int64_t number)
{
    const struct talks_call key = {.number = number};
    const struct talks_call *found =
        t->count && t->groups ? bsearch(&key, t->calls, t->count, sizeof key, by_number) : NULL;
    return found ? t->groups[found - t->calls] : 0;
}
