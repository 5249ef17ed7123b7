// SPDX-License-Identifier: Apache-2.0
//
// The bill of one key: its rows one by one, so that what a sum hides can be told: what caching
// saved, which attempts were paid in vain, which call was the dearest.

#include "base/json_out.h"
#include "core/key.h"
#include "core/refusal.h"
#include "core/split.h"
#include "core/tenant.h"
#include "insight/asked.h"
#include "insight/row.h"
#include "insight/sums.h"
#include "insight/verbs.h"
#include "store/sql.h"

struct asked {
    struct str key, since;
    int64_t since_us;
};

static const struct args_row arguments[] = {
    {.name = "key", .offset = offsetof(struct asked, key), .needed = true},
    {.name = "since", .offset = offsetof(struct asked, since)},
    {0}};

// A call that the bill names.
struct named {
    char id[UUID_TEXT];
    struct buf model;
    struct buf error;
    struct money cost;
    int http_status;
    bool any;
};

struct billing {
    const struct catalog *catalog;
    struct sums sums;
    struct named dearest, failed;
    struct buf label; // of the row that is added
    struct money_sum saved;
    int64_t saved_unknown; // calls with cached tokens of which nobody knows the other price
    int64_t vain;          // attempts that another followed
    int64_t vain_unpriced;
    struct money_sum vain_cost;
    int64_t answers_cut;
    int64_t answers_too_long; // of them, since they had passed their maximum; the others, since a
                              // budget of `hold: grow` was used up
    struct str key;
    int64_t inside; // calls of runs inside it
    struct money_sum inside_cost;
};

static int64_t cached(const struct usage *u)
{
    return u->count[BUCKET_CACHE_READ] + u->count[BUCKET_CACHE_WRITE_5M] +
           u->count[BUCKET_CACHE_WRITE_1H] + u->count[BUCKET_AUDIO_CACHE_READ];
}

static void as_fresh(struct usage *u)
{
    static const enum bucket from[] = {BUCKET_CACHE_READ, BUCKET_CACHE_WRITE_5M,
                                       BUCKET_CACHE_WRITE_1H};
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        u->count[BUCKET_INPUT] = count_add(u->count[BUCKET_INPUT], u->count[from[i]]);
        u->count[from[i]] = 0;
    }
    u->count[BUCKET_AUDIO_INPUT] =
        count_add(u->count[BUCKET_AUDIO_INPUT], u->count[BUCKET_AUDIO_CACHE_READ]);
    u->count[BUCKET_AUDIO_CACHE_READ] = 0;
}

// By the book that priced the row, or not at all: where today's arithmetic gives another cost than
// the row has, or several sheets priced it, it is not known.
static bool saved(const struct catalog *c, const struct entry *e, struct money *out)
{
    struct split split;
    struct cost was, fresh;
    split_read(c, e->price_name, e->price_parts, &split);
    if (e->price_state != PRICE_PRICED || split.count != 1)
        return false;
    struct usage u = e->usage;
    rate(split.part[0].sheet, &u, e->start_us, &was);
    as_fresh(&u);
    rate(split.part[0].sheet, &u, e->start_us, &fresh);
    if (was.state != PRICE_PRICED || fresh.state != PRICE_PRICED || was.overflow ||
        fresh.overflow || was.total.pd != e->cost.pd)
        return false;
    out->pd = fresh.total.pd - was.total.pd;
    return true;
}

static void add_saved(struct billing *b, const struct entry *e)
{
    struct money m;
    if (cached(&e->usage) == 0 || e->price_state == PRICE_FREE)
        return;
    if (saved(b->catalog, e, &m))
        money_sum_add(&b->saved, m);
    else
        b->saved_unknown++;
}

static void name_it(struct billing *b, const struct entry *e, struct named *n)
{
    n->any = true;
    n->cost = e->cost;
    n->http_status = e->http_status;
    buf_clear(&n->model);
    buf_add(&n->model, buf_str(&b->label));
    buf_clear(&n->error);
    buf_add(&n->error, e->error);
    b->sums.failed |= buf_failed(&n->model) || buf_failed(&n->error);
    uuid_write(&e->id, n->id);
}

static void add_named(struct billing *b, const struct entry *e)
{
    bool priced = e->price_state == PRICE_PRICED || e->price_state == PRICE_PROVIDER;
    if (priced && e->cost.pd > 0 && (!b->dearest.any || e->cost.pd > b->dearest.cost.pd))
        name_it(b, e, &b->dearest);
    if (e->outcome == OUTCOME_ERROR && !e->followed)
        name_it(b, e, &b->failed);
}

static void add_inside(struct billing *b, const struct entry *e)
{
    if (str_eq(e->key, b->key))
        return;
    b->inside += !e->followed;
    if (e->price_state != PRICE_UNPRICED)
        money_sum_add(&b->inside_cost, e->cost);
}

static void add_row(struct billing *b, const struct entry *e)
{
    bool fresh;
    buf_clear(&b->label);
    buf_printf(&b->label, "%.*s/%.*s", STR_ARG(e->provider), STR_ARG(e->model));
    struct group *g = sums_group(&b->sums, buf_str(&b->label), &fresh);
    b->sums.failed |= buf_failed(&b->label);
    if (!g)
        return;
    if (fresh)
        g->label = g->key;
    sums_add_call(&b->sums, g, e);
    add_saved(b, e);
    add_named(b, e);
    add_inside(b, e);
    bool too_long = str_is(e->error, refusal_code(REFUSAL_UPSTREAM_ENDLESS));
    b->answers_too_long += too_long;
    b->answers_cut += too_long || str_is(e->error, refusal_code(REFUSAL_BUDGET)); // refused: no row
    if (!e->followed)
        return;
    b->vain++;
    if (e->price_state == PRICE_UNPRICED)
        b->vain_unpriced++;
    else
        money_sum_add(&b->vain_cost, e->cost);
}

static enum status read_rows(sqlite3 *db, const struct asked *a, struct billing *b, struct why *why)
{
    struct entry e;
    enum status s = STATUS_OK;
    sqlite3_stmt *rows = sql_prepare(
        db, ROW_SELECT "WHERE c.tenant = (SELECT id FROM name WHERE text = ?1) AND "
                       "c.start_us >= ?2 AND "
                       "k.key IN (SELECT id FROM name WHERE text = ?3 OR (?4 <> '' AND "
                       "text >= '" KEY_OF_RUN "' AND text < 'run.' AND instr(text, ?4) > 0)) "
                       "ORDER BY c.start_us");
    if (!rows)
        return sql_why(why, db, "the ledger cannot be read");
    sql_bind_str(rows, 1, (struct str)STR(TENANT));
    sqlite3_bind_int64(rows, 2, a->since_us);
    sql_bind_str(rows, 3, a->key);
    sql_bind_str(rows, 4, key_run(a->key));
    while (row_next(rows, &e, &s, why))
        if (str_eq(e.key, a->key) || key_run_inside(e.key, key_run(a->key)))
            add_row(b, &e);
    sqlite3_finalize(rows);
    return s;
}

static void write_inside(struct json_out *o, const struct billing *b)
{
    if (b->inside == 0) {
        json_out_null(o, "inside");
        return;
    }
    json_out_begin(o, "inside", '{');
    json_out_number(o, "requests", b->inside);
    json_out_decimal(o, "cost_usd", b->inside_cost.pd, 12, 2);
    json_out_end(o, '}');
}

static void write_dearest(struct json_out *o, const struct named *n)
{
    if (!n->any) {
        json_out_null(o, "dearest");
        return;
    }
    json_out_begin(o, "dearest", '{');
    json_out_text(o, "request", str_from(n->id, UUID_TEXT));
    json_out_text(o, "model", buf_str(&n->model));
    json_out_decimal(o, "cost_usd", n->cost.pd, 12, 2);
    json_out_end(o, '}');
}

static void write_failed(struct json_out *o, const struct named *n)
{
    if (!n->any) {
        json_out_null(o, "last_error");
        return;
    }
    json_out_begin(o, "last_error", '{');
    json_out_text(o, "request", str_from(n->id, UUID_TEXT));
    json_out_text(o, "model", buf_str(&n->model));
    json_out_number(o, "http_status", n->http_status);
    json_out_text(o, "error", buf_str(&n->error));
    json_out_end(o, '}');
}

static void write_answer(struct billing *b, struct str key, struct buf *json)
{
    struct json_out out = {json, true}, *o = &out;
    json_out_begin(o, NULL, '{');
    json_out_text(o, "key", key);
    json_out_begin(o, "cache", '{');
    json_out_decimal(o, "saved_usd", b->saved.pd, 12, 2);
    json_out_number(o, "unknown", b->saved_unknown);
    json_out_end(o, '}');
    json_out_begin(o, "retries", '{');
    json_out_number(o, "attempts", b->vain);
    json_out_decimal(o, "cost_usd", b->vain_cost.pd, 12, 2);
    json_out_number(o, "unpriced", b->vain_unpriced);
    json_out_end(o, '}');
    json_out_number(o, "answers_cut", b->answers_cut);
    json_out_number(o, "answers_too_long", b->answers_too_long);
    write_inside(o, b);
    write_dearest(o, &b->dearest);
    write_failed(o, &b->failed);
    json_out_name(o, NULL);
    sums_write(&b->sums, "model", false, NULL, json);
    json_out_end(o, '}');
}

static void begin(struct billing *b)
{
    sums_init(&b->sums);
    buf_init(&b->label, &alloc_heap, 0);
    buf_init(&b->dearest.model, &alloc_heap, 0);
    buf_init(&b->dearest.error, &alloc_heap, 0);
    buf_init(&b->failed.model, &alloc_heap, 0);
    buf_init(&b->failed.error, &alloc_heap, 0);
}

static void end(struct billing *b)
{
    buf_fini(&b->dearest.model);
    buf_fini(&b->dearest.error);
    buf_fini(&b->failed.model);
    buf_fini(&b->failed.error);
    buf_fini(&b->label);
    sums_fini(&b->sums);
}

static enum status run(struct store *s, const struct catalog *c, const struct asked *a,
                       struct buf *json, struct why *why)
{
    struct sqlite3 *db = NULL;
    enum status status = asked_reader(s, &db, why);
    if (status != STATUS_OK)
        return status;
    struct billing b = {.catalog = c, .key = a->key};
    begin(&b);
    status = read_rows(db, a, &b, why);
    if (status == STATUS_OK)
        write_answer(&b, a->key, json);
    if (b.sums.failed || arena_failed(&b.sums.arena) || buf_failed(json))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    end(&b);
    store_reader_close(db);
    return status;
}

enum status bill_verb(struct store *s, const struct catalog *c, struct str args_json,
                      struct buf *out_json, struct why *why)
{
    struct asked a = {0};
    struct json *document = NULL;
    struct span span = {0};
    enum status status = args_read(args_json, arguments, &a, &document, why);
    if (status == STATUS_OK)
        status = asked_span(a.since, STR_NONE, NULL, &span, why);
    a.since_us = span.since_us;
    if (status == STATUS_OK)
        status = run(s, c, &a, out_json, why);
    json_close(document);
    return status;
}
