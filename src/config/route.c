// SPDX-License-Identifier: Apache-2.0
//
// The routes of the file.

#include "config/route.h"

#include "base/limits.h"
#include "config/reading.h"
#include "core/ability.h"

const char *config_mode_name(enum config_mode m)
{
    static const char *const names[] = {"rules", "measured", "certified"};
    return names[m];
}

// --- its name ---

// In the file, not in what was read: a route with a fault has its name, too.
static const struct node *before_it(const struct node *map, struct str name)
{
    for (const struct node *m = map->parent->first; m != map; m = m->next) {
        const struct node *other = node_get(m, "name");
        if (other && other->kind == NODE_TEXT && str_eq(other->text, name))
            return other;
    }
    return NULL;
}

static bool is_alias(const struct config *c, struct str name)
{
    for (unsigned i = 0; i < c->alias_count; i++) {
        if (str_eq(c->aliases[i].name, name))
            return true;
    }
    return false;
}

static bool check_name(struct reading *r, const struct node *map, struct str name)
{
    const struct node *n = node_get(map, "name");
    if (node_is_null(n)) {
        reading_fault(r, map->line, "routes: `name` is missing. Give each route a name");
        return false;
    }
    if (!name.ptr || !reading_name(r, n->line, name, "routes"))
        return false;
    const struct node *twin = before_it(map, name);
    if (str_find(name, '/') < name.len)
        reading_fault(r, n->line, "routes: `%.*s`: a route's name has no /", STR_ARG(name));
    else if (str_is(name, ROUTE_AUTO) || str_is(name, "none"))
        reading_fault(r, n->line, "routes: `%.*s` is a word of its own. Take another name",
                      STR_ARG(name));
    else if (is_alias(r->c, name))
        reading_fault(r, n->line,
                      "routes: `%.*s` is an alias, too: a caller could not tell them apart. Give "
                      "one of them another name",
                      STR_ARG(name));
    else if (twin)
        reading_fault(r, n->line,
                      "routes: `%.*s` is here twice (also on line %d): give one of them another "
                      "name",
                      STR_ARG(name), twin->line);
    else
        return true;
    return false;
}

// --- its sides ---

static void unknown_tier(struct reading *r, struct str route, const struct node *n)
{
    struct str_near near = {n->text, 3, STR_NONE};
    for (unsigned i = 0; i < r->c->tier_count; i++)
        str_near(&near, r->c->tiers[i]->name);
    if (near.name.len)
        reading_fault(r, n->line, "route %.*s: `%.*s` is no tier; did you mean `%.*s`?",
                      STR_ARG(route), STR_ARG(n->text), STR_ARG(near.name));
    else
        reading_fault(r, n->line,
                      "route %.*s: `%.*s` is no tier of this file. Add it under `tiers`, or write "
                      "PROVIDER/MODEL",
                      STR_ARG(route), STR_ARG(n->text));
}

// A tier's name, a model, or a list of models.
static const struct config_tier *read_side(struct reading *r, struct str route,
                                           const struct node *n)
{
    if (node_is_null(n))
        return NULL;
    const struct config_tier *named =
        n->kind == NODE_TEXT ? config_tier_named(r->c, n->text) : NULL;
    if (named)
        return named;
    if (n->kind == NODE_TEXT && str_find(n->text, '/') == n->text.len) {
        // One of that name with a fault of its own was told already.
        if (!node_get(node_get(r->root, "tiers"), n->text.ptr))
            unknown_tier(r, route, n);
        return NULL;
    }
    struct config_tier *own = arena_new(&r->c->arena, struct config_tier);
    struct reading_owner of = {n->key.ptr, "route", route};
    return own && reading_tier(r, of, n, own) ? own : NULL;
}

static void read_sides(struct reading *r, const struct node *map, struct config_route *route)
{
    const struct node *small = node_get(map, "small"), *large = node_get(map, "large");
    if (node_is_null(small) && node_is_null(large)) {
        reading_fault(r, map->line,
                      "route %.*s: it has neither `small` nor `large`. Write at least one of them",
                      STR_ARG(route->name));
        return;
    }
    route->small = read_side(r, route->name, small);
    route->large = read_side(r, route->name, large);
    if (route->small && route->small == route->large)
        reading_fault(r, large->line, "route %.*s: both sides are the tier %.*s",
                      STR_ARG(route->name), STR_ARG(route->small->name));
}

// --- what its models must be ---

bool reading_ability(struct str text, unsigned *bits)
{
#define X(id, bit, word)       \
    if (str_is(text, word)) {  \
        *bits |= ABILITY_##id; \
        return true;           \
    }
    ABILITY_MAP(X)
#undef X
    return false;
}

// `{ context: 100000 }`
static bool read_context(const struct node *n, int64_t *tokens)
{
    const struct node *context = n->first == n->last ? node_get(n, "context") : NULL;
    return context && context->kind == NODE_TEXT && str_i64(context->text, tokens) && *tokens > 0 &&
           *tokens <= CONTEXT_TOKENS_MAX;
}

static void read_require(struct reading *r, const struct node *n, struct config_route *route)
{
    if (node_is_null(n))
        return;
    const struct node *item = n->kind == NODE_LIST ? n->first : n;
    for (; item; item = item == n ? NULL : item->next) {
        if (item->kind == NODE_MAP ? !read_context(item, &route->require_context)
                                   : !reading_ability(item->text, &route->require))
            reading_fault(r, item->line,
                          "route %.*s: require: this is no ability. Write some of [tools, vision, "
                          "schema, { context: 100000 }]",
                          STR_ARG(route->name));
    }
}

// --- which calls stay together ---

static bool read_sticky_by(struct config_route *route, struct str by)
{
    struct str tag = STR("tag:");
    if (str_starts(by, tag) && by.len > tag.len && by.len <= tag.len + TAG_NAME_MAX) {
        route->sticky = CONFIG_STICKY_TAG;
        route->sticky_tag = str_skip(by, tag.len);
    } else if (str_is(by, "user")) {
        route->sticky = CONFIG_STICKY_USER;
    } else if (str_is(by, "conversation")) {
        route->sticky = CONFIG_STICKY_CONVERSATION;
    } else {
        return false;
    }
    return true;
}

static void read_sticky(struct reading *r, const struct node *n, struct config_route *route)
{
    struct sticky_text t = {0};
    if (node_is_null(n))
        return;
    reading_defaults(r, SECTION_STICKY, &t);
    if (n->kind == NODE_TEXT)
        t.by = reading_text(r, n, "sticky");
    else if (!reading_section(r, SECTION_STICKY, n, &t))
        return;
    route->sticky_ms = t.for_ms;
    if (t.by.len == 0 || !read_sticky_by(route, t.by))
        reading_fault(r, n->line,
                      "route %.*s: sticky: by what calls belong together is expected here: "
                      "tag:NAME, user or conversation",
                      STR_ARG(route->name));
}

// --- the routes ---

// What comes of it that none is learned from. What a tier has that is proposed is not known yet.
static const char *without_pairs(const struct reading *r, const struct config_route *route)
{
    const struct config_tier *large = route->large;
    unsigned near = 0;
    if (route->mode != CONFIG_CERTIFIED)
        return "it goes by the rules";
    if (route->local_only && config_tier_proposed(large) >= 0)
        return "the large side answers, as far as it is in this machine's private network";
    for (unsigned i = 0; i < large->model_count; i++)
        near += reading_is_private(r, large->models[i]);
    return route->local_only && near == 0
               ? "nobody answers, since no model of the large side is in this machine's private "
                 "network"
               : "the large side answers";
}

// A mode that nothing can ever be learned for.
static void note_mode(struct reading *r, const struct config_route *route)
{
    if (route->mode == CONFIG_CERTIFIED && !route->large)
        reading_fault(r, route->line,
                      "route %.*s: mode certified promises that little is lost against the large "
                      "side, and there is none: no call could be answered. Write `large`",
                      STR_ARG(route->name));
    if (route->mode == CONFIG_CERTIFIED && route->shadow.on && route->shadow.unjudged)
        reading_warn(r, route->line,
                     "route %.*s: mode certified with `judge: none`: without a certificate the "
                     "large side answers, and what callers say of its answers judges none of the "
                     "small side. Name a judge, or begin with mode: rules or measured, where "
                     "callers rate small answers, too",
                     STR_ARG(route->name));
    if (route->mode == CONFIG_RULES || route->shadow.on || !route->small || !route->large)
        return;
    reading_warn(r, route->line,
                 "route %.*s: mode %s learns from calls that both sides get, and there are none%s: "
                 "%s. Write %s",
                 STR_ARG(route->name), config_mode_name(route->mode),
                 route->local_only ? " where it is local_only" : "", without_pairs(r, route),
                 route->local_only ? "mode: rules" : "shadow: { budget: USD }");
}

// A check that sends the text elsewhere is no check for what must stay.
static void check_local(struct reading *r, const struct node *n, const struct config_route *route)
{
    for (unsigned i = 0; route->local_only && i < route->verifier_count; i++) {
        const struct config_verifier *v = &route->verifiers[i];
        if (v->kind == VERIFIER_HTTP && !host_is_private(v->url.host))
            reading_fault(r, n->line,
                          "route %.*s: local_only: %.*s is not in this machine's private network, "
                          "and would get the text. Write a private address, or remove it",
                          STR_ARG(route->name), STR_ARG(v->url_text));
        else if (v->kind == VERIFIER_AGREE && !reading_is_private(r, v->model))
            reading_fault(r, n->line,
                          "route %.*s: local_only: the provider of %.*s is not in this machine's "
                          "private network, and would get the text",
                          STR_ARG(route->name), STR_ARG(v->model));
    }
}

static bool are_the_same(const struct config_tier *a, const struct config_tier *b)
{
    unsigned shared = 0; // none is twice in a tier
    for (unsigned i = 0; i < a->model_count; i++)
        shared += config_tier_has(b, a->models[i]);
    return a->model_count > 0 && shared == a->model_count && shared == b->model_count;
}

// A call asks a model once.
static void note_both(struct reading *r, const struct config_route *route)
{
    if (route->small && route->large && are_the_same(route->small, route->large)) {
        reading_warn(r, route->line,
                     "route %.*s: both sides have the same models: nothing can be saved, and what "
                     "one fails is not sent to it again. Write a better one as `large`",
                     STR_ARG(route->name));
        return;
    }
    for (unsigned i = 0; route->small && route->large && i < route->large->model_count; i++)
        if (config_tier_has(route->small, route->large->models[i]))
            reading_warn(r, route->line,
                         "route %.*s: %.*s is on both sides: a call that it fails, or whose answer "
                         "is refused, is not sent to it again",
                         STR_ARG(route->name), STR_ARG(route->large->models[i]));
}

// What makes its promise worth nothing.
static void note_promise(struct reading *r, const struct node *map,
                         const struct config_route *route)
{
    const struct node *judge = node_get(node_get(map, "shadow"), "judge");
    if (route->max_loss_ppm >= 1000000)
        reading_warn(r, node_get(map, "max_loss")->line,
                     "route %.*s: max_loss: 100%% promises nothing: all may be lost. Write a share "
                     "like 2%%",
                     STR_ARG(route->name));
    if (route->shadow.judge.len && route->small &&
        config_tier_has(route->small, route->shadow.judge))
        reading_warn(r, judge->line,
                     "route %.*s: judge: %.*s is the small side's own: it would judge itself, and "
                     "models prefer what they write. Name another one, or leave it out for the "
                     "large side's",
                     STR_ARG(route->name), STR_ARG(route->shadow.judge));
}

static void check_loss(struct reading *r, const struct node *map, const struct config_route *route)
{
    if (route->max_loss_ppm == 0)
        reading_fault(r, node_get(map, "max_loss")->line,
                      "route %.*s: max_loss: 0%% would promise that nothing is ever lost, which no "
                      "number of pairs can prove. Write how much of the large side's quality may "
                      "be: 1%%, 0.1%% (the less, the more pairs it takes). Where nothing may be, "
                      "name the large side's model instead of the route",
                      STR_ARG(route->name));
}

static void read_terms(struct reading *r, const struct node *map, struct config_route *route)
{
    read_sides(r, map, route);
    read_require(r, node_get(map, "require"), route);
    read_sticky(r, node_get(map, "sticky"), route);
    reading_verify(r, node_get(map, "verify"), route);
    check_local(r, map, route);
    reading_shadow(r, node_get(map, "shadow"), route);
    if (route->shadow.on)
        reading_note_pairs(r, node_get(map, "shadow"), route);
    check_loss(r, map, route);
    note_mode(r, route);
    note_both(r, route);
    note_promise(r, map, route);
}

// What an earlier one takes. One that is local_only keeps its calls here all the same.
static void note_same(struct reading *r, const struct config_route *route)
{
    const struct config_route *before = r->c->routes;
    if (route->match.any || route->local_only)
        return;
    while (before < route && !config_match_same(&before->match, &route->match))
        before++;
    if (before < route)
        reading_warn(r, route->line,
                     "route %.*s has the match of route %.*s, which takes its calls for `auto`: it "
                     "is reached by its name only",
                     STR_ARG(route->name), STR_ARG(before->name));
}

static void read_route(struct reading *r, const struct node *map)
{
    struct route_text t = {0};
    struct config_route *route = &r->c->routes[r->c->route_count];
    reading_defaults(r, SECTION_ROUTE, &t);
    if (!reading_section(r, SECTION_ROUTE, map, &t) || !check_name(r, map, t.name))
        return;
    *route = (struct config_route){.name = t.name,
                                   .line = map->line,
                                   .mode = (enum config_mode)t.mode,
                                   .max_loss_ppm = t.max_loss,
                                   .confidence_ppm = t.confidence,
                                   .max_cost = t.max_cost,
                                   .max_ttft_ms = t.max_ttft_ms,
                                   .local_only = t.local_only,
                                   .hold_ms = t.hold_ms};
    reading_match(r, t.name, node_get(map, "match"), &route->match);
    route->match.earlier = route->local_only;
    read_terms(r, map, route);
    note_same(r, route);
    r->c->route_count++;
}

// What takes every call leaves none for those behind it.
static void note_hidden(struct reading *r)
{
    const struct config *c = r->c;
    for (unsigned i = 0; c->routes && i + 1 < c->route_count; i++) {
        if (!c->routes[i].match.any)
            continue;
        reading_warn(r, c->routes[i].line,
                     "route %.*s has no match and takes every call for `auto`: those behind it are "
                     "reached by their names only",
                     STR_ARG(c->routes[i].name));
        return;
    }
}

void reading_routes(struct reading *r)
{
    const struct node *n = node_get(r->root, "routes");
    if (node_is_null(n))
        return;
    if (n->kind != NODE_LIST) {
        reading_fault(r, n->line,
                      "routes: a list is expected here: `- { name: support, small: small, large: "
                      "large }`");
        return;
    }
    if (n->count > CALL_ROUTES_MAX) {
        reading_fault(r, n->line, "routes: %u are more than there may be: %d", n->count,
                      CALL_ROUTES_MAX);
        return;
    }
    r->c->routes = arena_array(&r->c->arena, struct config_route, n->count + 1);
    for (const struct node *m = n->first; m && r->c->routes; m = m->next)
        read_route(r, m);
    note_hidden(r);
}

const struct config_route *config_route_named(const struct config *c, struct str name)
{
    for (unsigned i = 0; i < c->route_count; i++)
        if (str_eq(c->routes[i].name, name))
            return &c->routes[i];
    return NULL;
}

const struct config_route *config_route_shadowed(const struct config *c, struct str name)
{
    const struct str prefix = STR(CONFIG_SHADOW);
    const struct config_route *route =
        str_starts(name, prefix) ? config_route_named(c, str_skip(name, prefix.len)) : NULL;
    return route && route->shadow.on ? route : NULL;
}
