// SPDX-License-Identifier: Apache-2.0

#include "store/rollup.h"
#include "store/sql.h"
#include "store/store.h"

#define USED                                                                               \
    "SELECT DISTINCT p.text, m.text FROM rollup AS r JOIN name AS p ON p.id = r.provider " \
    "JOIN name AS m ON m.id = r.model WHERE r.hour >= ?1 ORDER BY p.text, m.text"

enum status store_models_used(struct store *s, int64_t since_us, store_used_f *f, void *context,
                              struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, USED, "rollups", why);
    if (status != STATUS_OK)
        return status;
    sqlite3_bind_int64(r.row, 1, since_us / HOUR_US);
    while (sql_rows_next(&r))
        f(context, sql_str(r.row, 0), sql_str(r.row, 1));
    return sql_rows_end(&r, why);
}
