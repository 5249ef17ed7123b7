// SPDX-License-Identifier: Apache-2.0
//
// Each worker's loop gives a copy of its calls (visit.h); they are merged here, on the chore's
// thread. A cursor names the gateway's start and, worker by worker, the number of the next call to
// end; one of another start is as none.

#include "panel/watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/args.h"
#include "base/clock.h"
#include "base/json_out.h"
#include "core/tenant.h"
#include "gate/gate_state.h"
#include "gate/worker.h"
#include "insight/asked.h"
#include "insight/report.h"
#include "insight/sums.h"
#include "panel/visit.h"

#define LIVE_WORKERS 256
#define FILTER_MAX   200

struct copy {
    char filter[FILTER_MAX + 1]; // of its own: the worker may come to it late
    struct live live;
    unsigned in_flight;
    unsigned running_count;
    struct live_call running[LIVE_RUNNING];
};

struct watch {
    struct gate *gate;
    struct str after, filter;
    struct copy *copies[LIVE_WORKERS]; // NULL: it did not answer
    unsigned worker_count;
    bool goes_on; // after a cursor of this gateway
    uint64_t seen[LIVE_WORKERS];
    const struct live_call **calls; // room for all that there can be
    size_t count;
    uint64_t missed;
    int64_t now_us;
};

static void copy_run(struct worker *w, void *out)
{
    struct copy *c = out;
    c->live = w->live;
    c->in_flight = w->call_count;
    c->running_count =
        gate_setup_of(w->gate)->calls->look(w, str_of(c->filter), c->running, LIVE_RUNNING);
}

// Written once, before the loops ran.
static int64_t since_of(const struct watch *w)
{
    return gate_worker(w->gate, 0)->live.since_us;
}

static void collect(struct watch *w)
{
    struct worker *worker;
    for (unsigned i = 0; i < LIVE_WORKERS && (worker = gate_worker(w->gate, i)) != NULL; i++) {
        struct copy *c = alloc_zero(&alloc_heap, sizeof *c);
        w->worker_count = i + 1;
        if (c)
            str_copy_clipped(w->filter, c->filter, sizeof c->filter);
        if (c && visit(worker, copy_run, c, heap_free))
            w->copies[i] = c;
    }
}

// "<start>-<number>.<number>..."; anything else, and one of another start, is the beginning.
static void read_cursor(struct watch *w)
{
    struct str rest = w->after, part;
    int64_t since_us;
    if (!str_cut(&rest, '-', &part) || !str_i64(part, &since_us) || since_us != since_of(w))
        return;
    w->goes_on = true;
    for (unsigned i = 0; i < w->worker_count && str_cut(&rest, '.', &part); i++) {
        if (!str_u64(part, &w->seen[i]))
            w->seen[i] = 0;
    }
}

static void write_cursor(const struct watch *w, struct json_out *o)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_add_i64(&text, since_of(w));
    for (unsigned i = 0; i < w->worker_count; i++) {
        buf_add_char(&text, i ? '.' : '-');
        buf_add_u64(&text, w->copies[i] ? w->copies[i]->live.ended : w->seen[i]);
    }
    json_out_text(o, "cursor", buf_str(&text));
    buf_fini(&text);
}

// --- which calls ---

static void keep(struct watch *w, const struct live_call *c)
{
    if (live_fits(c, w->filter))
        w->calls[w->count++] = c;
}

static int by_start(const void *a, const void *b)
{
    const struct live_call *x = *(const struct live_call *const *)a;
    const struct live_call *y = *(const struct live_call *const *)b;
    return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static int by_end(const void *a, const void *b)
{
    const struct live_call *x = *(const struct live_call *const *)a;
    const struct live_call *y = *(const struct live_call *const *)b;
    int64_t left = x->start_us + x->duration_us, right = y->start_us + y->duration_us;
    return (left > right) - (left < right);
}

static void keep_running(struct watch *w)
{
    w->count = 0;
    for (unsigned i = 0; i < w->worker_count; i++) {
        for (unsigned k = 0; w->copies[i] && k < w->copies[i]->running_count; k++)
            w->calls[w->count++] = &w->copies[i]->running[k];
    }
    qsort(w->calls, w->count, sizeof *w->calls, by_start);
    w->count = w->count < WATCH_RUNNING ? w->count : WATCH_RUNNING;
}

static void keep_ended(struct watch *w)
{
    w->count = 0;
    for (unsigned i = 0; i < w->worker_count; i++) {
        const struct live *l = w->copies[i] ? &w->copies[i]->live : NULL;
        uint64_t from = l ? live_oldest(l, w->seen[i]) : 0;
        if (l && from > w->seen[i] && w->goes_on)
            w->missed += from - w->seen[i];
        for (uint64_t n = from; l && n < l->ended; n++)
            keep(w, live_at(l, n));
    }
    qsort(w->calls, w->count, sizeof *w->calls, by_end);
    size_t over = w->count > WATCH_ENDED ? w->count - WATCH_ENDED : 0;
    if (w->goes_on)
        w->missed += over;
    w->count -= over;
    memmove(w->calls, w->calls + over, w->count * sizeof *w->calls);
}

// --- writing ---

static void write_end(const struct live_call *c, struct json_out *o)
{
    json_out_text(o, "outcome", str_of(outcome_name(c->outcome)));
    json_out_number(o, "http_status", c->http_status);
    json_out_text(o, "error", str_of(c->error));
    json_out_flag(o, "followed", c->followed);
}

static void write_tags(const struct live_call *c, struct json_out *o)
{
    size_t at = 0;
    struct str name, value;
    json_out_begin(o, "tags", '{');
    while (live_tag(c, &at, &name, &value)) {
        json_out_text(o, NULL, name);
        buf_add_char(o->buf, ':');
        buf_add_json(o->buf, value);
    }
    json_out_end(o, '}');
    json_out_flag(o, "tags_cut", c->tags_cut);
}

// By the names of a report; of most kinds a call has none.
static void write_tokens(const struct usage *u, struct json_out *o)
{
    char name[48];
    for (enum bucket b = 0; b < BUCKET_COUNT; b++) {
        if (!bucket_is_token(b) || (u->count[b] == 0 && b != BUCKET_INPUT && b != BUCKET_OUTPUT))
            continue;
        (void)snprintf(name, sizeof name, "%s_tokens", bucket_name(b));
        json_out_number(o, name, u->count[b]);
    }
    json_out_number(o, "prompt_tokens", usage_input(u));
}

static void write_call(const struct live_call *c, struct json_out *o)
{
    char id[UUID_TEXT];
    uuid_write(&c->id, id);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "request", str_from(id, UUID_TEXT));
    json_out_number(o, "attempt", c->attempt);
    json_out_time(o, "start", c->start_us);
    json_out_text(o, "key", str_of(c->key));
    json_out_text(o, "team", str_of(c->team));
    json_out_text(o, "user", str_of(c->user));
    write_tags(c, o);
    json_out_text(o, "endpoint", str_of(c->endpoint));
    json_out_text(o, "provider", str_of(c->provider));
    json_out_text(o, "model", str_of(c->model));
    json_out_flag(o, "stream", c->stream);
    json_out_text(o, "state", str_of(live_state_name(c->state)));
    json_out_number(o, "duration_us", c->duration_us);
    json_out_number(o, "ttft_us", c->ttft_us);
    write_tokens(&c->usage, o);
    json_out_flag(o, "estimated", c->usage.sure != SURE_REPORTED);
    json_out_text(o, "price_state", str_of(price_state_name(c->price_state)));
    if (c->price_state == PRICE_UNPRICED)
        json_out_null(o, "cost_usd");
    else
        json_out_decimal(o, "cost_usd", c->cost.pd, 12, 12);
    if (c->state == LIVE_ENDED)
        write_end(c, o);
    json_out_end(o, '}');
}

static void write_calls(const struct watch *w, const char *name, struct json_out *o)
{
    json_out_begin(o, name, '[');
    for (size_t i = 0; i < w->count; i++)
        write_call(w->calls[i], o);
    json_out_end(o, ']');
}

static void write_refusal(const struct live_refused *f, struct json_out *o)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_printf(&text, "%s%s%s", refusal_text(f->why), f->detail[0] ? " " : "", f->detail);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "key", str_of(f->key));
    json_out_text(o, "budget", str_of(f->budget));
    json_out_flag(o, "paused", f->paused);
    json_out_number(o, "requests", f->calls);
    json_out_number(o, "last_us", f->at_us);
    json_out_text(o, "model", str_of(f->model));
    json_out_number(o, "http_status", refusal_http(f->why));
    json_out_text(o, "error", str_of(refusal_code(f->why)));
    json_out_text(o, "message", buf_str(&text));
    json_out_end(o, '}');
    buf_fini(&text);
}

static void write_refused(const struct watch *w, struct json_out *o)
{
    json_out_begin(o, "refused", '[');
    for (unsigned i = 0; i < w->worker_count; i++) {
        for (unsigned k = 0; w->copies[i] && k < LIVE_REFUSED; k++)
            if (live_refused_fits(&w->copies[i]->live.refused[k], w->filter))
                write_refusal(&w->copies[i]->live.refused[k], o);
    }
    json_out_end(o, ']');
}

static void write_started(const struct watch *w, struct json_out *o)
{
    struct live_sums all = {0};
    for (unsigned i = 0; i < w->worker_count; i++) {
        if (!w->copies[i])
            continue;
        const struct live_sums *s = &w->copies[i]->live.sums;
        tally_join(&all.tally, &s->tally);
        all.cost.pd += s->cost.pd;
        all.retry_cost.pd += s->retry_cost.pd;
    }
    json_out_begin(o, "started", '{');
    sums_write_tally(o, &all.tally, all.cost, all.retry_cost);
    json_out_end(o, '}');
}

// The report of today, without waiting for the rows of the last moments.
static void write_today(const struct watch *w, struct store *s, struct json_out *o)
{
    int64_t midnight_us = w->now_us - w->now_us % DAY_US;
    struct report_query q = {.tenant = STR(TENANT),
                             .by = BY_PROVIDER,
                             .span = {.since_us = midnight_us, .until_us = INT64_MAX}};
    struct sqlite3 *db = NULL;
    struct json *j = NULL;
    struct buf text;
    struct why why;
    size_t start = 0, len = 0;
    buf_init(&text, &alloc_heap, 0);
    enum status status = store_reader_open(s, &db, &why);
    if (status == STATUS_OK) {
        status = report_run(db, &q, &text, &why);
        store_reader_close(db);
    }
    if (status == STATUS_OK)
        status = json_open(buf_str(&text), &alloc_heap, &j, &why);
    bool found =
        status == STATUS_OK && json_member_at(j, json_key(json_root(j), "total"), &start, &len);
    json_out_name(o, "today");
    buf_add(o->buf, found ? str_from(buf_str(&text).ptr + start, len) : str_of("null"));
    json_close(j);
    buf_fini(&text);
}

static void write_all(struct watch *w, struct store *store, struct buf *out)
{
    struct json_out o = {out, true};
    int64_t in_flight = 0;
    for (unsigned i = 0; i < w->worker_count; i++)
        in_flight += w->copies[i] ? w->copies[i]->in_flight : 0;
    json_out_begin(&o, NULL, '{');
    json_out_time(&o, "at", w->now_us);
    json_out_time(&o, "since", since_of(w));
    write_cursor(w, &o);
    json_out_number(&o, "in_flight", in_flight);
    keep_running(w);
    write_calls(w, "running", &o);
    keep_ended(w);
    json_out_number(&o, "missed", (int64_t)w->missed);
    write_calls(w, "ended", &o);
    write_refused(w, &o);
    write_started(w, &o);
    write_today(w, store, &o);
    json_out_end(&o, '}');
}

static const struct args_row rows[] = {
    {.name = "after", .offset = offsetof(struct watch, after)},
    {.name = "filter", .offset = offsetof(struct watch, filter), .bytes_max = FILTER_MAX},
    {0}};

static enum status run(struct watch *w, struct verb_call *c)
{
    size_t most = LIVE_RUNNING > LIVE_KEPT ? LIVE_RUNNING : LIVE_KEPT;
    collect(w);
    w->calls = alloc_zero(&alloc_heap, most * (w->worker_count + 1) * sizeof *w->calls);
    if (!w->calls)
        return STATUS_NO_MEMORY;
    w->now_us = clock_wall_us();
    read_cursor(w);
    write_all(w, c->store, c->answer);
    return STATUS_OK;
}

enum status watch_live(struct verb_call *c, struct why *why)
{
    struct json *document = NULL;
    struct watch *w = alloc_zero(&alloc_heap, sizeof *w);
    if (!w)
        return STATUS_NO_MEMORY;
    w->gate = c->gate;
    enum status s = args_read(c->args, rows, w, &document, why);
    if (s == STATUS_OK)
        s = run(w, c);
    for (unsigned i = 0; i < w->worker_count; i++)
        heap_free(w->copies[i]);
    heap_free(w->calls);
    heap_free(w);
    json_close(document);
    return s;
}
