// SPDX-License-Identifier: Apache-2.0
//
// habit - what the latest calls of each model have used, of those that tell: what a gateway that
// has just begun foresees of the next ones.

#ifndef STORE_HABIT_H
#define STORE_HABIT_H

#include "store/decided.h"

struct store_habit { // slices live during the call
    struct str provider, model;
    int64_t requests; // that ended well, counted by their provider
    int64_t input;    // tokens, all of them, and
    int64_t cached;   // those of them that were read from a cache
    int64_t output;
    int64_t timed; // that ended well, and whose machine's time is known: told or measured
    int64_t busy_us;
};
typedef void store_habit_f(void *context, const struct store_habit *h);
enum status store_habits(struct store *s, const struct decided_query *q, store_habit_f *f,
                         void *context, struct why *why) MUST_USE;

#endif
