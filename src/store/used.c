// SPDX-License-Identifier: Apache-2.0

#include "store/rollup.h"
#include "store/sql.h"
#include "store/store.h"

enum status store_models_used(struct store *s, int64_t since_us, store_used_f *f, void *context,
                              struct why *why)
{
    sqlite3 *db = NULL;
    enum status status = store_reader_open(s, &db, why);
    if (status != STATUS_OK)
        return status;
    sqlite3_stmt *q =
        sql_prepare(db, "SELECT DISTINCT p.text, m.text FROM rollup AS r JOIN name AS p ON p.id = "
                        "r.provider JOIN name AS m ON m.id = r.model WHERE r.hour >= ?1 "
                        "ORDER BY p.text, m.text");
    if (q)
        sqlite3_bind_int64(q, 1, since_us / HOUR_US);
    int code = SQLITE_ERROR;
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW)
        f(context, sql_str(q, 0), sql_str(q, 1));
    return sql_end(db, q, code, "rollups", why);
}
