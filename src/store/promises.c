// SPDX-License-Identifier: Apache-2.0

#include "store/promises.h"

#include "store/inside.h"
#include "store/sql.h"

static bool drop(struct store *s, struct str tenant, struct str route)
{
    sqlite3_stmt *q = sql_prepare(s->keys, "DELETE FROM promise WHERE tenant = ?1 AND route = ?2");
    if (q) {
        sql_bind_str(q, 1, tenant);
        sql_bind_str(q, 2, route);
    }
    bool fine = q && sql_done(q);
    sqlite3_finalize(q);
    return fine;
}

static void bind(sqlite3_stmt *q, const struct promise_row *r)
{
    const int64_t numbers[] = {(int64_t)r->task,
                               r->at_us,
                               r->looks,
                               r->pairs,
                               r->learned,
                               r->proved,
                               r->newest,
                               r->since,
                               r->certified.holds,
                               r->certified.threshold_ppm,
                               r->certified.share_ppm,
                               r->certified.loss_ppm,
                               r->loss_upper_ppm,
                               r->measured.holds,
                               r->measured.threshold_ppm,
                               r->measured.share_ppm,
                               r->measured.loss_ppm,
                               r->began,
                               r->doubt,
                               r->doubt_from,
                               r->doubt_whole,
                               r->doubts};
    const int64_t known[] = {r->model_check, r->measured_upper_ppm}; // not below 0
    const struct str texts[] = {r->terms, r->model, r->note};
    int column = 2;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sqlite3_bind_int64(q, ++column, numbers[i]);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        sql_bind_str(q, ++column, texts[i]);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++, column++)
        if (known[i] >= 0)
            sqlite3_bind_int64(q, column + 1, known[i]);
}

static bool insert(struct store *s, struct str tenant, struct str route,
                   const struct promise_row *row)
{
    sqlite3_stmt *q = sql_prepare(
        s->keys,
        "INSERT INTO promise (tenant, route, task, at_us, looks, pairs, learned, proved, "
        "newest, since, certified, certified_ppm, certified_share_ppm, certified_loss_ppm, "
        "loss_most_ppm, measured, measured_ppm, measured_share_ppm, measured_loss_ppm, "
        "began, doubt, doubt_from, doubt_whole, doubts, terms, model, note, model_check, "
        "measured_most_ppm) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
        "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)");
    if (q) {
        sql_bind_str(q, 1, tenant);
        sql_bind_str(q, 2, route);
        bind(q, row);
    }
    bool fine = q && sql_done(q);
    sqlite3_finalize(q);
    return fine;
}

static bool keep_looks(struct store *s, struct promise_of of, const struct promise_row *row)
{
    sqlite3_stmt *q = sql_prepare(
        s->keys, "INSERT INTO promise_look (tenant, route, terms, looks) VALUES (?1, ?2, ?3, ?4) "
                 "ON CONFLICT DO UPDATE SET looks = max(looks, ?4)");
    if (q) {
        sql_bind_str(q, 1, of.tenant);
        sql_bind_str(q, 2, of.route);
        sql_bind_str(q, 3, row->terms);
        sqlite3_bind_int64(q, 4, row->looks);
    }
    bool fine = q && sql_done(q);
    sqlite3_finalize(q);
    return fine;
}

enum status store_promises_put(struct store *s, struct promise_of of,
                               const struct promise_row *rows, unsigned count, struct why *why)
{
    must(count <= PROMISE_TASKS_MAX + 1);
    enum status status = STATUS_OK;
    pthread_mutex_lock(&s->keys_lock);
    bool fine = sql_run(s->keys, "BEGIN IMMEDIATE") == SQLITE_OK && drop(s, of.tenant, of.route);
    for (unsigned i = 0; fine && i < count; i++)
        fine = insert(s, of.tenant, of.route, &rows[i]) &&
               (rows[i].task != 0 || keep_looks(s, of, &rows[i]));
    if (!fine || sql_run(s->keys, "COMMIT") != SQLITE_OK) {
        status = sql_why(why, s->keys, "what was found of a route cannot be kept");
        sql_run(s->keys, "ROLLBACK");
    }
    pthread_mutex_unlock(&s->keys_lock);
    return status;
}

static struct promise_found read_found(sqlite3_stmt *q, int column)
{
    return (struct promise_found){
        sqlite3_column_int(q, column) != 0, sqlite3_column_int64(q, column + 1),
        sqlite3_column_int64(q, column + 2), sqlite3_column_int64(q, column + 3)};
}

static void read_row(sqlite3_stmt *q, struct promise_row *r)
{
    *r = (struct promise_row){.task = (uint64_t)sqlite3_column_int64(q, 0),
                              .at_us = sqlite3_column_int64(q, 1),
                              .looks = sqlite3_column_int64(q, 2),
                              .pairs = sqlite3_column_int64(q, 3),
                              .learned = sqlite3_column_int64(q, 4),
                              .proved = sqlite3_column_int64(q, 5),
                              .newest = sqlite3_column_int64(q, 6),
                              .since = sqlite3_column_int64(q, 7),
                              .certified = read_found(q, 8),
                              .loss_upper_ppm = sqlite3_column_int64(q, 12),
                              .measured = read_found(q, 13),
                              .terms = sql_str(q, 17),
                              .model = sql_str(q, 18),
                              .note = sql_str(q, 19),
                              .began = sqlite3_column_int64(q, 20),
                              .model_check = sqlite3_column_int64(q, 21),
                              .measured_upper_ppm = sqlite3_column_int64(q, 22),
                              .doubt = sqlite3_column_int64(q, 23),
                              .doubt_from = sqlite3_column_int64(q, 24),
                              .doubt_whole = sqlite3_column_int64(q, 25),
                              .doubts = sqlite3_column_int64(q, 26)};
}

#define UNREADABLE "what was found of a route cannot be read"
#define PROMISES                                                                               \
    "SELECT task, at_us, looks, pairs, learned, proved, newest, since, certified, "            \
    "certified_ppm, certified_share_ppm, certified_loss_ppm, loss_most_ppm, measured, "        \
    "measured_ppm, measured_share_ppm, measured_loss_ppm, terms, model, note, began, "         \
    "ifnull(model_check, -1), ifnull(measured_most_ppm, -1), doubt, doubt_from, doubt_whole, " \
    "doubts FROM promise WHERE tenant = ?1 AND route = ?2 ORDER BY task <> 0, task"

enum status store_promises_each(struct store *s, struct promise_of of, store_promise_f *f,
                                void *context, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, PROMISES, UNREADABLE, why);
    if (status != STATUS_OK)
        return status;
    sql_bind_str(r.row, 1, of.tenant);
    sql_bind_str(r.row, 2, of.route);
    while (sql_rows_next(&r)) {
        struct promise_row row;
        read_row(r.row, &row);
        f(context, &row);
    }
    return sql_rows_end(&r, why);
}

// '': of whatever was promised before format 19.
#define LOOKS                                                                                    \
    "SELECT ifnull(max(looks), 0) FROM promise_look WHERE tenant = ?1 AND route = ?2 AND terms " \
    "IN (?3, '')"

enum status store_promise_looks(struct store *s, struct promise_of of, struct str terms,
                                int64_t *out, struct why *why)
{
    struct sql_rows r;
    enum status status = sql_rows_open(&r, s, LOOKS, UNREADABLE, why);
    if (status != STATUS_OK)
        return status;
    sql_bind_str(r.row, 1, of.tenant);
    sql_bind_str(r.row, 2, of.route);
    sql_bind_str(r.row, 3, terms);
    while (sql_rows_next(&r))
        *out = sqlite3_column_int64(r.row, 0);
    return sql_rows_end(&r, why);
}
