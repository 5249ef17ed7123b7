// SPDX-License-Identifier: Apache-2.0
//
// spent - what accounts of budgets have settled, of windows that are now.

#ifndef STORE_SPENT_H
#define STORE_SPENT_H

#include "budget/nano.h"
#include "store/store.h"

struct store_spent { // the slice lives during the call
    uint64_t budget;
    struct str value;
    int64_t start_us; // of its window
    struct nano settled;
};
typedef void store_spent_f(void *context, const struct store_spent *s);

struct spent_query {
    int64_t now_us;
    int64_t most; // accounts, of which the latest are looked at
};
// Beside those that of each budget in force that tells nothing apart: one may be told twice. None
// that has settled nothing.
enum status store_spent_each(struct store *s, const struct spent_query *q, store_spent_f *f,
                             void *context, struct why *why) MUST_USE;

#endif
