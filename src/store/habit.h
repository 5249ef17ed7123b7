// SPDX-License-Identifier: Apache-2.0
//
// habit - what the calls of each model have used, summed up from the rollups: what a gateway that
// has just begun foresees of the next ones.

#ifndef STORE_HABIT_H
#define STORE_HABIT_H

#include "store/store.h"

struct store_habit { // of all tenants; slices live during the call
    struct str provider, model;
    int64_t requests; // that were answered, > 0
    int64_t input;    // tokens, all of them, and
    int64_t cached;   // those of them that were read from a cache
    int64_t output;
    int64_t busy_us;
};
typedef void store_habit_f(void *context, const struct store_habit *h);
enum status store_habits(struct store *s, int64_t since_us, store_habit_f *f, void *context,
                         struct why *why) MUST_USE;

#endif
