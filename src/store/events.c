// SPDX-License-Identifier: Apache-2.0

#include "store/events.h"

#include <string.h>

#include "store/budgets.h"
#include "store/inside.h"
#include "store/sql.h"

const char *event_name(enum event_kind kind)
{
    switch (kind) {
#define X(id, number, name) \
    case EVENT_##id: return name;
        EVENT_MAP(X)
#undef X
    }
    return "unknown"; // of a later version's
}

static void bind(sqlite3_stmt *q, const struct event *e)
{
    const int64_t numbers[] = {
        e->at_us,           e->kind,          (int64_t)e->budget, e->window.kind,
        e->window.start_us, e->window.end_us, e->percent,         e->limit.n,
        e->spent.n,         e->held.n,        e->beyond.n};
    int column = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(q, ++column, numbers[i]);
    sql_bind_str(q, ++column, e->value);
    if (e->kind != EVENT_ALERT)
        sql_bind_blob(q, ++column, e->request.bytes, sizeof e->request.bytes);
}

enum status store_event_add(struct store *s, const struct event *e, bool *fresh, struct why *why)
{
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    sqlite3_stmt *q = sql_prepare(
        s->keys, "INSERT INTO event (at_us, kind, budget, window, start_us, end_us, percent, "
                 "limit_nd, spent, held, beyond, value, request) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                 "?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING");
    if (q)
        bind(q, e);
    if (!q || !sql_done(q))
        status = sql_why(why, s->keys, "what became of a budget cannot be kept");
    else
        *fresh = sqlite3_changes(s->keys) > 0;
    sqlite3_finalize(q);
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

static void read_row(sqlite3_stmt *q, struct event *e)
{
    struct str request = sql_str(q, 14);
    *e = (struct event){.id = sqlite3_column_int64(q, 0),
                        .at_us = sqlite3_column_int64(q, 1),
                        .kind = (enum event_kind)sqlite3_column_int(q, 2),
                        .budget = (uint64_t)sqlite3_column_int64(q, 3),
                        .window = {sqlite3_column_int64(q, 5), sqlite3_column_int64(q, 6),
                                   (enum window_kind)sqlite3_column_int(q, 4)},
                        .percent = (unsigned)sqlite3_column_int(q, 7),
                        .limit = {sqlite3_column_int64(q, 8)},
                        .spent = {sqlite3_column_int64(q, 9)},
                        .held = {sqlite3_column_int64(q, 10)},
                        .beyond = {sqlite3_column_int64(q, 11)},
                        .value = sql_str(q, 12),
                        .name = sql_str(q, 13)};
    if (request.len == sizeof e->request.bytes)
        memcpy(e->request.bytes, request.ptr, request.len);
}

#define EVENTS                                                                                \
    "SELECT * FROM (SELECT e.id, e.at_us, e.kind, e.budget, e.window, e.start_us, e.end_us, " \
    "e.percent, e.limit_nd, e.spent, e.held, e.beyond, e.value, b.shown, e.request FROM "     \
    "event e LEFT JOIN (SELECT b.id, b.name, " BUDGET_SHOWN                                   \
    "AS shown FROM budget b) b ON b.id = e.budget WHERE e.id > ?1 AND (?2 = '' OR b.shown = " \
    "?2 OR b.name = ?2 AND NOT EXISTS (SELECT 1 FROM budget o WHERE o.name = ?2 AND "         \
    "o.archived_us = 0)) ORDER BY e.id DESC LIMIT ?3) ORDER BY id"

enum status store_event_each(struct store *s, const struct event_query *query, store_event_f *f,
                             void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, EVENTS, "what became of budgets cannot be read", why);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(r.row, 1, query->after);
    sql_bind_str(r.row, 2, query->name);
    sqlite3_bind_int64(r.row, 3, query->most);
    while (sql_rows_next(&r)) {
        struct event e;
        read_row(r.row, &e);
        f(context, &e);
    }
    return sql_rows_end(&r, why);
}
