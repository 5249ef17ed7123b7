// SPDX-License-Identifier: Apache-2.0

#include "panel/replaying.h"

#include <stdlib.h>

#include "base/args.h"
#include "base/digest.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "core/tenant.h"
#include "gate/able.h"
#include "gate/charged.h"
#include "gate/gate.h"
#include "gate/proposal.h"
#include "gate/resolve.h"
#include "insight/replay.h"
#include "panel/differing.h"
#include "panel/proposing.h"
#include "store/sql.h"

#define POLICY_BYTES_MAX (4 * MIB)
#define KNOWN_MOST       1024 // models whose abilities are remembered
#define NAMES_BYTES      200  // of routes that are named
#define NAME_SHOWN       60   // ... of one
#define MORE_NAMES       ", ..."

struct question {
    struct str policy, route, since, until;
};

static const struct args_row rows[] = {
    {.name = "policy",
     .offset = offsetof(struct question, policy),
     .needed = true,
     .bytes_max = POLICY_BYTES_MAX},
    {.name = "route", .offset = offsetof(struct question, route), .bytes_max = NAME_BYTES_MAX},
    {.name = "since", .offset = offsetof(struct question, since)},
    {.name = "until", .offset = offsetof(struct question, until)},
    {0},
};

// What is known of models, by their names, for the route that is told.
struct memory {
    struct map map;
    struct arena arena;
};

struct work {
    struct verb_call *call;
    struct arena arena;
    struct snapshot *prices; // by whose book models are priced
    struct policy policy;
    struct proposing proposing; // its tiers
    struct differing differing; // from the routes that hold now
    struct question asked;
    struct span span;
    sqlite3 *db;
    struct json_out out;
    unsigned told;     // routes
    struct str *there; // names of routes that have calls, in order
    size_t there_count, there_size;
    struct memory *memory;
    struct why *why;
};

// --- prices of models that the calls were not offered ---

// As the gateway would charge it, were it asked there.
static const struct sheet *sheet_at_provider(const struct snapshot *s,
                                             const struct config_provider *p, struct str model)
{
    const struct sheet *sheet = provider_sheet(s, p, model);
    return charged_by(p, model, charged_elsewhere(s, p, model), sheet);
}

static const struct sheet *sheet_of(const struct work *w, struct str full)
{
    const struct snapshot *s = w->proposing.by; // whose providers may be others
    const struct config_provider *aside = proposing_aside(&w->proposing, full);
    const struct sheet *sheet = NULL;
    struct target t;
    struct why ignored;
    if (aside)
        return sheet_at_provider(s, aside, str_skip(full, aside->name.len + 1));
    if (resolve_prefixed(s, full, &t) == REFUSAL_NONE)
        return sheet_at_provider(s, &s->config->providers[t.provider], t.model);
    return asked_sheet(s->catalog, full, &sheet, &ignored) == STATUS_OK ? sheet : NULL;
}

static struct str why_absent(const struct config *c, struct str full)
{
    struct str why = STR_NONE;
    for (unsigned i = 0; i < c->tier_count && why.len == 0; i++)
        why = config_tier_absent(c->tiers[i], full);
    for (unsigned i = 0; i < c->route_count && why.len == 0; i++) {
        why = config_tier_absent(c->routes[i].small, full);
        why = why.len ? why : config_tier_absent(c->routes[i].large, full);
    }
    return why;
}

static void price_side(const struct work *w, struct policy_side *side)
{
    for (unsigned i = 0; i < side->count; i++) {
        side->models[i].sheet = sheet_of(w, side->models[i].name);
        side->models[i].absent = why_absent(w->prices->config, side->models[i].name);
    }
}

// --- tiers that are proposed ---

static const struct config_route *route_now(const struct work *w, struct str name)
{
    return config_route_named(w->prices->config, name);
}

// That of the file where it is no other one, nor made of other providers, so that what it was when
// a call came is what it is.
static bool has_tier(struct work *w, const struct policy_side *s, unsigned require,
                     const struct config_tier *t)
{
    return t && config_tier_proposed(t) >= 0 && str_eq(s->tier, t->name) &&
           proposing_same(&w->proposing, w->prices, config_tier_proposed(t), require, &w->arena);
}

struct known {
    struct able able;
    bool stays;
    unsigned provider; // index
};

// False: nobody by that name is there.
static bool find_known(const struct snapshot *s, struct str full, struct known *out)
{
    struct target t;
    if (resolve_prefixed(s, full, &t) != REFUSAL_NONE)
        return false;
    const struct config_provider *provider = &s->config->providers[t.provider];
    able_of(s, provider, t.model, &out->able);
    out->stays = out->able.unread || able_stays(s, provider, t.model);
    out->provider = t.provider;
    return true;
}

static unsigned bit_of(enum dialect d)
{
    return d == DIALECT_COUNT ? 0 : 1U << d;
}

static const char *why_out(const struct policy_route *p, const struct able *able, bool stays)
{
    if (p->local && !stays)
        return "not local";
    return able_short(able, p->require, p->context);
}

// By what is known of it now, by the policy's providers. Of one that is theirs no more, or that an
// Ollama has no more, nothing is: it is what it was.
static void know(const void *knows, const struct policy_route *p, struct str full,
                 struct policy_able *out)
{
    const struct work *w = knows;
    const struct proposing holds = {.by = w->prices};
    struct known will, now;
    if (!find_known(w->proposing.by, full, &will))
        return;
    const bool there = find_known(w->prices, full, &now);
    const char *why = out->out.len ? NULL : why_out(p, &will.able, will.stays);
    if (why)
        out->out = str_of(why);
    out->dialects = bit_of(proposing_dialect(&w->proposing, will.provider));
    out->dialects_now = there ? bit_of(proposing_dialect(&holds, now.provider)) : out->dialects;
    out->lacks = will.able.lacks;
    out->lacks_now = there ? now.able.lacks : out->lacks;
    out->context = will.able.context;
    out->context_now = there ? now.able.context : out->context;
}

// Each call has some candidates, mostly the same, and lists of `lacks` may be long.
static void remember(const void *knows, const struct policy_route *p, struct str full,
                     struct policy_able *out)
{
    const struct work *w = knows;
    const struct policy_able *known = map_get(&w->memory->map, full);
    if (known) {
        *out = *known;
        return;
    }
    know(w, p, full, out);
    struct memory *m = w->memory;
    struct policy_able *kept =
        m->map.count < KNOWN_MOST ? arena_new(&m->arena, struct policy_able) : NULL;
    const struct str name = kept ? arena_dup(&m->arena, full) : STR_NONE;
    if (!kept || arena_failed(&m->arena))
        return;
    *kept = *out;
    if (!map_set(&m->map, name, kept))
        return; // it is looked for again
}

static void look_at(const struct work *w, const struct policy_route *p, struct policy_side *s)
{
    for (unsigned i = 0; i < s->count; i++)
        know(w, p, s->models[i].name, &s->models[i].able);
}

// False without memory. Of a tier that is none there is nothing.
static bool fill(struct work *w, struct policy_side *s, unsigned require)
{
    const struct config_tier *t = NULL;
    for (int i = 0; i < CONFIG_SIZES; i++)
        if (str_eq(s->tier, config_size_name(i)))
            t = proposal_tier(w->proposing.by, i, require, &w->arena);
    s->proposed = false;
    s->filled = true;
    s->models = arena_array(&w->arena, struct policy_model, TIER_MODELS_MAX);
    for (unsigned i = 0; t && s->models && i < t->model_count; i++)
        s->models[s->count++] = (struct policy_model){.name = t->models[i]};
    return !arena_failed(&w->arena);
}

// The tiers of the policy are those that hold now: then its sides are what they were when the call
// came. Else as the gateway makes them (gate/proposal.h).
static bool fill_usual(struct work *w, struct policy_route *p)
{
    struct policy_side *const sides[] = {&p->small, &p->medium, &p->large};
    bool same = !route_now(w, p->name);
    for (int i = 0; i < CONFIG_SIZES; i++) {
        const struct config_tier *t = config_tier_named(w->prices->config, config_size_name(i));
        same = same && (sides[i]->proposed ? has_tier(w, sides[i], 0, t)
                                           : differing_same_models(sides[i], t));
    }
    if (same) {
        p->small = p->large = (struct policy_side){.proposed = true};
        return true;
    }
    for (int i = 0; i < CONFIG_SIZES; i++)
        if (sides[i]->proposed && !fill(w, sides[i], 0))
            return false;
    if (p->large.count == 0 && p->small.count > 0)
        p->large = p->medium;
    if (p->small.count == 0)
        p->small = p->medium;
    if (p->large.models == p->small.models)
        p->large.count = 0;
    return true;
}

static bool fill_side(struct work *w, const struct policy_route *p, struct policy_side *s,
                      const struct config_tier *now)
{
    return s->tier.len == 0 || has_tier(w, s, p->require, now) || fill(w, s, p->require);
}

static bool fill_sides(struct work *w, struct policy_route *p)
{
    const struct config_route *now = route_now(w, p->name);
    if (p->built_in)
        return fill_usual(w, p);
    if (now && now->require != p->require)
        now = NULL; // whose tiers are others
    return fill_side(w, p, &p->small, now ? now->small : NULL) &&
           fill_side(w, p, &p->large, now ? now->large : NULL);
}

// --- routes ---

// Which are no policy, but facts: a replay goes by those of the gateway.
static bool has_other_prices(const struct work *w)
{
    const struct str now = w->prices->config->prices;
    return w->policy.prices >= 0 && w->policy.prices != digest_crc32(0, now.ptr, now.len);
}

// By which calls were refused, or sent on.
static bool has_other_limits(const struct work *w)
{
    return w->policy.limits >= 0 && w->policy.limits != differing_limits(w->prices->config);
}

static bool has_policy(const struct work *w, struct str route)
{
    for (unsigned i = 0; i < w->policy.count; i++)
        if (str_eq(w->policy.routes[i].name, route))
            return true;
    return false;
}

static bool note_route(struct work *w, struct str name)
{
    struct str *list =
        alloc_grow(&alloc_heap, w->there, sizeof *list, w->there_count, &w->there_size);
    if (!list)
        return false;
    w->there = list;
    list[w->there_count++] = arena_dup(&w->arena, name);
    return !arena_failed(&w->arena);
}

// That have calls.
static enum status find_routes(struct work *w)
{
    sqlite3_stmt *s = sql_prepare(
        w->db, "SELECT route, count(*) FROM decision WHERE tenant = (SELECT id FROM name WHERE "
               "text = '" TENANT "') AND start_us >= ?1 AND start_us < ?2 AND attempt = 0 GROUP "
               "BY route ORDER BY route");
    int code = SQLITE_ERROR;
    bool fine = true;
    if (s) {
        sqlite3_bind_int64(s, 1, w->span.since_us);
        sqlite3_bind_int64(s, 2, w->span.until_us);
    }
    while (s && fine && (code = sqlite3_step(s)) == SQLITE_ROW)
        fine = note_route(w, sql_str(s, 0));
    enum status status = !fine ? why_set(w->why, STATUS_NO_MEMORY, "out of memory")
                         : code == SQLITE_DONE
                             ? STATUS_OK
                             : sql_why(w->why, w->db, "the ledger cannot be read");
    sqlite3_finalize(s);
    return status;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool has_calls(const struct work *w, struct str route)
{
    return w->there_count && bsearch(&route, w->there, w->there_count, sizeof route, by_name);
}

static enum status write_route(struct work *w, const struct policy_route *p)
{
    const struct replay_of of = {w->call->store, w->db, w->span, w->call->config->state};
    struct replay r;
    struct memory memory;
    arena_init(&memory.arena, &alloc_heap, 4 * KIB, MIB);
    map_init(&memory.map, &alloc_heap);
    w->memory = &memory;
    enum status s = replay(&of, p, &r, w->why);
    if (s == STATUS_OK && r.calls > 0) {
        replay_write(&r, &w->out);
        w->told++;
    }
    replay_fini(&r);
    map_fini(&memory.map);
    arena_fini(&memory.arena);
    w->memory = NULL;
    return s;
}

static enum status tell_route(struct work *w, struct policy_route *p)
{
    const bool wanted = w->asked.route.len == 0 || str_eq(w->asked.route, p->name);
    if (!wanted || !has_calls(w, p->name))
        return STATUS_OK;
    if (!fill_sides(w, p))
        return why_set(w->why, STATUS_NO_MEMORY, "out of memory");
    p->able = remember;
    p->knows = w;
    look_at(w, p, &p->small);
    look_at(w, p, &p->large);
    price_side(w, &p->small);
    price_side(w, &p->large);
    price_side(w, &p->second);
    if (!differing_set(&w->differing, p))
        return why_set(w->why, STATUS_NO_MEMORY, "out of memory");
    p->other_prices = has_other_prices(w);
    p->other_limits = has_other_limits(w);
    p->own_providers = proposing_own(&w->proposing);
    if (p->small.filled || p->large.filled)
        p->unasked = w->proposing.unasked;
    return write_route(w, p);
}

// Those that have calls and are none of the policy's.
static void tell_others(struct work *w)
{
    json_out_begin(&w->out, "without", '[');
    for (size_t i = 0; i < w->there_count; i++)
        if (!has_policy(w, w->there[i]))
            json_out_text(&w->out, NULL, w->there[i]);
    json_out_end(&w->out, ']');
}

// As many as there is room for, with `...` for the others.
static void list_names(const struct work *w, struct buf *out)
{
    for (size_t i = 0; i < w->there_count; i++) {
        const bool last = i + 1 == w->there_count;
        const struct str name = str_clip(w->there[i], NAME_SHOWN);
        const char *cut = name.len < w->there[i].len ? "..." : "";
        const size_t rest = last ? 0 : sizeof MORE_NAMES - 1;
        if (out->len + 2 + name.len + strlen(cut) + rest > NAMES_BYTES) {
            buf_add_cstr(out, MORE_NAMES);
            return;
        }
        buf_printf(out, "%s%.*s%s", i ? ", " : "", STR_ARG(name), cut);
    }
}

static enum status say_none(struct work *w)
{
    struct str route = w->asked.route;
    char names[NAMES_BYTES + 1];
    struct buf there;
    buf_fixed(&there, names, NAMES_BYTES);
    list_names(w, &there);
    if (route.len && !has_policy(w, route))
        return why_set(w->why, STATUS_UNKNOWN, "the policy has no route %.*s", STR_ARG(route));
    if (w->there_count == 0)
        return why_set(w->why, STATUS_UNKNOWN,
                       "no route has chosen for a call in that time: there is nothing to replay");
    if (route.len)
        return why_set(w->why, STATUS_UNKNOWN,
                       "the route %.*s has chosen for no call in that time; those that have: %.*s",
                       STR_ARG(str_clip(route, 60)), STR_ARG(buf_str(&there)));
    return why_set(w->why, STATUS_UNKNOWN,
                   "none of the policy's routes has chosen for a call in that time; those that "
                   "have: %.*s",
                   STR_ARG(buf_str(&there)));
}

static enum status tell_all(struct work *w)
{
    enum status s = find_routes(w);
    json_out_begin(&w->out, NULL, '{');
    json_out_begin(&w->out, "routes", '[');
    for (unsigned i = 0; i < w->policy.count && s == STATUS_OK; i++)
        s = tell_route(w, &w->policy.routes[i]);
    json_out_end(&w->out, ']');
    tell_others(w);
    json_out_end(&w->out, '}');
    return s == STATUS_OK && w->told == 0 ? say_none(w) : s;
}

static enum status run(struct work *w)
{
    enum status s = policy_read(w->asked.policy, &w->arena, &w->policy, w->why);
    if (s == STATUS_OK &&
        (!proposing_open(&w->proposing, w->prices, &w->policy, &w->arena) ||
         !differing_open(&w->differing, w->prices->config, &w->policy, &w->arena)))
        s = why_set(w->why, STATUS_NO_MEMORY, "out of memory");
    if (s == STATUS_OK)
        s = asked_span(w->asked.since, w->asked.until, NULL, &w->span, w->why);
    if (s == STATUS_OK)
        s = asked_reader(w->call->store, &w->db, w->why);
    if (s == STATUS_OK)
        s = tell_all(w);
    if (w->db)
        store_reader_close(w->db);
    proposing_close(&w->proposing);
    return s;
}

enum status replaying_run(struct verb_call *c, struct why *why)
{
    struct snapshot own = {.config = (struct config *)(uintptr_t)c->config, // neither is changed
                           .catalog = (struct catalog *)(uintptr_t)c->catalog};
    struct work w = {.call = c, .out = {c->answer, true}, .why = why};
    struct json *document = NULL;
    enum status s = args_read(c->args, rows, &w.asked, &document, why);
    if (s == STATUS_OK) {
        arena_init(&w.arena, &alloc_heap, 4 * KIB, 16 * MIB);
        if (!c->gate)
            own.proposal = proposal_new(&own);
        w.prices = c->gate ? gate_snapshot(c->gate) : &own;
        s = run(&w);
        proposal_free(own.proposal);
        if (c->gate)
            snapshot_free(w.prices);
        alloc_free(&alloc_heap, w.there);
        arena_fini(&w.arena);
    }
    json_close(document);
    return s;
}
