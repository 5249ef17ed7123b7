// SPDX-License-Identifier: Apache-2.0
//
// store - the ledger's file, owned by one process (flock): SQLite in WAL mode, a writer thread that
// projects the journal into it, and everything else that must last (keys).
//
//   workers --journal_final--> segments --writer thread--> ledger rows, tags, hourly rollups
//
// Opening replays what an earlier process left in the journal: FINAL records not yet in the ledger
// are inserted (idempotent by id and attempt), DISPATCHED ones without FINAL become captured rows.
// Where there are more than some ten thousand of the former the writer thread inserts them, later:
// what accounts of budgets have spent is known at once (lease.h), reports are behind
// (store_behind).

#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "core/key.h"

struct store;

struct store_setup {
    struct str path;   // of the SQLite file; its folder is made (0700) when missing
    struct str state;  // folder of journal/, lock; empty = folder of path
    bool create;       // make it when missing
    bool asks;         // nothing is to be changed: a file of an older version stays as it is
    bool copies;       // so, for store_backup alone: such a file is opened all the same
    bool writer;       // start the writer thread (serve); else replay is done before open returns
    int64_t keep_days; // rows older are removed by the writer; 0 = for ever
    int64_t fsync_ms;  // journal fsync interval; 0 = every batch
};

// STATUS_UNKNOWN: there is none, and it is not to be made: nothing was. STATUS_BUSY: another
// process owns it (why names its pid and how to reach it). STATUS_TIMEOUT: another program has kept
// the ledger's own lock for some seconds; that it is waited for is logged. STATUS_NEWER: written by
// a newer version (why says which). STATUS_OLDER: by an older one, for who only `asks` (why says
// what to do); who `copies` gets it, and asks nothing but store_backup of it. A migration first
// copies the file to <path>.before-<version>.
enum status store_open(const struct store_setup *setup, struct store **out,
                       struct why *why) MUST_USE;
void store_close(struct store *s); // the writer finishes what is in the journal first

// Blocks until every record written so far is in the ledger (or the deadline passed:
// STATUS_TIMEOUT).
enum status store_catch_up(struct store *s, int64_t deadline_ms) MUST_USE;
// STATUS_TIMEOUT: says why the ledger is behind its journal, and what helps.
enum status store_behind(const struct store *s, struct why *why);
// Writes go through: false when the last transaction failed (locked, full); the writer keeps
// trying.
bool store_healthy(const struct store *s);

// Calls can be journalled: false while a worker's journal cannot be written.
bool store_journals(const struct store *s);

struct store_stats { // for /metrics
    uint64_t rows;
    uint64_t batches;
    uint64_t failures;
    int64_t lag_us; // age of the oldest record not yet in the ledger; 0 = none
    uint64_t journal_bytes;
    uint64_t captured;
    int64_t fsync_us; // the last one
    // Cost of the rows written since the start less what the sums by the hour grew by; 0 while the
    // books balance. Ends at the largest number.
    int64_t imbalance_pd;
};
void store_stats(const struct store *s, struct store_stats *out);

// Keys. All are safe from any thread but for the loops' (they wait for the disk).
enum status store_key_add(struct store *s, const struct key *k,
                          struct why *why) MUST_USE; // CONFLICT
// Says that no key that works has this name.
enum status store_key_unknown(struct str name, struct why *why);
enum status store_key_revoke(struct store *s, struct str name, int64_t at_us,
                             struct why *why) MUST_USE;
// As if there had never been keys of that name; their calls stay. Only of a run (KEY_OF_RUN), whose
// keys would be too many to list: DENIED for another. UNKNOWN when there is none.
enum status store_key_forget(struct store *s, struct str tenant, struct str name,
                             struct why *why) MUST_USE;
// The old token lives until `old_until_us`; the name goes to the new one.
enum status store_key_rotate(struct store *s, struct str name, const struct key *fresh,
                             int64_t old_until_us, struct why *why) MUST_USE;
// Moves the keys of these names that work at that moment, rotated ones too, to a team; into none
// when it is empty. All or none: UNKNOWN names the first that there is not.
enum status store_key_team(struct store *s, const struct str *names, size_t count, struct str team,
                           int64_t at_us, struct why *why) MUST_USE;
typedef void store_key_f(void *context, const struct key *k); // slices live during the call
enum status store_key_each(struct store *s, store_key_f *f, void *context,
                           struct why *why) MUST_USE;

// What the pepper is known by under which the keys were made: never 0, or 0 when none was kept.
enum status store_pepper_mark(struct store *s, int64_t *out, struct why *why) MUST_USE;
enum status store_pepper_mark_set(struct store *s, int64_t mark, struct why *why) MUST_USE;

// A consistent copy while the store is in use (SQLite's backup API), with the journal caught up;
// of an older version's file as it is, without what its journal holds.
enum status store_backup(struct store *s, const char *file, struct why *why) MUST_USE;
// The format of an older version's file that was opened by who `copies`; 0: it is none.
int store_older(const struct store *s);

// Each provider and model that was called since then, from the hourly rollups (all tenants).
typedef void store_used_f(void *context, struct str provider, struct str model);
enum status store_models_used(struct store *s, int64_t since_us, store_used_f *f, void *context,
                              struct why *why) MUST_USE;

// For insight: a read-only connection of its own. The type is sqlite3.
struct sqlite3;
enum status store_reader_open(struct store *s, struct sqlite3 **out, struct why *why) MUST_USE;
void store_reader_close(struct sqlite3 *db);

// Calls `f` with every call whose end stands in the journal, before the position that `db` sees,
// and whose row does not. *checked counts the records. For ledger verify.
struct entry;
typedef void store_lost_f(void *context, const struct entry *e);
enum status store_check_journal(struct store *s, struct sqlite3 *db, store_lost_f *f, void *context,
                                int64_t *checked) MUST_USE;

// A file of the journal that is kept aside.
struct store_aside {
    const char *path; // lives during the call
    bool refused;     // holds calls that the ledger refused; else it is damaged
    int64_t records;  // so many can be read; those of a damaged one are in the ledger
    int64_t from;     // the byte from which on it cannot be read; 0: none of it can
};
typedef void store_aside_f(void *context, const struct store_aside *a);
void store_aside_each(const struct store *s, store_aside_f *f, void *context);

#endif
