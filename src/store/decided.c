// SPDX-License-Identifier: Apache-2.0

#include "store/decided.h"

#include "core/entry.h"
#include "store/kinds.h"
#include "store/sql.h"

// The start of the last but `most` is where it begins.
#define ATTEMPTS                                                                                  \
    "SELECT d.id, d.attempt, p.text, m.text, d.packed, k.outcome, k.flags, k.sure, "              \
    "k.price_state, c.cost_pd, c.input + c.cache_read + c.cache_write + c.cache_write_1h, "       \
    "c.cache_read, c.output, c.busy, d.start_us FROM decision AS d CROSS JOIN call AS c ON "      \
    "c.tenant = "                                                                                 \
    "d.tenant AND c.start_us = d.start_us AND c.id = d.id AND c.attempt = d.attempt CROSS JOIN "  \
    "kind AS k ON k.id = c.kind CROSS JOIN name AS p ON p.id = k.provider CROSS JOIN name AS m "  \
    "ON m.id = k.model WHERE d.tenant = (SELECT id FROM name WHERE text = ?1) AND d.start_us < "  \
    "?3 AND d.start_us >= max(?2, coalesce((SELECT e.start_us FROM decision AS e WHERE e.tenant " \
    "= (SELECT id FROM name WHERE text = ?1) AND e.start_us < ?3 ORDER BY e.start_us DESC LIMIT " \
    "1 OFFSET ?4), ?2)) ORDER BY d.start_us, d.id, d.attempt"

static void tell(sqlite3_stmt *s, store_decided_f *f, void *context)
{
    struct str id = sql_str(s, 0);
    int flags = sqlite3_column_int(s, 6);
    struct store_decided d = {
        .attempt = sqlite3_column_int(s, 1),
        .start_us = sqlite3_column_int64(s, 14),
        .provider = sql_str(s, 2),
        .model = sql_str(s, 3),
        .packed = sql_str(s, 4),
        .answered = sqlite3_column_int(s, 5) == OUTCOME_OK,
        .followed = flags & LEDGER_FOLLOWED,
        .reported = sqlite3_column_int(s, 7) == SURE_REPORTED && !(flags & LEDGER_INCONSISTENT),
        .priced = sqlite3_column_int(s, 8) != PRICE_UNPRICED,
        .cost = {sqlite3_column_int64(s, 9)},
        .input = sqlite3_column_int64(s, 10),
        .cached = sqlite3_column_int64(s, 11),
        .output = sqlite3_column_int64(s, 12),
        .busy_us = sqlite3_column_int64(s, 13),
    };
    if (id.len == sizeof d.id.bytes)
        memcpy(d.id.bytes, id.ptr, id.len);
    f(context, &d);
}

enum status store_decided_each(struct store *s, const struct decided_query *q, store_decided_f *f,
                               void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, ATTEMPTS, "calls of routes", why);
    if (status != STATUS_OK)
        return status;
    sql_bind_str(r.row, 1, q->tenant);
    sqlite3_bind_int64(r.row, 2, q->since_us);
    sqlite3_bind_int64(r.row, 3, q->until_us);
    sqlite3_bind_int64(r.row, 4, q->most);
    while (sql_rows_next(&r))
        tell(r.row, f, context);
    return sql_rows_end(&r, why);
}
