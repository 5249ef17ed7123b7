// SPDX-License-Identifier: Apache-2.0

#include "store/habit.h"

#include "store/rollup.h"
#include "store/sql.h"

#define SUMS                                                                                 \
    "SELECT p.text, m.text, sum(r.requests - r.errors) AS n, sum(r.input + r.cache_read "    \
    "+ r.cache_write + r.cache_write_1h), sum(r.cache_read), sum(r.output), sum(r.busy) "    \
    "FROM rollup AS r JOIN name AS p ON p.id = r.provider JOIN name AS m ON m.id = r.model " \
    "WHERE r.hour >= ?1 GROUP BY r.provider, r.model HAVING n > 0"

static void tell(sqlite3_stmt *q, store_habit_f *f, void *context)
{
    const struct store_habit h = {.provider = sql_str(q, 0),
                                  .model = sql_str(q, 1),
                                  .requests = sqlite3_column_int64(q, 2),
                                  .input = sqlite3_column_int64(q, 3),
                                  .cached = sqlite3_column_int64(q, 4),
                                  .output = sqlite3_column_int64(q, 5),
                                  .busy_us = sqlite3_column_int64(q, 6)};
    f(context, &h);
}

enum status store_habits(struct store *s, int64_t since_us, store_habit_f *f, void *context,
                         struct why *why)
{
    sqlite3 *db = NULL;
    enum status status = store_reader_open(s, &db, why);
    if (status != STATUS_OK)
        return status;
    sqlite3_stmt *q = sql_prepare(db, SUMS);
    if (q)
        sqlite3_bind_int64(q, 1, since_us / HOUR_US);
    int code = SQLITE_ERROR;
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW)
        tell(q, f, context);
    if (code != SQLITE_DONE)
        status = sql_why(why, db, "rollups");
    sqlite3_finalize(q);
    store_reader_close(db);
    return status;
}
