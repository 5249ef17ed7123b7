// SPDX-License-Identifier: Apache-2.0

#include "panel/routing.h"

#include "base/args.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "gate/able.h"
#include "gate/proposal.h"
#include "gate/resolve.h"
#include "panel/builtin.h"

// Of an hour, or of a million tokens.
static void price_member(struct json_out *o, const char *name, const struct rates *rates,
                         enum bucket b)
{
    struct price price;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    if (rates_find(rates, b, &price)) {
        price_write(&text, price, bucket_units(b));
        json_out_text(o, name, buf_str(&text));
    } else {
        json_out_null(o, name);
    }
    buf_fini(&text);
}

static void write_price(struct json_out *o, const struct snapshot *s, const struct target *t)
{
    const struct config_provider *p = &s->config->providers[t->provider];
    const struct sheet *sheet = provider_sheet(s, p, t->model);
    bool free = provider_free(p, t->model, sheet) || (sheet && sheet->free);
    if (free) {
        json_out_text(o, "price", str_of("free"));
    } else if (!sheet || sheet->rates.has == 0) {
        json_out_null(o, "price");
    } else {
        json_out_begin(o, "price", '{');
        price_member(o, "input", &sheet_at(sheet, clock_wall_us())->rates, BUCKET_INPUT);
        price_member(o, "output", &sheet_at(sheet, clock_wall_us())->rates, BUCKET_OUTPUT);
        if (sheet_names(sheet, BUCKET_BUSY))
            price_member(o, "hour", &sheet_at(sheet, clock_wall_us())->rates, BUCKET_BUSY);
        json_out_end(o, '}');
    }
}

// Whatever a call says: what depends on it is judged with the call.
static const char *why_out(const struct config_route *route, const struct able *able, bool stays)
{
    if (able->gone)
        return "not there";
    if (route->local_only && !stays)
        return "not local";
    return able_short(able, route->require, route->require_context);
}

// One of a side, as it is told.
struct shown {
    struct str model;
    const struct target *target; // NULL: it is none, and has no price
    int64_t context;             // 0: not known
    bool local;
    struct str out; // why; empty: it is not
};

static void show(struct json_out *o, const struct snapshot *s, const struct shown *m)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "model", m->model);
    if (m->target)
        write_price(o, s, m->target);
    else
        json_out_null(o, "price");
    if (m->context)
        json_out_number(o, "context", m->context);
    else
        json_out_null(o, "context");
    json_out_flag(o, "local", m->local);
    if (m->out.len)
        json_out_text(o, "out", m->out);
    else
        json_out_null(o, "out");
    json_out_end(o, '}');
}

static void model(struct json_out *o, const struct snapshot *s, const struct config_route *route,
                  struct str full)
{
    struct target t;
    struct shown m = {.model = full, .out = STR("model unknown")};
    if (resolve_prefixed(s, full, &t) == REFUSAL_NONE) {
        const struct config_provider *p = &s->config->providers[t.provider];
        struct able able = {0};
        able_of(s, p, t.model, &able);
        m.target = &t;
        m.context = able.context;
        m.local = able_stays(s, p, t.model);
        m.out = str_of(why_out(route, &able, m.local));
    }
    show(o, s, &m);
}

static void side(struct json_out *o, const struct snapshot *s, const struct config_route *route,
                 bool small)
{
    const struct config_tier *t = small ? route->small : route->large;
    json_out_begin(o, small ? "small" : "large", '[');
    for (unsigned i = 0; t && i < t->model_count; i++)
        model(o, s, route, t->models[i]);
    for (unsigned i = 0; t && i < t->absent_count; i++)
        show(o, s, &(struct shown){.model = t->absent[i].model, .out = t->absent[i].why});
    json_out_end(o, ']');
}

static void route_write(struct json_out *o, const struct snapshot *s,
                        const struct config_route *route, bool built_in)
{
    json_out_begin(o, NULL, '{');
    config_route_members(o, route);
    json_out_flag(o, "built_in", built_in);
    json_out_begin(o, "sides", '{');
    side(o, s, route, true);
    side(o, s, route, false);
    json_out_end(o, '}');
    json_out_end(o, '}');
}

static bool list(struct json_out *o, struct builtin *b)
{
    const struct config *config = b->now->config;
    json_out_begin(o, NULL, '{');
    json_out_begin(o, "routes", '[');
    for (unsigned i = 0; i < config->route_count; i++) {
        const struct config_route *route = proposal_fill(b->now, &config->routes[i], &b->arena);
        if (route)
            route_write(o, b->now, route, false);
    }
    route_write(o, b->now, b->route, true);
    json_out_end(o, ']');
    json_out_end(o, '}');
    return !arena_failed(&b->arena);
}

enum status routing_list(struct verb_call *c, struct why *why)
{
    struct builtin b;
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    s = builtin_open(&b, c, why);
    if (s == STATUS_OK && !list(&o, &b))
        s = why_set(why, STATUS_NO_MEMORY, "out of memory");
    builtin_close(&b);
    return s;
}
