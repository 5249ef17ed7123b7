// SPDX-License-Identifier: Apache-2.0
//
// Joined as in J. Kruskal's tree, "On the shortest spanning subtree of a graph" (1956): what fewest
// share is the shortest edge.

#include "route/talks.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/golden.h"

#define PARTS     4 // of its time has it come in all
#define TIME_PART 8 // of all calls' time, it came for one at least

struct place {
    const struct talks_call *call;
    uint32_t at; // among all
};

enum kind {
    KIND_NAMED, // the conversation, by its caller
    KIND_SAID,  // a message, or two in a row
    KIND_RUN,   // what was answered first
    KIND_TOLD,  // instructions
};

struct use { // of what was said
    uint32_t said, at;
    enum kind kind;
};

struct shared { // what several calls say
    uint32_t said;
    uint32_t from, count; // its uses
    enum kind kind;
};

struct parting {
    const struct talks *talks;
    uint32_t *above; // of each call one of its group that came before it, or itself
    uint64_t *keys;  // of each call
    bool *recurring; // of each: what it says is said all the time, and joins none
    struct place *places;
    struct use *uses;
    struct shared *shared;
};

static uint64_t join(uint64_t a, uint64_t b)
{
    return golden_low(a ^ golden(b)) | 1;
}

static uint64_t key_of_id(const struct uuid *id)
{
    uint64_t half[2];
    memcpy(half, id->bytes, sizeof half);
    return join(half[0], half[1]);
}

static uint64_t key_of_talk(const struct talk *t)
{
    uint64_t key = t->count ? t->count : t->told;
    for (unsigned i = 0; i < t->count; i++)
        key = join(key, t->said[i]);
    return key;
}

static uint32_t first_of(struct parting *p, uint32_t at)
{
    while (p->above[at] != at) {
        p->above[at] = p->above[p->above[at]];
        at = p->above[at];
    }
    return at;
}

static void unite(struct parting *p, uint32_t a, uint32_t b)
{
    const uint32_t x = first_of(p, a), y = first_of(p, b);
    p->above[x > y ? x : y] = x > y ? y : x;
}

// --- those that say the same ---

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_talk(const void *a, const void *b)
{
    const struct place *p = a, *q = b;
    const struct talk *x = &p->call->talk, *y = &q->call->talk;
    int order = compare(x->known, y->known);
    if (order == 0)
        order = compare(x->count, y->count);
    if (order == 0)
        order = memcmp(x->said, y->said, x->count * sizeof x->said[0]);
    if (order == 0 && x->count == 0)
        order = compare(x->told, y->told);
    if (order == 0)
        order = compare(x->run, y->run);
    return order ? order : compare(p->at, q->at);
}

static bool say_the_same(const struct talk *x, const struct talk *y)
{
    return x->known && y->known && x->count == y->count &&
           memcmp(x->said, y->said, x->count * sizeof x->said[0]) == 0 &&
           (x->count || x->told == y->told);
}

// They come for a good part of the time, and then all of it: not for an hour.
struct course {
    size_t count, first, last; // calls, by their order
    size_t in[PARTS];          // of the time between these
};

static bool recurs(const struct course *c, size_t all)
{
    size_t least = c->count;
    for (unsigned k = 0; k < PARTS; k++)
        least = c->in[k] < least ? c->in[k] : least;
    return c->count >= TALKS_RECUR && (c->last - c->first + 1) * TIME_PART >= all &&
           least * TALKS_RECUR >= c->count;
}

static void course_begin(struct course *c, uint32_t at)
{
    *c = (struct course){.first = at, .last = at};
}

static void course_reach(struct course *c, uint32_t at)
{
    c->first = at < c->first ? at : c->first;
    c->last = at > c->last ? at : c->last;
}

static void course_add(struct course *c, uint32_t at)
{
    c->count++;
    c->in[(at - c->first) * PARTS / (c->last - c->first + 1)]++;
}

static bool same_recur(const struct talks *t, const struct place *same, size_t count)
{
    struct course c;
    course_begin(&c, same->at);
    for (size_t i = 0; i < count; i++)
        course_reach(&c, same[i].at);
    for (size_t i = 0; i < count; i++)
        course_add(&c, same[i].at);
    return !t->timeless && recurs(&c, t->count);
}

// They are in the order of their runs. What recurs falls into these: whatever was answered first
// goes on in all of a run.
static void unite_same(struct parting *p, const struct place *same, size_t count)
{
    const struct talk *t = &same->call->talk;
    const bool apart = !t->known || (t->count == 0 && t->told == 0);
    const bool runs = same_recur(p->talks, same, count);
    for (size_t i = 0; i < count; i++) {
        const uint32_t at = same[i].at, run = same[i].call->talk.run;
        const bool first = i == 0 || (runs && run != same[i - 1].call->talk.run);
        const bool alone = apart || (runs && run == 0);
        p->recurring[at] = runs;
        p->keys[at] = alone ? key_of_id(&same[i].call->id) : key_of_talk(t);
        if (runs && !alone)
            p->keys[at] = join(p->keys[at], run);
        if (!first && !alone)
            unite(p, at, same[i - 1].at);
    }
}

static void unite_all_same(struct parting *p)
{
    const size_t count = p->talks->count;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && say_the_same(&p->places[i].call->talk, &p->places[end].call->talk);)
            end++;
        unite_same(p, &p->places[i], end - i);
    }
}

// --- those that share what was said ---

static int by_said(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    int order = compare(x->kind, y->kind);
    if (order == 0)
        order = compare(x->said, y->said);
    return order ? order : compare(x->at, y->at);
}

static int by_rarity(const void *a, const void *b)
{
    const struct shared *x = a, *y = b;
    int order = compare(x->kind != KIND_NAMED, y->kind != KIND_NAMED);
    if (order == 0)
        order = compare(x->count, y->count);
    if (order == 0)
        order = compare(x->said, y->said);
    return order ? order : compare(x->kind, y->kind);
}

// Of several messages the first, and each with the one before it: one alone may be an example, a
// document or a stock answer that many others have beside other ones.
static void add_uses(struct parting *p, uint32_t at, size_t *n)
{
    const struct talk *t = &p->talks->calls[at].talk;
    if (t->named)
        p->uses[(*n)++] = (struct use){t->named, at, KIND_NAMED};
    for (unsigned k = 0; k < t->count && !p->recurring[at]; k++) {
        const bool alone = t->one || k == 0;
        const uint32_t said =
            alone ? t->said[k] : (uint32_t)(join(t->said[k - 1], t->said[k]) >> 32);
        p->uses[(*n)++] = (struct use){said, at, KIND_SAID};
    }
    if (t->run)
        p->uses[(*n)++] = (struct use){t->run, at, KIND_RUN};
    if (t->told)
        p->uses[(*n)++] = (struct use){t->told, at, KIND_TOLD};
}

static size_t list_uses(struct parting *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->talks->count; i++)
        add_uses(p, (uint32_t)i, &n);
    if (n)
        qsort(p->uses, n, sizeof *p->uses, by_said);
    return n;
}

static size_t list_shared(struct parting *p, size_t uses)
{
    size_t n = 0;
    for (size_t i = 0, end; i < uses; i = end) {
        for (end = i + 1; end < uses && p->uses[end].said == p->uses[i].said &&
                          p->uses[end].kind == p->uses[i].kind;)
            end++;
        if (end > i + 1)
            p->shared[n++] =
                (struct shared){p->uses[i].said, (uint32_t)i, (uint32_t)(end - i), p->uses[i].kind};
    }
    if (n)
        qsort(p->shared, n, sizeof *p->shared, by_rarity);
    return n;
}

// How many groups share it; TALKS_MOST: so many or more.
static unsigned count_groups(struct parting *p, const struct shared *s)
{
    uint32_t groups[TALKS_MOST];
    unsigned count = 0;
    for (uint32_t i = 0; i < s->count && count < TALKS_MOST; i++) {
        const uint32_t group = first_of(p, p->uses[s->from + i].at);
        unsigned k = 0;
        while (k < count && groups[k] != group)
            k++;
        if (k == count)
            groups[count++] = group;
    }
    return count;
}

static bool shared_recurs(const struct parting *p, const struct shared *s)
{
    const struct use *uses = &p->uses[s->from];
    struct course c; // they are in the order of their calls
    course_begin(&c, uses[0].at);
    course_reach(&c, uses[s->count - 1].at);
    for (uint32_t i = 0; i < s->count; i++)
        course_add(&c, uses[i].at);
    return !p->talks->timeless && recurs(&c, p->talks->count);
}

// What many share joins none, but for a name.
static bool is_too_many(struct parting *p, const struct shared *s)
{
    if (s->kind == KIND_NAMED)
        return false;
    const unsigned groups = count_groups(p, s);
    if (s->kind == KIND_TOLD)
        return groups >= TALKS_TOLD;
    return groups == TALKS_MOST || (groups >= TALKS_MANY && shared_recurs(p, s));
}

static void unite_sharing(struct parting *p)
{
    const size_t count = list_shared(p, list_uses(p));
    for (size_t i = 0; i < count; i++) {
        const struct shared *s = &p->shared[i];
        if (is_too_many(p, s))
            continue;
        for (uint32_t k = 1; k < s->count; k++)
            unite(p, p->uses[s->from].at, p->uses[s->from + k].at);
    }
}

// --- groups ---

// A group has the least key of its calls: the same in whatever order they come.
static void name_groups(struct parting *p, uint64_t *groups)
{
    const struct talks *t = p->talks;
    for (size_t i = 0; i < t->count; i++)
        groups[i] = p->keys[i];
    for (size_t i = 0; i < t->count; i++) {
        const uint32_t first = first_of(p, (uint32_t)i);
        groups[first] = p->keys[i] < groups[first] ? p->keys[i] : groups[first];
    }
    for (size_t i = t->count; i-- > 0;) // the first ones last
        groups[i] = t->calls[i].talk.known ? groups[first_of(p, (uint32_t)i)] : 0;
}

static size_t count_said(const struct talks *t)
{
    size_t said = 0;
    for (size_t i = 0; i < t->count; i++)
        said += t->calls[i].talk.count + 3;
    return said;
}

static bool make(struct parting *p)
{
    const size_t calls = p->talks->count + 1, said = count_said(p->talks) + 1;
    p->above = alloc_get(&alloc_heap, calls * sizeof *p->above);
    p->keys = alloc_get(&alloc_heap, calls * sizeof *p->keys);
    p->recurring = alloc_get(&alloc_heap, calls * sizeof *p->recurring);
    p->places = alloc_get(&alloc_heap, calls * sizeof *p->places);
    p->uses = alloc_get(&alloc_heap, said * sizeof *p->uses);
    p->shared = alloc_get(&alloc_heap, said * sizeof *p->shared);
    return p->above && p->keys && p->recurring && p->places && p->uses && p->shared;
}

static void part(struct parting *p, uint64_t *groups)
{
    const struct talks *t = p->talks;
    for (size_t i = 0; i < t->count; i++) {
        p->above[i] = (uint32_t)i;
        p->places[i] = (struct place){&t->calls[i], (uint32_t)i};
    }
    if (t->count)
        qsort(p->places, t->count, sizeof *p->places, by_talk);
    unite_all_same(p);
    unite_sharing(p);
    name_groups(p, groups);
}

bool talks_part(struct talks *t)
{
    struct parting p = {.talks = t};
    uint64_t *groups = alloc_get(&alloc_heap, (t->count + 1) * sizeof *groups);
    alloc_free(&alloc_heap, t->groups);
    t->groups = NULL;
    const bool done = make(&p) && groups;
    if (done)
        part(&p, groups);
    t->groups = done ? groups : NULL;
    if (!done)
        alloc_free(&alloc_heap, groups);
    alloc_free(&alloc_heap, p.above);
    alloc_free(&alloc_heap, p.keys);
    alloc_free(&alloc_heap, p.recurring);
    alloc_free(&alloc_heap, p.places);
    alloc_free(&alloc_heap, p.uses);
    alloc_free(&alloc_heap, p.shared);
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
