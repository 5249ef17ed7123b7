// SPDX-License-Identifier: Apache-2.0
//
// lent - leases asked for and waited for.

#ifndef LENT_H
#define LENT_H

#include <stdatomic.h>

#include "store/lease.h"
#include "stored.h"

static inline void lease_came(struct lease *l)
{
    atomic_store((atomic_bool *)l->context, true);
}

// OK, or why not.
static inline enum status lease_now(struct store *s, struct lease *l)
{
    atomic_bool came = false;
    l->done = lease_came;
    l->context = &came;
    store_lease(s, l);
    while (!atomic_load(&came))
        usleep(100);
    return l->status;
}

// Of budget `budget`, one account for ever.
static inline struct lease a_lease(uint64_t budget, int64_t limit, int64_t upto)
{
    return (struct lease){.key = {budget, STR_NONE, {INT64_MIN, INT64_MAX, WINDOW_LIFETIME}},
                          .limit = {limit},
                          .upto = {upto}};
}

// The accounts of one moment: to be closed.
static inline struct accounts_view view_of(struct store *s)
{
    struct accounts_view v;
    assert_int_equal(store_accounts_open(s, &v, NULL), STATUS_OK);
    return v;
}

// Those of now.
static inline void each_account(struct store *s, int64_t ends_after_us, account_row_f *f,
                                void *context)
{
    struct accounts_view v = view_of(s);
    assert_int_equal(store_accounts_each(&v, ends_after_us, f, context, NULL), STATUS_OK);
    store_accounts_close(&v);
}

// A store to lease from.
static inline struct store *lent_begin(struct place *p)
{
    place_make(p);
    return store_at(p, true);
}

static inline void lent_end(const struct place *p, struct store *s, struct journal *j)
{
    journal_close(j);
    store_close(s);
    place_remove(p);
}

#endif
