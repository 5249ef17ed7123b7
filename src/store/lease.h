// SPDX-License-Identifier: Apache-2.0
//
// lease - what of a budget's limit is set aside for this process, on the disk before it is used. So
// a call asks no database: what it holds lies within what was set aside, and a crash cannot spend
// what nobody knows of.
//
//    0            settled                  watermark            limit
//    |---------------|------- leased --------|---------------------|
//                    '-> rows move this      '-> only a lease moves this
//
// An account's watermark is what its calls, spent and held, may reach. A call's row (core/charge.h)
// moves what it was charged from leased to settled, once, in the transaction of the row. When the
// process has ended well, or died on a machine that runs on, every call of its stands in the
// journal: those without an end are captured, and the rest of the lease returns. When the machine
// stopped (another boot id), or something of the journal is lost, calls may be missing: the rest is
// captured, and a row of the table `adjustment` says so.

#ifndef STORE_LEASE_H
#define STORE_LEASE_H

#include "budget/accounts.h"
#include "store/store.h"

struct lease;
// On the writer's thread (or store_close's), without a lock of the store's. The lease is the
// caller's again, who may give another one. It must not wait for the store.
typedef void lease_f(struct lease *l);

// The caller's memory, its value's too: both stay where they are until `done` is called.
struct lease {
    struct account_key key; // the account is made when there is none
    struct nano limit;      // as the budget's definition says now
    struct nano ceiling;    // what may be charged all the same: a call came from another window
    bool observe;           // ... it refuses nothing: no watermark binds it, nothing is set aside
    uint8_t told;           // the highest threshold that was told; what is kept never falls
    // Where the watermark shall stand: no lower than what is spent and held. Lower than it stood
    // gives back. It rises no further than the limit; where that was lowered it stays.
    struct nano upto;
    // The caller does not know what was spent: rows that are to come may take all that is set
    // aside, so the watermark counts as spent (kept.settled), and `upto` comes on top of it.
    // What the budget has spent in windows that it had before counts here, too (moved.h).
    bool first;
    bool again;       // not the first, and what was spent there meanwhile is to count, too ...
    struct nano knew; // ... but for that: `moved` of before. `upto` is without the rest
    bool lost; // of calls without a row, all count there that the journal has, at what they hold
    lease_f *done;
    void *context;
    // The answer.
    // OK, or why nothing changed: FULL, BUSY, IO, CONFLICT (the table refuses this one for good);
    // CLOSED: ask no more.
    enum status status;
    uint64_t account;         // its number, for core/charge.h: the same for ever
    struct account_kept kept; // `leased` is the watermark now; `settled` is behind the journal
    struct nano moved;        // first, again: what of other windows was given to it, since ever
    // The store's.
    struct nano stood; // set aside before
    struct lease *next;
};

// Asks the writer's thread; from any thread, at once. Those that wait share one transaction and one
// wait for the disk. To be asked: before the first hold in an account that has no number, whenever
// accounts_ask says so, and when the terms of an account changed (with the watermark it has).
//
// Of one account one lease is under way at a time. One that was forgotten and comes back has spent
// no more than its watermark says: give back down to what is spent, forget it when that is OK, and
// ask with `first` when it returns.
void store_lease(struct store *s, struct lease *l);

struct account_row { // slices live during the call
    uint64_t id;
    struct account_key key;
    struct nano limit;        // as last told
    struct account_kept kept; // `leased` is the watermark
    struct nano owed; // of it, what rows to come will charge; 0 once this process took it up
};
typedef void account_row_f(void *context, const struct account_row *a);

// What an account has been given, since ever, of what its budget spent in other windows (as
// lease.moved), and what it will be given besides when it is taken up (lease.first). Of what rows
// to come will charge there that is in it, but of a window that reaches out of this one only when
// the rows are there.
struct account_moved {
    uint64_t id; // 0 while it is not there yet
    struct account_key key;
    struct nano before, more;
};
typedef void account_moved_f(void *context, const struct account_moved *a);

// All accounts as of the moment when it was opened: leases that come meanwhile are not in it. Who
// has them in a table, too, reads that after the moment, and takes its word where both have one.
// Complete as to spending behind store_catch_up. Not from a loop: it reads the disk.
struct accounts_view {
    struct sqlite3 *db;
    int64_t epoch_before; // the last before this process
    uint64_t newest;      // number: those that it lacks have higher ones
};
enum status store_accounts_open(struct store *s, struct accounts_view *out,
                                struct why *why) MUST_USE;
void store_accounts_close(struct accounts_view *v);
// All whose window ends later than that, by number.
enum status store_accounts_each(const struct accounts_view *v, int64_t ends_after_us,
                                account_row_f *f, void *context, struct why *why) MUST_USE;
// Those of a budget in a window (the key, without a value) that anything was or will be given to.
enum status store_accounts_moved(const struct accounts_view *v, const struct account_key *all,
                                 account_moved_f *f, void *context, struct why *why) MUST_USE;

#endif
