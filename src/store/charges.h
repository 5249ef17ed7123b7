// SPDX-License-Identifier: Apache-2.0
//
// charges - what the rows of a transaction charge the accounts of budgets, gathered in memory and
// written once an account before the COMMIT. An account that is charged takes it from what was set
// aside for it (lease.h): settled grows, leased shrinks, their sum stays.
//
// An account that the table does not have (the file was restored from a copy that is older than the
// journal) is made anew under its number, with no budget: what it was charged is not lost, and the
// number is not given to another.

#ifndef STORE_CHARGES_H
#define STORE_CHARGES_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/charge.h"

struct account_charge {
    uint64_t account; // 0: the slot is empty
    int64_t amount;   // 10^-9 USD; ends at the largest number
};

struct charges {
    sqlite3 *db;
    sqlite3_stmt *apply;          // to an account
    sqlite3_stmt *make;           // ... that is not there
    struct account_charge *slots; // open addressing
    size_t size;                  // of them: a power of two, or 0
    size_t count;
};

// A zeroed one gathers without a database: then only charges_add, charges_of, charges_each and
// charges_close are for it.

// On the writer's connection, as the ledger's. False when out of memory or when SQLite refuses one.
bool charges_open(struct charges *c, sqlite3 *db) MUST_USE;
void charges_close(struct charges *c);
// False when out of memory.
bool charges_add(struct charges *c, const struct charge *charge) MUST_USE;
bool charges_flush(struct charges *c) MUST_USE; // before COMMIT; false when the database failed
void charges_forget(struct charges *c);         // after ROLLBACK
// What was gathered for an account; 0 for one that was charged nothing.
int64_t charges_of(const struct charges *c, uint64_t account);
// What was gathered for the next account, in no order: starts with *at = 0. NULL at the end.
const struct account_charge *charges_each(const struct charges *c, size_t *at);

#endif
