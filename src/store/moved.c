// SPDX-License-Identifier: Apache-2.0

#include "store/moved.h"

#include "core/usage.h"
#include "store/inside.h"
#include "store/lease.h"
#include "store/sql.h"

#define OTHERS                                                                                     \
    "FROM account a WHERE budget = ?1 AND value = ?2 AND NOT (window = ?3 AND start_us = ?4) AND " \
    "end_us > ?4 AND start_us < ?5"
#define ADJUSTED(what) "(SELECT coalesce(sum(amount), 0) FROM adjustment WHERE " what ")"

// NULL stays that.
static sqlite3_stmt *about(sqlite3_stmt *q, const struct account_key *key)
{
    if (!q)
        return NULL;
    sqlite3_bind_int64(q, 1, (int64_t)key->budget);
    sql_bind_str(q, 2, key->value);
    sqlite3_bind_int(q, 3, (int)key->window.kind);
    sqlite3_bind_int64(q, 4, key->window.start_us);
    if (sqlite3_bind_parameter_count(q) > 4)
        sqlite3_bind_int64(q, 5, key->window.end_us);
    return q;
}

bool moved_any(sqlite3 *db, const struct account_key *key)
{
    int64_t any = 0;
    sqlite3_stmt *q = about(sql_prepare(db, "SELECT EXISTS (SELECT 1 " OTHERS ")"), key);
    bool fine = q && sql_one_i64(q, 0, &any);
    sqlite3_finalize(q);
    return fine && any;
}

// One other account: its number; whether its window lies within; what it has settled but for what
// was moved there, and what it owes; what of it no row says (any more), and may be of this time.
static void add_other(sqlite3_stmt *q, const struct charges *rows, const struct charges *open,
                      int64_t *sum)
{
    uint64_t account = (uint64_t)sqlite3_column_int64(q, 0);
    bool within = sqlite3_column_int(q, 1);
    if (within)
        *sum = count_add(*sum, sqlite3_column_int64(q, 2));
    else
        *sum = count_add(*sum, count_add(sqlite3_column_int64(q, 3), charges_of(rows, account)));
    if (open)
        *sum = count_add(*sum, charges_of(open, account));
}

static bool add_others(sqlite3 *db, const struct account_key *key, const struct charges *rows,
                       const struct charges *open, struct moved *out)
{
    int code = SQLITE_ERROR;
    sqlite3_stmt *q = sql_prepare(
        db, "SELECT id, start_us >= ?4 AND end_us <= ?5, settled + iif(epoch < ?6, leased, 0) "
            "- " ADJUSTED(
                "account = a.id AND why = '" MOVED_WHY
                "'") ", CASE WHEN (SELECT max(value) FROM "
                     "fact WHERE name = 'rows_from_us') > ?4 THEN aged ELSE 0 END + " ADJUSTED(
                         "account = a.id AND at_us >= ?4 AND why != '" MOVED_WHY "'") " " OTHERS);
    if (about(q, key))
        sqlite3_bind_int64(q, 6, out->epoch);
    while (q && (code = sqlite3_step(q)) == SQLITE_ROW)
        add_other(q, rows, open, &out->more);
    sqlite3_finalize(q);
    return code == SQLITE_DONE;
}

static bool answer(sqlite3_stmt *q, const struct account_key *key, int64_t *out)
{
    bool fine = about(q, key) && sql_one_i64(q, 0, out);
    sqlite3_finalize(q);
    return fine;
}

// What the rows of that time charged each account.
static bool read_rows(sqlite3 *db, const struct account_key *key, struct stretch *rows)
{
    int64_t tenant = 0;
    sqlite3_stmt *q = sql_prepare(db, "SELECT n.id FROM budget b JOIN name n ON n.text = b.tenant "
                                      "WHERE b.id = ?1");
    if (q)
        sqlite3_bind_int64(q, 1, (int64_t)key->budget);
    bool fine = q && sql_one_i64(q, 0, &tenant);
    sqlite3_finalize(q);
    return fine && stretch_read(rows, db, tenant, key->window.start_us, key->window.end_us);
}

bool moved_read(sqlite3 *db, const struct account_key *key, const struct charges *open,
                struct stretch *rows, struct moved *out)
{
    int64_t reach_out = 0;
    sqlite3_stmt *any = sql_prepare(db, "SELECT EXISTS (SELECT 1 " OTHERS
                                        " AND NOT (start_us >= ?4 AND end_us <= ?5))");
    sqlite3_stmt *moved = sql_prepare(
        db, "SELECT " ADJUSTED("why = '" MOVED_WHY "' AND account = (SELECT id FROM account WHERE "
                               "budget = ?1 AND value = ?2 AND window = ?3 AND start_us = ?4)"));
    bool fine = answer(any, key, &reach_out);
    fine &= answer(moved, key, &out->before);
    fine = fine && (!reach_out || read_rows(db, key, rows)) &&
           add_others(db, key, &rows->sums, open, out);
    out->more = out->more > out->before ? out->more - out->before : 0;
    return fine;
}

// --- for who only looks ---

struct looking {
    sqlite3 *db;
    int64_t epoch; // the first that this process may have
    struct stretch rows;
    account_moved_f *f;
    void *context;
};

static bool look(struct looking *l, const struct account_key *key)
{
    int64_t account = 0;
    struct moved moved = {.epoch = l->epoch};
    bool fine =
        answer(sql_prepare(l->db, "SELECT id FROM account WHERE budget = ?1 AND value = ?2 AND "
                                  "window = ?3 AND start_us = ?4"),
               key, &account);
    fine = fine && moved_read(l->db, key, NULL, &l->rows, &moved);
    const struct account_moved a = {(uint64_t)account, *key, {moved.before}, {moved.more}};
    if (fine && (moved.before > 0 || moved.more > 0))
        l->f(l->context, &a);
    return fine;
}

static bool look_at_each(struct looking *l, const struct account_key *all)
{
    int code = SQLITE_ERROR;
    struct account_key key = *all;
    sqlite3_stmt *q =
        sql_prepare(l->db, "SELECT DISTINCT value FROM account WHERE budget = ?1 AND ?2 = '' AND "
                           "NOT (window = ?3 AND start_us = ?4) AND end_us > ?4 AND start_us < ?5");
    bool fine = about(q, all) != NULL;
    while (fine && (code = sqlite3_step(q)) == SQLITE_ROW) {
        key.value = sql_str(q, 0);
        fine = look(l, &key);
    }
    stretch_close(&l->rows);
    sqlite3_finalize(q);
    return fine && code == SQLITE_DONE;
}

enum status store_accounts_moved(const struct accounts_view *v, const struct account_key *all,
                                 account_moved_f *f, void *context, struct why *why)
{
    struct looking l = {.db = v->db, .epoch = v->epoch_before + 1, .f = f, .context = context};
    if (look_at_each(&l, all))
        return STATUS_OK;
    return sql_why(why, l.db, "the accounts of budgets cannot be read");
}
