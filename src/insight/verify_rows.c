// SPDX-License-Identifier: Apache-2.0
//
// Is every attempt of a request there once, are its words there, and are its tags?

#include <stdio.h>

#include "budget/accounts.h"
#include "core/charge.h"
#include "core/tags.h"
#include "insight/verify.h"
#include "store/kinds.h"

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

static bool has_value(const struct tags *tags, struct str value)
{
    unsigned i = 0;
    while (i < tags->count && !str_eq(tags->at[i].value, value))
        i++;
    return i < tags->count;
}

// What tells an account apart is a word that some call has, or a tag of each call that it charged.
// Of the organisation, which no row has, there is one at a time.
static sqlite3_stmt *values_of_tags(sqlite3 *db)
{
    return sql_prepare(
        db, "SELECT value FROM account a LEFT JOIN budget b ON b.id = a.budget WHERE a.id = ?1 AND "
            "value != '' AND NOT EXISTS (SELECT 1 FROM name WHERE text = value OR id != 0 AND "
            "text = substr(value, 1, instr(value, '/') - 1)) AND CASE WHEN b.configured "
            "THEN EXISTS (SELECT 1 FROM account o WHERE o.budget = a.budget AND o.value != '' AND "
            "o.value != a.value) ELSE coalesce(per, 'org') != 'org' END");
}

// Whether it was charged by a tag that it has no more.
static bool check_charged(struct verify *v, sqlite3_stmt *s, sqlite3_stmt *value,
                          const struct tags *tags)
{
    struct charge c = {.count = 0};
    char text[ACCOUNT_VALUE_BYTES + 80];
    bool lost = false;
    if (!charge_unpack(sql_str(s, 3), &c))
        return false; // the check of budgets says so
    for (unsigned i = 0; i < c.count && value; i++) {
        sqlite3_bind_int64(value, 1, (int64_t)c.accounts[i]);
        if (verify_step(v, value) && !has_value(tags, sql_str(value, 0))) {
            snprintf(text, sizeof text,
                     "account %llu charged it by a tag that it has not: \"%.*s\"",
                     (unsigned long long)c.accounts[i], STR_ARG(sql_str(value, 0)));
            verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
            lost = true;
        }
        sqlite3_reset(value);
    }
    return lost;
}

bool verify_tags(struct verify *v)
{
    // Of a call whose words were left out (kinds.h) nothing says which they were.
    sqlite3_stmt *s = sql_prepare(
        v->db,
        "SELECT call.id, attempt, tags, CASE WHEN coalesce((SELECT id FROM name WHERE text "
        "= '" KINDS_OTHER "') IN (team, project, model), 0) THEN NULL ELSE charge END FROM "
        "call CROSS JOIN kind ON kind.id = call.kind WHERE tags NOT NULL OR charge NOT NULL");
    sqlite3_stmt *value = values_of_tags(v->db);
    if (!value)
        verify_cannot_read(v);
    while (verify_step(v, s)) {
        struct tags tags = {.count = 0};
        bool any = sqlite3_column_type(s, 2) != SQLITE_NULL;
        if (any && (!tags_unpack(sql_str(s, 2), &tags) || tags.count == 0))
            verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), "its tags cannot be read");
        else
            any |= check_charged(v, s, value, &tags);
        v->checked += any;
    }
    sqlite3_finalize(value);
    sqlite3_finalize(s);
    return verify_end(v, "tags");
}
