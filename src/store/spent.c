// SPDX-License-Identifier: Apache-2.0

#include "store/spent.h"

#include "store/sql.h"

#define NOW "a.start_us <= ?1 AND a.end_us > ?1 AND a.settled > 0"
#define ACCOUNTS                                                                               \
    "SELECT a.budget, a.value, a.start_us, a.settled FROM account AS a WHERE a.id > (SELECT "  \
    "coalesce(max(id), 0) FROM account) - ?2 AND " NOW " UNION ALL SELECT a.budget, a.value, " \
    "a.start_us, a.settled FROM budget AS b CROSS JOIN account AS a ON a.budget = b.id AND "   \
    "a.value = '' WHERE b.archived_us = 0 AND " NOW

enum status store_spent_each(struct store *s, const struct spent_query *q, store_spent_f *f,
                             void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, ACCOUNTS, "accounts of budgets", why);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(r.row, 1, q->now_us);
    sqlite3_bind_int64(r.row, 2, q->most);
    while (sql_rows_next(&r)) {
        const struct store_spent one = {.budget = (uint64_t)sqlite3_column_int64(r.row, 0),
                                        .value = sql_str(r.row, 1),
                                        .start_us = sqlite3_column_int64(r.row, 2),
                                        .settled = {sqlite3_column_int64(r.row, 3)}};
        f(context, &one);
    }
    return sql_rows_end(&r, why);
}
