// SPDX-License-Identifier: Apache-2.0
//
// accounts_part - what the files of the account table share: accounts.c has the table,
// accounts_hold.c holds and ends, accounts_queue.c lets those that wait go on, accounts_lease.c
// asks the store.

#ifndef BUDGET_ACCOUNTS_PART_H
#define BUDGET_ACCOUNTS_PART_H

#include "budget/accounts.h"

// Two amounts are added in 128 bits, so no comparison wraps.
static inline int128 account_used(const struct account *a)
{
    return (int128)a->settled.n + a->held.n;
}

// Whether nothing but the store stands in the way of one that waits. Of those behind another
// one that is not known.
static inline bool hold_lacks_lease(const struct hold *h)
{
    return h->lacks == ADMISSION_LEASE && h->queued->queue.next == &h->link;
}

// What is in use beyond a limit that was lowered: the ceiling follows it down.
void account_drain(struct account *a);
// Tells the thresholds that were reached, once each.
void account_alert(struct accounts *t, struct account *a);

// Whether the hold fits, when holds of an earlier turn go before it.
struct verdict hold_judge(const struct accounts *t, const struct hold *h);
// Holds it: it was judged to fit.
void hold_make(struct accounts *t, struct hold *h);

// Looks at those that wait at an account, in turn, until one must go on waiting. `refused`: the
// store has just given nothing.
void account_admit(struct accounts *t, struct account *a, bool refused);

// Asks for what is missing so that so much more can be held.
void lease_want(struct accounts *t, struct account *a, struct nano amount);
// Asks ahead when little is left after a hold of so much.
void lease_watch(struct accounts *t, struct account *a, struct nano amount);
// Counts what is held now as recent.
void lease_note(struct account *a, struct nano amount, int64_t now_us);

#endif
