// SPDX-License-Identifier: Apache-2.0
//
// Leases follow the escrow method (O'Neil, 1986): a right to spend is set aside durably, then used
// without asking again. A chunk is what was lately held in two seconds, at least this call's worst
// case, at most half of what is not yet set aside; when that half is less than the call, exactly
// what it lacks, so that the last cents can be used too.

#include "base/clock.h"
#include "budget/accounts_part.h"

#define PERIOD_US (2 * SECOND_US)

void lease_note(struct account *a, struct nano amount, int64_t now_us)
{
    int64_t period = now_us / PERIOD_US;
    if (period != a->period) {
        a->recent[1] = period == a->period + 1 ? a->recent[0] : (struct nano){0};
        a->recent[0] = (struct nano){0};
        a->period = period;
    }
    if (!nano_add(a->recent[0], amount, &a->recent[0]))
        a->recent[0].n = INT64_MAX;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// What to ask for when so much is to be held: 0 when that would take the last half.
static int64_t chunk(const struct account *a, struct nano amount)
{
    int64_t half = (a->terms.limit.n - a->leased.n) / 2;
    int64_t ahead = larger(amount.n, larger(a->recent[0].n, a->recent[1].n));
    if (half < amount.n)
        return 0;
    return ahead < half ? ahead : half;
}

static void want(struct accounts *t, struct account *a, int64_t n)
{
    if (n > a->wanted.n)
        a->wanted.n = n;
    if (!a->asked && list_empty(&a->asking))
        list_push(&t->asking, &a->asking);
}

void lease_want(struct accounts *t, struct account *a, struct nano amount)
{
    int128 lacks = account_used(a) + amount.n - a->leased.n;
    if (lacks <= 0 || a->terms.observe)
        return;
    must(lacks <= INT64_MAX); // it was judged to be within the limit
    want(t, a, larger((int64_t)lacks, chunk(a, amount)));
}

void lease_watch(struct accounts *t, struct account *a, struct nano amount)
{
    int64_t more = chunk(a, amount);
    if (!a->asked && a->leased.n - account_used(a) < more / 2)
        want(t, a, more);
}

bool accounts_ask(struct accounts *t, struct account **a, struct nano *amount)
{
    if (list_empty(&t->asking))
        return false;
    struct account *first = list_of(t->asking.next, struct account, asking);
    list_pull(&first->asking);
    *a = first;
    *amount = first->wanted;
    first->wanted.n = 0;
    first->asked = true;
    return true;
}

void accounts_leased(struct accounts *t, struct account *a, struct nano amount)
{
    must(t->stored && a->asked && amount.n >= 0);
    a->asked = false;
    a->wanted.n = 0; // who still lacks some asks again
    if (!nano_add(a->leased, amount, &a->leased))
        a->leased.n = INT64_MAX;
    a->denied = amount.n == 0;
    account_admit(t, a, a->denied);
    t->listener.leased(t->listener.context, a);
}
