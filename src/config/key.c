// SPDX-License-Identifier: Apache-2.0
//
// Virtual keys and aliases of the file.

#include "base/clock.h"
#include "base/digest.h"
#include "base/limits.h"
#include "config/reading.h"
#include "tariff/shelf.h"

#define TOKEN_MIN 16

// "name/model" with this name and something behind it.
static bool has_prefix(struct str full, struct str name)
{
    return full.len > name.len + 1 && str_starts(full, name) && full.ptr[name.len] == '/';
}

static int provider_of(const struct config *c, struct str full)
{
    int best = -1;
    for (unsigned i = 0; i < c->provider_count; i++) {
        if (has_prefix(full, c->providers[i].name) &&
            (best < 0 || c->providers[i].name.len > c->providers[best].name.len))
            best = (int)i;
    }
    return best;
}

const struct config_provider *reading_provider_of(const struct reading *r, struct str full)
{
    int provider = provider_of(r->c, full);
    return provider < 0 ? NULL : &r->c->providers[provider];
}

bool reading_is_private(const struct reading *r, struct str full)
{
    const struct config_provider *p = reading_provider_of(r, full);
    return p && (p->mock || (host_is_private(p->url.host) && !p->proxied));
}

const struct left_out *reading_left_out(const struct reading *r, struct str full)
{
    for (unsigned i = 0; i < r->left_out_count; i++) {
        if (has_prefix(full, r->left_out[i].name))
            return &r->left_out[i];
    }
    return NULL;
}

struct str reading_why_absent(struct reading *r, struct str full)
{
    const struct left_out *o = reading_left_out(r, full);
    if (o && o->variable)
        return arena_printf(&r->c->arena, "no provider %.*s: %s is not set", STR_ARG(o->name),
                            o->variable);
    if (o && o->reason.len)
        return arena_printf(&r->c->arena, "no key: %.*s", STR_ARG(o->reason));
    return (struct str)STR("its provider is not there");
}

static bool is_absent(const struct reading *r, struct str full)
{
    if (reading_left_out(r, full))
        return true;
    const struct node *named = node_get(r->root, "providers");
    bool environment = node_is_null(named) || (named->kind == NODE_MAP && named->count == 0);
    for (size_t i = 0; environment && i < vendor_count(); i++) {
        if (has_prefix(full, str_of(vendor_at(i)->name)))
            return true;
    }
    return has_prefix(full, str_of("mock")); // there with --mock only
}

static void unknown_provider(struct reading *r, int line, struct str full, const char *what)
{
    struct str name = str_from(full.ptr, str_find(full, '/'));
    struct str_near near = {name, 3, STR_NONE};
    for (unsigned i = 0; i < r->c->provider_count; i++)
        str_near(&near, r->c->providers[i].name);
    if (name.len == full.len || name.len + 1 == full.len || name.len == 0)
        reading_fault(r, line, "%s: `%.*s` has no provider. Write PROVIDER/MODEL", what,
                      STR_ARG(full));
    else if (near.name.len)
        reading_fault(r, line, "%s: `%.*s` names no provider of this file; did you mean `%.*s`?",
                      what, STR_ARG(full), STR_ARG(near.name));
    else
        reading_fault(r, line,
                      "%s: `%.*s` names no provider of this file. Add it under `providers`", what,
                      STR_ARG(full));
}

bool reading_model(struct reading *r, int line, struct str full, const char *what, int *provider)
{
    *provider = provider_of(r->c, full);
    if (*provider >= 0 && full.len <= MODEL_BYTES_MAX)
        return true;
    if (full.len > MODEL_BYTES_MAX)
        reading_fault(r, line, "%s: a model's name has at most %d bytes", what, MODEL_BYTES_MAX);
    else if (is_absent(r, full))
        return true;
    else
        unknown_provider(r, line, full, what);
    return false;
}

// --- aliases ---

static bool lists(const struct config_provider *p, struct str model)
{
    for (unsigned i = 0; i < p->model_count; i++) {
        if (str_glob(p->models[i], model))
            return true;
    }
    return p->model_count == 0;
}

static void say_absent(struct reading *r, int line, struct reading_owner of, struct str full)
{
    const struct left_out *o = reading_left_out(r, full);
    if (o && o->variable)
        reading_warn(
            r, line,
            "%s %.*s: %.*s is left out: there is no provider %.*s. Set %s, or add it under "
            "`providers`",
            of.kind, STR_ARG(of.name), STR_ARG(full), STR_ARG(o->name), o->variable);
    else
        reading_warn(r, line, "%s %.*s: the provider of %.*s is not there: left out", of.kind,
                     STR_ARG(of.name), STR_ARG(full));
}

enum reading_target reading_target(struct reading *r, const struct node *n, struct reading_owner of,
                                   struct str full)
{
    int provider = -1;
    if (provider_of(r->c, full) < 0)
        reading_implied(r, full);
    if (!reading_model(r, n->line, full, of.section, &provider))
        return TARGET_FAULTY;
    if (provider < 0) {
        say_absent(r, n->line, of, full);
        return TARGET_ABSENT;
    }
    const struct config_provider *p = &r->c->providers[provider];
    if (str_find(full, '*') < full.len)
        reading_fault(r, n->line, "%s %.*s: `%.*s` is a pattern. Name one model", of.kind,
                      STR_ARG(of.name), STR_ARG(full));
    else if (!lists(p, str_skip(full, p->name.len + 1)))
        reading_fault(r, n->line, "%s %.*s: `%.*s` is not among the models of %.*s", of.kind,
                      STR_ARG(of.name), STR_ARG(full), STR_ARG(p->name));
    else
        return TARGET_THERE;
    return TARGET_FAULTY;
}

static void check_model(struct reading *r, const struct node *n, struct config_alias *a,
                        struct str full)
{
    switch (reading_target(r, n, (struct reading_owner){"aliases", "alias", a->name}, full)) {
    case TARGET_THERE: a->models[a->model_count++] = full; break;
    case TARGET_ABSENT: a->left_out = a->model_count ? a->left_out : full; break;
    case TARGET_FAULTY: break;
    }
}

static void read_alias(struct reading *r, const struct node *n)
{
    struct str *models = NULL;
    unsigned count = 0;
    struct config_alias *a = &r->c->aliases[r->c->alias_count];
    *a = (struct config_alias){.name = n->key};
    if (!reading_texts(r, n, "aliases", &models, &count))
        return;
    if (a->name.len == 0 || a->name.len > MODEL_BYTES_MAX)
        reading_fault(r, n->key_line, "aliases: a name has 1 to %d bytes", MODEL_BYTES_MAX);
    if (str_find(a->name, '*') < a->name.len)
        reading_fault(
            r, n->key_line,
            "alias %.*s: a name is asked for as it stands, and * stands for nothing here. "
            "Write each name on a line of its own",
            STR_ARG(a->name));
    if (count == 0)
        reading_fault(r, n->key_line, "alias %.*s stands for nothing. Write [PROVIDER/MODEL]",
                      STR_ARG(a->name));
    a->models = models;
    const struct node *item = n->kind == NODE_LIST ? n->first : n;
    for (unsigned i = 0; item && i < count; i++, item = item->next)
        check_model(r, item, a, models[i]);
    r->c->alias_count++;
}

void reading_aliases(struct reading *r)
{
    const struct node *n = node_get(r->root, "aliases");
    if (node_is_null(n))
        return;
    if (n->kind != NODE_MAP) {
        reading_fault(r, n->line, "aliases: `name: [PROVIDER/MODEL]` is expected here");
        return;
    }
    r->c->aliases = arena_array(&r->c->arena, struct config_alias, n->count + 1);
    for (const struct node *a = n->first; a && r->c->aliases; a = a->next)
        read_alias(r, a);
}

// --- what the price book does not know ---

// Of an open list at a vendor in the book: it may be a slip, and has no price.
static void note_unknown(struct reading *r, const struct catalog *book, struct str alias,
                         const struct node *item)
{
    const struct sheet *near[CATALOG_NEAR_MAX];
    int provider = provider_of(r->c, item->text);
    if (provider < 0)
        return; // left out, which was said
    const struct config_provider *p = &r->c->providers[provider];
    struct str model = str_skip(item->text, p->name.len + 1);
    if (p->free || p->mock || p->model_count || !catalog_has_vendor(book, p->vendor) ||
        catalog_find(book, p->name, model) || catalog_find(book, p->vendor, model))
        return;
    size_t n = catalog_near(book, p->vendor, model, near);
    struct str nearest = n ? near[0]->model : STR_NONE;
    reading_warn(r, item->line,
                 "alias %.*s: the price book has no `%.*s` of %.*s, so calls of it have no "
                 "price%s%.*s%s",
                 STR_ARG(alias), STR_ARG(model), STR_ARG(p->vendor), n ? "; did you mean `" : "",
                 STR_ARG(nearest), n ? "`?" : "");
}

static void note_aliases(struct reading *r, const struct catalog *book)
{
    const struct node *a = r->c->alias_count ? node_get(r->root, "aliases")->first : NULL;
    for (; a; a = a->next) {
        bool many = a->kind == NODE_LIST;
        for (const struct node *n = many ? a->first : a; n; n = many ? n->next : NULL)
            note_unknown(r, book, a->key, n);
    }
}

static void note_twin(void *context, int line, struct str text)
{
    reading_warn(context, line, "%.*s", STR_ARG(text));
}

void reading_booked(struct reading *r)
{
    const struct config *c = r->c;
    struct catalog *book = NULL;
    struct shelf imported;
    if ((c->alias_count == 0 && !r->alone) || c->fault_count)
        return;
    if (shelf_open(c->state, &imported, NULL) != STATUS_OK ||
        shelf_catalog(&imported, c->prices, &book, NULL) != STATUS_OK) {
        shelf_close(&imported);
        return;
    }
    note_aliases(r, book);
    if (r->alone) // else the gateway says it, which has the book
        config_twins(c, book, note_twin, r);
    catalog_close(book);
    shelf_close(&imported);
}

// --- keys ---

static void read_expiry(struct reading *r, const struct node *map, struct config_key *k)
{
    const struct node *n = node_get(map, "expires");
    if (!n)
        return;
    struct str text = node_is_null(n) ? STR_NONE : reading_text(r, n, "expires");
    if (text.len == 0 && (node_is_null(n) || n->kind == NODE_TEXT))
        reading_fault(r, n->line,
                      "expires: there is no day. Leave it out for a key that never ends");
    else if (text.len && !civil_read(text, &k->expires_us))
        reading_fault(r, n->line,
                      "expires: `%.*s` is no day. Write 2027-01-31 or 2027-01-31T12:00:00Z",
                      STR_ARG(text));
    else if (text.len && k->expires_us <= clock_wall_us())
        reading_warn(r, n->line, "key %.*s has expired", STR_ARG(k->name));
}

// "gpt-4o*,anthropic/*", as keys of the store have it.
static void read_patterns(struct reading *r, const struct node *map, struct config_key *k)
{
    struct str *items = NULL;
    unsigned count = 0;
    const struct node *n = node_get(map, "models");
    if (!n || !reading_texts(r, n, "models", &items, &count))
        return;
    if (count == 0) {
        reading_fault(r, n->line,
                      "models: an empty list allows nothing. Leave it out to allow all");
        return;
    }
    struct str *parts = arena_array(&r->c->arena, struct str, 2 * (size_t)count);
    for (unsigned i = 0; parts && i < count; i++) {
        parts[2 * i] = items[i];
        parts[2 * i + 1] = str_of(",");
    }
    if (parts)
        k->models = arena_join(&r->c->arena, parts, 2 * count - 1);
}

static bool read_token(struct reading *r, const struct node *map, struct config_key *k)
{
    const struct node *n = node_get(map, "token");
    struct str reason;
    if (!n) {
        reading_fault(r, map->line, "key %.*s: `token` is missing. Write token: env:NAME",
                      STR_ARG(k->name));
        return false;
    }
    if (!reading_secret(r, n, "token", &k->token, &reason)) {
        if (reason.len)
            reading_missing(r, n->line, "key %.*s is left out: %.*s. Set it, or remove the key",
                            STR_ARG(k->name), STR_ARG(reason));
        return false;
    }
    struct str token = secret_expose(k->token);
    if (token.len < TOKEN_MIN)
        reading_fault(r, n->line, "key %.*s: its token is shorter than %d characters",
                      STR_ARG(k->name), TOKEN_MIN);
    for (unsigned i = 0; i < r->c->key_count; i++) {
        struct str other = secret_expose(r->c->keys[i].token);
        if (other.len == token.len && digest_equal(other.ptr, token.ptr, token.len))
            reading_fault(r, n->line, "key %.*s has the same token as %.*s", STR_ARG(k->name),
                          STR_ARG(r->c->keys[i].name));
    }
    return true;
}

static bool check_name(struct reading *r, const struct node *map, struct str name)
{
    const struct node *n = node_get(map, "name");
    if (!n) {
        reading_fault(r, map->line, "keys: `name` is missing. Give each key a name");
        return false;
    }
    if (str_is(name, "dev"))
        reading_fault(r, n->line, "keys: `dev` is the key that CostLens makes. Take another name");
    // In the file, not in what was read: a key whose secret is missing has its name, too.
    for (const struct node *k = node_get(r->root, "keys")->first; k != map; k = k->next) {
        const struct node *other = node_get(k, "name");
        if (other && other->kind == NODE_TEXT && str_eq(other->text, name))
            reading_fault(r, n->line, "keys: the name `%.*s` is here twice", STR_ARG(name));
    }
    return reading_name(r, n->line, name, "keys");
}

static void check_owner(struct reading *r, const struct node *map, const char *what,
                        struct str name)
{
    if (name.len)
        (void)reading_name(r, node_get(map, what)->line, name, what); // the fault is noted
}

static void read_key(struct reading *r, const struct node *map)
{
    struct key_text t = {0};
    struct config_key k = {0};
    if (!reading_section(r, SECTION_KEY, map, &t) || !check_name(r, map, t.name))
        return;
    check_owner(r, map, "team", t.team);
    check_owner(r, map, "project", t.project);
    check_owner(r, map, "user", t.user);
    k.name = t.name;
    k.team = t.team;
    k.team_line = t.team.len ? node_get(map, "team")->line : 0;
    k.project = t.project;
    k.user = t.user;
    read_patterns(r, map, &k);
    read_expiry(r, map, &k);
    if (read_token(r, map, &k))
        r->c->keys[r->c->key_count++] = k;
}

bool reading_has_key(const struct reading *r, struct str name)
{
    const struct node *list = node_get(r->root, "keys");
    bool found = str_is(name, "dev") || str_starts(name, str_of(KEY_OF_RUN));
    for (const struct node *k = list ? list->first : NULL; k && !found; k = k->next) {
        const struct node *n = node_get(k, "name");
        found = n && n->kind == NODE_TEXT && str_eq(n->text, name);
    }
    return found;
}

void reading_keys(struct reading *r)
{
    const struct node *n = node_get(r->root, "keys");
    if (node_is_null(n))
        return;
    if (n->kind != NODE_LIST) {
        reading_fault(r, n->line, "keys: a list is expected here: `- {name: ci, token: env:NAME}`");
        return;
    }
    r->c->keys = arena_array(&r->c->arena, struct config_key, n->count + 1);
    for (const struct node *k = n->first; k && r->c->keys; k = k->next)
        read_key(r, k);
}
