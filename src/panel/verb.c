// SPDX-License-Identifier: Apache-2.0

#include "panel/verb.h"

#include "insight/verbs.h"
#include "panel/answers.h"
#include "panel/budgets.h"
#include "panel/cascades.h"
#include "panel/events.h"
#include "panel/keys.h"
#include "panel/promised.h"
#include "panel/providers.h"
#include "panel/replaying.h"
#include "panel/reports.h"
#include "panel/routing.h"
#include "panel/running.h"
#include "panel/teams.h"
#include "panel/watch.h"

static const struct verb verbs[] = {
    {.name = "keys/list", .run = keys_list, .safe = true},
    {.name = "keys/create", .run = keys_create, .makes_store = true},
    {.name = "keys/rotate", .run = keys_rotate},
    {.name = "keys/revoke", .run = keys_revoke},
    {.name = "keys/forget", .run = keys_forget},
    {.name = "budgets/list", .run = budgets_list, .safe = true, .without_store = true},
    {.name = "budgets/show", .run = budgets_show, .safe = true, .without_store = true},
    {.name = "budgets/events", .run = events_list, .safe = true, .without_store = true},
    {.name = "budgets/set", .run = budgets_set, .makes_store = true},
    {.name = "budgets/raise", .run = budgets_raise, .without_store = true},
    {.name = "budgets/pause", .run = budgets_pause, .without_store = true},
    {.name = "budgets/resume", .run = budgets_resume, .without_store = true},
    {.name = "budgets/rm", .run = budgets_rm, .without_store = true},
    {.name = "teams/list", .run = teams_list, .safe = true, .without_store = true},
    {.name = "teams/add", .run = teams_add, .without_store = true},
    {.name = "teams/rm", .run = teams_rm, .without_store = true},
    {.name = "routes/status",
     .run = promised_status,
     .safe = true,
     .slow = true,
     .needs_catalog = true},
    {.name = "routes/learn", .run = promised_learn, .slow = true, .needs_catalog = true},
    {.name = "routes/replay",
     .run = replaying_run,
     .safe = true,
     .slow = true,
     .needs_catalog = true},
    {.name = "routes/list",
     .run = routing_list,
     .safe = true,
     .needs_catalog = true,
     .storeless = true},
    {.name = "routes/feedback", .run = answers_rate, .slow = true},
    {.name = "routes/pairs", .run = answers_pairs, .safe = true, .slow = true},
    {.name = "providers/list", .run = providers_list, .safe = true, .without_store = true},
    {.name = "providers/status", .run = providers_status, .safe = true, .needs_gate = true},
    {.name = "providers/events", .run = providers_events, .safe = true, .needs_gate = true},
    {.name = "bill", .insight = bill_verb, .safe = true, .needs_catalog = true},
    {.name = "report", .run = reports_run, .safe = true, .slow = true, .needs_catalog = true},
    {.name = "request", .insight = request_verb, .safe = true, .needs_catalog = true},
    {.name = "verify", .insight = verify_verb, .safe = true, .needs_catalog = true},
    {.name = "export", .insight = export_verb, .safe = true, .needs_catalog = true},
    {.name = "backup", .insight = backup_verb, .copies = true},
    {.name = "routes/cascades", .run = cascades_status, .safe = true, .needs_gate = true},
    {.name = "status", .run = running_status, .safe = true, .needs_gate = true},
    {.name = "live", .run = watch_live, .safe = true, .needs_gate = true},
    {.name = "reload", .run = running_reload, .needs_gate = true},
};

#define VERB_COUNT (sizeof verbs / sizeof verbs[0])

enum status verb_run(const struct verb *v, struct verb_call *c, struct why *why)
{
    if (v->insight)
        return v->insight(c->store, c->catalog, c->args, c->answer, why);
    return v->run(c, why);
}

const struct verb *verb_at(size_t i)
{
    return i < VERB_COUNT ? &verbs[i] : NULL;
}

const struct verb *verb_find(struct str name)
{
    for (size_t i = 0; i < VERB_COUNT; i++)
        if (str_is(name, verbs[i].name))
            return &verbs[i];
    return NULL;
}
