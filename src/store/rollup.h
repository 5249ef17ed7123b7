// SPDX-License-Identifier: Apache-2.0
//
// rollup - sums by the hour, kept for ever: reports read them instead of the rows. The calls of one
// batch are added up in memory first, then each sum is added to its row once, in the same
// transaction as the rows themselves.

#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "core/entry.h"
#include "store/histogram.h"

#define HOUR_US  (3600 * SECOND_US)
#define MILLI_PD INT64_C(1000000000) // picodollars in a thousandth of a dollar

// What one call adds to any sum: the rollups', and those of a report that reads rows.
struct tally {
    int64_t requests; // each once, by its last attempt
    int64_t retries;  // attempts that another one followed
    int64_t errors;   // the provider's, and answers that broke off
    int64_t unpriced; // these three of all attempts
    int64_t estimated;
    int64_t captured;
    int64_t count[BUCKET_COUNT];
    int64_t reasoning;
    int64_t made_tokens; // output, and the time it took, of calls that ended well
    int64_t made_us;
    int64_t load_us; // a local server's
    int64_t queue_us;
};

struct rollup_key {
    int64_t tenant, hour, provider, model, key, team, project; // names' numbers
};

void tally_add(struct tally *t, const struct entry *e);
void tally_join(struct tally *to, const struct tally *t);
// Whether the call's duration belongs into the histogram of latencies.
bool tally_timed(const struct entry *e);
bool tally_begun(const struct entry *e); // its first byte's time

struct rollup_sum;
struct rollup_sample;

struct rollups {
    sqlite3_stmt *find;
    sqlite3_stmt *add;
    struct rollup_sum *sums;
    size_t sum_count, sum_size;
    uint32_t *slots; // hash: index of a sum + 1
    size_t slot_count;
    struct rollup_sample *samples;
    size_t sample_count, sample_size;
    int128 cost_pd;                 // that rows of the table grew by
    struct histogram latency, ttft; // scratch
    struct buf packed[2];
};

// Prepares its statements on the writer's connection, which stays the caller's and outlives it.
// False when out of memory or when SQLite refuses one (sqlite3_errmsg); rollups_close is due even
// then.
bool rollups_open(struct rollups *r, sqlite3 *db) MUST_USE;
void rollups_close(struct rollups *r);
// Adds a call to the sums in memory. False when out of memory: the batch must be given up.
bool rollups_add(struct rollups *r, const struct rollup_key *key, const struct entry *e) MUST_USE;
// Writes the sums into the database and forgets them. False when it failed.
bool rollups_flush(struct rollups *r) MUST_USE;
void rollups_forget(struct rollups *r); // after a ROLLBACK

#endif
