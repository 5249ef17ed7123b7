// SPDX-License-Identifier: Apache-2.0
//
// kept - the latest answers that a later call may go on from, and which provider gave each: the
// rows of `responses`.

#ifndef STORE_KEPT_H
#define STORE_KEPT_H

#include "store/store.h"

struct store_kept { // the slices live during the call
    struct str provider;
    struct str id;    // the answer's, as its provider named it
    int64_t start_us; // of its call
};
typedef void store_kept_f(void *context, const struct store_kept *k);

struct kept_query {
    struct str tenant, endpoint;
    int64_t since_us; // calls that began then or later, of which
    int64_t most;     // attempts are looked at, the latest, and what began with the first of them
};
// The latest comes last.
enum status store_kept_each(struct store *s, const struct kept_query *q, store_kept_f *f,
                            void *context, struct why *why) MUST_USE;

#endif
