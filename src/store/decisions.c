// SPDX-License-Identifier: Apache-2.0

#include "store/decisions.h"

#include "base/alloc.h"
#include "core/decision.h"
#include "store/sql.h"

#define COLUMNS 8
#define NONE    INT64_MIN
#define INTO                                                                               \
    "INSERT INTO decision (tenant, start_us, id, attempt, route, side, large_pd, packed) " \
    "VALUES "
#define ROW_1  "(?,?,?,?,?,?,?,?)"
#define ROW_4  ROW_1 "," ROW_1 "," ROW_1 "," ROW_1
#define ROW_32 ROW_4 "," ROW_4 "," ROW_4 "," ROW_4 "," ROW_4 "," ROW_4 "," ROW_4 "," ROW_4
#define AGAIN  " ON CONFLICT DO NOTHING"
_Static_assert(DECISIONS_ROWS == 32, "ROW_32");

bool decisions_open(struct decisions *d, sqlite3 *db)
{
    *d = (struct decisions){.some = sql_prepare(db, INTO ROW_32 AGAIN),
                            .one = sql_prepare(db, INTO ROW_1 AGAIN),
                            .rows = alloc_zero(&alloc_heap, DECISIONS_ROWS * sizeof *d->rows)};
    buf_init(&d->bytes, &alloc_heap, 0);
    return d->some && d->one && d->rows;
}

void decisions_close(struct decisions *d)
{
    sqlite3_finalize(d->some);
    sqlite3_finalize(d->one);
    heap_free(d->rows);
    buf_fini(&d->bytes);
    *d = (struct decisions){0};
}

void decisions_forget(struct decisions *d)
{
    d->count = 0;
    buf_clear(&d->bytes);
}

static void bind(const struct decisions *d, const struct decisions_row *row, sqlite3_stmt *s,
                 int first)
{
    const char *bytes = d->bytes.ptr + row->bytes;
    sqlite3_bind_int64(s, first, row->tenant);
    sqlite3_bind_int64(s, first + 1, row->start_us);
    sql_bind_blob(s, first + 2, bytes, sizeof(struct uuid));
    bytes += sizeof(struct uuid);
    sqlite3_bind_int64(s, first + 3, row->attempt);
    sql_bind_str(s, first + 4, str_from(bytes, row->route_len));
    sqlite3_bind_int64(s, first + 5, row->side);
    if (row->large_pd == NONE)
        sqlite3_bind_null(s, first + 6);
    else
        sqlite3_bind_int64(s, first + 6, row->large_pd);
    sql_bind_blob(s, first + 7, bytes + row->route_len, row->len);
}

static bool insert_each(struct decisions *d)
{
    bool fine = true;
    for (unsigned i = 0; fine && i < d->count; i++) {
        bind(d, &d->rows[i], d->one, 1);
        fine = sql_done(d->one);
    }
    return fine;
}

static bool insert_some(struct decisions *d)
{
    for (unsigned i = 0; i < d->count; i++)
        bind(d, &d->rows[i], d->some, 1 + (int)i * COLUMNS);
    return sql_done(d->some);
}

bool decisions_flush(struct decisions *d)
{
    bool fine = d->count == DECISIONS_ROWS ? insert_some(d) : insert_each(d);
    decisions_forget(d);
    return fine;
}

bool decisions_add(struct decisions *d, int64_t tenant, const struct entry *e)
{
    struct decision_brief made;
    if (e->decision.len == 0 || !decision_unpack_brief(e->decision, &made))
        return true;
    d->rows[d->count] = (struct decisions_row){.tenant = tenant,
                                               .start_us = e->start_us,
                                               .attempt = e->attempt,
                                               .side = made.side,
                                               .large_pd = made.compared ? made.large.pd : NONE,
                                               .bytes = d->bytes.len,
                                               .route_len = made.route.len,
                                               .len = e->decision.len};
    buf_add(&d->bytes, str_from((const char *)e->id.bytes, sizeof e->id.bytes));
    buf_add(&d->bytes, made.route);
    buf_add(&d->bytes, e->decision);
    if (buf_failed(&d->bytes))
        return false;
    d->count++;
    return d->count < DECISIONS_ROWS || decisions_flush(d);
}
