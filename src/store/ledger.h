// SPDX-License-Identifier: Apache-2.0
//
// ledger - one row a call and attempt, its place in the rollups, and what it charges its accounts.
// Written by the writer thread inside its transaction; a row that is there already changes nothing,
// so any part of the journal may be read twice.
//
// Rows are gathered and inserted some at a time by one statement, whose cursor then stays at the
// end of the table: half the work of a statement a row. Such a statement takes no row that is there
// already: it fails, and the transaction is gone. That is rare (a record that stands in the journal
// twice), and then the rows come again one by one through ledger_add_alone, which tells.

#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/entry.h"
#include "store/charges.h"
#include "store/decisions.h"
#include "store/kinds.h"
#include "store/names.h"
#include "store/rollup.h"
#include "store/stretch.h"

// The columns of the buckets, in the order of enum bucket.
#define LEDGER_BUCKETS                                                                             \
    "input, cache_read, cache_write, cache_write_1h, audio_input, audio_cache_read, image_input, " \
    "output, audio_output, image_output, web_searches, file_searches, calls, search_units, "       \
    "images, seconds, busy"

#define LEDGER_COLUMNS 38 // of `call`
#define LEDGER_ROWS    32 // of one statement

struct ledger_row {
    int64_t numbers[LEDGER_COLUMNS]; // LEDGER_NULL: none
    size_t bytes; // in `bytes`: id, upstream_id, tags, price_parts, charge, answer_id
    size_t upstream_len, tags_len, parts_len, charge_len, answer_len;
};

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *some;  // LEDGER_ROWS at once
    sqlite3_stmt *one;   // what is left of them
    sqlite3_stmt *alone; // one, if it is not there yet
    struct names names;
    struct kinds kinds;
    struct rollups rollups;
    struct charges charges;
    struct decisions decisions; // why it went there, if it is a route's
    struct stretch stretch;     // that leases last asked for
    struct ledger_row *rows;    // LEDGER_ROWS, gathered
    unsigned row_count;
    struct buf bytes;
    int64_t (*bound)[LEDGER_COLUMNS]; // what `some` holds already: most numbers stay the same
    uint64_t added;                   // rows since ledger_open
    uint64_t fresh;                   // of them since ledger_begin
    int128 cost_pd;                   // of rows that came into the table
    int128 difference_pd;             // to the rollups', at ledger_begin
};

// Prepares its statements on the writer's connection, which stays the caller's and outlives it.
// False when out of memory or when SQLite refuses one (sqlite3_errmsg); ledger_close is due even
// then.
bool ledger_open(struct ledger *l, sqlite3 *db) MUST_USE;
void ledger_close(struct ledger *l);
void ledger_begin(struct ledger *l); // after BEGIN
// False when the database failed, or may have: the transaction must be rolled back if it still
// runs. The entry is not needed any more.
bool ledger_add(struct ledger *l, const struct entry *e) MUST_USE;
bool ledger_add_alone(struct ledger *l, const struct entry *e) MUST_USE;
bool ledger_flush(struct ledger *l) MUST_USE; // what is gathered, rollups, accounts; before COMMIT
void ledger_forget(struct ledger *l);         // after ROLLBACK
// Cost of the rows written since ledger_open less what the rollups grew by, in picodollars: 0 while
// the books balance. Not within a transaction.
int128 ledger_difference(const struct ledger *l);

#endif
