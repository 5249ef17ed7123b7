// SPDX-License-Identifier: Apache-2.0
//
// Routes that are called as a model is: by a provider's list, by the book's, or since the file
// names it. A pattern alone names none.

#include "config/config.h"
#include "core/catalog.h"

static bool is_same(const struct config_provider *p, struct str model, struct str name)
{
    return str_eq(dialect_model(p->dialect, model), dialect_model(p->dialect, name));
}

// "provider/model" is that model there.
static bool is_full(const struct config_provider *p, struct str full, struct str name)
{
    return str_starts(full, p->name) && full.len > p->name.len + 1 &&
           full.ptr[p->name.len] == '/' && is_same(p, str_skip(full, p->name.len + 1), name);
}

static bool in_tier(const struct config_provider *p, const struct config_tier *t, struct str name)
{
    for (unsigned i = 0; t && i < t->model_count; i++)
        if (is_full(p, t->models[i], name))
            return true;
    return false;
}

static bool in_file(const struct config *c, const struct config_provider *p, struct str name)
{
    for (unsigned i = 0; i < p->model_count; i++)
        if (is_same(p, p->models[i], name))
            return true;
    for (unsigned i = 0; i < c->route_count; i++)
        if (in_tier(p, c->routes[i].small, name) || in_tier(p, c->routes[i].large, name))
            return true;
    for (unsigned i = 0; i < c->tier_count; i++)
        if (in_tier(p, c->tiers[i], name))
            return true;
    return false;
}

// Of a list that leaves it open. An Ollama's models are those that it has.
static bool in_book(const struct catalog *book, const struct config_provider *p, struct str name)
{
    bool open = p->model_count == 0;
    for (unsigned i = 0; i < p->model_count && !open; i++)
        open = str_glob(p->models[i], name);
    if (!open || p->mock)
        return false;
    return catalog_find(book, p->name, name) ||
           (p->dialect != DIALECT_OLLAMA && p->vendor.len && catalog_find(book, p->vendor, name));
}

static const struct config_provider *who_has(const struct config *c, const struct catalog *book,
                                             struct str name)
{
    for (unsigned i = 0; i < c->provider_count; i++)
        if (in_file(c, &c->providers[i], name) || in_book(book, &c->providers[i], name))
            return &c->providers[i];
    return NULL;
}

void config_twins(const struct config *c, const struct catalog *book, config_twin_f *f,
                  void *context)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    for (unsigned i = 0; i < c->route_count; i++) {
        const struct config_route *r = &c->routes[i];
        const struct config_provider *p = who_has(c, book, r->name);
        if (!p)
            continue;
        buf_clear(&text);
        buf_printf(
            &text,
            "route %.*s: %.*s has a model of that name. A call for `%.*s` goes to the route, "
            "and one for `%.*s/%.*s` to the model",
            STR_ARG(r->name), STR_ARG(p->name), STR_ARG(r->name), STR_ARG(p->name),
            STR_ARG(r->name));
        if (!buf_failed(&text))
            f(context, r->line, buf_str(&text));
    }
    buf_fini(&text);
}
