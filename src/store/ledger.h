// SPDX-License-Identifier: Apache-2.0
//
// ledger - one row a call and attempt, its tags, and its place in the rollups. Written by the
// writer thread inside its transaction; a row that is there already changes nothing, so any part of
// the journal may be read twice.

#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/entry.h"
#include "store/names.h"
#include "store/rollup.h"

// The columns of the buckets, in the order of enum bucket.
#define LEDGER_BUCKETS                                                                             \
    "input, cache_read, cache_write, cache_write_1h, audio_input, audio_cache_read, image_input, " \
    "output, audio_output, image_output, web_searches, file_searches, calls, search_units, "       \
    "images, seconds"

// Column `flags`.
#define LEDGER_STREAM       1
#define LEDGER_ANSWERED     2 // priced by the model that answered
#define LEDGER_US_REGION    4
#define LEDGER_INCONSISTENT 8

#define LEDGER_COLUMNS      49 // of the statement `row`, and 0

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *row;
    sqlite3_stmt *tag;
    struct names names;
    struct rollups rollups;
    struct buf tags;
    int64_t bound[LEDGER_COLUMNS]; // what `row` holds already: most numbers stay the same
    uint64_t added;                // rows since ledger_open, those of rolled back batches too
};

bool ledger_open(struct ledger *l, sqlite3 *db) MUST_USE;
void ledger_close(struct ledger *l);
// False when the database failed: the transaction must be rolled back.
bool ledger_add(struct ledger *l, const struct entry *e) MUST_USE;
bool ledger_flush(struct ledger *l) MUST_USE; // the rollups; before COMMIT
void ledger_forget(struct ledger *l);         // after ROLLBACK

#endif
