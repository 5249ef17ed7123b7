// SPDX-License-Identifier: Apache-2.0

#include <math.h>
#include <stdio.h>

#include "costlens_route.h"
#include "lib/part.h"
#include "route/certificate.h"
#include "route/prior.h"

_Static_assert(_Alignof(struct traits) <= _Alignof(struct costlens_features), "as they lie");
_Static_assert(sizeof(struct traits) <= (COSTLENS_FEATURES_WORDS - 1) * sizeof(uint64_t),
               "features hold traits, and who made them");

#define STAMP_AT (COSTLENS_FEATURES_WORDS - 1)
#define STAMP    (UINT64_C(0x534c4c5354525400) + TRAITS_VERSION)

struct costlens_router {
    struct alloc alloc;
    struct model model;
    bool mapped;
    uint64_t pair;
    struct evidence *outcomes;
    size_t count, size;
    uint64_t conversation; // of the next ones; 0: none
    float odds;            // that no outcome's are below
    unsigned times;        // that it was certified
    bool certified;        // the last time
    double threshold;
};

static enum costlens_status refuse(const struct why *why, char *message, size_t message_size)
{
    if (message && message_size)
        (void)snprintf(message, message_size, "%s", why->text);
    return why->status == STATUS_IO || why->status == STATUS_LIMIT ? COSTLENS_IO : COSTLENS_DAMAGED;
}

enum costlens_status costlens_router_open(const struct costlens_alloc *alloc, const char *path,
                                          struct costlens_router **out, char *message,
                                          size_t message_size)
{
    struct alloc memory = lib_alloc(alloc);
    struct costlens_router *r = alloc_zero(&memory, sizeof *r);
    struct why why = {.status = STATUS_OK};
    *out = NULL;
    if (!r)
        return COSTLENS_NO_MEMORY;
    r->alloc = memory;
    r->mapped = path != NULL;
    r->odds = 1;
    if (!path) {
        prior_open(&r->model);
    } else if (model_open(path, &r->model, &why) != STATUS_OK) {
        alloc_free(&memory, r);
        return refuse(&why, message, message_size);
    }
    r->threshold = (double)r->model.head->threshold;
    *out = r;
    return COSTLENS_OK;
}

void costlens_router_pair(struct costlens_router *router, const char *small, const char *large)
{
    router->pair = model_pair(str_of(small), str_of(large));
}

void costlens_router_conversation(struct costlens_router *router, const char *name)
{
    router->conversation = name ? traits_task(0, str_of(name), STR_NONE) : 0;
}

void costlens_router_close(struct costlens_router *router)
{
    if (!router)
        return;
    struct alloc memory = router->alloc;
    if (router->mapped)
        model_close(&router->model);
    alloc_free(&memory, router->outcomes);
    alloc_free(&memory, router);
}

static uint64_t template_of(struct str system)
{
    return traits_template(0, str_clip(system, TRAITS_BYTES));
}

void costlens_features(const char *system, const char *prompt, const char *task,
                       struct costlens_features *out)
{
    struct str text = str_of(prompt);
    struct demand demand = {.messages = 1};
    bool named = task && *task;
    struct traits_source from = {
        .demand = &demand,
        .system_bytes = str_of(system).len,
        .texts = &text,
        .count = 1,
        .task = traits_task(named ? 0 : template_of(str_of(system)), str_of(task), STR_NONE)};
    *out = (struct costlens_features){{0}};
    traits_of(&from, (struct traits *)out->opaque);
    out->opaque[STAMP_AT] = STAMP;
}

// NULL: they are refused. They lay where anything may have become of them, and what is read by a
// count of theirs has to be there.
static const struct traits *traits_in(const struct costlens_features *features)
{
    const struct traits *t = (const struct traits *)features->opaque;
    return features->opaque[STAMP_AT] == STAMP && t->gram_count <= TRAITS_GRAMS_MAX ? t : NULL;
}

double costlens_gain(const struct costlens_router *router, const struct costlens_features *features)
{
    const struct traits *t = traits_in(features);
    if (!t)
        return (double)NAN;
    // A model adds up what it has learned of each trait, which may come to a little more than all.
    return fmin(1, fmax(-1, (double)model_gain(&router->model, t, router->pair)));
}

void costlens_pick(const struct costlens_router *router, const struct costlens_features *features,
                   struct costlens_choice *out)
{
    double gain = costlens_gain(router, features);
    bool lost = router->times > 0 && !router->certified;
    bool none = lost || router->threshold <= (double)MODEL_NOTHING;
    bool refused = isnan(gain);
    *out = (struct costlens_choice){
        .side = none || refused || gain >= router->threshold ? COSTLENS_LARGE : COSTLENS_SMALL,
        .gain = gain,
        .threshold = none ? -HUGE_VAL : router->threshold,
        .certified = router->certified};
    if (refused)
        (void)snprintf(out->reason, sizeof out->reason,
                       "these are no features of this version: all such go to the large model");
    else if (lost)
        (void)snprintf(out->reason, sizeof out->reason,
                       "no share can be promised: all goes to the large model");
    else if (none)
        (void)snprintf(out->reason, sizeof out->reason,
                       "the model has no threshold: all goes to the large model");
    else
        (void)snprintf(out->reason, sizeof out->reason,
                       "the large model is expected to be better by %.4f, which is %s the %s "
                       "threshold of %.4f",
                       gain, out->side == COSTLENS_LARGE ? "at least" : "below",
                       router->certified ? "certified" : "model's", router->threshold);
}

static bool is_share(double n)
{
    return n >= 0 && n <= 1;
}

enum costlens_status costlens_router_odds(struct costlens_router *router, double least)
{
    if (!is_share(least) || !((float)least > 0))
        return COSTLENS_RANGE;
    if (router->count > 0)
        return COSTLENS_CONFLICT;
    router->odds = (float)least;
    return COSTLENS_OK;
}

enum costlens_status costlens_outcome_add(struct costlens_router *router,
                                          const struct costlens_features *features, double small,
                                          double large, double odds)
{
    if (!is_share(small) || !is_share(large) || !is_share(odds) || (float)odds < router->odds)
        return COSTLENS_RANGE;
    const double gain = costlens_gain(router, features);
    if (isnan(gain))
        return COSTLENS_DAMAGED;
    struct evidence *at =
        alloc_grow(&router->alloc, router->outcomes, sizeof *at, router->count, &router->size);
    if (!at)
        return COSTLENS_NO_MEMORY;
    router->outcomes = at;
    at[router->count++] = (struct evidence){.score = (float)gain,
                                            .weak = (float)small,
                                            .strong = (float)large,
                                            .weight = router->odds / (float)odds,
                                            .group = router->conversation};
    return COSTLENS_OK;
}

enum costlens_status costlens_certify(struct costlens_router *router, double loss,
                                      double confidence, struct costlens_certificate *out)
{
    const struct promise whole = {loss, 1 - confidence};
    struct certificate c;
    if (!(loss > 0 && loss < 1) || !(whole.risk > 0 && whole.risk < 1))
        return COSTLENS_RANGE;
    const struct promise promise = promise_at(&whole, ++router->times);
    certificate_test(router->outcomes, router->count, &promise, &c);
    router->certified = c.holds;
    *out = (struct costlens_certificate){.outcomes = router->count};
    if (!c.holds)
        return COSTLENS_OK;
    router->threshold = c.threshold;
    *out = (struct costlens_certificate){
        .certified = 1,
        .threshold = c.threshold,
        .share_small = c.share,
        .loss = c.loss,
        .loss_upper = certificate_promised_upper(router->outcomes, router->count, &c, &promise),
        .outcomes = router->count};
    return COSTLENS_OK;
}
