// SPDX-License-Identifier: Apache-2.0

#include "request/expected.h"

#include "base/decimal.h"
#include "core/forecast.h"
#include "gate/charged.h"
#include "gate/gate_state.h"
#include "gate/habits.h"
#include "gate/scarce.h"
#include "gate/turns.h"
#include "request/concern.h"
#include "wire/vendor.h"

// --- one candidate ---

static const struct config_provider *provider_of(const struct req *r, const struct target *t)
{
    return &r->view->snapshot->config->providers[t->provider];
}

const struct sheet *expected_sheet(const struct req *r, const struct target *t)
{
    const struct snapshot *s = r->view->snapshot;
    const struct config_provider *p = provider_of(r, t);
    const struct sheet *sheet = provider_sheet(s, p, t->model);
    if (sheet)
        sheet = sheet_at(sheet, r->start_us);
    return charged_by(p, t->model, charged_elsewhere(s, p, t->model), sheet);
}

static struct habit_of kind_of(const struct plan *p, const struct config_provider *provider,
                               struct str model)
{
    struct habit_of of = {.provider = provider->name, .model = model};
    if (p) {
        of.route = p->route->name;
        of.task = p->task;
    }
    return of;
}

// Tokens that the model's cache has of the call's conversation; -1: nobody knows.
static int64_t cached_at(const struct req *r, const struct plan *p, const struct target *t)
{
    const struct turn_of of = {p->opening.conversation, provider_of(r, t)->name, t->model};
    return p->opening.conversation ? turns_cached(r->view->snapshot->turns, &of, r->start_mono_us)
                                   : -1;
}

static void foresee(const struct req *r, const struct plan *p, const struct target *t,
                    const struct sheet *sheet, struct usage *out)
{
    const struct config_provider *provider = provider_of(r, t);
    const struct habit_of of = kind_of(p, provider, t->model);
    struct habit habit;
    habits_foresee(r->view->snapshot->habits, &of, r->start_mono_us, &habit);
    if (p && p->route->max_cost.n > 0 && habit.output > habit.output_own)
        habit.output = habit.output_own > 0 ? habit.output_own : 1;
    const struct forecast_call call = {.demand = &r->ask.demand,
                                       .density = habit.density,
                                       .output = habit.output,
                                       .output_limit = sheet ? sheet->output_tokens_max : 0,
                                       .cached = cached_at(r, p, t),
                                       .cached_ppm = habit.cached_ppm,
                                       .busy_us = habit.busy_us};
    unsigned flags = vendor_flags(provider->vendor_row, provider->url.host);
    forecast_usage(&call, out);
    out->us_region = out->us_region || (flags & VENDOR_REGIONAL);
}

static void price(const struct req *r, const struct plan *p, struct candidate *c)
{
    struct usage usage;
    struct cost cost;
    c->sheet = expected_sheet(r, &c->target);
    foresee(r, p, &c->target, c->sheet, &usage);
    rate(c->sheet, &usage, r->start_us, &cost);
    if (cost.state == PRICE_UNPRICED &&
        (usage.service == SERVICE_FLEX || usage.service == SERVICE_BATCH)) {
        usage.service =
            SERVICE_STANDARD; // who has no such tier is no dearer for being asked for it
        rate(c->sheet, &usage, r->start_us, &cost);
    }
    c->expected_state = cost.state;
    c->expected = cost.total;
    c->input = usage.prompt;
    c->cached = usage.count[BUCKET_CACHE_READ];
    c->output = usage.count[BUCKET_OUTPUT];
}

// --- a plan ---

bool expected_priced(const struct candidate *c)
{
    return c->expected_state != PRICE_UNPRICED;
}

static bool goes_before(const struct candidate *a, const struct candidate *b)
{
    if (expected_priced(a) != expected_priced(b))
        return expected_priced(a);
    return expected_priced(a) && a->expected.pd < b->expected.pd;
}

// The cheapest first; equals, and what has no price, as they stand.
static void order(struct candidate *list, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        const struct candidate c = list[i];
        unsigned at = i;
        for (; at > 0 && goes_before(&c, &list[at - 1]); at--)
            list[at] = list[at - 1];
        list[at] = c;
    }
}

static void order_side(struct plan *p, enum side side, const struct config_tier *tier)
{
    unsigned from = 0;
    while (from < p->count && p->list[from].side != side)
        from++;
    if (tier && tier->line == 0)
        order(p->list + from, tier->model_count);
}

static const char too_dear[] = "cost", unpriced[] = "no price";

static const char *why_dear(const struct plan *p, const struct candidate *c)
{
    struct nano most = p->route->max_cost;
    if (most.n == 0)
        return NULL;
    if (!expected_priced(c))
        return unpriced;
    return nano_from_money(c->expected).n > most.n ? too_dear : NULL;
}

bool expected_beyond(const struct candidate *c)
{
    return c->out == too_dear || c->out == unpriced;
}

void expected_plan(const struct req *r, struct plan *p)
{
    for (unsigned i = 0; i < p->count; i++) {
        struct candidate *c = &p->list[i];
        if (c->out)
            continue;
        price(r, p, c);
        c->out = why_dear(p, c);
    }
    order_side(p, SIDE_SMALL, p->route->small);
    order_side(p, SIDE_LARGE, p->route->large);
}

int64_t expected_pressure(struct req *r, const struct candidate *c)
{
    struct concern concern;
    if (r->view->snapshot->budget_count == 0)
        return 0;
    admit_who(r);
    concern_at(r, provider_of(r, &c->target)->name, c->target.model, &concern);
    return scarce_ppm(gate_budgets(r->worker->gate), concern.wishes, concern.count, r->start_us);
}

// --- what calls used ---

static bool tells(const struct req *r)
{
    const struct entry *e = &r->attempt.entry;
    const struct attempt *a = &r->attempt;
    bool counted = e->usage.sure == SURE_REPORTED || a->counted;
    return a->metering && e->outcome == OUTCOME_OK && counted && !e->usage.inconsistent &&
           endpoint_makes_output(r->found.endpoint) && !endpoint_free(r->found.endpoint);
}

// What went in was the text of the call and nothing else.
static bool text_alone(const struct req *r)
{
    const struct demand *d = &r->ask.demand;
    return !demand_media(d) && !d->stored_context && !d->server_tools &&
           !meter_share_at(&r->attempt.meter, 0);
}

void expected_learn(const struct req *r)
{
    const struct snapshot *s = r->view->snapshot;
    const struct attempt *a = &r->attempt;
    const struct usage *u = &a->entry.usage;
    if (!tells(r))
        return;
    const struct habit_of of = kind_of(r->plan, a->provider, a->target.model);
    const struct habit_seen seen = {
        .input = usage_input(u),
        .cached = count_add(u->count[BUCKET_CACHE_READ], u->count[BUCKET_AUDIO_CACHE_READ]),
        .output = usage_output(u) / demand_choices(&r->ask.demand),
        .busy_us = u->count[BUCKET_BUSY],
        .text_bytes = text_alone(r) ? r->ask.demand.text_bytes : 0};
    habits_learn(s->habits, &of, &seen, r->start_mono_us);
    uint64_t conversation = r->plan ? r->plan->opening.conversation : r->conversation;
    if (conversation) {
        const struct turn_of turn = {conversation, a->provider->name, a->target.model};
        turns_took(s->turns, &turn, u, r->start_mono_us);
    }
}
