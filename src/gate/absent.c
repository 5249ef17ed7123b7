// SPDX-License-Identifier: Apache-2.0

#include "gate/absent.h"

#include "base/clock.h"
#include "base/log.h"
#include "budget/budget.h"

#define CURE "(`costlens key list` shows all)"

struct looking {
    struct map names, teams; // of the keys that work
    absent_f *f;
    void *context;
    struct buf line;
};

static bool index_keys(struct looking *l, const struct snapshot *s)
{
    const int64_t now_us = clock_wall_us();
    size_t at = 0;
    struct str mac;
    void *value;
    bool fine = true;
    while (fine && map_each(&s->keys, &at, &mac, &value)) {
        struct key *k = value;
        if (k->revoked_us && k->revoked_us <= now_us)
            continue;
        fine =
            map_set(&l->names, k->name, k) && (k->team.len == 0 || map_set(&l->teams, k->team, k));
    }
    return fine;
}

static bool has_key(const struct looking *l, struct str name)
{
    return str_starts(name, str_of(KEY_OF_RUN)) || str_starts(name, str_of(CONFIG_SHADOW)) ||
           map_get(&l->names, name);
}

static void tell(struct looking *l)
{
    if (!buf_failed(&l->line))
        l->f(l->context, buf_str(&l->line));
    buf_clear(&l->line);
}

static void look_at_budget(struct looking *l, const struct budget *b)
{
    for (unsigned i = 0; i < b->condition_count; i++) {
        const struct budget_condition *c = &b->conditions[i];
        bool key = c->dimension == BUDGET_KEY && !has_key(l, c->value);
        bool team = c->dimension == BUDGET_TEAM && !map_get(&l->teams, c->value);
        if (!key && !team)
            continue;
        buf_printf(&l->line, "budget %.*s concerns no call: no key is %s `%.*s` " CURE,
                   STR_ARG(b->name), key ? "named" : "of the team", STR_ARG(c->value));
        tell(l);
    }
}

static void look_at_team(struct looking *l, const struct config_team *t)
{
    for (unsigned i = 0; i < t->key_count; i++) {
        if (has_key(l, t->keys[i]))
            continue;
        buf_printf(&l->line, "team %.*s: no key is named `%.*s` " CURE, STR_ARG(t->name),
                   STR_ARG(t->keys[i]));
        tell(l);
    }
}

void absent_each(const struct snapshot *s, absent_f *f, void *context)
{
    struct looking l = {.f = f, .context = context};
    map_init(&l.names, &alloc_heap);
    map_init(&l.teams, &alloc_heap);
    buf_init(&l.line, &alloc_heap, 0);
    bool fine = index_keys(&l, s);
    for (unsigned i = 0; fine && i < s->config->team_count; i++)
        look_at_team(&l, &s->config->teams[i]);
    for (size_t i = 0; fine && i < s->budget_count; i++)
        look_at_budget(&l, &s->budgets[i]);
    buf_fini(&l.line);
    map_fini(&l.names);
    map_fini(&l.teams);
}

static void warn(void *context, struct str text)
{
    (void)context;
    log_say(LOG_WARN, "%.*s", STR_ARG(text));
}

void absent_log(const struct snapshot *s)
{
    absent_each(s, warn, NULL);
}
