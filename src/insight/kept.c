// SPDX-License-Identifier: Apache-2.0

#include "insight/kept.h"

#include "base/map.h"

// That may be asked whether it agrees; NULL: none is written, or may.
static const struct policy_model *second_asked(const struct policy_route *p)
{
    for (unsigned i = 0; i < p->second.count; i++)
        if (!p->second.models[i].able.out.len)
            return &p->second.models[i];
    return NULL;
}

bool kept_asks_second(const struct kept_of *of)
{
    const struct policy_route *p = of->policy;
    const bool may = p->second.count == 0 || second_asked(p);
    return of->choice->cascade && p->agrees && may && !of->call->decision.confined;
}

// A certificate of the policy's sends it to the small side; and none did so then, after which what
// was asked is as it was.
static bool is_newly_promised(const struct kept_of *of)
{
    const struct decision *d = &of->call->decision;
    const bool was = d->side == SIDE_SMALL && str_is(d->mode, "certified") &&
                     str_is(d->reason, choice_why_text(CHOICE_WHY_CERTIFIED));
    return !was && of->policy->mode == CHOICE_CERTIFIED && of->choice->side == SIDE_SMALL &&
           of->choice->why == CHOICE_WHY_CERTIFIED;
}

// It is none of the small side's that was asked first: a certificate is not of it.
static bool stands_in(const struct logged *c, const struct logged_attempt *t)
{
    return t->side == SIDE_SMALL && !t->second && t->model != 0 && t->model != c->attempts[0].model;
}

// What goes to the large side in the end needs no forecast of it.
static bool has_gone_up(const struct logged *c)
{
    bool up = false;
    for (unsigned i = 0; i < c->attempt_count; i++)
        up = up || c->attempts[i].side == SIDE_LARGE;
    return up;
}

// In the place of what was asked there: what has not failed yet.
static void find_instead(const struct kept_of *of, struct kept *k)
{
    k->at = k->gone->side;
    if (k->at == SIDE_SMALL)
        option_find(of->call, of->policy, k->at, true, &k->instead);
    if (k->instead.side.usable)
        return;
    k->at = SIDE_LARGE;
    option_follow(of->call, of->policy, &k->instead);
}

// Another model is to agree.
static bool is_other_second(const struct policy_side *s, uint64_t model)
{
    for (unsigned i = 0; i < s->count; i++)
        if (!s->models[i].able.out.len && map_hash(s->models[i].name) == model)
            return false;
    return s->count > 0 && model != 0;
}

static void replace(struct kept *k, const struct choice_side *by)
{
    k->forecast = true;
    k->unpriced |= !by->priced;
    k->cost.pd += by->priced ? by->expected.pd : 0;
}

static void keep_second(const struct kept_of *of, const struct logged_attempt *t, struct kept *k)
{
    const struct policy_model *second = second_asked(of->policy);
    if (second && is_other_second(&of->policy->second, t->model)) {
        const struct choice_side other = option_rated(of->call, second->sheet);
        replace(k, &other);
    } else {
        k->cost.pd += t->cost.pd;
    }
}

struct money kept_second(const struct kept_of *of)
{
    struct kept k = {.cost = {0}};
    for (unsigned i = 0; i < of->call->attempt_count; i++)
        if (of->call->attempts[i].second)
            keep_second(of, &of->call->attempts[i], &k);
    return k.cost;
}

static void put_instead(const struct kept_of *of, const struct logged_attempt *t, struct kept *k)
{
    k->gone = t;
    find_instead(of, k);
    if (k->instead.side.usable)
        replace(k, &k->instead.side);
}

// By a certificate nothing is given but by the model that it is of: where that has failed, or a
// second one that had to agree gave no answer, the large side is asked.
static void go_up(const struct kept_of *of, const struct logged_attempt *t, struct kept *k)
{
    struct option large;
    if (k->gone || has_gone_up(of->call) || t->failed != t->second)
        return;
    option_follow(of->call, of->policy, &large);
    if (t->second && !large.side.usable) // the first one's is given after all
        return;
    while (t->second && t > of->call->attempts) // with whose answer it had to agree
        t--;
    k->gone = t;
    k->at = SIDE_LARGE;
    k->instead = large;
    if (large.side.usable)
        replace(k, &large.side);
}

void kept_find(const struct kept_of *of, struct kept *k)
{
    const struct logged *c = of->call;
    const struct decision *d = &c->decision;
    const bool dropped = d->cascade && d->side == SIDE_SMALL && !of->choice->cascade;
    const bool promised = is_newly_promised(of);
    *k = (struct kept){.cost = c->cost};
    for (unsigned i = 0; i < c->attempt_count; i++) {
        const struct logged_attempt *t = &c->attempts[i];
        k->cost.pd -= t->cost.pd;
        if ((dropped && t->escalated) || (t->second && !kept_asks_second(of)))
            continue;
        if (promised && (t->second || stands_in(c, t)))
            go_up(of, t, k);
        if (promised && stands_in(c, t))
            continue;
        if (t->second)
            keep_second(of, t, k);
        else if (option_asks(of->call, of->policy, t->model))
            k->cost.pd += t->cost.pd;
        else if (!t->failed)
            put_instead(of, t, k);
    }
}
