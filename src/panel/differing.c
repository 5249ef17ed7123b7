// SPDX-License-Identifier: Apache-2.0

#include "panel/differing.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/json_out.h"
#include "budget/budget.h"
#include "config/config.h"
#include "gate/terms.h"
#include "store/promises.h"

bool differing_open(struct differing *d, const struct config *now, const struct policy *policy,
                    struct arena *arena)
{
    *d = (struct differing){now, policy, arena,
                            arena_array(arena, enum differing_match, policy->count + 1)};
    return !arena_failed(arena);
}

// --- its models ---

static bool is_proposed(const struct config_tier *t)
{
    return t && config_tier_proposed(t) >= 0;
}

bool differing_same_models(const struct policy_side *s, const struct config_tier *t)
{
    const unsigned count = t ? t->model_count : 0;
    const bool proposed = is_proposed(t);
    unsigned at = 0;
    if (s->proposed || proposed)
        return s->proposed && proposed;
    for (unsigned i = 0; i < s->count; i++) {
        if (config_tier_absent(t, s->models[i].name).len)
            continue;
        if (at == count || !str_eq(s->models[i].name, t->models[at++]))
            return false;
    }
    return at == count;
}

static bool has_turns(const struct policy_side *s)
{
    bool any = false;
    for (unsigned i = 0; i < s->count; i++)
        any |= s->models[i].weight > 0;
    return any;
}

// By the tier's models, of which it has as many.
static bool has_weights(const struct policy_side *s, const struct config_tier *t)
{
    unsigned at = 0;
    for (unsigned i = 0; i < s->count; i++) {
        if (config_tier_absent(t, s->models[i].name).len)
            continue;
        if (s->models[i].weight != (t->weights ? t->weights[at] : 0))
            return false;
        at++;
    }
    return true;
}

// Where there are neither weights nor sessions a call's record tells (insight/option.h).
static void set_turns(const struct policy_route *p, struct policy_side *s,
                      const struct config_tier *t)
{
    const bool told = s->proposed || s->filled || s->count < 2;
    const bool same = !told && t && differing_same_models(s, t) && has_weights(s, t);
    s->other_turns = !told && !same && (has_turns(s) || p->sticky.len);
}

// --- what the promise is about ---

static bool has_checks(const struct policy_route *p, const struct config_route *r)
{
    struct buf checks;
    buf_init(&checks, &alloc_heap, 0);
    terms_checks(r, &checks);
    bool same = p->checks.len == 0 || str_eq(p->checks, buf_str(&checks));
    buf_fini(&checks);
    return same;
}

// Who judges where nobody is named: the first of the large side that can be asked. Of a tier that
// is proposed it says nothing (gate/terms.h).
static struct str usual_judge(const struct policy_side *large)
{
    for (unsigned i = 0; i < large->count && !large->filled; i++)
        if (large->models[i].absent.len == 0)
            return large->models[i].name;
    return STR_NONE;
}

// Those of a side that can be asked, as the configuration would have them; NULL: it is proposed.
static const struct config_tier *tier_of(struct differing *d, const struct policy_side *s)
{
    struct config_tier *t = arena_new(d->arena, struct config_tier);
    if (!t || s->proposed || s->filled)
        return NULL;
    t->models = arena_array(d->arena, struct str, s->count + 1);
    t->weights = arena_array(d->arena, uint32_t, s->count + 1);
    for (unsigned i = 0; t->models && t->weights && i < s->count; i++)
        if (s->models[i].absent.len == 0)
            config_tier_add(t, s->models[i].name, s->models[i].weight);
    return t;
}

// False without memory, as the next.
static bool set_calls(struct differing *d, struct policy_route *p, const struct config_route *now)
{
    char calls[TERMS_CALLS + 1] = "";
    struct buf checks;
    buf_init(&checks, &alloc_heap, 0);
    buf_add(&checks, p->checks);
    if (p->checks.len == 0 && now)
        terms_checks(now, &checks);
    bool fine = !buf_failed(&checks);
    if (fine && p->matched && buf_str(&checks).len) {
        const struct terms_of_calls of = {p->match,
                                          p->judge.len ? p->judge : usual_judge(&p->large),
                                          buf_str(&checks),
                                          tier_of(d, &p->small),
                                          tier_of(d, &p->large),
                                          p->max_cost};
        fine = !arena_failed(d->arena) && terms_calls_by(&of, calls);
        p->calls = arena_dup(d->arena, str_of(calls));
    }
    buf_fini(&checks);
    if (!fine || p->calls.len == 0 || !now)
        return fine;
    fine = terms_calls(now, calls);
    p->other_calls = !str_is(p->calls, calls);
    return fine;
}

uint32_t differing_limits(const struct config *c)
{
    struct buf all;
    struct json_out o = {&all, true};
    buf_init(&all, &alloc_heap, 0);
    json_out_begin(&o, NULL, '[');
    for (unsigned i = 0; i < c->budget_count; i++) {
        json_out_begin(&o, NULL, '{');
        config_budget_members(&o, &c->budgets[i]);
        json_out_end(&o, '}');
    }
    for (unsigned i = 0; i < c->key_count; i++) {
        const struct config_key *k = &c->keys[i];
        json_out_texts(&o, NULL, (const struct str[]){k->name, k->team, k->project, k->models}, 4);
    }
    json_out_end(&o, ']');
    const struct str text = buf_str(&all);
    const uint32_t crc = digest_crc32(0, text.ptr, text.len);
    buf_fini(&all);
    return crc;
}

void differing_sticky(const struct config_route *r, struct buf *out)
{
    if (r->sticky != CONFIG_STICKY_NONE)
        buf_printf(out, "%d %.*s %lld", (int)r->sticky, STR_ARG(r->sticky_tag),
                   (long long)r->sticky_ms);
}

static void set_sessions(struct policy_route *p, const struct config_route *now)
{
    struct buf sticky;
    buf_init(&sticky, &alloc_heap, 0);
    differing_sticky(now, &sticky);
    p->other_ttft = p->max_ttft_ms != now->max_ttft_ms;
    p->other_sticky = p->sticky.len && !str_eq(p->sticky, buf_str(&sticky));
    buf_fini(&sticky);
}

// What the policy asks of its models is no matter of which calls come to it.
static bool has_match(const struct policy_route *p, const struct config_route *now)
{
    struct config_route like = *now;
    uint64_t match = 0;
    like.require = p->require;
    like.require_context = p->context;
    return !p->matched || !terms_match(&like, &match) || match == p->match;
}

// It is asked of each route by all that stand behind it, and each time takes a digest.
static bool same_match(struct differing *d, const struct policy_route *p,
                       const struct config_route *now)
{
    enum differing_match *known = &d->matches[p - d->policy->routes];
    if (*known == DIFFERING_UNKNOWN)
        *known = has_match(p, now) ? DIFFERING_SAME : DIFFERING_OTHER;
    return *known == DIFFERING_SAME;
}

// A call comes to the first route that it matches, and to those first of which it must stay on the
// machine; to the route `auto` that stands in no file, where it matches none.
static const struct policy_route *next_first(const struct differing *d,
                                             const struct policy_route *p, unsigned *at)
{
    while (*at < d->policy->count) {
        const struct policy_route *one = &d->policy->routes[(*at)++];
        if (one != p && !one->built_in && (one < p || one->local))
            return one;
    }
    return NULL;
}

static const struct config_route *next_first_now(const struct config *c,
                                                 const struct config_route *now, unsigned *at)
{
    while (*at < c->route_count) {
        const struct config_route *one = &c->routes[(*at)++];
        if (one != now && (!now || one < now || one->local_only))
            return one;
    }
    return NULL;
}

// It takes other calls, or those before it leave it others. `now` may be NULL: that route `auto`.
static bool has_others(struct differing *d, const struct policy_route *p,
                       const struct config_route *now)
{
    unsigned at = 0, at_now = 0;
    const struct policy_route *a;
    const struct config_route *b;
    if (now && !same_match(d, p, now))
        return true;
    do {
        a = next_first(d, p, &at);
        b = next_first_now(d->now, now, &at_now);
        if (!a || !b)
            return a || b;
    } while (str_eq(a->name, b->name) && a->local == b->local_only && same_match(d, a, b));
    return true;
}

bool differing_set(struct differing *d, struct policy_route *p)
{
    const struct config_route *r = config_route_named(d->now, p->name);
    char terms[TERMS_BYTES + 1];
    if (!set_calls(d, p, r))
        return false;
    set_turns(p, &p->small, r ? r->small : NULL);
    set_turns(p, &p->large, r ? r->large : NULL);
    p->other_match = (r || p->built_in) && has_others(d, p, r);
    if (!r)
        return true;
    p->other_checks = !has_checks(p, r);
    p->other_terms = !differing_same_models(&p->small, r->small) ||
                     !differing_same_models(&p->large, r->large) || p->other_checks ||
                     p->other_calls;
    set_sessions(p, r);
    p->odds_ppm = r->shadow.on ? r->shadow.rate_ppm : 0;
    p->odds_certified_ppm = r->shadow.on ? r->shadow.rate_certified_ppm : 0;
    if (is_proposed(r->small) || is_proposed(r->large))
        return true;
    if (!terms_write(r, terms))
        return false;
    p->terms = arena_dup(d->arena, str_of(terms));
    return !arena_failed(d->arena);
}
