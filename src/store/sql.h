// SPDX-License-Identifier: Apache-2.0
//
// sql - SQLite through prepared statements whose text is a literal of the program: the macros take
// nothing else, so no name, key or tag can ever become part of a statement.

#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

#define LITERAL(text) ("" text "")

// NULL on failure (sqlite3_errmsg says why).
#define sql_prepare(db, text) sql_prepare_literal((db), LITERAL(text))
// Runs statements without parameters and results. An SQLite code.
#define sql_run(db, text) sql_run_literal((db), LITERAL(text))

sqlite3_stmt *sql_prepare_literal(sqlite3 *db, const char *text) MUST_USE;
int sql_run_literal(sqlite3 *db, const char *text);
// STATUS_FULL, BUSY, DAMAGED, NO_MEMORY or IO for an SQLite code.
enum status sql_status(int code);
// The failure of `db` as a status and a sentence that starts with `what`.
enum status sql_why(struct why *why, sqlite3 *db, const char *what);

// All rows of one statement, by a reader of the store of its own: opened, its parameters bound,
// read to the end, ended.
struct sql_rows {
    sqlite3 *db;
    sqlite3_stmt *row; // the one that is read
    int code;          // of the last step
    const char *what;  // begins what is said of a failure; static
};
struct store;
// Failing, there is nothing to end.
#define sql_rows_open(r, s, text, what, why) \
    sql_rows_open_literal((r), (s), LITERAL(text), (what), (why))
enum status sql_rows_open_literal(struct sql_rows *r, struct store *s, const char *text,
                                  const char *what, struct why *why) MUST_USE;
bool sql_rows_next(struct sql_rows *r); // false at the end, and when one cannot be read
enum status sql_rows_end(struct sql_rows *r, struct why *why) MUST_USE; // OK: all were read

// Text is borrowed until the statement is reset.
void sql_bind_str(sqlite3_stmt *s, int column, struct str text);
void sql_bind_blob(sqlite3_stmt *s, int column, const void *bytes, size_t n);
struct str sql_str(sqlite3_stmt *s, int column); // of text or blob; lives until the next step
// Runs to the end and resets. True when it worked.
bool sql_done(sqlite3_stmt *s);
// One row's first column; `none` when there is no row. False on failure.
bool sql_one_i64(sqlite3_stmt *s, int64_t none, int64_t *out) MUST_USE;

#endif
