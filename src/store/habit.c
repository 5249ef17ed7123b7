// SPDX-License-Identifier: Apache-2.0

#include "store/habit.h"

#include "core/entry.h"
#include "store/kinds.h"
#include "store/sql.h"

// The latest attempts, of which those count that ended well and that their provider has counted. A
// machine's time may have been measured here instead, of what is estimated for nothing else. Row by
// row, in the order of the tables: no copy is made of them before the first is looked at.
#define SUMS                                                                                    \
    "SELECT p.text, m.text, count(*) FILTER (WHERE k.sure = ?6), sum(c.input + c.cache_read + " \
    "c.cache_write + c.cache_write_1h) FILTER (WHERE k.sure = ?6), sum(c.cache_read) FILTER "   \
    "(WHERE k.sure = ?6), sum(c.output) FILTER (WHERE k.sure = ?6), count(*) FILTER (WHERE "    \
    "c.busy > 0), sum(c.busy) FROM (SELECT kind, input, cache_read, cache_write, "              \
    "cache_write_1h, output, busy FROM call WHERE tenant = (SELECT id FROM name WHERE text = "  \
    "?1) AND start_us >= ?2 AND start_us < ?3 ORDER BY start_us DESC LIMIT ?4) AS c CROSS "     \
    "JOIN kind AS k ON k.id = c.kind CROSS JOIN name AS p ON p.id = k.provider CROSS JOIN "     \
    "name AS m ON m.id = k.model WHERE k.outcome = ?5 AND (k.sure = ?6 OR (k.sure = ?8 AND "    \
    "c.busy > 0)) AND (k.flags & ?7) = 0 GROUP BY k.provider, k.model"

static void tell(sqlite3_stmt *q, store_habit_f *f, void *context)
{
    const struct store_habit h = {.provider = sql_str(q, 0),
                                  .model = sql_str(q, 1),
                                  .requests = sqlite3_column_int64(q, 2),
                                  .input = sqlite3_column_int64(q, 3),
                                  .cached = sqlite3_column_int64(q, 4),
                                  .output = sqlite3_column_int64(q, 5),
                                  .timed = sqlite3_column_int64(q, 6),
                                  .busy_us = sqlite3_column_int64(q, 7)};
    f(context, &h);
}

enum status store_habits(struct store *s, const struct decided_query *q, store_habit_f *f,
                         void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, SUMS, "calls", why);
    if (status != STATUS_OK)
        return status;
    sql_bind_str(r.row, 1, q->tenant);
    sqlite3_bind_int64(r.row, 2, q->since_us);
    sqlite3_bind_int64(r.row, 3, q->until_us);
    sqlite3_bind_int64(r.row, 4, q->most);
    sqlite3_bind_int(r.row, 5, OUTCOME_OK);
    sqlite3_bind_int(r.row, 6, SURE_REPORTED);
    sqlite3_bind_int(r.row, 7, LEDGER_INCONSISTENT);
    sqlite3_bind_int(r.row, 8, SURE_ESTIMATED);
    while (sql_rows_next(&r))
        tell(r.row, f, context);
    return sql_rows_end(&r, why);
}
