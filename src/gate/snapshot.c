// SPDX-License-Identifier: Apache-2.0

#include "gate/snapshot.h"

#include <stdio.h>

#include "base/limits.h"
#include "core/tenant.h"
#include "gate/breach.h"
#include "gate/defined.h"
#include "gate/learned.h"
#include "gate/proposal.h"
#include "gate/state.h"

#define SNAPSHOT_BYTES_MAX ((size_t)256 * MIB)

struct loading {
    struct snapshot *snapshot;
    struct mac *mac;
    struct map teams; // a key's name -> the struct config_team that has it
    bool failed;
};

static struct str team_of(const struct loading *l, const struct key *k)
{
    const struct config_team *t = k->team.len ? NULL : map_get(&l->teams, k->name);
    return t ? t->name : k->team;
}

static void key_add(struct loading *l, const struct key *k)
{
    struct arena *a = &l->snapshot->arena;
    struct key *copy = arena_new(a, struct key);
    if (!copy) {
        l->failed = true;
        return;
    }
    *copy = *k;
    copy->name = arena_dup(a, k->name);
    copy->tenant = arena_dup(a, k->tenant);
    copy->team = arena_dup(a, team_of(l, k));
    copy->project = arena_dup(a, k->project);
    copy->user = arena_dup(a, k->user);
    copy->last4 = arena_dup(a, k->last4);
    copy->models = arena_dup(a, k->models);
    copy->tags = arena_dup(a, k->tags);
    struct str mac = str_from((const char *)copy->mac, DIGEST_BYTES);
    if (arena_failed(a) || !map_set(&l->snapshot->keys, mac, copy))
        l->failed = true;
}

static void key_from_store(void *context, const struct key *k)
{
    key_add(context, k);
}

static void key_of_token(struct loading *l, struct key *k, struct str token)
{
    if (!mac_sign(l->mac, token, k->mac)) {
        l->failed = true;
        return;
    }
    if (k->tenant.len == 0)
        k->tenant = str_of(TENANT);
    k->last4 = token.len > 4 ? str_skip(token, token.len - 4) : STR_NONE;
    k->from_config = true;
    key_add(l, k);
}

static void keys_of_config(struct loading *l)
{
    const struct config *c = l->snapshot->config;
    for (unsigned i = 0; i < c->key_count; i++) {
        const struct config_key *from = &c->keys[i];
        struct key k = {.name = from->name,
                        .team = from->team,
                        .project = from->project,
                        .user = from->user,
                        .models = from->models,
                        .expires_us = from->expires_us};
        key_of_token(l, &k, secret_expose(from->token));
    }
}

static bool teams_index(struct loading *l)
{
    const struct config *c = l->snapshot->config;
    for (unsigned i = 0; i < c->team_count; i++)
        for (unsigned k = 0; k < c->teams[i].key_count; k++)
            if (!map_set(&l->teams, c->teams[i].keys[k], &c->teams[i]))
                return false;
    return true;
}

static enum status keys_read(struct snapshot *s, struct store *store, const uint8_t pepper[32],
                             struct why *why)
{
    struct loading l = {.snapshot = s,
                        .mac = mac_open(str_from((const char *)pepper, DIGEST_BYTES))};
    map_init(&l.teams, &alloc_heap);
    enum status status = l.mac && teams_index(&l)
                             ? store_key_each(store, key_from_store, &l, why)
                             : why_set(why, STATUS_NO_MEMORY, "keys: out of memory");
    if (status == STATUS_OK) {
        keys_of_config(&l);
        struct secret *dev = NULL;
        status = state_dev_key(s->config->state, &dev, why);
        if (status == STATUS_OK) {
            struct key k = {.name = str_of("dev")};
            key_of_token(&l, &k, secret_expose(dev));
            secret_free(dev);
        }
    }
    map_fini(&l.teams);
    mac_close(l.mac);
    if (status == STATUS_OK && l.failed)
        status = why_set(why, STATUS_NO_MEMORY, "keys: out of memory");
    return status;
}

static struct snapshot *snapshot_empty(void)
{
    struct snapshot *s = alloc_zero(&alloc_heap, sizeof *s);
    if (!s)
        return NULL;
    s->references = 1;
    arena_init(&s->arena, &alloc_heap, 4 * KIB, SNAPSHOT_BYTES_MAX);
    map_init(&s->keys, &alloc_heap);
    map_init(&s->aliases, &alloc_heap);
    map_init(&s->routes, &alloc_heap);
    return s;
}

static bool names_index(struct snapshot *s)
{
    const struct config *c = s->config;
    for (unsigned i = 0; i < c->alias_count; i++)
        if (!map_set(&s->aliases, c->aliases[i].name, &c->aliases[i]))
            return false;
    for (unsigned i = 0; i < c->route_count; i++)
        if (!map_set(&s->routes, c->routes[i].name, &c->routes[i]))
            return false;
    return true;
}

// Adds what the parts are looked up by, and the budgets where it has none. Takes `s`.
static enum status complete(struct snapshot *s, struct store *store, const uint8_t pepper[32],
                            struct snapshot **out, struct why *why)
{
    enum status status = keys_read(s, store, pepper, why);
    if (status == STATUS_OK && !s->defined)
        status = defined_new(s->config, store, &s->defined, why);
    if (status == STATUS_OK && !names_index(s))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (status != STATUS_OK) {
        snapshot_free(s);
        return status;
    }
    s->budgets = s->defined->budgets;
    s->budget_count = s->defined->budget_count;
    *out = s;
    return STATUS_OK;
}

enum status snapshot_new(struct config *config, struct store *store, const uint8_t pepper[32],
                         struct snapshot **out, struct why *why)
{
    struct snapshot *s = snapshot_empty();
    if (!s) {
        config_free(config);
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    }
    s->config = config;
    enum status status = shelf_open(config->state, &s->prices, why);
    if (status == STATUS_OK)
        status = shelf_catalog(&s->prices, config->prices, &s->catalog, why);
    s->breaches = breaches_new();
    if (status == STATUS_OK)
        s->proposal = proposal_new(s);
    if (status == STATUS_OK && (!s->breaches || !s->proposal))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (status == STATUS_OK)
        return complete(s, store, pepper, out, why);
    snapshot_free(s);
    return status;
}

// Of the parts of `base`, which has them or borrows them itself; NULL without memory.
static struct snapshot *snapshot_upon(struct snapshot *base)
{
    struct snapshot *s = snapshot_empty();
    if (!s)
        return NULL;
    struct snapshot *owner = base->parts_borrowed ? base->base : base;
    s->base = snapshot_ref(owner);
    s->parts_borrowed = true;
    s->config = owner->config;
    s->locals = owner->locals;
    s->thrifts = owner->thrifts;
    s->habits = owner->habits;
    s->turns = owner->turns;
    s->standings = owner->standings;
    s->sessions = owner->sessions;
    s->keepers = owner->keepers;
    s->catalog = owner->catalog;
    s->breaches = owner->breaches;
    s->proposal = owner->proposal;
    s->learned = learned_ref(base->learned);
    return s;
}

enum status snapshot_with_keys(struct snapshot *base, struct store *store, const uint8_t pepper[32],
                               struct snapshot **out, struct why *why)
{
    struct snapshot *s = snapshot_upon(base);
    if (!s)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    s->defined = defined_ref(base->defined);
    return complete(s, store, pepper, out, why);
}

enum status snapshot_with_budgets(struct snapshot *base, struct store *store,
                                  const uint8_t pepper[32], struct snapshot **out, struct why *why)
{
    struct snapshot *s = snapshot_upon(base);
    if (!s)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    return complete(s, store, pepper, out, why);
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    __atomic_add_fetch(&s->references, 1, __ATOMIC_RELAXED);
    return s;
}

void snapshot_free(struct snapshot *s)
{
    while (s && __atomic_sub_fetch(&s->references, 1, __ATOMIC_ACQ_REL) == 0) {
        struct snapshot *base = s->parts_borrowed ? s->base : NULL;
        map_fini(&s->keys);
        map_fini(&s->aliases);
        map_fini(&s->routes);
        defined_free(s->defined);
        learned_free(s->learned);
        arena_fini(&s->arena);
        if (!s->parts_borrowed) {
            breaches_free(s->breaches);
            proposal_free(s->proposal);
            catalog_close(s->catalog);
            shelf_close(&s->prices);
            config_free(s->config);
        }
        heap_free(s);
        s = base;
    }
}

struct local *snapshot_local(const struct snapshot *s, const struct config_provider *p)
{
    char address[256] UNSET;
    if (!s->locals || p->dialect != DIALECT_OLLAMA)
        return NULL;
    int n = snprintf(address, sizeof address, "%.*s:%u%.*s", STR_ARG(p->url.host), p->url.port,
                     STR_ARG(p->url.path));
    if (n < 0 || (size_t)n >= sizeof address)
        return NULL;
    return locals_at(s->locals, str_from(address, (size_t)n));
}

const struct key *snapshot_key(const struct snapshot *s, const uint8_t mac[DIGEST_BYTES])
{
    const struct key *k = map_get(&s->keys, str_from((const char *)mac, DIGEST_BYTES));
    return k && digest_equal(k->mac, mac, DIGEST_BYTES) ? k : NULL;
}
