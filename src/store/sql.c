// SPDX-License-Identifier: Apache-2.0

#include "store/sql.h"

#include "store/store.h"

// The macros of sql.h let only literals come here.
#define LITERAL_GIVEN(text) (text)

sqlite3_stmt *sql_prepare_literal(sqlite3 *db, const char *text)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v3(db, LITERAL_GIVEN(text), -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) !=
        SQLITE_OK)
        return NULL;
    return s;
}

int sql_run_literal(sqlite3 *db, const char *text)
{
    return sqlite3_exec(db, LITERAL_GIVEN(text), NULL, NULL, NULL);
}

enum status sql_status(int code)
{
    if (code == SQLITE_IOERR_SHMSIZE) // the file of the log's index cannot grow
        return STATUS_FULL;
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return STATUS_OK;
    case SQLITE_FULL: return STATUS_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return STATUS_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return STATUS_DAMAGED;
    case SQLITE_NOMEM: return STATUS_NO_MEMORY;
    case SQLITE_CONSTRAINT: return STATUS_CONFLICT;
    default: return STATUS_IO;
    }
}

enum status sql_why(struct why *why, sqlite3 *db, const char *what)
{
    enum status status = sql_status(sqlite3_errcode(db));
    if (status == STATUS_BUSY)
        return why_set(why, status,
                       "%s: another program (a shell, a copy) holds the ledger's lock. End it, or "
                       "try again later",
                       what);
    return why_set(why, status == STATUS_OK ? STATUS_IO : status, "%s: %s", what,
                   sqlite3_errmsg(db));
}

enum status sql_rows_open_literal(struct sql_rows *r, struct store *s, const char *text,
                                  const char *what, struct why *why)
{
    *r = (struct sql_rows){.code = SQLITE_ERROR, .what = what};
    enum status status = store_reader_open(s, &r->db, why);
    if (status != STATUS_OK)
        return status;
    r->row = sql_prepare_literal(r->db, text);
    return r->row ? STATUS_OK : sql_rows_end(r, why);
}

bool sql_rows_next(struct sql_rows *r)
{
    r->code = sqlite3_step(r->row);
    return r->code == SQLITE_ROW;
}

enum status sql_rows_end(struct sql_rows *r, struct why *why)
{
    enum status status = r->code == SQLITE_DONE ? STATUS_OK : sql_why(why, r->db, r->what);
    sqlite3_finalize(r->row);
    store_reader_close(r->db);
    return status;
}

void sql_bind_str(sqlite3_stmt *s, int column, struct str text)
{
    sqlite3_bind_text(s, column, text.ptr ? text.ptr : "", (int)text.len, SQLITE_STATIC);
}

void sql_bind_blob(sqlite3_stmt *s, int column, const void *bytes, size_t n)
{
    sqlite3_bind_blob(s, column, n ? bytes : "", (int)n, SQLITE_STATIC);
}

struct str sql_str(sqlite3_stmt *s, int column)
{
    const void *bytes = sqlite3_column_blob(s, column);
    int n = sqlite3_column_bytes(s, column);
    return str_from(bytes, bytes && n > 0 ? (size_t)n : 0);
}

bool sql_done(sqlite3_stmt *s)
{
    int code;
    do {
        code = sqlite3_step(s);
    } while (code == SQLITE_ROW);
    sqlite3_reset(s);
    return code == SQLITE_DONE;
}

bool sql_one_i64(sqlite3_stmt *s, int64_t none, int64_t *out)
{
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        *out = sqlite3_column_int64(s, 0);
    else if (code == SQLITE_DONE)
        *out = none;
    sqlite3_reset(s);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}
