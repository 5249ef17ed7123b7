// SPDX-License-Identifier: Apache-2.0
//
// waiting - how long a call waits for its budgets: for what others hold as long as its budget says,
// and for the store as long as that may take to set something aside. What it lacks may change while
// it waits, and nobody wakes it then.

#ifndef REQUEST_WAITING_H
#define REQUEST_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#define WAITING_STORE_US INT64_C(10000000)

// Zeroed at first. All times are monotonic.
struct waiting {
    int64_t patience_us; // until then it waits for what others hold; 0: it does not. The caller's
    bool queued;         // it stands in a queue; the caller clears it when it does no more
    bool for_store;      // ... for the store, when it was last looked at
    int64_t store_us;    // ... until then
};

enum waiting_is {
    WAITING_ON,     // it is to be looked at again, at `until_us`
    WAITING_ENOUGH, // its patience is over: it waits for no others any more
    WAITING_FAILED, // the store has had its time
};

// It stands in a queue, for the store or for others.
enum waiting_is waiting_look(struct waiting *w, bool for_store, int64_t now_us, int64_t *until_us);

#endif
