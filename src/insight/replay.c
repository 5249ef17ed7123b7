// SPDX-License-Identifier: Apache-2.0

#include "insight/replay.h"

#include <math.h>

#include "base/map.h"
#include "insight/kept.h"
#include "insight/paired.h"
#include "insight/refusals.h"
#include "insight/retest.h"
#include "store/sql.h"

#define PPM 1e6

// Of the pairs that the model's look has seen so many prove, and those that belong to them; the
// others are learned from.
#define PROVES 0.5f

// A call, and what becomes of it.
struct anew {
    const struct logged *call;
    const struct paired_one *pair; // or NULL
    struct option was;             // the side's that went first
    struct option small, large;
    struct option rise;        // where the small side's answer would be escalated to
    struct choice_made choice; // which verifies nothing that could not be escalated
    bool moved;                // another model is asked first
    bool scored;               // anew, by the route's model, which may have learned from its pair
    bool by_pair;              // ... and could only be since it has one
    struct replay_checks *checks; // its small answer would be verified, and was not; or NULL
    struct kept kept;
};

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

// What the pair's call cost at the model that is chosen now, and asked first. False: it was
// another's; where a second one was to agree, the small side's is what that one cost.
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

// It has answered alone what the policy asks first: its cost is known, whatever went before it.
static const struct logged_attempt *answer_there(const struct anew *a)
{
    const struct logged *c = a->call;
    const struct logged_attempt *given = logged_given(c);
    bool there =
        given && c->answered && !given->second && given->model == map_hash(chosen(a)->model);
    return there ? given : NULL;
}

// It goes elsewhere, or went there by a draw: its forecast, and where one knows better what that
// erred by, over the odds with which one does.
static void add_forecast(struct replay *r, const struct anew *a)
{
    const struct money forecast = chosen(a)->side.expected;
    struct money truth = a->kept.cost;
    double odds = drawn(a);
    bool known = !a->moved;
    if (a->moved) {
        known = cost_seen(a, &truth);
        odds = known && !a->by_pair ? odds_of(a->pair->propensity_ppm) : 1;
    }
    struct replay_forecasts *f = &r->forecasts[a->choice.side];
    f->calls++;
    r->more += (int128)forecast.pd - a->call->cost.pd;
    if (known)
        estimate_weigh(&f->erred, 1 / odds, pd(truth) - pd(forecast));
}

// What it costs to ask the large side after all: as it did, where that has answered.
static double large_cost(const struct anew *a)
{
    const struct logged *c = a->call;
    const struct logged_attempt *given = logged_given(c);
    if (given && c->answered && c->priced && given->model == map_hash(a->rise.model))
        return pd(given->cost);
    return a->rise.side.priced ? pd(a->rise.side.expected) : 0;
}

static bool has_shadow(const struct anew *a)
{
    const struct paired_one *p = a->pair;
    return p && p->served_strong && p->weak_cost.known && p->weak == map_hash(a->small.model);
}

static void add_checked(struct replay *r, const struct anew *a)
{
    const struct kept_of of = {r->policy, a->call, &a->choice};
    bool was = !a->moved && a->call->decision.cascade;
    if (kept_asks_second(&of) && !(was && a->call->asked_second))
        r->to_second++;
    if (!a->checks)
        return;
    r->checked_second += kept_asks_second(&of);
    r->checked++;
    a->checks->calls++;
    a->checks->pairs += has_shadow(a);
    a->checks->large += large_cost(a);
}

static void add_cost(struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    const struct kept_of of = {r->policy, a->call, &a->choice};
    if (c->decision.cascade) {
        r->cascades++;
        r->escalated += c->escalated;
        r->seconds += c->asked_second;
        r->second += pd(kept_second(&of));
    }
    const struct logged_attempt *there = a->moved ? answer_there(a) : NULL;
    const bool stays = !a->moved && (drawn(a) >= 1 || a->kept.forecast);
    const bool known = stays ? !a->kept.unpriced : there || chosen(a)->side.priced;
    if (!c->priced || !c->ended || !known) {
        struct str model = a->moved ? chosen(a)->model : a->was.model;
        model = a->kept.gone && a->kept.unpriced ? a->kept.instead.model : model;
        str_copy_clipped(model, r->unpriced, sizeof r->unpriced);
        return;
    }
    r->priced++;
    r->was += c->cost.pd;
    r->forecasts[a->choice.side].calls += stays && a->kept.forecast;
    if (stays || there)
        r->more += (int128)(stays ? a->kept.cost : there->cost).pd - c->cost.pd;
    else
        add_forecast(r, a);
    add_checked(r, a);
}

// What it was escalated to is not asked any more.
static bool is_dropped(const struct anew *a)
{
    const struct logged_attempt *given = logged_given(a->call);
    return !a->moved && given && given->escalated && !a->choice.cascade;
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
                                           .weight = part * (float)odds_of(p->propensity_ppm),
                                           .group = p->group};
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

// Of the small side the model whose answer would be given: where a second one is to agree, that.
static struct str given_of(const struct anew *a, const struct policy_route *p)
{
    const struct str second = option_second(a->call, p, false);
    return second.len ? second : a->small.model;
}

// The model of that side which the call would be compared by: one stands in for what was passed
// over then, or failed.
static struct str compared_by(const struct replay *r, const struct anew *a, enum side side)
{
    const struct policy_route *p = r->policy;
    const struct str given = side == SIDE_SMALL ? given_of(a, p) : a->large.model;
    struct option fresh;
    if (side == SIDE_SMALL && option_second(a->call, p, false).len) {
        const struct str second = option_second(a->call, p, true);
        return second.len ? second : given;
    }
    option_find(a->call, p, side, true, &fresh);
    return fresh.side.usable ? fresh.model : given;
}

// The pair is of the models that the policy would ask of either side, whichever the call goes to:
// would one of them be enough, what goes there were told without what goes to the other. Of a side
// that cannot take the call there is nothing to ask.
static bool is_of_policy(const struct replay *r, const struct anew *a)
{
    const struct paired_one *p = a->pair;
    return (!a->small.side.usable || map_hash(compared_by(r, a, SIDE_SMALL)) == p->weak) &&
           (!a->large.side.usable || map_hash(compared_by(r, a, SIDE_LARGE)) == p->strong);
}

// False without memory. A pair of other models tells nothing of those that would be asked, nor does
// one by heart of which the model that scores its call anew has learned.
static bool add_pair(struct replay *r, const struct anew *a)
{
    const struct paired_one *p = a->pair;
    if (!p)
        return true;
    const enum half half = a->scored ? halves_find(&r->retest.halves, p->number) : HALF_NEW;
    const bool is_of = is_of_policy(r, a);
    const bool tells = is_of && half_proves(half);
    r->pairs_other += !is_of;
    r->pairs_unknown += is_of && half == HALF_UNKNOWN;
    r->pairs_unjudged += tells && !p->judged;
    return push(&r->pairs_was, p, a->call->decision.side, 1) &&
           (!tells || push(&r->pairs_would, p, a->choice.side, half == HALF_PROVES ? PROVES : 1));
}

static void add_rating(struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    if (!c->rated)
        return;
    estimate_weigh(&r->rated_was, 1, odds_of(c->score_ppm));
    if (!a->moved && !a->kept.gone && !is_dropped(a))
        estimate_weigh(&r->rated_would, 1 / drawn(a), odds_of(c->score_ppm));
}

// --- one call ---

static struct str name_of(const struct anew *a, uint64_t model)
{
    const struct decision *d = &a->call->decision;
    for (unsigned i = 0; i < d->count; i++)
        if (map_hash(d->list[i].model) == model)
            return d->list[i].model;
    return STR_NONE;
}

static void add_example(struct replay *r, const struct anew *a)
{
    const struct logged_attempt *gone = a->kept.gone;
    if ((!a->moved && !gone) || r->example_count == REPLAY_EXAMPLES)
        return;
    struct replay_example *e = &r->examples[r->example_count++];
    const char *later = gone && gone->escalated ? "escalated" : "fallback";
    *e = (struct replay_example){.id = a->call->id,
                                 .why = a->moved ? choice_why_text(a->choice.why) : later};
    str_copy_clipped(a->moved ? a->was.model : name_of(a, gone->model), e->was, sizeof e->was);
    str_copy_clipped(a->moved ? chosen(a)->model : a->kept.instead.model, e->would,
                     sizeof e->would);
}

// Of which side of the policy's the model is that has answered, and does so still.
static enum side side_given(const struct replay *r, const struct anew *a)
{
    const struct logged_attempt *given = logged_given(a->call);
    if (given->model == map_hash(chosen(a)->model))
        return a->choice.side;
    return given->second ? given->side : option_side(r->policy, given->model, given->side);
}

// By which the route's calls are told apart: by the side whose model has answered.
static void count_answers(struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    const struct logged_attempt *given = logged_given(c);
    if (!given || !c->answered)
        return;
    r->answered++;
    r->answered_was += given->side == SIDE_SMALL;
    if (a->checks)
        a->checks->answered++;
    else if (a->moved || is_dropped(a))
        r->answered_would += a->choice.side == SIDE_SMALL;
    else if (a->kept.gone)
        r->answered_would += a->kept.instead.side.usable && a->kept.at == SIDE_SMALL;
    else
        r->answered_would += side_given(r, a) == SIDE_SMALL;
}

// What asking the small side first has paid says nothing of other models, nor of other checks.
static bool is_tried_by_others(const struct policy_route *p, const struct anew *a)
{
    const struct decision *d = &a->call->decision;
    const bool tells = a->choice.cascade || a->choice.why == CHOICE_WHY_NO_CASCADE;
    return tells && d->call.cascade != CHOICE_CASCADE_UNKNOWN &&
           (p->other_checks || !option_as_it_was(d, &p->small, SIDE_SMALL) ||
            !option_as_it_was(d, &p->large, SIDE_LARGE));
}

// The large side has answered it, as calls that shadows are asked of.
static bool is_large(const struct logged *c)
{
    const struct logged_attempt *given = logged_given(c);
    return given && c->answered && given->side == SIDE_LARGE && !given->escalated;
}

// Of its pairs, which would tell what it costs and risks there, the refused ones are missing.
static bool is_unheard(const struct replay *r, const struct anew *a)
{
    const unsigned i = shadowed_find(&r->shadowed, map_hash(a->small.model));
    const bool goes = a->moved && a->choice.side == SIDE_SMALL && !a->choice.cascade;
    return goes && a->call->decision.call.checkable && is_large(a->call) && i < r->shadowed.count &&
           r->shadowed.list[i].kept < r->shadowed.list[i].asked;
}

// Another limit decides nothing of what is asked, answered and checked as it was.
static bool is_limited(const struct replay *r, const struct anew *a)
{
    const struct logged *c = a->call;
    const bool same = !a->moved && !a->kept.gone && c->answered && a->choice.side != SIDE_NONE &&
                      a->choice.cascade == c->decision.cascade;
    return !same && (option_is_limited(c, r->policy, SIDE_SMALL) ||
                     option_is_limited(c, r->policy, SIDE_LARGE));
}

static void count_checks(struct replay *r, const struct anew *a)
{
    const bool was = !a->moved && a->call->decision.cascade;
    r->rechecked += was && a->choice.cascade;
    r->unescalated += is_dropped(a);
    r->unheard += is_unheard(r, a);
    r->reordered += option_is_reordered(a->call, r->policy, SIDE_SMALL) ||
                    option_is_reordered(a->call, r->policy, SIDE_LARGE);
    r->tried += is_tried_by_others(r->policy, a);
    r->limited += is_limited(r, a);
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
    r->to_small += a->moved && was == SIDE_LARGE && now == SIDE_SMALL;
    r->to_large += a->moved && was == SIDE_SMALL && now == SIDE_LARGE;
    r->to_other += a->moved ? was == now : a->kept.gone != NULL;
    r->stranded += !a->moved && a->kept.gone && !a->kept.instead.side.usable;
    count_answers(r, a);
    count_checks(r, a);
}

// Nobody could be asked.
static void add_refused(struct replay *r, const struct anew *a)
{
    r->limited += is_limited(r, a);
    const struct str small = a->small.why, large = a->large.why;
    const bool dear = str_is(small, OPTION_MAX_COST) || str_is(large, OPTION_MAX_COST);
    struct str why = dear ? (struct str)STR(OPTION_MAX_COST) : small.len ? small : large;
    unsigned i = 0;
    if (why.len == 0)
        why = (struct str)STR("no model");
    while (i < r->refused_count && !str_eq(str_of(r->refused[i].why), why))
        i++;
    i = i < REPLAY_REASONS ? i : REPLAY_REASONS - 1; // there are fewer
    if (i == r->refused_count)
        str_copy_clipped(why, r->refused[r->refused_count++].why, sizeof r->refused->why);
    r->refused[i].calls++;
}

// Of other models or checks, too (gate/terms.h).
static bool is_same_promise(const struct policy_route *p, const struct decision *d)
{
    return d->max_loss_ppm == p->max_loss_ppm && d->confidence_ppm == p->confidence_ppm &&
           !p->other_terms && option_as_it_was(d, &p->small, SIDE_SMALL) &&
           option_as_it_was(d, &p->large, SIDE_LARGE);
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
    j->own =
        (int64_t)((double)model_gain(m, &t, model_pair(given_of(a, r->policy), a->large.model)) *
                  PPM);
    return true;
}

// Under another promise than the one that held the mode's threshold is another, too. None is of
// calls of a kind that makes no pairs, nor where its model was passed over. False: whether the call
// is below it is not known.
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
    const bool proved =
        c->why != CHOICE_WHY_CERTIFIED_KIND && c->why != CHOICE_WHY_CERTIFIED_PASSED;
    if (proved && t->holds && !score_anew(r, a, j))
        return false;
    r->other_promise++;
    if (!proved)
        return true;
    if (p->mode == CHOICE_MEASURED && !t->learns) // nothing is measured
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

// By the choice, or by what has sent it on before anyone was asked.
static bool is_where_it_was(const struct anew *a)
{
    const struct decision *d = &a->call->decision;
    const struct str now = chosen(a)->model;
    return str_eq(now, a->was.model) ||
           (d->chosen < d->count && str_eq(now, d->list[d->chosen].model));
}

// By what one tells how many of such answers would be refused; NULL: it was verified, or is not.
static struct replay_checks *checks_of(struct replay *r, const struct anew *a)
{
    const unsigned i = shadowed_find(&r->shadowed, map_hash(a->small.model));
    if (!a->choice.cascade || (!a->moved && a->call->decision.cascade))
        return NULL;
    const bool tells = i < r->shadowed.count && r->shadowed.list[i].asked >= REFUSALS_LEAST;
    return tells && a->moved && is_large(a->call) ? &r->by_shadow[i] : &r->guessed;
}

// False: it is left out, and counted there.
static bool choose(struct replay *r, struct anew *a)
{
    const struct decision *d = &a->call->decision;
    const struct policy_route *p = r->policy;
    const struct choice_policy policy = {p->mode, d->confined ? p->verifies_confined : p->verifies};
    struct choice_call call = d->call;
    option_was(d, &a->was);
    option_find(a->call, p, SIDE_SMALL, false, &a->small);
    option_find(a->call, p, SIDE_LARGE, false, &a->large);
    call.small = a->small.side;
    call.large = a->large.side;
    call.dice = choice_dice(&a->call->id);
    if (p->sticky.len == 0)
        call.session = SIDE_NONE;
    if (call.small.usable && call.large.usable && !call.judged.there) {
        r->unjudged++;
        return false;
    }
    if (call.small.usable && call.large.usable && !promise_anew(r, a, &call.judged)) {
        r->unscored++;
        return false;
    }
    choice_make(&call, &policy, &a->choice);
    if (a->choice.side == SIDE_NONE) {
        add_refused(r, a);
        return false;
    }
    a->moved = !is_where_it_was(a);
    option_rise(a->call, p, a->small.model, !a->moved, &a->rise);
    a->choice.cascade = a->choice.cascade && a->rise.side.usable;
    a->checks = checks_of(r, a);
    if (!a->moved)
        kept_find(&(struct kept_of){p, a->call, &a->choice}, &a->kept);
    return true;
}

// False without memory.
static bool add(struct replay *r, const struct paired *pairs, const struct logged *c)
{
    struct anew a = {.call = c, .pair = paired_find(pairs, &c->id)};
    r->calls++;
    r->large += is_large(c);
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

static uint32_t shadow_odds(const struct policy_route *p, const struct paired *pairs)
{
    uint32_t most = p->odds_ppm;
    for (size_t i = 0; i < pairs->count; i++)
        if (pairs->list[i].propensity_ppm > most)
            most = pairs->list[i].propensity_ppm;
    return most;
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
    if (status == STATUS_OK && !shadowed_read(&out->shadowed, of->db, policy->name, &of->span))
        status = sql_why(why, of->db, "the ledger cannot be read");
    out->shadow_ppm = shadow_odds(policy, &pairs);
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
    halves_fini(&r->retest.halves);
    r->retest.own = false;
}
