// SPDX-License-Identifier: Apache-2.0
//
// The tiers of the file, and those that a route has written in it.

#include "base/limits.h"
#include "base/map.h"
#include "config/reading.h"

void config_tier_add(struct config_tier *t, struct str model, uint32_t weight)
{
    t->models[t->model_count] = model;
    t->weights[t->model_count++] = weight;
    t->set += map_hash(model);
}

// An entry: a model, or a section that gives it a weight.
static bool read_entry(struct reading *r, struct reading_owner of, const struct node *n,
                       struct tier_text *out)
{
    *out = (struct tier_text){0};
    if (n->kind == NODE_MAP) {
        reading_defaults(r, SECTION_TIER, out);
        if (!reading_section(r, SECTION_TIER, n, out))
            return false;
        if (out->model.len == 0)
            reading_fault(r, n->line, "%s %.*s: `model` is missing. Write model: PROVIDER/MODEL",
                          of.kind, STR_ARG(of.name));
        return out->model.len > 0;
    }
    if (node_is_null(n))
        reading_fault(r, n->line, "%s %.*s: an empty entry. Remove it", of.kind, STR_ARG(of.name));
    else
        out->model = reading_text(r, n, of.section);
    return out->model.len > 0;
}

bool config_tier_has(const struct config_tier *t, struct str model)
{
    for (unsigned i = 0; t && i < t->model_count; i++) {
        if (str_eq(t->models[i], model))
            return true;
    }
    return false;
}

struct str config_tier_absent(const struct config_tier *t, struct str model)
{
    for (unsigned i = 0; t && i < t->absent_count; i++)
        if (str_eq(t->absent[i].model, model))
            return t->absent[i].why;
    return STR_NONE;
}

static void add_entry(struct reading *r, struct reading_owner of, const struct node *n,
                      struct config_tier *t)
{
    struct tier_text entry;
    if (!read_entry(r, of, n, &entry))
        return;
    if (config_tier_has(t, entry.model)) {
        reading_fault(r, n->line, "%s %.*s: `%.*s` is here twice. Remove one of them", of.kind,
                      STR_ARG(of.name), STR_ARG(entry.model));
        return;
    }
    switch (reading_target(r, n, of, entry.model)) {
    case TARGET_THERE: config_tier_add(t, entry.model, entry.weight); break;
    case TARGET_ABSENT:
        t->absent[t->absent_count++] =
            (struct config_absent){entry.model, reading_why_absent(r, entry.model)};
        break;
    case TARGET_FAULTY: break;
    }
}

// By another tier, for `auto` (gate/proposal.h).
static bool is_replaced(struct reading_owner of)
{
    return str_is(str_of(of.kind), "tier") && (str_eq(of.name, config_size_name(CONFIG_SMALL)) ||
                                               str_eq(of.name, config_size_name(CONFIG_LARGE)));
}

bool reading_tier(struct reading *r, struct reading_owner of, const struct node *n,
                  struct config_tier *out)
{
    bool many = n->kind == NODE_LIST;
    unsigned count = many ? n->count : 1;
    unsigned faults = r->c->fault_count;
    if (count == 0 || node_is_null(n)) {
        reading_fault(r, n->line, "%s %.*s has no models. Write [PROVIDER/MODEL]", of.kind,
                      STR_ARG(of.name));
        return false;
    }
    if (count > TIER_MODELS_MAX) {
        reading_fault(r, n->line, "%s %.*s: more than %d models", of.kind, STR_ARG(of.name),
                      TIER_MODELS_MAX);
        return false;
    }
    out->models = arena_array(&r->c->arena, struct str, count);
    out->weights = arena_array(&r->c->arena, uint32_t, count);
    out->absent = arena_array(&r->c->arena, struct config_absent, count);
    out->line = n->line;
    if (!out->models || !out->weights || !out->absent)
        return false;
    for (const struct node *item = many ? n->first : n; item; item = many ? item->next : NULL)
        add_entry(r, of, item, out);
    if (out->model_count == 0 && r->c->fault_count == faults)
        reading_warn(r, n->line, "%s %.*s: none of its models is there, so nobody is asked%s",
                     of.kind, STR_ARG(of.name),
                     is_replaced(of)
                         ? "; `auto` makes do with those of the tiers small, medium and "
                           "large that have models"
                         : "");
    return r->c->fault_count == faults;
}

static void read_tier(struct reading *r, const struct node *n)
{
    struct config_tier *t = arena_new(&r->c->arena, struct config_tier);
    if (!t || !reading_name(r, n->key_line, n->key, "tiers"))
        return;
    t->name = n->key;
    if (str_find(t->name, '/') < t->name.len)
        reading_fault(r, n->key_line, "tiers: `%.*s`: a tier's name has no /", STR_ARG(t->name));
    else if (reading_tier(r, (struct reading_owner){"tiers", "tier", t->name}, n, t))
        r->c->tiers[r->c->tier_count++] = t;
}

void reading_tiers(struct reading *r)
{
    const struct node *n = node_get(r->root, "tiers");
    if (node_is_null(n))
        return;
    if (n->kind != NODE_MAP) {
        reading_fault(r, n->line, "tiers: `name: [PROVIDER/MODEL]` is expected here");
        return;
    }
    r->c->tiers = arena_array(&r->c->arena, struct config_tier *, n->count + 1);
    for (const struct node *t = n->first; t && r->c->tiers; t = t->next)
        read_tier(r, t);
}

// --- those that are proposed ---

static const struct config_tier proposed[CONFIG_SIZES] = {
    [CONFIG_SMALL] = {.name = STR("small")},
    [CONFIG_MEDIUM] = {.name = STR("medium")},
    [CONFIG_LARGE] = {.name = STR("large")},
};

struct str config_size_name(int size)
{
    return proposed[size].name;
}

const struct config_tier *config_tier_named(const struct config *c, struct str name)
{
    for (unsigned i = 0; i < c->tier_count; i++) {
        if (str_eq(c->tiers[i]->name, name))
            return c->tiers[i];
    }
    for (int i = 0; i < CONFIG_SIZES; i++) {
        if (str_eq(proposed[i].name, name))
            return &proposed[i];
    }
    return NULL;
}

int config_tier_proposed(const struct config_tier *t)
{
    for (int i = 0; i < CONFIG_SIZES; i++) {
        if (t == &proposed[i])
            return i;
    }
    return -1;
}
