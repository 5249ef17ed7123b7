// SPDX-License-Identifier: Apache-2.0

#include "panel/answers.h"

#include <stdio.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "core/tenant.h"
#include "shadow/rating.h"
#include "store/feedback.h"
#include "store/pairs.h"

#define PAIRS_MAX    1000
#define PPM_PLACES   6
#define MONEY_PLACES 12

// --- what is said of one ---

enum status answers_rate(struct verb_call *c, struct why *why)
{
    struct rating r;
    enum status s = rating_read(c->args, &r, why);
    if (s != STATUS_OK)
        return s;
    const struct feedback f = {.id = r.id,
                               .at_us = clock_wall_us(),
                               .tenant = str_of(TENANT),
                               .score_ppm = r.score_ppm,
                               .comment = r.comment};
    s = store_feedback_add(c->store, &f, FEEDBACK_PATIENCE_MS, why);
    if (s == STATUS_OK) {
        char id[UUID_TEXT];
        struct json_out o = {c->answer, true};
        uuid_write(&r.id, id);
        json_out_begin(&o, NULL, '{');
        json_out_text(&o, "request_id", str_from(id, UUID_TEXT));
        json_out_decimal(&o, "score", r.score_ppm, PPM_PLACES, 0);
        json_out_end(&o, '}');
    }
    json_close(r.source);
    return s;
}

// --- pairs ---

struct wanted {
    struct str route, after;
};

static const struct args_row rows[] = {
    {.name = "route",
     .offset = offsetof(struct wanted, route),
     .needed = true,
     .bytes_max = NAME_BYTES_MAX},
    {.name = "after", .offset = offsetof(struct wanted, after), .kind = ARGS_EITHER},
    {0},
};

struct writing {
    struct json_out out;
    size_t count;
};

static void write_cost(struct json_out *o, const char *name, const struct pair_cost *c)
{
    if (c->known)
        json_out_decimal(o, name, c->is.pd, MONEY_PLACES, MONEY_PLACES);
}

static void write_pair(void *context, const struct pair *p)
{
    struct writing *w = context;
    struct json_out *o = &w->out;
    char id[UUID_TEXT], task[20];
    uuid_write(&p->id, id);
    (void)snprintf(task, sizeof task, "%016llx", (unsigned long long)p->task);
    w->count++;
    json_out_begin(o, NULL, '{');
    json_out_number(o, "number", p->number);
    json_out_text(o, "request", str_from(id, UUID_TEXT));
    json_out_time(o, "time", p->at_us);
    if (p->task)
        json_out_text(o, "task", str_of(task));
    json_out_text(o, "weak", p->weak);
    json_out_text(o, "strong", p->strong);
    json_out_text(o, "served", p->served_strong ? p->strong : p->weak);
    json_out_decimal(o, "propensity", p->propensity_ppm, PPM_PLACES, 0);
    json_out_text(o, "judged", str_of(pair_judged_name(p->judged)));
    if (p->judged != PAIR_JUDGED_NOT) {
        json_out_decimal(o, "weak_quality", p->weak_ppm, PPM_PLACES, 0);
        json_out_decimal(o, "strong_quality", p->strong_ppm, PPM_PLACES, 0);
    }
    write_cost(o, "weak_cost", &p->weak_cost);
    write_cost(o, "strong_cost", &p->strong_cost);
    write_cost(o, "judge_cost", &p->judge_cost);
    json_out_end(o, '}');
}

static bool is_route(const struct config *c, struct str name)
{
    return str_is(name, ROUTE_AUTO) || config_route_named(c, name);
}

static enum status list(const struct verb_call *c, const struct wanted *wanted, struct why *why)
{
    struct pair_query query = {.tenant = str_of(TENANT),
                               .route = wanted->route,
                               .next = wanted->after.len > 0,
                               .most = PAIRS_MAX};
    struct writing w = {.out = {c->answer, true}};
    if (wanted->after.len && (!str_i64(wanted->after, &query.after) || query.after < 0))
        return why_set(why, STATUS_SYNTAX, "\"after\" is the number of a pair");
    json_out_begin(&w.out, NULL, '{');
    json_out_begin(&w.out, "pairs", '[');
    enum status s = store_pair_each(c->store, &query, write_pair, &w, why);
    json_out_end(&w.out, ']');
    json_out_end(&w.out, '}');
    if (s == STATUS_OK && w.count == 0 && !wanted->after.len && !is_route(c->config, wanted->route))
        s = why_set(why, STATUS_UNKNOWN, "no route is called %.*s", STR_ARG(wanted->route));
    return s;
}

enum status answers_pairs(struct verb_call *c, struct why *why)
{
    struct wanted wanted = {.route = STR_NONE};
    struct json *document = NULL;
    enum status s = args_read(c->args, rows, &wanted, &document, why);
    if (s == STATUS_OK)
        s = list(c, &wanted, why);
    json_close(document);
    return s;
}
