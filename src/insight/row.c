// SPDX-License-Identifier: Apache-2.0

#include "insight/row.h"

#include "base/clock.h"
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
    e->usage.prompt = sqlite3_column_int64(s, column);
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

static void member(struct buf *json, const char *name, struct str text)
{
    buf_printf(json, ",\"%s\":", name);
    buf_add_json(json, text);
}

static void number(struct buf *json, const char *name, int64_t n)
{
    buf_printf(json, ",\"%s\":%lld", name, (long long)n);
}

static void write_words(const struct entry *e, struct buf *json)
{
    member(json, "tenant", e->tenant);
    member(json, "team", e->team);
    member(json, "project", e->project);
    member(json, "key", e->key);
    member(json, "user", e->user);
    member(json, "provider", e->provider);
    member(json, "model", e->model);
    member(json, "model_asked", e->model_asked);
    member(json, "model_answered", e->model_answered);
    member(json, "endpoint", e->endpoint);
    member(json, "route", e->route);
    member(json, "outcome", str_of(outcome_name(e->outcome)));
    number(json, "http_status", e->http_status);
    member(json, "error", e->error);
    member(json, "upstream_id", e->upstream_id);
    buf_printf(json, ",\"stream\":%s", e->stream ? "true" : "false");
}

static void write_money(struct buf *json, const char *name, bool known, struct money m)
{
    buf_printf(json, ",\"%s\":", name);
    if (!known) {
        buf_add_cstr(json, "null");
        return;
    }
    buf_add_char(json, '"');
    money_write(json, m);
    buf_add_char(json, '"');
}

static void write_usage(const struct entry *e, struct buf *json)
{
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        bool tokens = i <= BUCKET_IMAGE_OUTPUT;
        buf_printf(json, ",\"%s%s\":%lld", bucket_name((enum bucket)i), tokens ? "_tokens" : "",
                   (long long)e->usage.count[i]);
    }
    number(json, "reasoning_tokens", e->usage.reasoning);
    number(json, "prompt_tokens", e->usage.prompt);
    member(json, "sure", str_of(sure_name(e->usage.sure)));
    buf_printf(json, ",\"usage_contradicts\":%s", e->usage.inconsistent ? "true" : "false");
    member(json, "service", str_of(service_name(e->usage.service)));
}

static void write_tags(const struct tags *tags, struct buf *json)
{
    buf_add_cstr(json, ",\"tags\":{");
    for (unsigned i = 0; i < tags->count; i++) {
        if (i > 0)
            buf_add_char(json, ',');
        buf_add_json(json, tags->at[i].name);
        buf_add_char(json, ':');
        buf_add_json(json, tags->at[i].value);
    }
    buf_add_char(json, '}');
}

void row_write(const struct entry *e, struct buf *json)
{
    char id[UUID_TEXT];
    uuid_write(&e->id, id);
    buf_printf(json, "{\"request\":\"%.*s\",\"attempt\":%u,\"start\":\"", UUID_TEXT, id,
               (unsigned)e->attempt);
    civil_write(json, e->start_us, 6);
    buf_add_char(json, '"');
    write_words(e, json);
    number(json, "ttft_us", e->ttft_us);
    number(json, "duration_us", e->duration_us);
    number(json, "overhead_us", e->overhead_us);
    write_usage(e, json);
    member(json, "price_state", str_of(price_state_name(e->price_state)));
    write_money(json, "cost_usd", e->price_state != PRICE_UNPRICED, e->cost);
    write_money(json, "reported_usd", e->usage.has_reported, e->usage.reported);
    member(json, "price_version", e->price_version);
    member(json, "price_name", e->price_name);
    member(json, "price_parts", e->price_parts);
    buf_printf(json, ",\"priced_as\":\"%s\"", e->priced_as_answered ? "answered" : "asked");
    write_tags(&e->tags, json);
    buf_add_char(json, '}');
}
