// SPDX-License-Identifier: Apache-2.0
//
// An export goes in pieces, so that neither side holds all of it. A piece ends after a row, and the
// next one begins behind that row's key: "<start_us>.<id>.<attempt>".

#include "base/clock.h"
#include "core/tenant.h"
#include "insight/asked.h"
#include "insight/csv.h"
#include "insight/row.h"
#include "insight/verbs.h"
#include "store/sql.h"

#define PIECE_BYTES 400000

struct asked {
    struct str format, since, until, tz, after;
};

static const struct args_row arguments[] = {
    {.name = "format", .offset = offsetof(struct asked, format)},
    {.name = "since", .offset = offsetof(struct asked, since)},
    {.name = "until", .offset = offsetof(struct asked, until)},
    {.name = "tz", .offset = offsetof(struct asked, tz)},
    {.name = "after", .offset = offsetof(struct asked, after)},
    {0}};

struct cursor {
    int64_t start_us;
    struct uuid id;
    int attempt;
};

static bool read_cursor(struct str text, struct cursor *at)
{
    struct str start, id;
    uint64_t attempt;
    if (!str_cut(&text, '.', &start) || !str_i64(start, &at->start_us) ||
        !str_cut(&text, '.', &id) || !uuid_read(id, &at->id) || !str_u64(text, &attempt) ||
        attempt > UINT8_MAX)
        return false;
    at->attempt = (int)attempt;
    return true;
}

static sqlite3_stmt *prepare(sqlite3 *db, const struct cursor *after, const struct span *span)
{
    sqlite3_stmt *s =
        sql_prepare(db, ROW_SELECT "WHERE c.tenant = (SELECT id FROM name WHERE text = ?1) AND "
                                   "c.start_us >= ?2 AND c.start_us < ?3 AND "
                                   "(c.start_us, c.id, c.attempt) > (?4, ?5, ?6) "
                                   "ORDER BY c.start_us, c.id, c.attempt");
    if (!s)
        return NULL;
    sql_bind_str(s, 1, (struct str)STR(TENANT));
    sqlite3_bind_int64(s, 2, after->start_us > span->since_us ? after->start_us : span->since_us);
    sqlite3_bind_int64(s, 3, span->until_us);
    sqlite3_bind_int64(s, 4, after->start_us);
    sql_bind_blob(s, 5, after->id.bytes, sizeof after->id.bytes);
    sqlite3_bind_int(s, 6, after->attempt);
    return s;
}

static void write_answer(const struct buf *text, const struct entry *last, struct buf *json)
{
    char id[UUID_TEXT];
    buf_add_cstr(json, "{\"text\":");
    buf_add_json(json, buf_str(text));
    if (last) {
        uuid_write(&last->id, id);
        buf_printf(json, ",\"next\":\"%lld.%.*s.%u\"}", (long long)last->start_us, UUID_TEXT, id,
                   (unsigned)last->attempt);
    } else {
        buf_add_cstr(json, ",\"next\":null}");
    }
}

static enum status write_piece(sqlite3_stmt *s, bool csv, bool first, struct buf *json,
                               struct why *why)
{
    struct buf text;
    struct entry e;
    enum status status = STATUS_OK;
    bool more;
    buf_init(&text, &alloc_heap, 0);
    if (csv && first)
        csv_head(&text);
    while ((more = row_next(s, &e, &status, why))) {
        if (csv)
            csv_row(&e, &text);
        else
            row_write(&e, &text);
        buf_add_char(&text, '\n');
        if (text.len >= PIECE_BYTES)
            break;
    }
    if (status == STATUS_OK)
        write_answer(&text, more ? &e : NULL, json);
    if (buf_failed(&text) || buf_failed(json))
        status = why_set(why, STATUS_NO_MEMORY, "out of memory");
    buf_fini(&text);
    return status;
}

// Told by every piece, of all that was asked for.
static enum status add_since(sqlite3 *db, const struct span *span, struct buf *json,
                             struct why *why)
{
    int64_t since_us = 0;
    if (!row_since(db, (struct str)STR(TENANT), span->since_us, span->until_us, &since_us))
        return sql_why(why, db, "the ledger cannot be read");
    if (since_us == 0)
        return STATUS_OK;
    json->len--; // the brace: more belongs to it
    buf_add_cstr(json, ",\"rows_since\":\"");
    civil_write(json, since_us, 6);
    buf_add_cstr(json, "\"}");
    return buf_failed(json) ? why_set(why, STATUS_NO_MEMORY, "out of memory") : STATUS_OK;
}

static enum status run(struct store *s, const struct asked *a, const struct zone *zone,
                       struct buf *json, struct why *why)
{
    struct cursor after = {.start_us = INT64_MIN};
    struct span span;
    bool csv = str_is(a->format, "csv");
    enum status status = STATUS_OK;
    if (!csv && a->format.len && !str_is(a->format, "json"))
        status = why_set(why, STATUS_SYNTAX, "an export is csv or json");
    if (status == STATUS_OK)
        status = asked_span(a->since, a->until, zone, &span, why);
    if (status == STATUS_OK && a->after.len && !read_cursor(a->after, &after))
        status = why_set(why, STATUS_SYNTAX, "after: not what an export gave as `next`");
    struct sqlite3 *db = NULL;
    if (status == STATUS_OK)
        status = asked_reader(s, &db, why);
    if (status != STATUS_OK)
        return status;
    sqlite3_stmt *rows = prepare(db, &after, &span);
    status = rows ? write_piece(rows, csv, a->after.len == 0, json, why)
                  : sql_why(why, db, "the ledger cannot be read");
    if (status == STATUS_OK)
        status = add_since(db, &span, json, why);
    sqlite3_finalize(rows);
    store_reader_close(db);
    return status;
}

enum status export_verb(struct store *s, const struct catalog *c, struct str args_json,
                        struct buf *out_json, struct why *why)
{
    (void)c;
    struct asked a = {0};
    struct json *document = NULL;
    struct zone *zone = NULL;
    enum status status = args_read(args_json, arguments, &a, &document, why);
    if (status == STATUS_OK && a.tz.len)
        status = zone_open(a.tz, &zone, why);
    if (status == STATUS_OK)
        status = run(s, &a, zone, out_json, why);
    zone_close(zone);
    json_close(document);
    return status;
}
