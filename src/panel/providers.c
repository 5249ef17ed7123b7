// SPDX-License-Identifier: Apache-2.0

#include "panel/providers.h"

#include <stdlib.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "gate/gate_state.h"
#include "gate/incidents.h"
#include "gate/metrics.h"
#include "gate/standing.h"

#define US_PER_MS    1000
#define REFUSED_NAME "costlens_key_refused"
#define RATE_NAME    "costlens_ratelimit_remaining"

// --- the configuration's ---

static void provider(struct json_out *o, const struct config_provider *p)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", p->name);
    json_out_text(o, "dialect", str_of(dialect_name(p->dialect)));
    json_out_text(o, "vendor", p->vendor);
    if (!p->mock)
        config_address_write(o, "url", &p->url);
    json_out_number(o, "keys", p->key_count ? p->key_count : p->key != NULL);
    json_out_text(o, "list", str_of(p->model_count ? "closed" : "open"));
    json_out_texts(o, "models", p->models, p->model_count);
    json_out_begin(o, "breaker", '{');
    json_out_number(o, "failures", p->breaker.failures);
    json_out_number(o, "turn_ms", p->breaker.turn_ms);
    json_out_end(o, '}');
    json_out_end(o, '}');
}

enum status providers_list(struct verb_call *c, struct why *why)
{
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    json_out_begin(&o, NULL, '{');
    json_out_begin(&o, "providers", '[');
    for (unsigned i = 0; i < c->config->provider_count; i++)
        provider(&o, &c->config->providers[i]);
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    return STATUS_OK;
}

// --- how they fare ---

struct seen {
    int64_t now_us;
    unsigned count;
    struct standing_view views[STANDING_MODELS_MAX]; // of one provider, by name
};

static void note(void *context, const struct standing *s)
{
    struct seen *seen = context;
    if (seen->count < STANDING_MODELS_MAX)
        standing_look(s, seen->now_us, &seen->views[seen->count++]);
}

static int by_name(const void *a, const void *b)
{
    const struct standing_view *x = a, *y = b;
    return str_cmp(x->model, y->model);
}

static void look(struct gate *g, struct str provider, struct seen *seen)
{
    const struct ward *w = standings_current(gate_standings(g), provider);
    seen->now_us = clock_mono_us();
    seen->count = 0;
    if (w)
        ward_each(w, note, seen);
    qsort(seen->views, seen->count, sizeof seen->views[0], by_name);
}

static void time_of(struct json_out *o, const char *name, int64_t us)
{
    if (us > 0)
        json_out_decimal(o, name, us, 3, 0);
    else
        json_out_null(o, name);
}

// One of its keys, by its place in the configuration.
static void key(struct json_out *o, const struct standing *s, unsigned lane, int64_t now_us)
{
    int64_t wait_us = standing_lane_wait_us(s, lane, now_us);
    json_out_begin(o, NULL, '{');
    json_out_number(o, "key", lane + 1);
    json_out_number(o, "wait_ms", (wait_us + US_PER_MS - 1) / US_PER_MS);
    json_out_flag(o, "refused", standing_lane_refused(s, lane));
    json_out_begin(o, "left", '{');
    for (unsigned k = 0; k < ALLOWANCE_COUNT; k++) {
        int64_t left = standing_lane_left(s, lane, (enum allowance_kind)k, now_us);
        if (left != INT64_MAX)
            json_out_number(o, allowance_name((enum allowance_kind)k), left > 0 ? left : 0);
    }
    json_out_end(o, '}');
    json_out_end(o, '}');
}

static void keys(struct json_out *o, const struct standing *s)
{
    json_out_begin(o, "keys", '[');
    for (unsigned i = 0; i < standing_lanes(s); i++)
        key(o, s, i, clock_mono_us());
    json_out_end(o, ']');
}

static void model(struct json_out *o, const struct standing_view *v)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "model", v->model);
    json_out_text(o, "breaker", str_of(breaker_state_name(v->breaker)));
    if (v->bar == BAR_NONE)
        json_out_null(o, "bar");
    else
        json_out_text(o, "bar", str_of(bar_text(v->bar)));
    json_out_number(o, "wait_ms", (v->wait_us + US_PER_MS - 1) / US_PER_MS);
    json_out_number(o, "answered", (int64_t)v->good);
    json_out_number(o, "failed", (int64_t)v->bad);
    json_out_number(o, "opened", (int64_t)v->opened);
    json_out_number(o, "passed_over", (int64_t)v->passed_over);
    keys(o, v->standing);
    time_of(o, "ttft_ms", v->ttft_us);
    time_of(o, "duration_ms", v->duration_us);
    json_out_end(o, '}');
}

static void fares(struct json_out *o, struct str name, const struct seen *seen)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "name", name);
    json_out_begin(o, "models", '[');
    for (unsigned i = 0; i < seen->count; i++)
        model(o, &seen->views[i]);
    json_out_end(o, ']');
    json_out_end(o, '}');
}

enum status providers_status(struct verb_call *c, struct why *why)
{
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    struct seen *seen = alloc_zero(&alloc_heap, sizeof *seen);
    if (!seen)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    json_out_begin(&o, NULL, '{');
    json_out_begin(&o, "providers", '[');
    for (unsigned i = 0; i < c->config->provider_count; i++) {
        look(c->gate, c->config->providers[i].name, seen);
        fares(&o, c->config->providers[i].name, seen);
    }
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    heap_free(seen);
    return STATUS_OK;
}

// --- what happened ---

static void event(struct json_out *o, const struct incident *e)
{
    char request[UUID_TEXT];
    uuid_write(&e->call, request);
    json_out_begin(o, NULL, '{');
    json_out_time(o, "time", e->at_us);
    json_out_text(o, "event", str_of(e->news == STANDING_OPENED ? "opened" : "closed"));
    json_out_text(o, "provider", str_of(e->provider));
    json_out_text(o, "model", str_of(e->model));
    if (e->status)
        json_out_number(o, "status", e->status);
    else
        json_out_null(o, "status");
    json_out_text(o, "request", str_from(request, UUID_TEXT));
    json_out_end(o, '}');
}

enum status providers_events(struct verb_call *c, struct why *why)
{
    struct json_out o = {c->answer, true};
    enum status s = args_none(c->args, why);
    if (s != STATUS_OK)
        return s;
    struct incident *list = alloc_get(&alloc_heap, INCIDENTS_KEPT * sizeof *list);
    if (!list)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    size_t n = incidents_copy(standings_incidents(gate_standings(c->gate)), list, INCIDENTS_KEPT);
    json_out_begin(&o, NULL, '{');
    json_out_begin(&o, "events", '[');
    for (size_t i = 0; i < n; i++)
        event(&o, &list[i]);
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    heap_free(list);
    return STATUS_OK;
}

// --- /metrics ---

typedef int64_t figure_f(const struct standing_view *v);

static int64_t state_of(const struct standing_view *v)
{
    return v->breaker == BREAKER_OPEN ? 2 : v->breaker == BREAKER_HALF_OPEN ? 1 : 0;
}

static int64_t opened_of(const struct standing_view *v)
{
    return (int64_t)v->opened;
}

static int64_t passed_over_of(const struct standing_view *v)
{
    return (int64_t)v->passed_over;
}

static int64_t ttft_of(const struct standing_view *v)
{
    return v->ttft_us;
}

static int64_t wait_of(const struct standing_view *v)
{
    return v->wait_us;
}

static const struct figure {
    const char *name, *type, *help;
    figure_f *of;
    unsigned places;
    bool known; // not shown where it is 0
} figures[] = {
    {"costlens_breaker_state", "gauge",
     "Of a model at its provider: 0 closed, 1 half-open (one call is sent to see), 2 open.",
     state_of, 0, false},
    {"costlens_breaker_opened_total", "counter", "Times that its breaker has opened.", opened_of, 0,
     false},
    {"costlens_target_passed_over_total", "counter",
     "Calls that went elsewhere, since it kept failing or was to be left alone.", passed_over_of, 0,
     false},
    {"costlens_target_wait_seconds", "gauge",
     "Until it may be asked again: its breaker is open, or its provider said so.", wait_of, 6,
     false},
    {"costlens_target_ttft_seconds", "gauge",
     "Time to the first token of its streams, a decayed mean.", ttft_of, 6, true},
};

static void line(struct buf *out, const struct figure *f, struct str provider,
                 const struct standing_view *v)
{
    int64_t value = f->of(v);
    if (f->known && value == 0)
        return;
    buf_printf(out, "%s{", f->name);
    metrics_label(out, "provider", provider);
    buf_add_char(out, ',');
    metrics_label(out, "model", v->model);
    buf_add_cstr(out, "} ");
    decimal_write(out, value, f->places, 0);
    buf_add_char(out, '\n');
}

// What is left of a key's limits, one line each.
static void left_lines(struct buf *out, struct str provider, const struct standing_view *v,
                       int64_t now_us)
{
    for (unsigned i = 0; i < standing_lanes(v->standing) * ALLOWANCE_COUNT; i++) {
        enum allowance_kind k = (enum allowance_kind)(i % ALLOWANCE_COUNT);
        unsigned lane = i / ALLOWANCE_COUNT;
        int64_t left = standing_lane_left(v->standing, lane, k, now_us);
        if (left == INT64_MAX)
            continue;
        buf_add_cstr(out, RATE_NAME "{");
        metrics_label(out, "provider", provider);
        buf_add_char(out, ',');
        metrics_label(out, "model", v->model);
        buf_printf(out, ",key=\"%u\",of=\"%s\"} %lld\n", lane + 1, allowance_name(k),
                   (long long)(left > 0 ? left : 0));
    }
}

static void left_write(struct gate *g, const struct config *c, struct seen *seen, struct buf *out)
{
    metrics_head(out, RATE_NAME, "gauge",
                 "What is left of a key's rate limit, as its provider's answers tell it.");
    for (unsigned i = 0; i < c->provider_count; i++) {
        look(g, c->providers[i].name, seen);
        for (unsigned m = 0; m < seen->count; m++)
            left_lines(out, c->providers[i].name, &seen->views[m], seen->now_us);
    }
}

static void refused_lines(struct buf *out, struct str provider, const struct standing_view *v)
{
    for (unsigned lane = 0; lane < standing_lanes(v->standing); lane++) {
        buf_add_cstr(out, REFUSED_NAME "{");
        metrics_label(out, "provider", provider);
        buf_add_char(out, ',');
        metrics_label(out, "model", v->model);
        buf_printf(out, ",key=\"%u\"} %d\n", lane + 1, standing_lane_refused(v->standing, lane));
    }
}

static void refused_write(struct gate *g, const struct config *c, struct seen *seen,
                          struct buf *out)
{
    metrics_head(
        out, REFUSED_NAME, "gauge",
        "1: the provider has refused the key three times in a row, and not taken it since.");
    for (unsigned i = 0; i < c->provider_count; i++) {
        look(g, c->providers[i].name, seen);
        for (unsigned m = 0; m < seen->count; m++)
            refused_lines(out, c->providers[i].name, &seen->views[m]);
    }
}

void providers_metrics(struct gate *g, struct buf *out)
{
    struct seen *seen = alloc_zero(&alloc_heap, sizeof *seen);
    struct snapshot *now = gate_snapshot(g);
    const struct config *c = now->config;
    for (size_t k = 0; seen && k < sizeof figures / sizeof *figures; k++) {
        metrics_head(out, figures[k].name, figures[k].type, figures[k].help);
        for (unsigned i = 0; i < c->provider_count; i++) {
            look(g, c->providers[i].name, seen);
            for (unsigned m = 0; m < seen->count; m++)
                line(out, &figures[k], c->providers[i].name, &seen->views[m]);
        }
    }
    if (seen) {
        left_write(g, c, seen, out);
        refused_write(g, c, seen, out);
    }
    snapshot_free(now);
    heap_free(seen);
}
