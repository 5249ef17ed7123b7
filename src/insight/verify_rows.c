// SPDX-License-Identifier: Apache-2.0
//
// Is every attempt of a request there once, are its words there, and can its tags be read?

#include <stdio.h>

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

bool verify_names(struct verify *v)
{
    sqlite3_stmt *s = sql_prepare(
        v->db,
        "SELECT used.id, name.id FROM (SELECT tenant AS id FROM call UNION SELECT user FROM call "
        "UNION SELECT error FROM call UNION SELECT team FROM kind UNION SELECT project FROM kind "
        "UNION SELECT key FROM kind UNION SELECT provider FROM kind UNION SELECT model FROM kind "
        "UNION SELECT model_asked FROM kind UNION SELECT model_answered FROM kind UNION SELECT "
        "endpoint FROM kind UNION SELECT route FROM kind UNION SELECT price_version FROM kind "
        "UNION SELECT price_name FROM kind UNION SELECT tenant FROM rollup UNION SELECT provider "
        "FROM rollup UNION SELECT model FROM rollup UNION SELECT key FROM rollup UNION SELECT team "
        "FROM rollup UNION SELECT project FROM rollup) used LEFT JOIN name ON name.id = used.id");
    while (verify_step(v, s)) {
        char text[96];
        v->checked++;
        if (sqlite3_column_type(s, 1) != SQLITE_NULL)
            continue;
        snprintf(text, sizeof text,
                 "name number %lld, which calls or their sums have, is not there",
                 (long long)sqlite3_column_int64(s, 0));
        verify_differ(v, str_of(text));
    }
    sqlite3_finalize(s);
    return verify_end(v, "names");
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
