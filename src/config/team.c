// SPDX-License-Identifier: Apache-2.0
//
// The organisation and the teams of the file.

#include "base/limits.h"
#include "config/reading.h"

static void read_org(struct reading *r)
{
    static const char *const names[] = {"org", "organisation", "organization"};
    const struct node *first = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct node *n = node_get(r->root, names[i]);
        if (node_is_null(n))
            continue;
        if (first) {
            reading_fault(r, n->key_line, "%s: `%.*s` on line %d says the same. Remove one of them",
                          names[i], STR_ARG(first->key), first->key_line);
            continue;
        }
        first = n;
        struct str text = reading_text(r, n, names[i]);
        if (text.ptr && reading_name(r, n->line, text, names[i]))
            r->c->org = text;
    }
}

// Where a team of the file has that key, looked for before `end`.
static int line_of(const struct reading *r, struct str key, const struct node *end)
{
    for (const struct node *t = node_get(r->root, "teams")->first; t; t = t->next) {
        const struct node *keys = node_get(t, "keys");
        const struct node *item = keys && keys->kind == NODE_LIST ? keys->first : keys;
        for (; item && item != end; item = item == keys ? NULL : item->next) {
            if (item->kind == NODE_TEXT && str_eq(item->text, key))
                return item->line;
        }
        if (item == end)
            break;
    }
    return 0;
}

static bool has(const struct config_team *t, struct str key)
{
    for (unsigned i = 0; i < t->key_count; i++) {
        if (str_eq(t->keys[i], key))
            return true;
    }
    return false;
}

static const struct config_key *key_named(const struct config *c, struct str name)
{
    for (unsigned i = 0; i < c->key_count; i++) {
        if (str_eq(c->keys[i].name, name))
            return &c->keys[i];
    }
    return NULL;
}

static void note_key(struct reading *r, const struct config_team *t, const struct node *n,
                     struct str name)
{
    const struct config_key *k = key_named(r->c, name);
    if (k && k->team.len && !str_eq(k->team, t->name))
        reading_warn(r, n->line,
                     "team %.*s: the key %.*s names the team %.*s itself, and that wins",
                     STR_ARG(t->name), STR_ARG(name), STR_ARG(k->team));
    if (!k && r->alone && !reading_has_key(r, name))
        reading_warn(r, n->line,
                     "team %.*s: this file has no key `%.*s`; the store may (`costlens key list`)",
                     STR_ARG(t->name), STR_ARG(name));
}

static void take_key(struct reading *r, struct config_team *t, const struct node *n,
                     struct str name)
{
    struct config *c = r->c;
    bool twice = has(t, name);
    for (unsigned i = 0; i < c->team_count && !twice; i++)
        twice = has(&c->teams[i], name);
    if (twice) {
        reading_fault(r, n->line, "team %.*s: the key `%.*s` has a team already, on line %d",
                      STR_ARG(t->name), STR_ARG(name), line_of(r, name, n));
        return;
    }
    t->keys[t->key_count++] = name;
    note_key(r, t, n, name);
}

static void read_team(struct reading *r, const struct node *map, unsigned *room)
{
    struct config_team t = {.name = map->key, .line = map->key_line};
    const struct node *n = node_get(map, "keys");
    unsigned count = 0;
    if (!reading_name(r, map->key_line, t.name, "teams") ||
        !reading_section(r, SECTION_TEAM, map, NULL) ||
        !reading_texts(r, n, "keys", &t.keys, &count))
        return;
    if (count > *room) {
        reading_fault(r, map->key_line, "team %.*s: more than %d keys of all teams together",
                      STR_ARG(t.name), TEAM_KEYS_MAX);
        return;
    }
    *room -= count;
    const struct node *item = count && n->kind == NODE_LIST ? n->first : n;
    for (unsigned i = 0; item && i < count; i++, item = item->next) {
        struct str name = t.keys[i]; // what is taken stands before it
        if (reading_name(r, item->line, name, "keys"))
            take_key(r, &t, item, name);
    }
    r->c->teams[r->c->team_count++] = t;
}

void reading_teams(struct reading *r)
{
    const struct node *n = node_get(r->root, "teams");
    unsigned room = TEAM_KEYS_MAX;
    read_org(r);
    if (node_is_null(n))
        return;
    if (n->kind != NODE_MAP) {
        reading_fault(r, n->line,
                      "teams: sections with a name are expected here: "
                      "`search: { keys: [ci, web] }`");
        return;
    }
    r->c->teams = arena_array(&r->c->arena, struct config_team, n->count + 1);
    for (const struct node *t = n->first; t && r->c->teams; t = t->next)
        read_team(r, t, &room);
}

const struct config_team *config_team_of(const struct config *c, struct str key)
{
    for (unsigned i = 0; i < c->team_count; i++)
        for (unsigned k = 0; k < c->teams[i].key_count; k++)
            if (str_eq(c->teams[i].keys[k], key))
                return &c->teams[i];
    return NULL;
}
