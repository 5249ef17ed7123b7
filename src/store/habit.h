// SPDX-License-Identifier: Apache-2.0
//
// habit - what the latest attempts at each model have used, of those that tell: what a gateway that
// has just begun foresees of the next ones.

#ifndef STORE_HABIT_H
#define STORE_HABIT_H

#include "store/decided.h"

struct store_habit { // slices live during the call
    struct str provider, model;
    int64_t start_us;
    bool counted;   // its provider has counted its tokens:
    int64_t input;  // all that went in, and
    int64_t cached; // what of it was read from a cache
    int64_t output;
    int64_t busy_us; // of a machine of one's own, told or measured; 0: of none
};
typedef void store_habit_f(void *context, const struct store_habit *h);

// Each that ended well, those of one model together, in the order in which they began.
enum status store_habits(struct store *s, const struct decided_query *q, store_habit_f *f,
                         void *context, struct why *why) MUST_USE;

#endif
