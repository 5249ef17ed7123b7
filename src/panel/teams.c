// SPDX-License-Identifier: Apache-2.0

#include "panel/teams.h"

#include <stdlib.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/limits.h"
#include "config/hint.h"
#include "gate/reload.h"
#include "insight/asked.h"
#include "panel/keys.h"
#include "panel/spending.h"

#define ARENA_MAX    ((size_t)64 * MIB)
#define KEYS_MAX     256  // of one call
#define ACCOUNTS_MAX 1024 // of a budget that tells teams apart

static bool works(const struct key *k, int64_t now_us)
{
    return (k->revoked_us == 0 || k->revoked_us > now_us) &&
           (k->expires_us == 0 || k->expires_us > now_us);
}

// --- list ---

struct member {
    struct str team, key; // no key: a team of the file that has none
    bool from_config;
};

struct members {
    const struct config *config;
    struct arena arena;
    struct member *all;
    size_t count, room;
    int64_t now_us;
};

static void add_member(struct members *m, struct str team, struct str key, bool from_config)
{
    struct member *all =
        team.len ? alloc_grow(&alloc_heap, m->all, sizeof *all, m->count, &m->room) : NULL;
    if (!all) {
        m->arena.failed |= team.len > 0;
        return;
    }
    m->all = all;
    all[m->count++] =
        (struct member){arena_dup(&m->arena, team), arena_dup(&m->arena, key), from_config};
}

static void add_key(void *context, const struct key *k)
{
    struct members *m = context;
    const struct config_team *team = k->team.len ? NULL : config_team_of(m->config, k->name);
    if (works(k, m->now_us))
        add_member(m, team ? team->name : k->team, k->name, k->from_config);
}

static int compare_members(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int team = str_cmp(x->team, y->team);
    return team ? team : str_cmp(x->key, y->key);
}

static enum status gather(const struct verb_call *c, struct members *m, struct why *why)
{
    const struct config *config = c->config;
    for (unsigned i = 0; i < config->key_count; i++) {
        struct key k = {.name = config->keys[i].name,
                        .team = config->keys[i].team,
                        .expires_us = config->keys[i].expires_us,
                        .from_config = true};
        add_key(m, &k);
    }
    for (unsigned i = 0; i < config->team_count; i++)
        add_member(m, config->teams[i].name, STR_NONE, true);
    enum status s = c->store ? store_key_each(c->store, add_key, m, why) : STATUS_OK;
    if (s == STATUS_OK && arena_failed(&m->arena))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (m->count)
        qsort(m->all, m->count, sizeof *m->all, compare_members);
    return s;
}

static bool names_team(const struct budget *b, struct str team)
{
    for (unsigned i = 0; i < b->condition_count; i++)
        if (b->conditions[i].dimension == BUDGET_TEAM)
            return str_eq(b->conditions[i].value, team);
    return b->per == BUDGET_PER_VALUE && b->per_what.dimension == BUDGET_TEAM;
}

static void write_budget(struct json_out *o, const struct spending_budget *b, struct str team)
{
    bool teams = b->budget->per == BUDGET_PER_VALUE && b->budget->per_what.dimension == BUDGET_TEAM;
    bool values = b->budget->per == BUDGET_PER_VALUE && !teams;
    struct spending_account a = spending_of(b, teams ? team : STR_NONE);
    if (values && b->kept)
        a = b->top[0];
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", b->budget->name);
    json_out_decimal(o, "limit", b->budget->terms.limit.n, NANO_PLACES, 2);
    if (values && b->kept)
        json_out_text(o, "value", a.value);
    if (b->budget->per != BUDGET_PER_REQUEST && (!values || b->kept))
        spending_write_account(o, b, &a);
    json_out_end(o, '}');
}

// The team at `at`; what follows it begins at what is returned.
static size_t write_team(struct json_out *o, const struct members *m,
                         const struct spending *budgets, size_t at)
{
    struct str team = m->all[at].team, last = STR_NONE;
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", team);
    json_out_begin(o, "keys", '[');
    for (; at < m->count && str_eq(m->all[at].team, team); at++) {
        const struct member *k = &m->all[at];
        if (str_eq(k->key, last)) // rotated, and its old token lives
            continue;
        last = k->key;
        json_out_begin(o, NULL, '{');
        json_out_text(o, "name", k->key);
        json_out_text(o, "source", str_of(k->from_config ? "file" : "store"));
        json_out_end(o, '}');
    }
    json_out_end(o, ']');
    json_out_begin(o, "budgets", '[');
    for (size_t i = 0; i < budgets->count; i++)
        if (names_team(budgets->budgets[i].budget, team))
            write_budget(o, &budgets->budgets[i], team);
    json_out_end(o, ']');
    json_out_end(o, '}');
    return at;
}

enum status teams_list(struct verb_call *c, struct why *why)
{
    struct members m = {.config = c->config, .now_us = clock_wall_us()};
    struct spending budgets;
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    arena_init(&m.arena, &alloc_heap, 4 * KIB, ARENA_MAX);
    s = spending_read(c, ACCOUNTS_MAX, &budgets, why);
    if (s == STATUS_OK)
        s = gather(c, &m, why);
    if (s == STATUS_OK) {
        json_out_begin(&o, NULL, '{');
        json_out_begin(&o, "teams", '[');
        for (size_t at = 0; at < m.count;)
            at = write_team(&o, &m, &budgets, at);
        json_out_end(&o, ']');
        json_out_end(&o, '}');
    }
    spending_free(&budgets);
    heap_free(m.all);
    arena_fini(&m.arena);
    return s;
}

// --- add and rm ---

struct move {
    struct verb_call *call;
    struct json *args;
    struct str team;
    struct str keys[KEYS_MAX];
    bool inside[KEYS_MAX]; // it is in that team, by what the store says of it
    size_t count;
};

static enum status read_keys(struct move *m, const struct json_val *keys, struct why *why)
{
    struct json_iter it = {0};
    const struct json_val *v;
    if (json_type(keys) != JSON_ARRAY || json_count(keys) == 0)
        return why_set(why, STATUS_SYNTAX, "\"keys\" is to be like [\"ci\",\"web\"]");
    if (json_count(keys) > KEYS_MAX)
        return why_set(why, STATUS_LIMIT, "at most %d keys at a time", KEYS_MAX);
    while (json_each(&it, keys, NULL, &v)) {
        struct str key = json_str(v);
        if (key.len == 0)
            return why_set(why, STATUS_SYNTAX, "\"keys\" is to be like [\"ci\",\"web\"]");
        m->keys[m->count++] = key;
    }
    return STATUS_OK;
}

static enum status read_args(struct move *m, struct why *why)
{
    struct json_iter it = {0};
    struct str name;
    const struct json_val *v, *root;
    enum status s =
        json_open(m->call->args.len ? m->call->args : str_of("{}"), &alloc_heap, &m->args, why);
    if (s != STATUS_OK)
        return s;
    root = json_root(m->args);
    if (json_type(root) != JSON_OBJECT)
        return why_set(why, STATUS_SYNTAX, "the arguments are to be a JSON object");
    while (json_each(&it, root, &name, &v))
        if (!str_is(name, "team") && !str_is(name, "keys"))
            return why_set(why, STATUS_SYNTAX, "there is no argument \"%.*s\"",
                           STR_ARG(str_clip(name, 80)));
    m->team = json_str(json_get(root, "team"));
    if (m->team.len == 0 || m->team.len > NAME_BYTES_MAX)
        return why_set(why, STATUS_SYNTAX, "\"team\" is to be a name of up to %d bytes",
                       NAME_BYTES_MAX);
    s = keys_name_check(m->team, "team", why);
    return s == STATUS_OK ? read_keys(m, json_get(root, "keys"), why) : s;
}

static const struct config_key *of_file(const struct config *c, struct str key)
{
    for (unsigned i = 0; i < c->key_count; i++)
        if (str_eq(c->keys[i].name, key))
            return &c->keys[i];
    return NULL;
}

static enum status not_inside(const struct move *m, struct str key, struct why *why)
{
    return why_set(why, STATUS_UNKNOWN, "no key %.*s is in team %.*s (`costlens team list`)",
                   STR_ARG(key), STR_ARG(m->team));
}

static enum status is_filed(const struct move *m, struct str key, struct str team, int line,
                            struct why *why)
{
    return why_set(why, STATUS_DENIED, "%.*s, line %d, has key %.*s in team %.*s: change it there",
                   STR_ARG(m->call->config->file), line, STR_ARG(key), STR_ARG(team));
}

// A key that `costlens key create` did not make has its team in the file: its own, else that which
// lists it.
static enum status moves_in_file(const struct move *m, bool out, struct str key, struct why *why)
{
    const struct config *c = m->call->config;
    const struct config_key *k = of_file(c, key);
    const struct config_team *t = config_team_of(c, key);
    struct str team = k && k->team.len ? k->team : t ? t->name : STR_NONE;
    if (out && !str_eq(team, m->team))
        return not_inside(m, key, why);
    if (team.len)
        return is_filed(m, key, team, k && k->team.len ? k->team_line : t->line, why);
    return why_set(why, STATUS_DENIED,
                   "key %.*s was not made by `costlens key create`: give it its team in %.*s, "
                   "`teams: { %.*s: { keys: [%.*s] } }`",
                   STR_ARG(key), STR_ARG(c->file.len ? c->file : str_of("a configuration file")),
                   STR_ARG(m->team), STR_ARG(key));
}

static enum status are_stores(const struct move *m, bool out, struct why *why)
{
    enum status s = STATUS_OK;
    for (size_t i = 0; i < m->count && s == STATUS_OK; i++)
        if (str_is(m->keys[i], "dev") || of_file(m->call->config, m->keys[i]))
            s = moves_in_file(m, out, m->keys[i], why);
    return s;
}

static void look_inside(void *context, const struct key *k)
{
    struct move *m = context;
    for (size_t i = 0; i < m->count; i++)
        m->inside[i] |=
            works(k, clock_wall_us()) && str_eq(k->name, m->keys[i]) && str_eq(k->team, m->team);
}

static enum status are_inside(struct move *m, struct why *why)
{
    enum status s = store_key_each(m->call->store, look_inside, m, why);
    for (size_t i = 0; i < m->count && s == STATUS_OK; i++) {
        const struct config_team *team = config_team_of(m->call->config, m->keys[i]);
        if (m->inside[i])
            continue;
        if (team && str_eq(team->name, m->team))
            return is_filed(m, m->keys[i], team->name, team->line, why);
        s = not_inside(m, m->keys[i], why);
    }
    return s;
}

static void note_left(const struct move *m, struct str key, const struct config_team *before,
                      struct json_out *o)
{
    const struct config *c = m->call->config;
    struct buf back;
    buf_init(&back, &alloc_heap, 0);
    hint_write(&back, &(struct hint){"team rm", {m->team, key}, c->given});
    json_out_note(o,
                  "key %.*s is no more in team %.*s, where %.*s, line %d, has it, nor held to its "
                  "budgets: %s lets the file decide again",
                  STR_ARG(key), STR_ARG(before->name), STR_ARG(c->file), before->line,
                  buf_cstr(&back));
    buf_fini(&back);
}

// What the file says of a key that was moved: it holds again, or no more.
static void note(const struct move *m, bool out, struct str key, struct json_out *o)
{
    const struct config *c = m->call->config;
    const struct config_team *team = config_team_of(c, key);
    if (team && out)
        json_out_note(o, "key %.*s is in team %.*s now: %.*s, line %d, says so", STR_ARG(key),
                      STR_ARG(team->name), STR_ARG(c->file), team->line);
    else if (team && !str_eq(team->name, m->team))
        note_left(m, key, team, o);
}

static void answer(const struct move *m, bool out)
{
    struct json_out o = {m->call->answer, true};
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "team", m->team);
    json_out_texts(&o, "keys", m->keys, m->count);
    json_out_begin(&o, "notes", '[');
    for (size_t i = 0; i < m->count; i++)
        note(m, out, m->keys[i], &o);
    json_out_end(&o, ']');
    json_out_end(&o, '}');
}

static enum status move(struct verb_call *c, bool out, struct why *why)
{
    struct move m = {.call = c};
    enum status s = read_args(&m, why);
    if (s == STATUS_OK)
        s = are_stores(&m, out, why);
    if (s == STATUS_OK && !c->store)
        s = store_key_unknown(m.keys[0], why);
    if (s == STATUS_OK && out)
        s = are_inside(&m, why);
    if (s == STATUS_OK)
        s = store_key_team(c->store, m.keys, m.count, out ? STR_NONE : m.team, clock_wall_us(),
                           why);
    if (s == STATUS_OK && c->gate)
        s = gate_keys_changed(c->gate, why);
    if (s == STATUS_OK)
        answer(&m, out);
    json_close(m.args);
    return s;
}

enum status teams_add(struct verb_call *c, struct why *why)
{
    return move(c, false, why);
}

enum status teams_rm(struct verb_call *c, struct why *why)
{
    return move(c, true, why);
}
