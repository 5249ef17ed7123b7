// SPDX-License-Identifier: Apache-2.0

#include "insight/row.h"

#include "base/clock.h"
#include "base/json_out.h"
#include "budget/nano.h"
#include "store/sql.h"

static bool read_id(sqlite3_stmt *s, int column, struct uuid *id)
{
    struct str bytes = sql_str(s, column);
    if (bytes.len != sizeof id->bytes)
        return false;
    memcpy(id->bytes, bytes.ptr, bytes.len);
    return true;
}

static void read_numbers(sqlite3_stmt *s, int column, struct entry *e)
{
    int flags = sqlite3_column_int(s, column + 4);
    e->outcome = (enum outcome)sqlite3_column_int(s, column);
    e->price_state = (enum price_state)sqlite3_column_int(s, column + 1);
    e->usage.sure = (enum sure)sqlite3_column_int(s, column + 2);
    e->usage.service = (enum service)sqlite3_column_int(s, column + 3);
    e->stream = flags & LEDGER_STREAM;
    e->priced_as_answered = flags & LEDGER_ANSWERED;
    e->usage.us_region = flags & LEDGER_US_REGION;
    e->usage.inconsistent = flags & LEDGER_INCONSISTENT;
    e->usage.uncounted = flags & LEDGER_UNCOUNTED;
    e->followed = flags & LEDGER_FOLLOWED;
    e->http_status = sqlite3_column_int(s, column + 5);
    e->ttft_us = sqlite3_column_int64(s, column + 6);
    e->duration_us = sqlite3_column_int64(s, column + 7);
    e->overhead_us = sqlite3_column_int64(s, column + 8);
    e->cost.pd = sqlite3_column_int64(s, column + 9);
    e->usage.has_reported = sqlite3_column_type(s, column + 10) != SQLITE_NULL;
    e->usage.reported.pd = sqlite3_column_int64(s, column + 10);
    e->upstream_id = sql_str(s, column + 11);
}

static bool read_row(sqlite3_stmt *s, struct entry *e)
{
    *e = (struct entry){.start_us = sqlite3_column_int64(s, 0),
                        .attempt = (uint8_t)sqlite3_column_int(s, 2)};
    if (!read_id(s, 1, &e->id))
        return false;
    struct str *const texts[] = {&e->tenant,         &e->team,      &e->project, &e->key,
                                 &e->user,           &e->provider,  &e->model,   &e->model_asked,
                                 &e->model_answered, &e->endpoint,  &e->route,   &e->error,
                                 &e->price_version,  &e->price_name};
    int column = 3;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = sql_str(s, column++);
    read_numbers(s, column, e);
    column += 12;
    struct str tags = sql_str(s, column++);
    if (tags.len > 0 && !tags_unpack(tags, &e->tags))
        return false;
    e->price_parts = sql_str(s, column++);
    for (int i = 0; i < BUCKET_COUNT; i++)
        e->usage.count[i] = sqlite3_column_int64(s, column++);
    e->usage.reasoning = sqlite3_column_int64(s, column++);
    e->usage.prompt = sqlite3_column_int64(s, column++);
    e->load_us = sqlite3_column_int64(s, column++);
    e->queue_us = sqlite3_column_int64(s, column++);
    struct str charge = sql_str(s, column);
    if (charge.len > 0 && !charge_unpack(charge, &e->charge))
        return false;
    return e->outcome <= OUTCOME_UNKNOWN && e->price_state < PRICE_STATE_COUNT &&
           e->usage.sure <= SURE_CAPTURED && e->usage.service < SERVICE_COUNT;
}

// The sums by the hour stay: they tell that there were some.
bool row_since(sqlite3 *db, struct str tenant, int64_t from_us, int64_t until_us, int64_t *since_us)
{
    sqlite3_stmt *s = sql_prepare(
        db, "SELECT value FROM fact WHERE name = 'rows_from_us' AND value > ?2 AND EXISTS (SELECT "
            "1 FROM rollup WHERE tenant = (SELECT id FROM name WHERE text = ?1) AND hour >= ?2 / "
            "3600000000 AND hour * 3600000000 < "
            "min(value, ?3))");
    if (!s)
        return false;
    sql_bind_str(s, 1, tenant);
    sqlite3_bind_int64(s, 2, from_us);
    sqlite3_bind_int64(s, 3, until_us);
    bool fine = sql_one_i64(s, 0, since_us);
    sqlite3_finalize(s);
    return fine;
}

bool row_next(sqlite3_stmt *s, struct entry *e, enum status *status, struct why *why)
{
    int code = sqlite3_step(s);
    *status = STATUS_OK;
    if (code == SQLITE_DONE)
        return false;
    if (code != SQLITE_ROW) {
        *status = sql_why(why, sqlite3_db_handle(s), "the ledger cannot be read");
        return false;
    }
    if (read_row(s, e))
        return true;
    struct buf when;
    buf_init(&when, &alloc_heap, 0);
    civil_write(&when, e->start_us, 6);
    *status = why_set(why, STATUS_DAMAGED, "the ledger is damaged: a call that began at %s",
                      buf_cstr(&when));
    buf_fini(&when);
    return false;
}

static void write_words(const struct entry *e, struct json_out *o)
{
    json_out_text(o, "tenant", e->tenant);
    json_out_text(o, "team", e->team);
    json_out_text(o, "project", e->project);
    json_out_text(o, "key", e->key);
    json_out_text(o, "user", e->user);
    json_out_text(o, "provider", e->provider);
    json_out_text(o, "model", e->model);
    json_out_text(o, "model_asked", e->model_asked);
    json_out_text(o, "model_answered", e->model_answered);
    json_out_text(o, "endpoint", e->endpoint);
    json_out_text(o, "route", e->route);
    json_out_text(o, "outcome", str_of(outcome_name(e->outcome)));
    json_out_number(o, "http_status", e->http_status);
    json_out_text(o, "error", e->error);
    json_out_text(o, "upstream_id", e->upstream_id);
    json_out_flag(o, "stream", e->stream);
}

static void write_money(struct json_out *o, const char *name, bool known, struct money m)
{
    if (known)
        json_out_decimal(o, name, m.pd, 12, 12);
    else
        json_out_null(o, name);
}

// What one of its budgets was told; null where none was concerned.
static void write_charge(struct json_out *o, const char *name, const struct charge *c, int64_t nd)
{
    if (c->count > 0)
        json_out_decimal(o, name, nd, NANO_PLACES, NANO_PLACES);
    else
        json_out_null(o, name);
}

static void write_usage(const struct entry *e, struct json_out *o)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        json_out_name(o, NULL);
        buf_printf(o->buf, "\"%s%s\":%lld", bucket_name((enum bucket)i),
                   bucket_is_token((enum bucket)i) ? "_tokens" : "", (long long)e->usage.count[i]);
    }
    json_out_number(o, "reasoning_tokens", e->usage.reasoning);
    json_out_number(o, "prompt_tokens", e->usage.prompt);
    json_out_text(o, "sure", str_of(sure_name(e->usage.sure)));
    json_out_flag(o, "usage_contradicts", e->usage.inconsistent);
    json_out_text(o, "service", str_of(service_name(e->usage.service)));
}

static void write_tags(const struct tags *tags, struct json_out *o)
{
    json_out_begin(o, "tags", '{');
    for (unsigned i = 0; i < tags->count; i++) {
        json_out_text(o, NULL, tags->at[i].name);
        buf_add_char(o->buf, ':');
        buf_add_json(o->buf, tags->at[i].value);
    }
    json_out_end(o, '}');
}

void row_write(const struct entry *e, struct buf *json)
{
    struct json_out out = {json, true}, *o = &out;
    char id[UUID_TEXT];
    uuid_write(&e->id, id);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "request", str_from(id, UUID_TEXT));
    json_out_number(o, "attempt", e->attempt);
    json_out_flag(o, "followed", e->followed);
    json_out_name(o, "start");
    buf_add_char(json, '"');
    civil_write(json, e->start_us, 6);
    buf_add_char(json, '"');
    write_words(e, o);
    json_out_number(o, "ttft_us", e->ttft_us);
    json_out_number(o, "duration_us", e->duration_us);
    json_out_number(o, "overhead_us", e->overhead_us);
    json_out_number(o, "load_us", e->load_us);
    json_out_number(o, "queue_us", e->queue_us);
    write_usage(e, o);
    json_out_text(o, "price_state", str_of(price_state_name(e->price_state)));
    write_money(o, "cost_usd", e->price_state != PRICE_UNPRICED, e->cost);
    write_money(o, "reported_usd", e->usage.has_reported, e->usage.reported);
    write_charge(o, "held_usd", &e->charge, e->charge.held);
    write_charge(o, "charged_usd", &e->charge, e->charge.charged);
    json_out_text(o, "price_version", e->price_version);
    json_out_text(o, "price_name", e->price_name);
    json_out_text(o, "price_parts", e->price_parts);
    json_out_text(o, "priced_as", str_of(e->priced_as_answered ? "answered" : "asked"));
    write_tags(&e->tags, o);
    json_out_end(o, '}');
}
