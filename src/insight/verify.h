// SPDX-License-Identifier: Apache-2.0
//
// verify - what the checks of `ledger verify` share: where they read, and what they found.
//
// A check reads with verify_step, tells each difference with verify_differ or verify_call, counts
// in `checked` what it looked at, and ends with verify_end.

#ifndef INSIGHT_VERIFY_H
#define INSIGHT_VERIFY_H

#include "base/buf.h"
#include "base/status.h"
#include "core/catalog.h"
#include "store/sql.h"
#include "store/store.h"

struct verify {
    sqlite3 *db;
    struct store *store;
    const struct catalog *catalog;
    struct buf checks;
    struct buf differences;
    int64_t named; // differences spelt out
    int64_t found; // differences in all
    int64_t here;  // of the check under way
    int64_t checked;
    int64_t other_prices; // rows whose cost the book's prices of today do not give
    struct why *why;
    enum status status; // of the first thing that could not be read
};

// What SQLite says now: finalizing another statement, or COMMIT, makes it forget.
void verify_cannot_read(struct verify *v);
// Whether there is a row. False at the end, and once something could not be read.
bool verify_step(struct verify *v, sqlite3_stmt *s);
// Its one number. Finalizes it.
int64_t verify_number(struct verify *v, sqlite3_stmt *s);
void verify_differ(struct verify *v, struct str text);
// A difference of that call: the 16 bytes of its id.
void verify_call(struct verify *v, struct str id, int64_t attempt, const char *what);
// Whether all of it could be read.
bool verify_end(struct verify *v, const char *name);

// The checks, each within one read transaction but for the last. False when something could not be
// read.
bool verify_rollups(struct verify *v);
bool verify_attempts(struct verify *v);
bool verify_names(struct verify *v);
bool verify_tags(struct verify *v);
bool verify_arithmetic(struct verify *v);
bool verify_budgets(struct verify *v);
bool verify_journal(struct verify *v);

#endif
