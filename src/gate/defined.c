// SPDX-License-Identifier: Apache-2.0

#include "gate/defined.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "config/hint.h"
#include "core/tenant.h"
#include "store/budgets.h"

#define BYTES_MAX ((size_t)16 * MIB)

struct gathering {
    struct defined *defined;
    const struct config *config;
    enum status status; // why the store's do not go on
    struct why *why;
};

// --- copies ---

static enum status no_memory(struct why *why)
{
    return why_set(why, STATUS_NO_MEMORY, "budgets: out of memory");
}

static void condition_own(struct arena *a, struct budget_condition *c)
{
    c->tag = arena_dup(a, c->tag);
    c->value = arena_dup(a, c->value);
}

// A copy whose slices live as long as the others'.
static enum status take(struct defined *d, const struct budget *b, struct why *why)
{
    struct arena *a = &d->arena;
    if (d->budget_count == BUDGETS_MAX)
        return why_set(why, STATUS_LIMIT,
                       "%.*s is one budget too many: %d may hold at a time, those of the "
                       "configuration and of the store together",
                       STR_ARG(b->name), BUDGETS_MAX);
    struct budget *all =
        alloc_grow(&alloc_heap, d->budgets, sizeof *all, d->budget_count, &d->room);
    if (!all)
        return no_memory(why);
    d->budgets = all;
    struct budget *copy = &all[d->budget_count];
    *copy = *b;
    copy->name = arena_dup(a, b->name);
    copy->zone_name = arena_dup(a, b->zone_name);
    condition_own(a, &copy->per_what);
    for (unsigned i = 0; i < b->condition_count; i++)
        condition_own(a, &copy->conditions[i]);
    if (arena_failed(a))
        return no_memory(why);
    d->budget_count++;
    return STATUS_OK;
}

// --- where they come from ---

static enum status of_config(struct defined *d, const struct config *c, struct store *store,
                             struct why *why)
{
    enum status s = STATUS_OK;
    for (unsigned i = 0; i < c->budget_count && s == STATUS_OK; i++) {
        struct budget b = c->budgets[i];
        if (store)
            s = store_budget_number(store, str_of(TENANT), b.name, &b.id, why);
        if (s == STATUS_OK)
            s = take(d, &b, why);
    }
    return s;
}

// Of its own key alone: what a route compares is charged to nobody's but this budget, and to those
// that concern all calls.
static enum status of_route(struct defined *d, const struct config_route *route,
                            struct store *store, struct why *why)
{
    const struct str parts[] = {STR(CONFIG_SHADOW), route->name};
    struct budget b;
    budget_init(&b, arena_join(&d->arena, parts, 2));
    b.conditions[b.condition_count++] =
        (struct budget_condition){.dimension = BUDGET_KEY, .value = b.name};
    b.limited = true;
    b.terms.limit = route->shadow.budget;
    b.window.kind = route->shadow.window;
    enum status s = arena_failed(&d->arena) ? no_memory(why) : STATUS_OK;
    if (s == STATUS_OK && store)
        s = store_budget_number(store, str_of(TENANT), b.name, &b.id, why);
    return s == STATUS_OK ? take(d, &b, why) : s;
}

static enum status of_routes(struct defined *d, const struct config *c, struct store *store,
                             struct why *why)
{
    enum status s = STATUS_OK;
    for (unsigned i = 0; i < c->route_count && s == STATUS_OK; i++)
        if (c->routes[i].shadow.on)
            s = of_route(d, &c->routes[i], store, why);
    return s;
}

static enum status two_of_a_name(const struct config *c, struct str name, int line, struct why *why)
{
    struct buf remove;
    buf_init(&remove, &alloc_heap, 0);
    hint_write(&remove, &(struct hint){"budget rm", {name}, c->given});
    enum status s = why_set(why, STATUS_CONFLICT,
                            "the budget %.*s stands in %.*s, line %d, and another one of that name "
                            "was made by `costlens budget set`: rename the one of the file, or "
                            "remove the other (%s)",
                            STR_ARG(name), STR_ARG(c->file), line, buf_cstr(&remove));
    buf_fini(&remove);
    return s;
}

static void from_store(void *context, const struct store_budget *sb)
{
    struct gathering *g = context;
    const struct budget *b = &sb->budget;
    if (g->status != STATUS_OK || !str_is(sb->tenant, TENANT))
        return;
    const int line = config_budget_line(g->config, b->name);
    if (line)
        g->status = two_of_a_name(g->config, b->name, line, g->why);
    else
        g->status = take(g->defined, b, g->why);
}

static enum status of_store(struct defined *d, const struct config *c, struct store *store,
                            struct why *why)
{
    struct gathering g = {.defined = d, .config = c, .status = STATUS_OK, .why = why};
    enum status s = store_budget_each(store, from_store, &g, why);
    return s == STATUS_OK ? g.status : s;
}

// --- made ready ---

static enum status zone_of(struct defined *d, struct budget *b, struct why *why)
{
    struct zone *z = map_get(&d->zones, b->zone_name);
    struct why cause = {0};
    if (!z && b->zone_name.len) {
        enum status s = zone_open(b->zone_name, &z, &cause);
        if (s != STATUS_OK)
            return why_set(why, s, "budget %.*s: timezone: %s", STR_ARG(b->name), cause.text);
        if (z && !map_set(&d->zones, b->zone_name, z)) {
            zone_close(z);
            return no_memory(why);
        }
    }
    b->window.zone = z;
    return STATUS_OK;
}

static int by_refusal(const void *one, const void *other)
{
    const struct budget *a = one, *b = other;
    int rank = budget_rank(a) - budget_rank(b);
    return rank ? rank : str_cmp(a->name, b->name);
}

static enum status gather(struct defined *d, const struct config *c, struct store *store,
                          struct why *why)
{
    enum status s = of_config(d, c, store, why);
    if (s == STATUS_OK)
        s = of_routes(d, c, store, why);
    if (s == STATUS_OK && store)
        s = of_store(d, c, store, why);
    for (size_t i = 0; i < d->budget_count && s == STATUS_OK; i++)
        s = zone_of(d, &d->budgets[i], why);
    if (d->budget_count)
        qsort(d->budgets, d->budget_count, sizeof *d->budgets, by_refusal);
    return s;
}

enum status defined_new(const struct config *config, struct store *store, struct defined **out,
                        struct why *why)
{
    struct defined *d = alloc_zero(&alloc_heap, sizeof *d);
    if (!d)
        return no_memory(why);
    d->references = 1;
    arena_init(&d->arena, &alloc_heap, KIB, BYTES_MAX);
    map_init(&d->zones, &alloc_heap);
    enum status s = gather(d, config, store, why);
    if (s == STATUS_OK)
        *out = d;
    else
        defined_free(d);
    return s;
}

void defined_tidy(struct store *store)
{
    struct why why = {0};
    int64_t count = 0;
    if (store_budget_tidy(store, str_of(TENANT), clock_wall_us(), &count, &why) != STATUS_OK)
        log_say(LOG_WARN, "budgets: %s", why.text);
    else if (count > 0)
        log_say(LOG_INFO, "budgets: %lld of runs that were killed %s removed", (long long)count,
                count == 1 ? "is" : "are");
}

struct defined *defined_ref(struct defined *d)
{
    __atomic_add_fetch(&d->references, 1, __ATOMIC_RELAXED);
    return d;
}

void defined_free(struct defined *d)
{
    size_t at = 0;
    struct str name;
    void *zone;
    if (!d || __atomic_sub_fetch(&d->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    while (map_each(&d->zones, &at, &name, &zone))
        zone_close(zone);
    map_fini(&d->zones);
    arena_fini(&d->arena);
    heap_free(d->budgets);
    heap_free(d);
}
