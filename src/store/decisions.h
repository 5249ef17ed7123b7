// SPDX-License-Identifier: Apache-2.0
//
// decisions - why calls of routes went where they went, written beside their rows: some at a time
// by one statement, as in ledger.h. A decision that is there already changes nothing.

#ifndef STORE_DECISIONS_H
#define STORE_DECISIONS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/entry.h"

#define DECISIONS_ROWS 32 // of one statement

struct decisions_row {
    int64_t tenant, start_us, attempt, side;
    int64_t large_pd;      // INT64_MIN: none
    size_t bytes;          // in `bytes`: id, route, the decision as it was packed
    size_t route_len, len; // of those
};

struct decisions {
    sqlite3_stmt *some, *one;
    struct decisions_row *rows; // DECISIONS_ROWS, gathered
    unsigned count;
    struct buf bytes;
};

// On the writer's connection, as ledger_open.
bool decisions_open(struct decisions *d, sqlite3 *db) MUST_USE;
void decisions_close(struct decisions *d);
// Without one in the entry, nothing. No more of it is looked at than decision_unpack_brief does, so
// that booking stays cheap: where that cannot be read nothing is stored; where only what follows
// cannot, the row is there and counted, and whoever explains or replays the call finds nothing that
// he can read. The call is booked all the same. False as ledger_add.
bool decisions_add(struct decisions *d, int64_t tenant, const struct entry *e) MUST_USE;
bool decisions_flush(struct decisions *d) MUST_USE;
void decisions_forget(struct decisions *d); // what is gathered, after ROLLBACK

#endif
