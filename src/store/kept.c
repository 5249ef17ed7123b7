// SPDX-License-Identifier: Apache-2.0

#include "store/kept.h"

#include "store/sql.h"

#define OF_TENANT "tenant = (SELECT id FROM name WHERE text = ?1)"
// From where the latest of them begin, which the table's key tells: read on from there they come in
// their order, and need not be sorted.
#define FROM                                                                             \
    "ifnull((SELECT start_us FROM call WHERE " OF_TENANT " AND start_us >= ?2 ORDER BY " \
    "start_us DESC LIMIT 1 OFFSET ?3 - 1), ?2)"
#define ANSWERS                                                                                    \
    "SELECT p.text, coalesce(c.answer_id, c.upstream_id), c.start_us FROM call AS c CROSS "        \
    "JOIN kind AS k ON k.id = c.kind CROSS JOIN name AS p ON p.id = k.provider WHERE c." OF_TENANT \
    " AND c.start_us >= " FROM " AND k.endpoint = (SELECT id FROM name WHERE text "                \
    "= ?4) AND k.http_status < 400 AND (c.answer_id IS NOT NULL OR c.upstream_id != '') "          \
    "ORDER BY c.start_us"

enum status store_kept_each(struct store *s, const struct kept_query *q, store_kept_f *f,
                            void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, ANSWERS, "answers that may be gone on from", why);
    if (status != STATUS_OK)
        return status;
    sql_bind_str(r.row, 1, q->tenant);
    sqlite3_bind_int64(r.row, 2, q->since_us);
    sqlite3_bind_int64(r.row, 3, q->most);
    sql_bind_str(r.row, 4, q->endpoint);
    while (sql_rows_next(&r)) {
        const struct store_kept one = {sql_str(r.row, 0), sql_str(r.row, 1),
                                       sqlite3_column_int64(r.row, 2)};
        f(context, &one);
    }
    return sql_rows_end(&r, why);
}
