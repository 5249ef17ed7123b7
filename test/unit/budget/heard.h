// SPDX-License-Identifier: Apache-2.0
//
// heard - what tests of the account table share: short words for its verbs, and a listener that
// keeps what it is told.

#ifndef BUDGET_HEARD_H
#define BUDGET_HEARD_H

#include "../unit.h"
#include "budget/accounts.h"

#define HEARD_MAX 64

// What the listener heard, in order.
static struct heard {
    struct hold *hold; // NULL for an alert
    struct verdict verdict;
    const struct account *account;
    unsigned percent;
} heard[HEARD_MAX];
static unsigned heard_count;
static const struct account *leased_last; // not in that order

static inline void woken(void *context, struct hold *h, const struct verdict *v)
{
    (void)context;
    heard[heard_count++ % HEARD_MAX] = (struct heard){.hold = h, .verdict = *v};
}

static inline void alert(void *context, const struct account *a, unsigned percent)
{
    (void)context;
    heard[heard_count++ % HEARD_MAX] = (struct heard){.account = a, .percent = percent};
}

static inline void leased(void *context, const struct account *a)
{
    (void)context;
    leased_last = a;
}

static const struct accounts_listener listener = {woken, alert, leased, NULL};

static inline void table(struct accounts *t, bool stored)
{
    accounts_init(t, &alloc_heap, stored, &listener);
    heard_count = 0;
}

static inline struct account *account(struct accounts *t, uint64_t budget, int64_t limit)
{
    struct account_key key = {.budget = budget, .window = {.start_us = 0, .end_us = 100}};
    struct account_terms terms = {.limit = {limit}};
    struct account *a = NULL;
    assert_int_equal(accounts_add(t, &key, &terms, &a), STATUS_OK);
    return a;
}

static inline struct hold of(int64_t amount, struct account *a, struct account *b)
{
    return (struct hold){.amount = {amount}, .count = a ? b ? 2 : 1 : 0, .accounts = {a, b}};
}

static inline enum admission reserve(struct accounts *t, struct hold *h)
{
    return accounts_reserve(t, h, 0).is;
}

static inline enum admission queue(struct accounts *t, struct hold *h)
{
    return accounts_wait(t, h, true, 0).is;
}

static inline void made(struct accounts *t, struct hold *h)
{
    assert_int_equal(reserve(t, h), ADMISSION_MADE);
}

static inline void holds(const struct account *a, int64_t settled, int64_t held, int64_t overdraft)
{
    assert_int_equal(a->settled.n, settled);
    assert_int_equal(a->held.n, held);
    assert_int_equal(a->overdraft.n, overdraft);
    accounts_check(a);
}

// The n-th thing heard: this hold, for this reason.
static inline void was_woken(unsigned n, const struct hold *h, enum admission is)
{
    assert_true(n < heard_count);
    assert_ptr_equal(heard[n].hold, h);
    assert_int_equal(heard[n].verdict.is, is);
    assert_int_equal(h->state, is == ADMISSION_MADE ? HOLD_OPEN : HOLD_NONE);
}

static inline void terms(struct accounts *t, struct account *a, struct account_terms set)
{
    accounts_terms(t, a, &set);
}

#endif
