// SPDX-License-Identifier: Apache-2.0

#include "insight/option.h"

#include "base/map.h"
#include "core/ability.h"
#include "translate/translate.h"

static const struct policy_side *side_of(const struct policy_route *p, enum side side)
{
    return side == SIDE_SMALL ? &p->small : &p->large;
}

static const struct decision_candidate *find_candidate(const struct decision *d, struct str model)
{
    for (unsigned i = 0; i < d->count; i++)
        if (str_eq(d->list[i].model, model))
            return &d->list[i];
    return NULL;
}

bool option_as_it_was(const struct decision *d, const struct policy_side *s, enum side side)
{
    unsigned n = 0, there = 0;
    for (unsigned i = 0; i < d->count; i++) {
        if (d->list[i].side != side)
            continue;
        n++;
        if (!s->proposed && !policy_model_of(s, d->list[i].model))
            return false;
    }
    for (unsigned i = 0; i < s->count; i++) // one that is not there was not there either
        there += s->models[i].absent.len == 0 || find_candidate(d, s->models[i].name);
    return s->proposed || n == there;
}

struct choice_side option_rated(const struct logged *c, const struct sheet *sheet)
{
    const struct decision *d = &c->decision;
    const struct usage u = {.count = {[BUCKET_INPUT] = d->input, [BUCKET_OUTPUT] = d->output},
                            .prompt = d->input,
                            .sure = SURE_ESTIMATED};
    const struct sheet *at = sheet ? sheet_at(sheet, c->start_us) : NULL;
    const bool hourly = at && sheet_names(at, BUCKET_BUSY); // how long it works nobody knows
    struct cost cost;
    rate(at, &u, c->start_us, &cost);
    return (struct choice_side){true, cost.state != PRICE_UNPRICED && !hourly, cost.total};
}

// The small side has asked it, not to agree with another one.
static bool is_of_small(const struct logged_attempt *t)
{
    return t->side == SIDE_SMALL && !t->second;
}

static bool has_failed(const struct logged *c, struct str model)
{
    for (unsigned i = 0; i < c->attempt_count; i++)
        if (c->attempts[i].failed && c->attempts[i].model == map_hash(model))
            return true;
    return false;
}

// Or it was in trouble then, or a budget refused the call there.
static bool was_passed(const struct logged *c, struct str model)
{
    const struct decision_candidate *was = find_candidate(&c->decision, model);
    return has_failed(c, model) || (was && was->passed.len);
}

// What it was told to lack, and how much to read, is told otherwise by the policy.
static bool is_told_anew(struct str out, const struct policy_able *a)
{
    const unsigned gained = a->lacks_now & ~a->lacks;
#define X(id, bit, word)                                    \
    if ((gained & ABILITY_##id) && str_is(out, "no " word)) \
        return true;
    ABILITY_MAP(X)
#undef X
    return a->context != a->context_now && str_is(out, "context");
}

// For the route's `max_cost` of then.
static bool was_dear(const struct decision_candidate *c)
{
    return str_is(c->out, "cost") || str_is(c->out, "no price");
}

// `max_cost` is looked at anew.
static bool is_out(const struct decision *d, const struct decision_candidate *c,
                   const struct policy_able *a)
{
    bool away = str_is(c->out, "not local") || str_is(c->out, "not known to be local");
    bool near = away && !d->confined; // the policy says whether it must be
    return c->out.len && !was_dear(c) && !near && !is_told_anew(c->out, a);
}

// As it came in, or translated.
static bool speaks(const struct logged *c, unsigned dialects)
{
    bool fine = !c->said || dialects == 0;
    for (unsigned d = 0; d < DIALECT_COUNT && !fine; d++) {
        enum endpoint ignored;
        fine = (dialects >> d & 1U) && (endpoint_dialect(c->endpoint) == (enum dialect)d ||
                                        translate_endpoint(c->endpoint, (enum dialect)d, &ignored));
    }
    return fine;
}

// As the gateway has it (request/unfit.c): an Ollama's longest answer gives way to what is left.
static bool is_too_long(const struct logged *c, const struct policy_able *a)
{
    const int64_t input = c->decision.input;
    const int64_t answer = a->dialects == 1U << DIALECT_OLLAMA ? 0 : c->output_max;
    return a->context > 0 && (input > a->context || answer > a->context - input);
}

// What the call itself asks of a model. One that it was offered was found fit for it by what is
// told of it now: only what the policy tells otherwise is looked at.
static struct str why_unfit(const struct logged *c, const struct policy_able *a, bool offered)
{
    const unsigned lacks = c->asks & a->lacks & (offered ? ~a->lacks_now : ~0U);
    const bool told = !offered || a->context != a->context_now;
    if ((!offered || a->dialects != a->dialects_now) && !speaks(c, a->dialects))
        return (struct str)STR("dialect");
    if (lacks)
        return str_of(ability_missing(lacks));
    return told && is_too_long(c, a) ? (struct str)STR("context") : STR_NONE;
}

// Why the call does not go there, whatever it costs; empty: it may.
static struct str why_out(const struct logged *c, const struct policy_route *p,
                          const struct decision_candidate *was, const struct policy_model *m)
{
    struct policy_able able = {.lacks = 0};
    if (m)
        able = m->able;
    else if (p->able)
        p->able(p->knows, p, was->model, &able);
    if (able.out.len)
        return able.out;
    if (was && is_out(&c->decision, was, &able))
        return was->out;
    if (!was && m->absent.len)
        return m->absent;
    return why_unfit(c, &able, was != NULL);
}

// What the call is expected to cost there. As below.
static struct choice_side side_at(const struct logged *c, const struct decision_candidate *was,
                                  const struct policy_model *m)
{
    if (was && was->state != PRICE_UNPRICED)
        return (struct choice_side){true, true, was->expected};
    if (was && !was->out.len)
        return (struct choice_side){.usable = true};
    return option_rated(c, m ? m->sheet : NULL);
}

static bool is_dear(const struct policy_route *p, const struct choice_side *s)
{
    return p->max_cost.n > 0 && (!s->priced || nano_from_money(s->expected).n > p->max_cost.n);
}

// Either of them may be NULL: the record has no such model, or the policy leaves the side open.
static bool take(const struct logged *c, const struct policy_route *p,
                 const struct decision_candidate *was, const struct policy_model *m,
                 struct option *out)
{
    must(was || m);
    const struct choice_side side = side_at(c, was, m);
    const struct str why = why_out(c, p, was, m);
    if (why.len) {
        out->why = out->why.len ? out->why : why;
        return false;
    }
    if (is_dear(p, &side)) {
        out->why = (struct str)STR(OPTION_MAX_COST);
        return false;
    }
    *out = (struct option){.side = side, .model = was ? was->model : m->name};
    return true;
}

// Which models are not looked for.
struct avoided {
    bool fresh;       // those that it has failed at, or was to pass over
    bool stays;       // those that the small side has asked
    struct str small; // this one; empty: none
};

static bool is_avoided(const struct logged *c, const struct avoided *a, struct str model)
{
    bool asked = str_eq(model, a->small);
    for (unsigned i = 0; i < c->attempt_count && a->stays; i++)
        asked |= is_of_small(&c->attempts[i]) && c->attempts[i].model == map_hash(model);
    return asked || (a->fresh && was_passed(c, model));
}

static void find(const struct logged *c, const struct policy_route *p, enum side side,
                 const struct avoided *avoided, struct option *out)
{
    const struct decision *d = &c->decision;
    const struct policy_side *s = side_of(p, side);
    *out = (struct option){.side = {.usable = false}};
    if (option_as_it_was(d, s, side)) {
        for (unsigned i = 0; i < d->count; i++) {
            const struct decision_candidate *one = &d->list[i];
            if (one->side == side && !is_avoided(c, avoided, one->model) &&
                take(c, p, one, policy_model_of(s, one->model), out))
                return;
        }
        return;
    }
    for (unsigned i = 0; i < s->count; i++) {
        const struct policy_model *m = &s->models[i];
        if (!is_avoided(c, avoided, m->name) && take(c, p, find_candidate(d, m->name), m, out))
            return;
    }
}

void option_find(const struct logged *c, const struct policy_route *p, enum side side, bool fresh,
                 struct option *out)
{
    find(c, p, side, &(struct avoided){.fresh = fresh}, out);
}

void option_rise(const struct logged *c, const struct policy_route *p, struct str small, bool stays,
                 struct option *out)
{
    find(c, p, SIDE_LARGE, &(struct avoided){.stays = stays, .small = small}, out);
}

void option_follow(const struct logged *c, const struct policy_route *p, struct option *out)
{
    find(c, p, SIDE_LARGE, &(struct avoided){.fresh = true, .stays = true}, out);
}

// Whether it could be used was looked at with the record's limit, or without one.
static bool is_limited(const struct logged *c, const struct policy_route *p,
                       const struct decision_candidate *was, const struct policy_model *m)
{
    const struct choice_side side = side_at(c, was, m);
    const bool reckoned = was && (was->out.len == 0 || was_dear(was));
    if (why_out(c, p, was, m).len)
        return false;
    return reckoned ? was_dear(was) != is_dear(p, &side) : p->max_cost.n > 0;
}

bool option_is_limited(const struct logged *c, const struct policy_route *p, enum side side)
{
    const struct decision *d = &c->decision;
    const struct policy_side *s = side_of(p, side);
    bool limited = false;
    for (unsigned i = 0; i < d->count && s->proposed; i++)
        limited |= d->list[i].side == side && is_limited(c, p, &d->list[i], NULL);
    for (unsigned i = 0; i < s->count; i++)
        limited |= is_limited(c, p, find_candidate(d, s->models[i].name), &s->models[i]);
    return limited;
}

static bool can_take(const struct logged *c, const struct policy_route *p,
                     const struct decision_candidate *was, const struct policy_model *m)
{
    struct option ignored = {.side = {.usable = false}};
    return take(c, p, was, m, &ignored);
}

// The place of the side's next one that can take the call; the record's end: there is none.
static unsigned next_taker(const struct logged *c, const struct policy_route *p, enum side side,
                           unsigned at)
{
    const struct decision *d = &c->decision;
    const struct policy_side *s = side_of(p, side);
    while (at < d->count && (d->list[at].side != side ||
                             !can_take(c, p, &d->list[at], policy_model_of(s, d->list[at].model))))
        at++;
    return at;
}

// By the file's order the record has it: there are neither turns nor sessions.
static bool is_in_order(const struct logged *c, const struct policy_route *p, enum side side)
{
    const struct decision *d = &c->decision;
    const struct policy_side *s = side_of(p, side);
    unsigned at = next_taker(c, p, side, 0), before = 0;
    while (at < d->count) {
        unsigned i = before;
        while (i < s->count && !str_eq(s->models[i].name, d->list[at].model))
            i++;
        if (i == s->count)
            return false;
        before = i + 1;
        at = next_taker(c, p, side, at + 1);
    }
    return true;
}

bool option_is_reordered(const struct logged *c, const struct policy_route *p, enum side side)
{
    const struct policy_side *s = side_of(p, side);
    unsigned takers = 0;
    bool turns = p->sticky.len > 0;
    if (s->proposed || s->filled)
        return false;
    for (unsigned i = 0; i < s->count; i++) {
        turns |= s->models[i].weight > 0;
        takers += can_take(c, p, find_candidate(&c->decision, s->models[i].name), &s->models[i]);
    }
    if (takers < 2 || s->other_turns)
        return takers > 1;
    return !turns && option_as_it_was(&c->decision, s, side) && !is_in_order(c, p, side);
}

// A model of the small side has to take the call; of another one nobody asks that.
static bool may_agree(const struct logged *c, const struct policy_route *p, struct str model)
{
    const struct decision_candidate *was = find_candidate(&c->decision, model);
    const struct policy_model *m = policy_model_of(&p->small, model);
    struct option ignored = {.side = {.usable = false}};
    const bool there = m || (p->small.proposed && was && was->side == SIDE_SMALL);
    return !there || take(c, p, was, m, &ignored);
}

struct str option_second(const struct logged *c, const struct policy_route *p, bool fresh)
{
    const struct policy_side *s = &p->second;
    if (!p->agrees || !c->decision.call.checkable || c->decision.confined)
        return STR_NONE;
    for (unsigned i = 0; i < s->count; i++)
        if (may_agree(c, p, s->models[i].name) && !(fresh && was_passed(c, s->models[i].name)))
            return s->models[i].name;
    return s->count && !fresh ? s->models[0].name : STR_NONE;
}

bool option_asks(const struct logged *c, const struct policy_route *p, uint64_t model)
{
    const struct decision *d = &c->decision;
    const struct decision_candidate *was = NULL;
    const struct policy_model *m = NULL;
    struct option ignored = {.side = {.usable = false}};
    for (unsigned i = 0; i < d->count; i++)
        was = map_hash(d->list[i].model) == model ? &d->list[i] : was;
    if (!was) // of an attempt whose record is not there
        return true;
    m = policy_model_of(&p->small, was->model);
    m = m ? m : policy_model_of(&p->large, was->model);
    return (m || side_of(p, was->side)->proposed) && take(c, p, was, m, &ignored);
}

static bool has_named(const struct policy_side *s, uint64_t model)
{
    for (unsigned i = 0; i < s->count; i++)
        if (map_hash(s->models[i].name) == model)
            return true;
    return false;
}

enum side option_side(const struct policy_route *p, uint64_t model, enum side was)
{
    const enum side other = was == SIDE_SMALL ? SIDE_LARGE : SIDE_SMALL;
    const bool moved = !has_named(side_of(p, was), model) && has_named(side_of(p, other), model);
    return moved ? other : was;
}

void option_was(const struct decision *d, struct option *out)
{
    *out = (struct option){.side = {.usable = false}};
    for (unsigned i = 0; i < d->count; i++) {
        const struct decision_candidate *c = &d->list[i];
        if (c->side != d->side || c->out.len)
            continue;
        *out = (struct option){.side = {true, c->state != PRICE_UNPRICED, c->expected},
                               .model = c->model};
        return;
    }
}
