// SPDX-License-Identifier: Apache-2.0

#include "insight/replay.h"

#include <math.h>

#include "base/map.h"
#include "insight/paired.h"
#include "insight/retest.h"
#include "route/learner.h"
#include "store/sql.h"

#define PPM 1e6

// Of the pairs so many prove; the others are learned from (learner_proves).
#define PROVES 0.5f

// A side by the model of it that would be asked.
struct option {
    struct choice_side side;
    struct str model;
};

// A call, and what becomes of it.
struct anew {
    const struct logged *call;
    const struct paired_one *pair; // or NULL
    struct option was;             // the side's that went first
    struct option small, large;
    struct choice_made choice;
    bool moved;   // to another side or model
    bool scored;  // anew, by the route's model, which may have learned from its pair
    bool by_pair; // ... and could only be since it has one
};

// --- what could be asked ---

static const struct policy_side *side_of(const struct policy_route *p, enum side side)
{
    return side == SIDE_SMALL ? &p->small : &p->large;
}

static const struct policy_model *find_model(const struct policy_side *s, struct str name)
{
    for (unsigned i = 0; i < s->count; i++)
        if (str_eq(s->models[i].name, name))
            return &s->models[i];
    return NULL;
}

static const struct decision_candidate *find_candidate(const struct decision *d, struct str model)
{
    for (unsigned i = 0; i < d->count; i++)
        if (str_eq(d->list[i].model, model))
            return &d->list[i];
    return NULL;
}

// The side has the models that it had: then its order is that of the call, by turns and session.
static bool is_as_it_was(const struct decision *d, const struct policy_side *s, enum side side)
{
    unsigned n = 0;
    for (unsigned i = 0; i < d->count; i++) {
        if (d->list[i].side != side)
            continue;
        n++;
        if (!s->proposed && !find_model(s, d->list[i].model))
            return false;
    }
    return s->proposed || n == s->count;
}

// What as many tokens as were expected cost by that sheet; nothing of them is in a cache there.
static struct choice_side rated(const struct logged *c, const struct sheet *sheet)
{
    const struct decision *d = &c->decision;
    const struct usage u = {.count = {[BUCKET_INPUT] = d->input, [BUCKET_OUTPUT] = d->output},
                            .prompt = d->input,
                            .sure = SURE_ESTIMATED};
    struct cost cost;
    rate(sheet ? sheet_at(sheet, c->start_us) : NULL, &u, c->start_us, &cost);
    return (struct choice_side){true, cost.state != PRICE_UNPRICED, cost.total};
}

// `max_cost` is looked at anew.
static bool is_out(const struct decision *d, const struct decision_candidate *c)
{
    bool away = str_is(c->out, "not local") || str_is(c->out, "not known to be local");
    bool near = away && !d->confined; // the policy says whether it must be
    return c->out.len && !str_is(c->out, "cost") && !str_is(c->out, "no price") && !near;
}

// Either of them may be NULL: the record has no such model, or the policy leaves the side open.
static bool take(const struct logged *c, const struct policy_route *p,
                 const struct decision_candidate *was, const struct policy_model *m,
                 struct option *out)
{
    must(was || m);
    if ((m && m->out.len) || (was && is_out(&c->decision, was)))
        return false;
    struct choice_side side;
    if (was && was->state != PRICE_UNPRICED)
        side = (struct choice_side){true, true, was->expected};
    else if (was && !was->out.len)
        side = (struct choice_side){.usable = true};
    else
        side = rated(c, m ? m->sheet : NULL);
    if (p->max_cost.n > 0 && (!side.priced || nano_from_money(side.expected).n > p->max_cost.n))
        return false;
    *out = (struct option){side, was ? was->model : m->name};
    return true;
}

static void find_option(const struct logged *c, const struct policy_route *p, enum side side,
                        struct option *out)
{
    const struct decision *d = &c->decision;
    const struct policy_side *s = side_of(p, side);
    *out = (struct option){.side = {.usable = false}};
    if (is_as_it_was(d, s, side)) {
        for (unsigned i = 0; i < d->count; i++) {
            const struct decision_candidate *one = &d->list[i];
            if (one->side == side && take(c, p, one, find_model(s, one->model), out))
                return;
        }
        return;
    }
    for (unsigned i = 0; i < s->count; i++)
        if (take(c, p, find_candidate(d, s->models[i].name), &s->models[i], out))
            return;
}

static void find_was(const struct decision *d, struct option *out)
{
    *out = (struct option){.side = {.usable = false}};
    for (unsigned i = 0; i < d->count; i++) {
        const struct decision_candidate *c = &d->list[i];
        if (c->side != d->side || c->out.len)
            continue;
        *out = (struct option){{true, c->state != PRICE_UNPRICED, c->expected}, c->model};
        return;
    }
}

// --- what it costs ---

static double pd(struct money m)
{
    return (double)m.pd;
}

static double odds_of(uint32_t ppm)
{
    return (double)ppm / PPM;
}

// How probable what was done was, where the policy would draw otherwise; else it is as it is.
static double drawn(const struct anew *a)
{
    uint32_t then = a->call->decision.propensity_ppm;
    return a->choice.propensity_ppm == then ? 1 : odds_of(then);
}

static const struct option *chosen(const struct anew *a)
{
    return a->choice.side == SIDE_SMALL ? &a->small : &a->large;
}

// What the pair's call cost at the model that is chosen now. False: it was another's.
static bool cost_seen(const struct anew *a, struct money *out)
{
    const struct paired_one *p = a->pair;
    uint64_t model = map_hash(chosen(a)->model);
    if (!p || (model != p->weak && model != p->strong))
        return false;
    const struct pair_cost *c = model == p->weak ? &p->weak_cost : &p->strong_cost;
    *out = c->is;
    return c->known;
}

static bool asks_second(const struct replay *r, const struct anew *a)
{
    return a->choice.cascade && r->policy->agrees && !a->call->decision.confined;
}

// What the call costs where it went, checked as the policy says. To what a second model has
// escalated it goes still, where only that is asked no more: another check might have refused it.
static struct money cost_there(const struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    struct money cost = c->cost;
    if (c->decision.cascade && c->decision.side == SIDE_SMALL && !a->choice.cascade)
        return c->before;
    if (!asks_second(r, a))
        cost.pd -= c->second.pd;
    return cost;
}

// It goes elsewhere, or went there by a draw: its forecast, and where one knows better what that
// erred by, over the odds with which one does.
static void add_forecast(struct replay *r, const struct anew *a)
{
    const struct money forecast = chosen(a)->side.expected;
    struct money truth = cost_there(r, a);
    double odds = drawn(a);
    bool known = !a->moved;
    if (a->moved) {
        known = cost_seen(a, &truth);
        odds = known && !a->by_pair ? odds_of(a->pair->propensity_ppm) : 1;
    }
    r->forecast++;
    r->more += (int128)forecast.pd - a->call->cost.pd;
    if (known)
        estimate_weigh(&r->erred, 1 / odds, pd(truth) - pd(forecast));
}

// Small answers would be verified that were not: of them as many are refused as of the others.
static void add_checked(struct replay *r, const struct anew *a)
{
    bool was = !a->moved && a->call->decision.cascade;
    if (asks_second(r, a) && !(was && a->call->asked_second))
        r->to_second++;
    if (!a->choice.cascade || was)
        return;
    r->checked_second += asks_second(r, a);
    r->checked++;
    r->checked_large += a->large.side.priced ? pd(a->large.side.expected) : 0;
}

static void add_cost(struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    if (c->decision.cascade) {
        r->cascades++;
        r->escalated += c->escalated;
        r->seconds += c->asked_second;
        r->second += pd(c->second);
    }
    bool sure = !a->moved && drawn(a) >= 1;
    if (!c->priced || !c->ended || (!sure && !chosen(a)->side.priced)) {
        struct str model = a->moved ? chosen(a)->model : a->was.model;
        str_copy_clipped(model, r->unpriced, sizeof r->unpriced);
        return;
    }
    r->priced++;
    r->was += c->cost.pd;
    if (sure)
        r->more += (int128)cost_there(r, a).pd - c->cost.pd;
    else
        add_forecast(r, a);
    add_checked(r, a);
}

// --- how good it is ---

// The pair counts where its call goes to that side, as one of `part` of all that there are.
static bool push(struct replay_pairs *all, const struct paired_one *p, enum side side, float part)
{
    struct evidence *list =
        alloc_grow(&alloc_heap, all->list, sizeof *list, all->count, &all->size);
    if (!list)
        return false;
    all->list = list;
    list[all->count++] = (struct evidence){.score = side == SIDE_SMALL ? -1 : 1,
                                           .unjudged = !p->judged,
                                           .weak = (float)odds_of(p->weak_ppm),
                                           .strong = (float)odds_of(p->strong_ppm),
                                           .weight = part * (float)odds_of(p->propensity_ppm)};
    return true;
}

// The least odds that a call may have had, whether or not one of those became a pair: as the route
// has them now; a pair may have come at lower ones.
static float least_odds(const struct replay *r)
{
    const struct policy_route *p = r->policy;
    const struct replay_pairs *all = &r->pairs_was; // the others are among them
    float least = p->odds_ppm ? (float)odds_of(p->odds_ppm) : 1;
    if (r->certified && p->odds_certified_ppm)
        least = fminf(least, (float)odds_of(p->odds_certified_ppm));
    for (size_t i = 0; i < all->count; i++)
        least = fminf(least, all->list[i].weight);
    return least;
}

// From the odds of each to what it counts.
static void weigh(struct replay_pairs *all, float least)
{
    for (size_t i = 0; i < all->count; i++)
        all->list[i].weight = least / all->list[i].weight;
}

// False without memory. A pair of other models tells nothing of those that are chosen now, nor does
// one by heart of which the model that scores its call anew has learned.
static bool add_pair(struct replay *r, const struct anew *a)
{
    const struct paired_one *p = a->pair;
    if (!p)
        return true;
    uint64_t model = map_hash(chosen(a)->model);
    const bool proves = !a->scored || learner_proves(&p->id);
    bool tells = proves && model == (a->choice.side == SIDE_SMALL ? p->weak : p->strong);
    r->pairs_unjudged += tells && !p->judged;
    return push(&r->pairs_was, p, a->call->decision.side, 1) &&
           (!tells || push(&r->pairs_would, p, a->choice.side, a->scored ? PROVES : 1));
}

static void add_rating(struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    if (!c->rated)
        return;
    estimate_weigh(&r->rated_was, 1, odds_of(c->score_ppm));
    if (!a->moved)
        estimate_weigh(&r->rated_would, 1 / drawn(a), odds_of(c->score_ppm));
}

// --- one call ---

static void add_example(struct replay *r, const struct anew *a)
{
    if (!a->moved || r->example_count == REPLAY_EXAMPLES)
        return;
    struct replay_example *e = &r->examples[r->example_count++];
    *e = (struct replay_example){.id = a->call->id, .why = choice_why_text(a->choice.why)};
    str_copy_clipped(a->was.model, e->was, sizeof e->was);
    str_copy_clipped(chosen(a)->model, e->would, sizeof e->would);
}

static void count(struct replay *r, const struct anew *a)
{
    enum side was = a->call->decision.side, now = a->choice.side;
    r->made++;
    r->scored += a->scored;
    r->certified |= str_is(a->call->decision.mode, "certified") &&
                    choice_promised(&a->call->decision.call.judged) != SIDE_NONE;
    r->small_was += was == SIDE_SMALL;
    r->small_would += now == SIDE_SMALL;
    r->to_small += was == SIDE_LARGE && now == SIDE_SMALL;
    r->to_large += was == SIDE_SMALL && now == SIDE_LARGE;
    r->to_other += was == now && a->moved;
}

// Of other models or checks, too (gate/learned.h, learned_terms).
static bool is_same_promise(const struct policy_route *p, const struct decision *d)
{
    return d->max_loss_ppm == p->max_loss_ppm && d->confidence_ppm == p->confidence_ppm &&
           !p->other_terms && is_as_it_was(d, &p->small, SIDE_SMALL) &&
           is_as_it_was(d, &p->large, SIDE_LARGE);
}

// A threshold is of the scores of one model. What another one has scored it scores anew, by the
// words of the call's pair where it reads them. False: they were not kept.
static bool score_anew(const struct replay *r, struct anew *a, struct choice_judged *j)
{
    const struct model *m = &r->retest.model;
    const struct str words = a->call->words;
    struct traits t UNSET;
    if (!r->retest.own || (j->has_own && j->own_check == m->head->check))
        return true;
    if ((words.len == 0 && model_reads_words(m)) ||
        !traits_unpack(words.len ? words : a->call->decision.traits, &t))
        return false;
    a->scored = true;
    a->by_pair = model_reads_words(m);
    j->has_own = true;
    j->own = (int64_t)((double)model_gain(m, &t, model_pair(a->small.model, a->large.model)) * PPM);
    return true;
}

// Under another promise than the one that held the mode's threshold is another, too. None is of
// calls of a kind that makes no pairs. False: whether the call is below it is not known.
static bool promise_anew(struct replay *r, struct anew *a, struct choice_judged *j)
{
    const struct policy_route *p = r->policy;
    const struct decision *d = &a->call->decision;
    const struct replay_retest *t = &r->retest;
    struct choice_counsel *c = &j->counsel[p->mode];
    if (p->mode == CHOICE_RULES || !j->there || is_same_promise(p, d))
        return true;
    if (p->mode == CHOICE_MEASURED && c->why == CHOICE_WHY_RULES) // nothing was learned yet
        return true;
    const bool kind = c->why != CHOICE_WHY_CERTIFIED_KIND;
    if (kind && t->holds && !score_anew(r, a, j))
        return false;
    r->other_promise++;
    if (!kind)
        return true;
    if (p->mode == CHOICE_MEASURED && t->pairs == 0) // nothing is measured
        *c = j->counsel[CHOICE_RULES];
    else if (t->holds)
        *c = (struct choice_counsel){t->own, t->threshold,
                                     p->mode == CHOICE_CERTIFIED ? CHOICE_WHY_CERTIFIED
                                                                 : CHOICE_WHY_MEASURED};
    else
        *c = (struct choice_counsel){t->own, CHOICE_NOTHING,
                                     p->mode == CHOICE_CERTIFIED ? CHOICE_WHY_CERTIFIED_NONE
                                                                 : CHOICE_WHY_MEASURED_NONE};
    return true;
}

// False: it is left out, and counted there.
static bool choose(struct replay *r, struct anew *a)
{
    const struct decision *d = &a->call->decision;
    const struct policy_route *p = r->policy;
    const struct choice_policy policy = {p->mode, d->confined ? p->verifies_confined : p->verifies};
    struct choice_call call = d->call;
    find_was(d, &a->was);
    find_option(a->call, p, SIDE_SMALL, &a->small);
    find_option(a->call, p, SIDE_LARGE, &a->large);
    call.small = a->small.side;
    call.large = a->large.side;
    call.dice = choice_dice(&a->call->id);
    if (call.small.usable && call.large.usable && !call.judged.there) {
        r->unjudged++;
        return false;
    }
    if (call.small.usable && call.large.usable && !promise_anew(r, a, &call.judged)) {
        r->unscored++;
        return false;
    }
    choice_make(&call, &policy, &a->choice);
    a->moved = a->choice.side != d->side || !str_eq(chosen(a)->model, a->was.model);
    r->unjudged += a->choice.side == SIDE_NONE;
    return a->choice.side != SIDE_NONE;
}

// False without memory.
static bool add(struct replay *r, const struct paired *pairs, const struct logged *c)
{
    struct anew a = {.call = c, .pair = paired_find(pairs, &c->id)};
    r->calls++;
    if (!c->decision.known || c->decision.cut) {
        r->older++;
        return true;
    }
    if (!choose(r, &a))
        return true;
    count(r, &a);
    add_cost(r, &a);
    add_rating(r, &a);
    add_example(r, &a);
    return add_pair(r, &a);
}

static enum status read_all(struct replay *r, const struct replay_of *of,
                            const struct paired *pairs, struct why *why)
{
    struct logged_reader reader;
    struct logged call;
    enum status status = STATUS_OK;
    if (!logged_open(&reader, of->db, r->policy->name, &of->span))
        status = sql_why(why, of->db, "the ledger cannot be read");
    while (status == STATUS_OK && logged_next(&reader, &call, &status, why)) {
        status = logged_more(&reader, &call, why);
        if (status == STATUS_OK && !add(r, pairs, &call))
            status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    logged_close(&reader);
    return status;
}

enum status replay(const struct replay_of *of, const struct policy_route *policy,
                   struct replay *out, struct why *why)
{
    struct paired pairs;
    *out = (struct replay){.policy = policy};
    enum status status = paired_read(&pairs, of->store, policy->name, of->span.since_us, why);
    if (status == STATUS_OK && policy->mode != CHOICE_RULES)
        status = retest(of, policy, &out->retest, why);
    if (status == STATUS_OK)
        status = read_all(out, of, &pairs, why);
    const float least = least_odds(out);
    weigh(&out->pairs_was, least);
    weigh(&out->pairs_would, out->scored ? least * PROVES : least);
    paired_fini(&pairs);
    return status;
}

void replay_fini(struct replay *r)
{
    alloc_free(&alloc_heap, r->pairs_was.list);
    alloc_free(&alloc_heap, r->pairs_would.list);
    r->pairs_was = r->pairs_would = (struct replay_pairs){0};
    if (r->retest.own)
        model_close(&r->retest.model);
    r->retest.own = false;
}
