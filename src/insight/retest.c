// SPDX-License-Identifier: Apache-2.0

#include "insight/retest.h"

#include <stdio.h>

#include "core/tenant.h"
#include "route/learner.h"
#include "route/prior.h"
#include "store/pairs.h"
#include "store/promises.h"

#define PPM       1e6
#define PATH_MOST 4096

struct work {
    const struct replay_of *of;
    const struct policy_route *policy;
    struct model model;
    bool own;       // it is the route's
    int64_t since;  // only pairs with numbers above it are proof
    int64_t newest; // the last that it has learned from, if it is
    struct halves halves;
    struct learner learner;
    size_t learned; // pairs of the other half
    struct traits *traits;
    enum status status;
    struct why *why;
};

// --- what the route's last look has left ---

static void read_last(void *context, const struct promise_row *row)
{
    struct work *w = context;
    char path[PATH_MOST];
    struct why ignored; // the gateway tells of it
    if (row->task != 0)
        return;
    w->since = row->since;
    w->newest = row->newest;
    if (w->policy->terms.len && !str_eq(row->terms, w->policy->terms))
        return;
    int n = snprintf(path, sizeof path, "%.*s/%.*s", STR_ARG(w->of->state), STR_ARG(row->model));
    if (row->model.len && n > 0 && (size_t)n < sizeof path)
        w->own = model_open_known(path, row->model_check, &w->model, &ignored) == STATUS_OK;
}

// --- pairs ---

// Of a side that is proposed the call had the model, since that has answered.
static bool has_model(const struct policy_side *s, struct str model)
{
    return s->proposed || policy_model_of(s, model);
}

// Of a route nothing of which is known, all.
static bool is_of_calls(const struct policy_route *r, const struct pair *p)
{
    return r->calls.len == 0 || str_eq(r->calls, p->calls);
}

// Of the small model that was first in line (gate/lessons.h).
static bool is_first(const struct policy_route *r, const struct pair *p)
{
    bool first = p->scored == 0 || p->scored == model_pair(p->weak, p->strong);
    for (unsigned i = 0; i < r->large.count && !first; i++)
        first = model_pair(p->weak, r->large.models[i].name) == p->scored;
    return first;
}

static void take(void *context, const struct pair *p)
{
    struct work *w = context;
    const struct policy_route *r = w->policy;
    const uint64_t answered = model_pair(p->weak, p->strong);
    if (w->status != STATUS_OK || !has_model(&r->small, p->weak) ||
        !has_model(&r->large, p->strong) || !traits_unpack(p->traits, w->traits))
        return;
    if (!half_proves(halves_find(&w->halves, p->number))) {
        w->learned += p->judged != PAIR_JUDGED_NOT;
        return;
    }
    const struct lesson lesson = {.group = halves_group(&w->halves, p->number),
                                  .traits = w->traits,
                                  .pair = answered,
                                  .scored = p->scored ? p->scored : answered,
                                  .weak = (float)(p->weak_ppm / PPM),
                                  .strong = (float)(p->strong_ppm / PPM),
                                  .unjudged = p->judged == PAIR_JUDGED_NOT,
                                  .ruled = pair_ruled(p->judged),
                                  .contradicted = p->judged == PAIR_JUDGED_CONTRADICTED,
                                  .swayed = !p->by_score || r->sways,
                                  .proves =
                                      p->number > w->since && is_of_calls(r, p) && is_first(r, p)};
    w->status = learner_add(&w->learner, &lesson, w->why);
}

// What has learned of no pairs is tested by those that the route's learner would prove it by.
static enum status read_pairs(struct work *w)
{
    struct pair_query q = {.tenant = str_of(TENANT), .route = w->policy->name};
    const int64_t newest = w->own ? w->newest : INT64_MAX;
    enum status s = halves_read(&w->halves, w->of->store, q.route, newest, w->why);
    q.after = w->halves.after;
    if (s == STATUS_OK)
        s = store_pair_each(w->of->store, &q, take, w, w->why);
    return s == STATUS_OK ? w->status : s;
}

// --- the test ---

static enum status test(struct work *w, struct replay_retest *out)
{
    const struct policy_route *p = w->policy;
    const struct learner_wishes wishes = {
        .promise = {(double)(p->max_loss_ppm < CHOICE_SURE ? p->max_loss_ppm : CHOICE_SURE - 1) /
                        PPM,
                    1 - p->confidence_ppm / PPM},
        .time = 1,
        .whole = true};
    struct outlooks found = {.pairs = 0};
    enum status s = STATUS_OK;
    if (wishes.promise.loss > 0 && wishes.promise.risk > 0) // else nothing can be proved
        s = learner_test(&w->learner, &w->model, &wishes, &found, w->why);
    if (s != STATUS_OK)
        return s;
    const struct certificate *c =
        p->mode == CHOICE_CERTIFIED ? &found.route.certified : &found.route.measured;
    *out = (struct replay_retest){.own = w->own,
                                  .model = w->model,
                                  .halves = w->halves,
                                  .pairs = (int64_t)w->learner.proof_rows.count,
                                  .learns = learner_learns(w->learned, w->learner.proof_rows.count),
                                  .holds = c->holds,
                                  .threshold =
                                      c->holds ? (int64_t)(c->threshold * PPM) : CHOICE_NOTHING};
    w->halves = (struct halves){0}; // they are the caller's now
    return STATUS_OK;
}

enum status retest(const struct replay_of *of, const struct policy_route *policy,
                   struct replay_retest *out, struct why *why)
{
    struct work w = {
        .of = of, .policy = policy, .traits = alloc_get(&alloc_heap, sizeof *w.traits), .why = why};
    if (!w.traits)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    learner_init(&w.learner);
    enum status s = store_promises_each(
        of->store, (struct promise_of){str_of(TENANT), policy->name}, read_last, &w, why);
    if (!w.own)
        prior_open(&w.model);
    if (s == STATUS_OK)
        s = read_pairs(&w);
    if (s == STATUS_OK)
        s = test(&w, out);
    if (w.own && s != STATUS_OK)
        model_close(&w.model);
    learner_fini(&w.learner);
    halves_fini(&w.halves);
    alloc_free(&alloc_heap, w.traits);
    return s;
}
