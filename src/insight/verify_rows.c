// SPDX-License-Identifier: Apache-2.0
//
// Is every attempt of a request there once, and can its tags be read?

#include "core/tags.h"
#include "insight/verify.h"

bool verify_attempts(struct verify *v)
{
    sqlite3_stmt *twice = sql_prepare(v->db, "SELECT id, attempt FROM call GROUP BY id, attempt "
                                             "HAVING count(*) > 1");
    while (verify_step(v, twice))
        verify_call(v, sql_str(twice, 0), sqlite3_column_int64(twice, 1), "is there twice");
    sqlite3_finalize(twice);
    v->checked = verify_number(v, sql_prepare(v->db, "SELECT count(*) FROM call"));
    return verify_end(v, "attempts");
}

bool verify_tags(struct verify *v)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT id, attempt, tags FROM call WHERE tags NOT NULL");
    while (verify_step(v, s)) {
        struct tags tags = {.count = 0};
        v->checked++;
        if (!tags_unpack(sql_str(s, 2), &tags) || tags.count == 0)
            verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), "its tags cannot be read");
    }
    sqlite3_finalize(s);
    return verify_end(v, "tags");
}
