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
// Ends a reader of the store and its statement, whose rows were read: `code` is of the last step,
// SQLITE_ERROR where there is no statement. OK; or the failure, as sql_why says it.
enum status sql_end(sqlite3 *db, sqlite3_stmt *s, int code, const char *what,
                    struct why *why) MUST_USE;

// Text is borrowed until the statement is reset.
void sql_bind_str(sqlite3_stmt *s, int column, struct str text);
void sql_bind_blob(sqlite3_stmt *s, int column, const void *bytes, size_t n);
struct str sql_str(sqlite3_stmt *s, int column); // of text or blob; lives until the next step
// Runs to the end and resets. True when it worked.
bool sql_done(sqlite3_stmt *s);
// One row's first column; `none` when there is no row. False on failure.
bool sql_one_i64(sqlite3_stmt *s, int64_t none, int64_t *out) MUST_USE;

#endif
