// SPDX-License-Identifier: Apache-2.0

#include "request/plan.h"

#include "base/limits.h"
#include "gate/proposal.h"
#include "request/confine.h"
#include "request/expected.h"
#include "request/features.h"
#include "request/keeper.h"
#include "request/matching.h"
#include "request/ranking.h"
#include "request/shadowing.h"
#include "request/side.h"
#include "request/sticky.h"
#include "request/translation.h"
#include "request/unfit.h"
#include "route/prompt.h"
#include "store/pairs.h"

#define HEADER           "x-costlens-route"
#define KEPT_BYTES_LEAST KIB // of text

// --- which route ---

static void routes_write(const struct req *r, struct buf *out)
{
    const struct config *c = r->view->snapshot->config;
    if (c->route_count == 0)
        buf_add_cstr(out, "There is none here: write some under `routes` of the configuration.");
    for (unsigned i = 0; i < c->route_count; i++)
        buf_printf(out, "%s%.*s%s", i ? ", " : "Those here are: ", STR_ARG(c->routes[i].name),
                   i + 1 < c->route_count ? "" : ".");
}

static enum flow refuse(struct req *r, enum refusal why, struct buf *detail)
{
    enum flow flow = req_refuse(r, why, "%.*s", STR_ARG(buf_str(detail)));
    buf_fini(detail);
    return flow;
}

static enum flow refuse_route(struct req *r, struct str name)
{
    struct buf detail;
    buf_init(&detail, &alloc_heap, 16 * KIB);
    buf_printf(&detail, HEADER ": no route is called \"%.*s\". ",
               STR_ARG(str_clip(name, NAME_BYTES_MAX)));
    routes_write(r, &detail);
    return refuse(r, REFUSAL_BAD_REQUEST, &detail);
}

// Else the one that is proposed.
static const struct config_route *first_match(struct req *r)
{
    const struct config *c = r->view->snapshot->config;
    for (unsigned i = 0; i < c->route_count; i++) {
        if (matching(r, &c->routes[i].match))
            return &c->routes[i];
    }
    return proposal_auto(r->view->snapshot, &r->arena);
}

// Who names a model keeps it.
static enum flow find_route(struct req *r, const struct config_route **out, bool *matched)
{
    const struct snapshot *s = r->view->snapshot;
    struct str asked = dialect_model(r->dialect, r->ask.demand.model); // auto:latest of an Ollama's
    bool many = false;
    struct str named = STR_NONE;
    *out = NULL;
    if (endpoint_is_get(r->found.endpoint) || endpoint_is_question(r->found.endpoint))
        return NEXT; // a list, or what an Ollama has: there is nothing to choose
    if (endpoint_makes_output(
            r->found.endpoint)) // else its model stays, whatever the client's habit
        named = str_trim(head_get(exchange_request(r->x), HEADER, &many));
    if (many)
        return req_refuse(r, REFUSAL_BAD_REQUEST, HEADER " occurs twice.");
    if (named.len && !str_is(named, ROUTE_AUTO)) {
        *out = map_get(&s->routes, named);
        return *out ? NEXT : refuse_route(r, named);
    }
    *matched = named.len || (str_is(asked, ROUTE_AUTO) && !map_get(&s->aliases, asked));
    if (!*matched) {
        *out = asked.len ? map_get(&s->routes, asked) : NULL;
        return NEXT;
    }
    *out = first_match(r);
    return *out ? NEXT : req_refuse(r, REFUSAL_OVERLOAD, NULL);
}

// --- its candidates ---

static const char *const words[REFUSAL_COUNT] = {
    [REFUSAL_MODEL_UNKNOWN] = "model unknown",
    [REFUSAL_MODEL_DENIED] = "key",
    [REFUSAL_DIALECT] = "dialect",
};

// A key that may use the route by its name, or `auto`, may use what is in it.
static enum refusal find_target(const struct req *r, const struct plan *p, struct str full,
                                struct target *out)
{
    struct wanted w = {.key = r->key,
                       .dialect = r->dialect,
                       .model = p->route->name,
                       .others = translation_dialects(r->found.endpoint)};
    enum refusal refusal = resolve_full(r->view->snapshot, &w, full, out);
    w.model = (struct str)STR(ROUTE_AUTO);
    if (refusal == REFUSAL_MODEL_DENIED && p->matched)
        refusal = resolve_full(r->view->snapshot, &w, full, out);
    return refusal;
}

static void add_side(const struct req *r, struct plan *p, const struct config_tier *t,
                     enum side side)
{
    for (unsigned i = 0; t && i < t->model_count; i++) {
        struct candidate *c = &p->list[p->count++];
        *c = (struct candidate){.side = side,
                                .full = t->models[i],
                                .weight = t->weights ? t->weights[i] : 0,
                                .expected_state = PRICE_UNPRICED};
        enum refusal refusal = find_target(r, p, c->full, &c->target);
        c->out = refusal == REFUSAL_NONE ? unfit(r, p->route, &c->target) : words[refusal];
        c->target.reason = side_name(side);
    }
}

// The large side goes before the small one.
static void turn(struct req *r, struct plan *p, unsigned small)
{
    struct candidate *turned = arena_array(&r->arena, struct candidate, p->count);
    unsigned large = p->count - small;
    if (!turned)
        return; // the arena's mark refuses the call
    memcpy(turned, p->list + small, large * sizeof *turned);
    memcpy(turned + large, p->list, small * sizeof *turned);
    p->list = turned;
}

static const char *why_out(const struct candidate *c)
{
    if (c->out)
        return c->out;
    return "no certificate without the large side";
}

static void why_out_write(const struct candidate *c, struct buf *out)
{
    char text[DECIMAL_TEXT];
    buf_printf(out, "%.*s (%s", STR_ARG(c->full), why_out(c));
    if (expected_beyond(c) && expected_priced(c))
        buf_printf(out, ": %.*s USD expected",
                   STR_ARG(nano_text(nano_from_money(c->expected), text)));
    buf_add_char(out, ')');
}

// Without its max_cost one could take the call: then it is that limit that leaves nothing.
static bool is_limited(const struct plan *p)
{
    unsigned i = 0;
    while (i < p->count && !expected_beyond(&p->list[i]))
        i++;
    return i < p->count;
}

// It has none at all, of what it names or of what is proposed.
static void why_none_write(const struct config_route *route, struct buf *out)
{
    bool left_out = (route->small && route->small->absent_count) ||
                    (route->large && route->large->absent_count);
    if (left_out)
        buf_add_cstr(out, "The providers of its models are not there: `costlens route list` tells "
                          "what they want.");
    else
        buf_add_cstr(out, "Of no model that its providers have the price or the size is known: "
                          "write some under `tiers` of the configuration.");
}

static enum flow refuse_all(struct req *r, const struct plan *p)
{
    char most[DECIMAL_TEXT];
    bool limited = is_limited(p);
    struct buf detail;
    buf_init(&detail, &alloc_heap, 16 * KIB);
    if (p->count == 0 && resolve_nobody(r->view->snapshot, &detail))
        return refuse(r, REFUSAL_NO_PROVIDER, &detail);
    buf_printf(&detail, "The route \"%.*s\" has no model that can take this call",
               STR_ARG(p->route->name));
    if (limited)
        buf_printf(&detail, " within its `max_cost` of %.*s USD",
                   STR_ARG(nano_text(p->route->max_cost, most)));
    buf_add_cstr(&detail, p->count ? ": " : ". ");
    if (p->count == 0)
        why_none_write(p->route, &detail);
    for (unsigned i = 0; i < p->count; i++) {
        why_out_write(&p->list[i], &detail);
        buf_add_cstr(&detail, i + 1 < p->count ? ", " : ".");
    }
    return refuse(r, limited ? REFUSAL_MAX_COST : REFUSAL_MODEL_UNKNOWN, &detail);
}

static unsigned models_of(const struct config_tier *t)
{
    return t ? t->model_count : 0;
}

// The model of its session goes before the others of its side: where it has risen to the large one,
// the call stays there. It takes no call to the small one, whose answers have to be chosen, and
// verified, each by itself.
static enum side stay(const struct req *r, struct plan *p)
{
    bool risen;
    struct candidate *kept = sticky_find(r, p, &risen);
    if (!kept)
        return SIDE_NONE;
    struct candidate first = *kept;
    first.weight = 0; // it takes no turns
    for (; kept > p->list && kept[-1].side == first.side; kept--)
        *kept = kept[-1];
    *kept = first;
    return risen || first.side == SIDE_SMALL ? first.side : SIDE_NONE;
}

// Traits are some kilobytes: what outlives the choice is what is kept of them.
static void keep_traits(struct req *r, struct plan *p, const struct traits *traits)
{
    struct buf packed;
    char bytes[PAIR_TRAITS_MAX + 1] UNSET;
    buf_fixed(&packed, bytes, PAIR_TRAITS_MAX);
    traits_pack(traits, false, &packed);
    p->traits = arena_dup(&r->arena, buf_str(&packed));
    if (!p->shadow_ppm)
        return;
    buf_clear(&packed);
    traits_pack(traits, true, &packed);
    p->words = arena_dup(&r->arena, buf_str(&packed));
}

// What calls are like this one, and its traits where it has a choice of sides. False: it has none.
static bool read_texts(struct req *r, struct plan *p, struct traits *traits)
{
    struct prompt prompt UNSET;
    bool both = side_first(p, SIDE_SMALL) && side_first(p, SIDE_LARGE);
    opening_read(r, &p->opening, both ? &prompt : NULL);
    if (both)
        features_of(r, p->route, &prompt, traits);
    p->task = both ? traits->task : p->opening.task;
    return both;
}

static bool list_fill(struct req *r, struct plan *p)
{
    struct traits traits UNSET;
    unsigned small = models_of(p->route->small), all = small + models_of(p->route->large);
    p->list = arena_array(&r->arena, struct candidate, all);
    if (!p->list)
        return false;
    add_side(r, p, p->route->small, SIDE_SMALL);
    add_side(r, p, p->route->large, SIDE_LARGE);
    keeper_pin(r, p);
    bool both = read_texts(r, p, &traits);
    expected_plan(r, p);
    sticky_name(r, p);
    enum side session = stay(r, p);
    ranking_share(r, p);
    p->shadow_ppm = both ? shadowing_draw(r, p->route) : 0;
    side_choose(r, p, session, both ? &traits : NULL);
    if (both)
        keep_traits(r, p, &traits);
    if (p->choice.side == SIDE_LARGE)
        turn(r, p, small);
    for (unsigned i = 0; i < p->count; i++)
        p->list[i].target.place = i;
    return true;
}

static unsigned first_usable(const struct plan *p)
{
    unsigned i = 0;
    while (i < p->count && (p->list[i].out || p->list[i].side != p->choice.side))
        i++;
    return i;
}

// Who keeps what he has read keeps no less than some hundred tokens.
static bool is_worth_keeping(const struct demand *d)
{
    return d->text_bytes >= KEPT_BYTES_LEAST || demand_media(d) || d->stored_context;
}

// Its next turn may be a route's, which then knows what this turn's model has in its cache.
static void recognize(struct req *r)
{
    struct opening opening;
    if (r->view->snapshot->config->route_count == 0 || !endpoint_makes_output(r->found.endpoint) ||
        !is_worth_keeping(&r->ask.demand))
        return;
    opening_read(r, &opening, NULL);
    r->conversation = opening.conversation;
}

// Some of its models are an Ollama's, or may be.
static bool is_of_local(const struct req *r, const struct config_tier *t)
{
    const struct config *c = r->view->snapshot->config;
    bool any = t && t->line == 0; // it is proposed
    for (unsigned i = 0; t && i < t->model_count && !any; i++) {
        int at = provider_prefix(c, t->models[i]);
        any = at >= 0 && c->providers[at].dialect == DIALECT_OLLAMA;
    }
    return any;
}

static bool hears_first(struct req *r, const struct config_route *route)
{
    return !view_heard(r->view) && (is_of_local(r, route->small) || is_of_local(r, route->large)) &&
           route_waits_first(r);
}

enum flow plan_make(struct req *r)
{
    struct plan plan = {.tried = breakeven_untried};
    enum flow flow = find_route(r, &plan.route, &plan.matched);
    if (flow == NEXT && !plan.route)
        recognize(r);
    if (flow != NEXT || !plan.route)
        return flow;
    if (!endpoint_makes_output(r->found.endpoint))
        return req_refuse(r, REFUSAL_BAD_REQUEST,
                          "A route chooses among models that answer. Name the model that embeds.");
    if (hears_first(r, plan.route))
        return WAIT;
    plan.route = proposal_fill(r->view->snapshot, plan.route, &r->arena);
    if (plan.route && r->confined)
        plan.route = confine(plan.route, &r->arena);
    if (!plan.route || !list_fill(r, &plan))
        return req_refuse(r, REFUSAL_OVERLOAD, NULL);
    if (plan.choice.side == SIDE_NONE && route_waits(r))
        return WAIT;
    if (plan.choice.side == SIDE_NONE)
        return refuse_all(r, &plan);
    r->plan = arena_new(&r->arena, struct plan);
    if (!r->plan)
        return req_refuse(r, REFUSAL_OVERLOAD, NULL);
    *r->plan = plan;
    unsigned first = first_usable(&plan), begin = ranking_begin(r, &plan, first);
    r->attempt.target = r->plan->list[begin].target;
    if (begin != first)
        r->attempt.target.reason = PLAN_FALLBACK;
    return NEXT;
}

// --- what follows ---

bool plan_promised(const struct plan *p)
{
    return p->route->mode == CONFIG_CERTIFIED && p->choice.side == SIDE_SMALL &&
           p->choice.why == CHOICE_WHY_CERTIFIED;
}

// Never from the large side to the small one, whose answer nobody has found good enough; but a
// budget may say that it is welcome.
static bool follows(const struct candidate *c, enum side now, enum again_for why)
{
    switch (why) {
    case AGAIN_FAILED:
    case AGAIN_UNPAID: return c->side >= now;
    case AGAIN_DOWNGRADE:
    case AGAIN_AWAY: return true;
    case AGAIN_ESCALATE: return c->side == SIDE_LARGE;
    }
    return false;
}

bool plan_target(const struct req *r, struct str full, struct target *out)
{
    return find_target(r, r->plan, full, out) == REFUSAL_NONE;
}

static bool is_same(const struct candidate *a, const struct candidate *b)
{
    return a->target.provider == b->target.provider && str_eq(a->target.model, b->target.model);
}

// A model that stands on both sides, or twice on one, is asked once, and tried again as its
// provider's `retries` say.
static bool was_asked(const struct plan *p, const struct candidate *c, unsigned at)
{
    unsigned i = 0;
    while (i < p->count && !((i == at || p->list[i].asked) && is_same(&p->list[i], c)))
        i++;
    return i < p->count;
}

// What answered from what it keeps of the call's context is the only one that can.
static bool lacks_context(const struct req *r, const struct candidate *c, enum again_for why)
{
    return why == AGAIN_ESCALATE && r->ask.demand.stored_context &&
           c->target.provider != r->attempt.target.provider;
}

// Its pairs say nothing of what another small model makes of the call.
static bool is_unproved(const struct plan *p, const struct candidate *c, enum again_for why)
{
    return c->side == SIDE_SMALL && why != AGAIN_DOWNGRADE && plan_promised(p);
}

bool plan_next(const struct req *r, enum again_for why, struct target *out)
{
    const struct plan *p = r->plan;
    unsigned at = r->attempt.target.place;
    must(at < p->count);
    for (unsigned i = at + 1; i < p->count; i++) {
        const struct candidate *c = &p->list[i];
        if (c->out || !follows(c, p->list[at].side, why) || was_asked(p, c, at) ||
            lacks_context(r, c, why) || is_unproved(p, c, why) || ranking_barred(r, p, c))
            continue;
        *out = c->target;
        out->reason =
            why == AGAIN_ESCALATE || r->attempt.escalated ? PLAN_ESCALATED : PLAN_FALLBACK;
        return true;
    }
    return false;
}

void plan_pass(struct req *r, enum again_for why)
{
    if (!r->plan)
        return;
    struct candidate *c = &r->plan->list[r->attempt.target.place];
    const char *barred = ranking_barred(r, r->plan, c);
    r->plan->passed = true;
    c->unpaid = why == AGAIN_UNPAID || why == AGAIN_DOWNGRADE;
    c->barred = c->unpaid ? "a budget refused the call"
                : barred  ? barred
                          : "it cannot take the call";
}

bool plan_small(const struct req *r)
{
    return r->plan && r->plan->list[r->attempt.target.place].side == SIDE_SMALL;
}

void plan_asked(struct req *r)
{
    if (r->plan)
        r->plan->list[r->attempt.target.place].asked = true;
}

struct str plan_word(struct req *r)
{
    const struct str parts[] = {STR("route "), r->plan->route->name, STR(": "),
                                str_of(r->attempt.target.reason)};
    return arena_join(&r->arena, parts, sizeof parts / sizeof parts[0]);
}
