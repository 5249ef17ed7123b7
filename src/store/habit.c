// SPDX-License-Identifier: Apache-2.0

#include "store/habit.h"

#include "core/entry.h"
#include "store/kinds.h"
#include "store/sql.h"

// The latest attempts, of which those count that ended well and that their provider has counted. A
// machine's time may have been measured here instead, of what is estimated for nothing else. They
// are limited before they are put in order, so that no more than these are.
#define ATTEMPTS                                                                                  \
    "SELECT p.text, m.text, k.sure = ?6, c.input + c.cache_read + c.cache_write + "               \
    "c.cache_write_1h, c.cache_read, c.output, c.busy, c.start_us FROM (SELECT kind, start_us, "  \
    "input, cache_read, cache_write, cache_write_1h, output, busy FROM call WHERE tenant = "      \
    "(SELECT id FROM name WHERE text = ?1) AND start_us >= ?2 AND start_us < ?3 ORDER BY "        \
    "start_us DESC LIMIT ?4) AS c CROSS JOIN kind AS k ON k.id = c.kind CROSS JOIN name AS p ON " \
    "p.id = k.provider CROSS JOIN name AS m ON m.id = k.model WHERE k.outcome = ?5 AND (k.sure "  \
    "= ?6 OR (k.sure = ?8 AND c.busy > 0)) AND (k.flags & ?7) = 0 ORDER BY k.provider, k.model, " \
    "c.start_us"

static void tell(sqlite3_stmt *q, store_habit_f *f, void *context)
{
    const struct store_habit h = {.provider = sql_str(q, 0),
                                  .model = sql_str(q, 1),
                                  .start_us = sqlite3_column_int64(q, 7),
                                  .counted = sqlite3_column_int(q, 2) != 0,
                                  .input = sqlite3_column_int64(q, 3),
                                  .cached = sqlite3_column_int64(q, 4),
                                  .output = sqlite3_column_int64(q, 5),
                                  .busy_us = sqlite3_column_int64(q, 6)};
    f(context, &h);
}

enum status store_habits(struct store *s, const struct decided_query *q, store_habit_f *f,
                         void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, ATTEMPTS, "calls", why);
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
