// SPDX-License-Identifier: Apache-2.0
//
// inside - what the files of this room share: the store's own parts, and who may touch them.

#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "store/believed.h"
#include "store/ledger.h"
#include "store/pending.h"
#include "store/segment.h"
#include "store/store.h"

#define STORE_PATH_SIZE   4096
#define BOOT_SIZE         64
#define BATCH_MS          200  // most time between a record and its row; a report does not wait
#define BUSY_MOST_MS      5000 // all who cannot try again wait so long for a lock of somebody else
#define BUSY_PATIENCE_US  (2 * SECOND_US) // so long the ledger's lock may be somebody else's
#define RETIRE_TOGETHER   8    // segments that go with one sync of the ledger while it is busy
#define BATCH_RECORDS_MAX 8192 // of one transaction
// While rows of earlier processes are taken: fewer pages are written twice, and a lease waits.
#define BATCH_RECORDS_LATE 32768
#define START_SEGMENTS     4 // as many should fit beside the reserve at a start
#define FEW_PAGES          "PRAGMA cache_size = -4000"  // of the writer's, in memory: KiB
#define MANY_PAGES         "PRAGMA cache_size = -16000" // while it takes rows of earlier processes
#define READ_BYTES         (256 * KIB)
#define PROBE_US           SECOND_US // between two tries of a write that failed
#define DOUBT_DAYS         30        // a clock that is doubted so far ahead is said
#define PRUNE_ROWS         2000      // old rows of a tenant, or names, deleted in one transaction

// What a batch does to the pending calls once it is committed.
struct change {
    enum record type;
    struct pending call;
};

struct store {
    char path[STORE_PATH_SIZE];
    char state[STORE_PATH_SIZE];
    struct store_setup setup; // its slices point to the two above
    int folder;               // of the journal
    int path_lock, state_lock;

    pthread_mutex_t lock; // of what follows
    pthread_cond_t wake;  // the writer: come now
    pthread_cond_t done;  // those who wait in store_catch_up
    struct list segments; // appended by workers, removed by the writer
    uint64_t next_seq;
    unsigned journals;                      // open ones
    uint64_t asked, answered;               // tickets of store_catch_up
    struct lease *lease_first, *lease_last; // that wait for the writer
    bool stop;

    pthread_mutex_t reserve_lock;
    struct segment *reserve; // NULL after a failure, until there is a fresh one

    pthread_mutex_t keys_lock;
    sqlite3 *keys;          // a connection of its own
    sqlite3_stmt *pair_add; // ... and what keeps a pair; NULL until there is one

    // The writer's, whatever thread that is: the one of store_open, then its own, then
    // store_close's.
    pthread_t thread;
    bool running;
    sqlite3 *db;
    struct ledger ledger;
    sqlite3_stmt *begin, *commit, *rollback;
    sqlite3_stmt *position_set, *position_drop, *pending_add, *pending_drop, *pending_get;
    sqlite3_stmt *account_find, *account_make, *account_lease, *account_adjust;
    char boot[BOOT_SIZE]; // of the machine, by its kernel; empty: unknown
    int64_t epoch;        // of this process, by its first lease
    int64_t epoch_before; // of the last one that had any
    struct pendings pendings;
    struct change *changes;
    size_t change_count, change_size;
    char *bytes;            // READ_BYTES
    struct segment **taken; // a snapshot of `segments`
    size_t taken_count, taken_size;
    size_t records;      // of the transaction under way
    size_t records_most; // of one
    size_t careful;      // so many records come one a transaction: one of them is refused
    struct suspect {
        struct segment *segment;
        struct pending call;
    } suspect; // the end of a call that was read last
    int64_t synced_us, probed_us, pruned_us, complained_us, denied_us, believed_kept_us;
    struct believed believed; // by which old rows go
    uint64_t deleted;         // rows of which the log has not told
    int64_t deleted_before_us, deleted_said_us;
    struct lease *lease_late; // that wait for rows
    bool folder_changed;
    bool in_vain; // while it is opened: somebody else's lock has been waited for long enough
    bool owes;    // rows of earlier processes are still to come, and none of their calls is open
    int older;    // the format of an older version's file, which is not changed; 0: it is none
    bool trimmed; // an earlier process left segments: this one starts in their space

    _Atomic int64_t
        busy_us; // since when the writer waits for somebody else's lock; 0 = it does not
    _Atomic bool healthy;
    _Atomic int trouble;      // why the last batch that failed did: an enum status
    _Atomic unsigned failing; // journals that cannot be written
    _Atomic uint64_t rows, batches, failures, captured, journal_bytes;
    _Atomic int64_t behind_us; // since when records wait; 0 = none do
    _Atomic int64_t fsync_us;
    _Atomic int64_t imbalance_pd;
};

// store.c: adds the cure to what `why` says of a full disk: how much to free, and where. `key` of
// the configuration names the place. FULL.
enum status store_full(const struct store *s, const char *place, const char *key, struct why *why);

// Whether trouble that lasts is to be said (again): once a minute. `said_us`: when it was last, 0 =
// never; written when it is due.
bool store_complains(int64_t *said_us) MUST_USE;

// Says that there is no reserve for now.
void store_bare(const struct store *s);

// writer.c, and chores.c for run, sync and finish
enum status writer_open(struct store *s, struct why *why) MUST_USE;
void writer_close(struct store *s);
// All that was published before the call is in the ledger | there is more | try later.
enum batch { BATCH_DONE, BATCH_MORE, BATCH_FAILED };
enum batch writer_batch(struct store *s); // one transaction
// Begins the transaction. False: the ledger's lock is somebody else's, or it cannot be read.
bool writer_lock(struct store *s) MUST_USE;
// What failed last did so for somebody else's lock, and that is no trouble yet: a key that is
// written, with its wait for a slow disk, a copy that is made.
bool writer_patient(struct store *s) MUST_USE;
void *writer_run(void *store);         // the thread
void prune_begin(struct store *s);     // before the first call of this process is written
bool writer_snapshot(struct store *s); // segments into `taken`
bool writer_sync_due(const struct store *s);
void writer_sync(struct store *s); // the journal's files to the disk, when it is due
bool writer_sync_now(struct store *s) MUST_USE;
void writer_finish(struct store *s); // at the end: takes what is left, captures, deletes
// The packed record of a pending call into `out` (cleared).
bool writer_payload(struct store *s, const struct pending *call, struct buf *out);

bool writer_sync_ledger(const struct store *s); // what was committed is on the disk

// leases.c
bool leases_open(struct store *s) MUST_USE;
void leases_close(struct store *s);
void leases_serve(struct store *s); // those that wait, but for those that need rows, too (moved.h)
// Those, behind a batch that began after they were asked for. Where it failed they do: what is
// given once must not be too little.
void leases_serve_late(struct store *s, enum batch batch);
void leases_refuse(struct store *s); // with CLOSED
void leases_read_boot(struct store *s);
// Something of the journal is lost, and calls may be missing: what is set aside will be captured.
// Part of the transaction under way. False when the database failed.
bool leases_doubt(const struct store *s) MUST_USE;
// Nothing of an earlier process, or of this one, is under way any more: what is left of its leases
// returns or is captured, but for what rows that are still to come will charge (NULL: there are
// none). False when the database failed, or when that does not fit into what is set aside: nothing
// has changed, and it is due at the next start.
bool leases_settle(struct store *s, const struct charges *to_come) MUST_USE;

// refused.c: records that SQLite will never take
bool refused_is(const struct store *s); // that the statement which failed last said so
// Keeps a record in journal/<name>.refused, on the disk, and says so loudly.
bool refused_keep(struct store *s, const char *name, struct str payload);

// replay.c
void replay_trim(struct store *s); // gives back what a dead process kept for a full disk
enum status replay_load(struct store *s, struct why *why) MUST_USE; // segments of earlier processes
// Into the ledger, and what was set aside returns; or, where that would take long, only what is to
// be known before the first call: then the writer's thread makes rows of the rest (`owes`).
enum status replay_all(struct store *s, struct why *why) MUST_USE;
// Of the writer's thread: all that was published is in the ledger.
void replay_done(struct store *s);
// Makes captured rows of every pending call; no journal may be open.
bool replay_capture(struct store *s);

#endif
