// SPDX-License-Identifier: Apache-2.0
//
// decided - the latest calls of routes, attempt by attempt, with why they went where they went
// (core/decision.h) and what they used.

#ifndef STORE_DECIDED_H
#define STORE_DECIDED_H

#include "base/random.h"
#include "core/money.h"
#include "store/store.h"

struct store_decided { // slices live during the call
    struct uuid id;    // of the call
    int attempt;
    int64_t start_us; // of the call
    struct str provider, model;
    struct str packed; // the decision
    bool answered;     // it came to a good end, and
    bool followed;     // was followed by another attempt of its call
    bool reported;     // the provider has counted what was used
    bool priced;       // what it cost is known:
    struct money cost;
    int64_t input;  // tokens, all of them, and
    int64_t cached; // those of them that were read from a cache
    int64_t output;
    int64_t busy_us;
};
typedef void store_decided_f(void *context, const struct store_decided *d);

struct decided_query {
    struct str tenant;
    int64_t since_us, until_us; // calls that began between
    int64_t most;               // attempts, of which the latest are told
};
// In the order in which calls began; attempts of a call one after another.
enum status store_decided_each(struct store *s, const struct decided_query *q, store_decided_f *f,
                               void *context, struct why *why) MUST_USE;

#endif
