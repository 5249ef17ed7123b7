// SPDX-License-Identifier: Apache-2.0

#include "base/clock.h"
#include "base/json_out.h"
#include "budget/window.h"
#include "core/split.h"
#include "core/tenant.h"
#include "insight/asked.h"
#include "insight/decision_json.h"
#include "insight/row.h"
#include "insight/verbs.h"
#include "store/sql.h"

#define ID_SLACK_US DAY_US // an id's time and its row's start may differ, should the clock be set

static sqlite3_stmt *by_id(sqlite3 *db, const struct uuid *id)
{
    sqlite3_stmt *s = sql_prepare(
        db, ROW_SELECT "WHERE c.tenant = (SELECT id FROM name WHERE text = ?1) AND "
                       "c.start_us >= ?2 AND c.start_us < ?3 AND c.id = ?4 ORDER BY c.attempt");
    if (!s)
        return NULL;
    int64_t us = uuid_wall_ms(id) * 1000;
    sqlite3_bind_int64(s, 2, us - ID_SLACK_US);
    sqlite3_bind_int64(s, 3, us + ID_SLACK_US);
    sql_bind_blob(s, 4, id->bytes, sizeof id->bytes);
    return s;
}

static sqlite3_stmt *by_upstream_id(sqlite3 *db, struct str id)
{
    sqlite3_stmt *s =
        sql_prepare(db, ROW_SELECT "WHERE c.tenant = (SELECT id FROM name WHERE text = ?1) AND "
                                   "(c.upstream_id = ?2 OR c.answer_id = ?2) ORDER BY c.start_us, "
                                   "c.attempt LIMIT 100");
    if (s)
        sql_bind_str(s, 2, id);
    return s;
}

// The lines of a text as an array of strings.
static void write_lines(struct json_out *o, const char *name, struct str text)
{
    struct str line;
    json_out_begin(o, name, '[');
    while (str_cut(&text, '\n', &line))
        json_out_text(o, NULL, line);
    json_out_end(o, ']');
}

// usage x price = cost, once more, from the prices as the book has them now; says when that is not
// the book that priced the call.
static void write_arithmetic(const struct catalog *c, const struct entry *e, struct json_out *o)
{
    struct buf text;
    struct split split;
    struct bill bill;
    split_read(c, e->price_name, e->price_parts, &split);
    split_fill(&split, &e->usage);
    split_rate(&split, e->start_us, &bill);
    buf_init(&text, &alloc_heap, 0);
    // Not by the book: its provider is declared to cost nothing, or its endpoint does.
    bool declared = e->price_state == PRICE_FREE && bill.state != PRICE_FREE;
    if (declared)
        buf_add_cstr(&text, "free: its provider or its endpoint costs nothing");
    else
        bill_explain(&split, &bill, &text);
    bool current = str_eq(e->price_version, catalog_version(c));
    bool same = declared || (bill.state == e->price_state && bill.total.pd == e->cost.pd);
    write_lines(o, "arithmetic", buf_str(&text));
    json_out_flag(o, "book_is_current", current);
    json_out_flag(o, "arithmetic_agrees", same);
    buf_fini(&text);
}

static void write_budget(struct json_out *o, sqlite3_stmt *q)
{
    struct str value = sql_str(q, 1);
    int64_t start_us = sqlite3_column_int64(q, 3);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "budget", sql_str(q, 0));
    if (value.len)
        json_out_text(o, "value", value);
    json_out_text(o, "window", str_of(window_name((enum window_kind)sqlite3_column_int(q, 2))));
    if (start_us != INT64_MIN)
        json_out_time(o, "began", start_us);
    json_out_end(o, '}');
}

// In which budgets it held, in the order of refusal.
static enum status write_budgets(sqlite3 *db, const struct charge *c, struct json_out *o,
                                 struct why *why)
{
    sqlite3_stmt *q =
        sql_prepare(db, "SELECT b.name, a.value, a.window, a.start_us FROM account a JOIN budget b "
                        "ON b.id = a.budget WHERE a.id = ?1");
    bool fine = q;
    json_out_begin(o, "budgets", '[');
    for (unsigned i = 0; fine && i < c->count; i++) {
        sqlite3_bind_int64(q, 1, (int64_t)c->accounts[i]);
        int code = sqlite3_step(q);
        if (code == SQLITE_ROW)
            write_budget(o, q);
        fine = code == SQLITE_ROW || code == SQLITE_DONE;
        sqlite3_reset(q);
    }
    json_out_end(o, ']');
    enum status status = fine ? STATUS_OK : sql_why(why, db, "the ledger cannot be read");
    sqlite3_finalize(q);
    return status;
}

// Why it went there.
static enum status write_decision(sqlite3_stmt *finder, const struct entry *e, struct json_out *o,
                                  struct why *why)
{
    if (decision_write(finder, e, o))
        return STATUS_OK;
    return sql_why(why, sqlite3_db_handle(finder), "the ledger cannot be read");
}

static enum status write_attempts(sqlite3_stmt *s, const struct catalog *c, struct json_out *o,
                                  struct why *why)
{
    struct entry e;
    enum status status;
    sqlite3_stmt *finder = decision_finder(sqlite3_db_handle(s));
    if (!finder)
        return sql_why(why, sqlite3_db_handle(s), "the ledger cannot be read");
    while (row_next(s, &e, &status, why)) {
        json_out_name(o, NULL);
        row_write(&e, o->buf);
        if (!buf_failed(o->buf))
            o->buf->len--; // the brace: more belongs to it
        write_arithmetic(c, &e, o);
        status = write_budgets(sqlite3_db_handle(s), &e.charge, o, why);
        if (status == STATUS_OK)
            status = write_decision(finder, &e, o, why);
        json_out_end(o, '}');
        if (status != STATUS_OK)
            break;
    }
    sqlite3_finalize(finder);
    return status;
}

static enum status find(sqlite3 *db, const struct catalog *c, struct str text, struct buf *json,
                        struct why *why)
{
    struct uuid id;
    sqlite3_stmt *s = uuid_read(text, &id) ? by_id(db, &id) : by_upstream_id(db, text);
    if (!s)
        return sql_why(why, db, "the ledger cannot be read");
    sql_bind_str(s, 1, (struct str)STR(TENANT));
    struct json_out o = {json, true};
    json_out_begin(&o, NULL, '{');
    json_out_begin(&o, "attempts", '[');
    enum status status = write_attempts(s, c, &o, why);
    bool found = !o.first;
    json_out_end(&o, ']');
    json_out_end(&o, '}');
    sqlite3_finalize(s);
    if (status != STATUS_OK)
        return status;
    if (!found)
        return why_set(why, STATUS_UNKNOWN,
                       "no request %.*s is in the ledger; its id is the answer's "
                       "x-costlens-request-id. One that was refused before a model was asked has "
                       "no row and no decision: its answer said why",
                       STR_ARG(text));
    return buf_failed(json) ? why_set(why, STATUS_NO_MEMORY, "out of memory") : STATUS_OK;
}

enum status request_verb(struct store *s, const struct catalog *c, struct str args_json,
                         struct buf *out_json, struct why *why)
{
    static const struct args_row rows[] = {{.name = "id", .needed = true}, {0}};
    struct str id = STR_NONE;
    struct json *document = NULL;
    struct sqlite3 *db = NULL;
    enum status status = args_read(args_json, rows, &id, &document, why);
    if (status == STATUS_OK)
        status = asked_reader(s, &db, why);
    if (status == STATUS_OK)
        status = find(db, c, id, out_json, why);
    if (db)
        store_reader_close(db);
    json_close(document);
    return status;
}
