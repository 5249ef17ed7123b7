// SPDX-License-Identifier: Apache-2.0

#include "gate/lessons.h"

#include "core/tenant.h"
#include "gate/terms.h"
#include "route/talks.h"
#include "store/pairs.h"
#include "verify/verify.h"

static bool is_of_models(const struct config_route *r, const struct pair *p)
{
    return config_tier_has(r->small, p->weak) && config_tier_has(r->large, p->strong);
}

// Its small model is the one that the call's score was of, the first in line: by a certificate no
// other answers. Of the large side any is what its caller would have got. What an earlier version
// has not said is taken to be so.
static bool is_first(const struct config_route *r, const struct pair *p)
{
    bool first = p->scored == 0;
    for (unsigned i = 0; i < r->large->model_count && !first; i++)
        first = model_pair(p->weak, r->large->models[i]) == p->scored;
    return first;
}

bool lessons_swayed(const struct config_route *r)
{
    bool more = false;
    for (unsigned i = 0; i < r->verifier_count; i++)
        more |= !verifier_alone(r->verifiers[i].kind);
    return more;
}

static struct pair_query query_of(const struct lessons_of *of)
{
    return (struct pair_query){.tenant = str_of(TENANT),
                               .route = of->route->name,
                               .after = of->after,
                               .until = of->until,
                               .rated_us = of->rated_us,
                               .most = LEARNER_PAIRS_MOST};
}

// --- which belong together ---

struct hearing {
    struct talks *talks;
    bool full; // of memory
};

static void hear_one(void *context, const struct pair *p)
{
    struct hearing *h = context;
    h->full |= !talks_hear(h->talks, p->number, &p->id, p->talk);
}

static enum status hear_all(const struct lessons_of *of, const struct pair_query *q,
                            struct talks *out, struct why *why)
{
    struct hearing h = {out, false};
    enum status s = store_pair_each(of->store, q, hear_one, &h, why);
    if (s == STATUS_OK && (h.full || !talks_part(out)))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    return s;
}

// --- what they teach ---

struct reading {
    const struct lessons_of *of;
    struct talks talks;
    char calls[TERMS_CALLS + 1]; // of the route
    lesson_f *f;
    void *context;
    struct traits *traits;
    int64_t newest;
    enum status status;
    struct why *why;
};

static void read_one(void *context, const struct pair *p)
{
    struct reading *r = context;
    r->newest = p->number;
    if (r->status != STATUS_OK || !is_of_models(r->of->route, p) ||
        !traits_unpack(p->traits, r->traits)) // none, or those of another version
        return;
    const uint64_t answered = model_pair(p->weak, p->strong);
    const struct lesson lesson = {.group = talks_group(&r->talks, p->number),
                                  .traits = r->traits,
                                  .pair = answered,
                                  .scored = p->scored ? p->scored : answered,
                                  .weak = (float)p->weak_ppm / (float)PAIR_WHOLE_PPM,
                                  .strong = (float)p->strong_ppm / (float)PAIR_WHOLE_PPM,
                                  .unjudged = p->judged == PAIR_JUDGED_NOT,
                                  .ruled = pair_ruled(p->judged),
                                  .contradicted = p->judged == PAIR_JUDGED_CONTRADICTED,
                                  .swayed = !p->by_score || lessons_swayed(r->of->route),
                                  .promised = p->promised,
                                  .proves = str_is(p->calls, r->calls) && is_first(r->of->route, p),
                                  .doubts = p->doubts};
    r->status = r->f(r->context, &lesson, p->number, r->why);
}

enum status lessons_each(const struct lessons_of *of, lesson_f *f, void *context, int64_t *newest,
                         struct why *why)
{
    struct pair_query query = query_of(of);
    struct reading r = {.of = of,
                        .f = f,
                        .context = context,
                        .traits = alloc_get(&alloc_heap, sizeof *r.traits),
                        .newest = of->after,
                        .why = why};
    if (!r.traits || !terms_calls(of->route, r.calls)) {
        alloc_free(&alloc_heap, r.traits);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    query.after = 0;
    enum status s = store_pair_window(of->store, &query, &query.after, why);
    query.most = 0; // all of these
    if (s == STATUS_OK)
        s = hear_all(of, &query, &r.talks, why);
    if (query.after < of->after)
        query.after = of->after;
    if (r.talks.count) // no other ones
        query.until = r.talks.calls[r.talks.count - 1].number;
    if (s == STATUS_OK && r.talks.count)
        s = store_pair_each(of->store, &query, read_one, &r, why);
    alloc_free(&alloc_heap, r.traits);
    talks_fini(&r.talks);
    *newest = r.newest;
    return s == STATUS_OK ? r.status : s;
}

struct counting {
    const struct config_route *route;
    int64_t count;
};

static void count_one(void *context, const struct pair *p)
{
    struct counting *c = context;
    c->count += is_of_models(c->route, p);
}

enum status lessons_count(const struct lessons_of *of, int64_t *out, struct why *why)
{
    struct pair_query query = query_of(of);
    query.judged = true;
    struct counting c = {.route = of->route};
    enum status s = store_pair_each(of->store, &query, count_one, &c, why);
    *out = c.count;
    return s;
}
