// SPDX-License-Identifier: Apache-2.0
//
// promises - what was found of each route by its pairs (store/pairs.h), the last time one looked:
// what may be promised of it, and how often one has tested that, since each time is another chance
// to be wrong. Shares, losses and thresholds are in millionths.

#ifndef STORE_PROMISES_H
#define STORE_PROMISES_H

#include "store/store.h"

#define PROMISE_TASKS_MAX 32 // of a route, beside its own

struct promise_found {
    bool holds;
    int64_t threshold_ppm; // of the expected gain; scores below it go to the small side
    int64_t share_ppm;     // of the calls that do
    int64_t loss_ppm;      // in the pairs
};

struct promise_row {        // slices of one that is read live during the call
    uint64_t task;          // 0: the route
    int64_t at_us;          // of the look
    struct str terms;       // what was promised between whom
    int64_t looks;          // that tested something on these terms, ever
    int64_t pairs, learned; // there were; that the model was learned from: 0 = none
    int64_t proved;         // that it was tested on
    int64_t newest;         // number of the last pair
    int64_t began;          // ... when one was certified that none has followed but certified ones
    int64_t since;          // only later ones are proof: before, a certificate was revoked
    // By what one asks whether the certificate still holds (gate/doubt.h). The part is the task; in
    // the route's row all calls of no task that has a row.
    int64_t doubt;       // number of the part; 0: it is not asked
    int64_t doubt_from;  // only later pairs are of it
    int64_t doubt_whole; // of the route's row: number of all calls together; 0: no certificate
    int64_t doubts;      // ... numbers that were ever given
    struct promise_found certified;
    int64_t loss_upper_ppm;        // what it loses at most: an estimate
    struct promise_found measured; // an estimate
    int64_t measured_upper_ppm;    // as loss_upper_ppm; below 0: not known
    struct str model;              // the model's file, in the state folder; empty: the shipped one
    int64_t model_check;           // ... its checksum; below 0: not known
    struct str note;               // why it is no more than it is, for a person
};

// Whose they are.
struct promise_of {
    struct str tenant, route;
};

// Puts them in the place of all that was there of the route; but how often one has looked stays,
// for each terms. Not from a loop.
enum status store_promises_put(struct store *s, struct promise_of of,
                               const struct promise_row *rows, unsigned count,
                               struct why *why) MUST_USE;
// The route's own first, then its tasks.
typedef void store_promise_f(void *context, const struct promise_row *row);
enum status store_promises_each(struct store *s, struct promise_of of, store_promise_f *f,
                                void *context, struct why *why) MUST_USE;
// How many looks at the route tested something on these terms, also before there were others.
enum status store_promise_looks(struct store *s, struct promise_of of, struct str terms,
                                int64_t *out, struct why *why) MUST_USE;

#endif
