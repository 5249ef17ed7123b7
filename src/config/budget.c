// SPDX-License-Identifier: Apache-2.0
//
// The budgets of the file. What a value means is said in budget/budget.h; here are names and lines.

#include "budget/budget.h"

#include <stdio.h>

#include "base/limits.h"
#include "config/reading.h"

static void fault(struct reading *r, const struct budget *b, const struct node *n, struct str what,
                  const struct why *why)
{
    reading_fault(r, n->line, "budget %.*s: %.*s: %s", STR_ARG(b->name), STR_ARG(what), why->text);
}

// --- its name ---

// A name that the budget of a route's `shadow` has, or would: with it, what this one has counted.
static void refuse_shadow(struct reading *r, const struct node *n, struct str name)
{
    const struct config_route *has = config_route_shadowed(r->c, name);
    const struct str route = str_skip(name, sizeof CONFIG_SHADOW - 1);
    if (has)
        reading_fault(
            r, n->line,
            "budgets: `%.*s` is the budget that the route %.*s has for its `shadow` (line "
            "%d): give this one another name",
            STR_ARG(name), STR_ARG(has->name), has->line);
    else
        reading_fault(
            r, n->line,
            "budgets: `%.*s`: names that begin with " CONFIG_SHADOW
            " are those of the budgets that routes have for their `shadow`, and %s%.*s%s. "
            "Write shadow: { budget: USD } there, or give this one another name",
            STR_ARG(name), config_route_named(r->c, route) ? "the route " : "there is no route ",
            STR_ARG(route), config_route_named(r->c, route) ? " has none" : "");
}

static bool read_name(struct reading *r, const struct node *map, struct str *name)
{
    const struct node *n = node_get(map, "name");
    if (node_is_null(n)) {
        reading_fault(r, map->line, "budgets: `name` is missing. Give each budget a name");
        return false;
    }
    *name = reading_text(r, n, "name");
    if (!name->ptr)
        return false;
    if (str_starts(*name, (struct str)STR(CONFIG_SHADOW))) {
        refuse_shadow(r, n, *name);
        return false;
    }
    for (const struct node *b = map->parent->first; b != map; b = b->next) {
        const struct node *other = node_get(b, "name");
        if (!other || other->kind != NODE_TEXT || !str_eq(other->text, *name))
            continue;
        reading_fault(r, n->line,
                      "budgets: `%.*s` is here twice (also on line %d): give one of them another "
                      "name",
                      STR_ARG(*name), other->line);
        return false;
    }
    return true;
}

// --- its scope ---

static bool names_team(const struct config *c, struct str team)
{
    for (unsigned i = 0; i < c->team_count; i++) {
        if (str_eq(c->teams[i].name, team))
            return true;
    }
    for (unsigned i = 0; i < c->key_count; i++) {
        if (str_eq(c->keys[i].team, team))
            return true;
    }
    return false;
}

// What no call can have makes a budget that concerns nobody.
static void note_condition(struct reading *r, const struct budget *b, const struct node *n,
                           const struct budget_condition *on)
{
    const struct config *c = r->c;
    bool key = on->dimension == BUDGET_KEY && !reading_has_key(r, on->value);
    bool team = on->dimension == BUDGET_TEAM && !names_team(c, on->value);
    if (on->dimension == BUDGET_ORG && !str_eq(on->value, c->org))
        reading_warn(
            r, n->line,
            "budget %.*s concerns no call: its organisation is `%.*s`, and %s%.*s%s. Write "
            "org: %.*s at the top of the file",
            STR_ARG(b->name), STR_ARG(on->value),
            c->org.len ? "that of the file is `" : "the file names none", STR_ARG(c->org),
            c->org.len ? "`" : "", STR_ARG(on->value));
    else if (r->alone && (key || team))
        reading_warn(r, n->line,
                     "budget %.*s: this file has no %s `%.*s`; the store may (`costlens key list`)",
                     STR_ARG(b->name), key ? "key" : "key of the team", STR_ARG(on->value));
}

static void read_scope(struct reading *r, struct budget *b, const struct node *map)
{
    struct why why;
    if (map->kind != NODE_MAP) {
        reading_fault(r, map->line,
                      "budget %.*s: scope: what it concerns is expected here: `{ key: ci }`",
                      STR_ARG(b->name));
        return;
    }
    for (const struct node *n = map->first; n; n = n->next) {
        struct str value = node_is_null(n) ? STR_NONE : reading_text(r, n, "scope");
        if (n->kind != NODE_TEXT)
            continue;
        if (budget_scope(b, n->key, value, &why) == STATUS_OK)
            note_condition(r, b, n, &b->conditions[b->condition_count - 1]);
        else
            fault(r, b, n, map->key, &why);
    }
}

// --- the rest ---

static void read_value(struct reading *r, struct budget *b, const struct node *n,
                       const struct node *item)
{
    struct why why;
    char what[2 * NAME_BYTES_MAX];
    (void)snprintf(what, sizeof what, "budget %.*s: %.*s", STR_ARG(b->name), STR_ARG(n->key));
    struct str text = reading_text(r, item, what);
    if (text.ptr && budget_set(b, n->key, text, &why) != STATUS_OK)
        fault(r, b, item, n->key, &why);
}

// Opened here only to tell the line of one that is none.
static void check_zone(struct reading *r, const struct budget *b, const struct node *n)
{
    struct zone *zone = NULL;
    struct why why;
    for (unsigned i = 0; i < r->c->budget_count; i++) {
        if (str_eq(r->c->budgets[i].zone_name, b->zone_name))
            return;
    }
    if (zone_open(b->zone_name, &zone, &why) != STATUS_OK)
        fault(r, b, n, n->key, &why);
    zone_close(zone);
}

static void read_member(struct reading *r, struct budget *b, const struct node *n)
{
    if (node_is_null(n)) {
        reading_fault(r, n->line,
                      "budget %.*s: %.*s: there is no value. Write one, or leave it out",
                      STR_ARG(b->name), STR_ARG(n->key));
        return;
    }
    if (str_is(n->key, "scope")) {
        read_scope(r, b, n);
    } else if (str_is(n->key, "alert_at") && n->kind == NODE_LIST) {
        for (const struct node *item = n->first; item; item = item->next)
            read_value(r, b, n, item);
    } else if (!str_is(n->key, "name")) {
        read_value(r, b, n, n);
    }
    if (str_is(n->key, "timezone") && b->zone_name.len)
        check_zone(r, b, n);
}

static void read_budget(struct reading *r, const struct node *map)
{
    struct budget *b = &r->c->budgets[r->c->budget_count];
    struct str name;
    struct why why;
    unsigned faults = r->c->fault_count;
    if (!reading_section(r, SECTION_BUDGET, map, NULL) || !read_name(r, map, &name))
        return;
    budget_init(b, name);
    for (const struct node *n = map->first; n; n = n->next) {
        if (config_row_find(SECTION_BUDGET, n->key))
            read_member(r, b, n);
    }
    if (r->c->fault_count > faults)
        return;
    if (budget_check(b, &why) != STATUS_OK)
        reading_fault(r, map->line, "budgets: %s", why.text);
    else
        r->c->budget_lines[r->c->budget_count++] = map->line;
}

// How they stand to each other.
static void warn_together(struct reading *r, int line)
{
    const struct config *c = r->c;
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    if (budget_crowd(c->budgets, c->budget_count, &text))
        reading_warn(r, line, "%s", buf_cstr(&text));
    for (unsigned i = 0; c->budget_lines && i < c->budget_count; i++) {
        buf_clear(&text);
        if (budget_never_grows(&c->budgets[i], c->budgets, c->budget_count, c->org, &text))
            reading_warn(r, c->budget_lines[i], "%s", buf_cstr(&text));
    }
    buf_fini(&text);
}

void reading_budgets(struct reading *r)
{
    const struct node *n = node_get(r->root, "budgets");
    if (node_is_null(n))
        return;
    if (n->kind != NODE_LIST) {
        reading_fault(r, n->line,
                      "budgets: a list is expected here: `- { name: company, limit: 500.00, "
                      "window: month }`");
        return;
    }
    if (n->count > BUDGETS_MAX) {
        reading_fault(r, n->line, "budgets: %u are more than there may be: %d", n->count,
                      BUDGETS_MAX);
        return;
    }
    r->c->budgets = arena_array(&r->c->arena, struct budget, n->count + 1);
    r->c->budget_lines = arena_array(&r->c->arena, int, n->count + 1);
    for (const struct node *b = n->first; b && r->c->budgets && r->c->budget_lines; b = b->next)
        read_budget(r, b);
    if (r->alone) // else who starts looks at those of the store, too
        warn_together(r, n->line);
}

int config_budget_line(const struct config *c, struct str name)
{
    for (unsigned i = 0; i < c->budget_count; i++) {
        if (str_eq(c->budgets[i].name, name))
            return c->budget_lines[i];
    }
    const struct config_route *route = config_route_shadowed(c, name);
    return route ? route->line : 0;
}
