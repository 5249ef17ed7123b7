// SPDX-License-Identifier: Apache-2.0

#include "insight/retest.h"

#include "base/map.h"
#include "route/learner.h"
#include "store/sql.h"

#define PPM  1e6
#define EVEN 0.5 // the risk of an estimate

struct work {
    const struct policy_route *policy;
    struct evidence *list;
    size_t count, size;
    bool own;       // scored by the route's own model,
    uint32_t check; // this one
};

// A newer model's scores are others: what was gathered of an older one says nothing of it.
static void follow(struct work *w, const struct choice_judged *j)
{
    if (w->own == j->has_own && (!j->has_own || w->check == j->own_check))
        return;
    w->own = j->has_own;
    w->check = j->own_check;
    w->count = 0;
}

// A side that is proposed has the models that the call was offered.
static bool has_model(const struct policy_side *s, const struct decision *d, enum side side,
                      uint64_t model)
{
    for (unsigned i = 0; i < s->count; i++)
        if (map_hash(s->models[i].name) == model)
            return true;
    for (unsigned i = 0; s->proposed && i < d->count; i++)
        if (d->list[i].side == side && map_hash(d->list[i].model) == model)
            return true;
    return false;
}

static bool is_of_models(const struct policy_route *p, const struct decision *d,
                         const struct paired_one *pair)
{
    return has_model(&p->small, d, SIDE_SMALL, pair->weak) &&
           has_model(&p->large, d, SIDE_LARGE, pair->strong);
}

// False without memory.
static bool add(struct work *w, const struct logged *c, const struct paired_one *p)
{
    const struct choice_judged *j = &c->decision.call.judged;
    if (!c->decision.known || !j->there)
        return true;
    follow(w, j);
    if (!p || !is_of_models(w->policy, &c->decision, p) || (j->has_own && !learner_proves(&c->id)))
        return true;
    struct evidence *list = alloc_grow(&alloc_heap, w->list, sizeof *list, w->count, &w->size);
    if (!list)
        return false;
    w->list = list;
    list[w->count++] =
        (struct evidence){.score = (float)((double)(j->has_own ? j->own : j->shipped) / PPM),
                          .weak = (float)(p->weak_ppm / PPM),
                          .strong = (float)(p->strong_ppm / PPM),
                          .odds = (float)(p->propensity_ppm / PPM),
                          .unjudged = !p->judged};
    return true;
}

static void test(struct work *w, const struct policy_route *p, struct replay_retest *out)
{
    const struct promise promise = {
        (double)(p->max_loss_ppm < CHOICE_SURE ? p->max_loss_ppm : CHOICE_SURE - 1) / PPM,
        1 - p->confidence_ppm / PPM};
    const struct promise even = {promise.loss, EVEN};
    const bool certified = p->mode == CHOICE_CERTIFIED;
    struct certificate c = {.holds = false};
    if (promise.loss > 0 && promise.risk > 0 &&
        (!certified || w->count >= learner_proof_least(&promise, 1)))
        certificate_test(w->list, w->count, certified ? &promise : &even, 1, &c);
    *out = (struct replay_retest){.done = true,
                                  .own = w->own,
                                  .pairs = (int64_t)w->count,
                                  .holds = c.holds,
                                  .threshold =
                                      c.holds ? (int64_t)(c.threshold * PPM) : CHOICE_NOTHING};
}

enum status retest(const struct replay_of *of, const struct policy_route *policy,
                   const struct paired *pairs, struct replay_retest *out, struct why *why)
{
    struct logged_reader reader;
    struct logged call;
    struct work w = {.policy = policy};
    enum status status = STATUS_OK;
    if (!logged_open(&reader, of->db, policy->name, &of->span))
        status = sql_why(why, of->db, "the ledger cannot be read");
    while (status == STATUS_OK && logged_next(&reader, &call, &status, why)) {
        if (!add(&w, &call, paired_find(pairs, &call.id)))
            status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    logged_close(&reader);
    if (status == STATUS_OK)
        test(&w, policy, out);
    alloc_free(&alloc_heap, w.list);
    return status;
}
