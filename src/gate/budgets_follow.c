// SPDX-License-Identifier: Apache-2.0
//
// A call under way belongs to the accounts of what its budgets say now. When a window is changed,
// the account of now is taken up for each that is open in another one. Once it has its number, it
// holds what they hold, and the other ones do no more; what they grow to is reserved there, and
// their rows charge it. A row that is about to be written charges where it says so: the account
// lets nobody in before it is there, and the store has given what it came to (moved.h).

#include <time.h>

#include "base/clock.h"
#include "gate/budgets_part.h"

bool booking_strays(const struct budgets *all, const struct booking *b, unsigned i,
                    struct account_key *now)
{
    const struct account_key *key = &b->hold.accounts[i]->key;
    const struct said *said = budgets_said_of(all, key->budget);
    int64_t began_us = b->owner.start_us;
    if (!said || !budgets_leaves(all, key) || began_us < said->window.start_us ||
        began_us >= said->window.end_us)
        return false;
    *now = (struct account_key){key->budget, key->value, said->window};
    return true;
}

static bool is_same(const struct account_key *a, const struct account_key *b)
{
    return a->budget == b->budget && a->window.kind == b->window.kind &&
           a->window.start_us == b->window.start_us && str_eq(a->value, b->value);
}

// Which of its accounts that one takes the place of; its count when none.
static unsigned place_of(const struct budgets *all, const struct booking *b,
                         const struct account *a)
{
    struct account_key now;
    unsigned i = 0;
    while (i < b->count && !(booking_strays(all, b, i, &now) && is_same(&now, &a->key)))
        i++;
    return i;
}

static bool strays(const struct budgets *all, const struct booking *b)
{
    struct account_key now;
    unsigned i = 0;
    while (i < b->count && !booking_strays(all, b, i, &now))
        i++;
    return i < b->count;
}

void bookings_gather(struct budgets *all, struct account *a)
{
    bool others = false;
    if (!all->follows)
        return;
    list_for (it, &all->bookings) {
        struct booking *b = list_of(it, struct booking, each);
        if (b->hold.state != HOLD_OPEN)
            continue;
        unsigned i = place_of(all, b, a);
        if (i < b->count && b->closes)
            budgets_late(all, a, LATE_DUE);
        else if (i < b->count)
            (void)!accounts_move(&all->table, &b->hold, i, a);
        others |= strays(all, b);
    }
    all->follows = others;
}

static bool is_awaited(const struct account *a)
{
    return a->id == 0 || a->gives_back || a->late;
}

enum admission booking_follow(struct budgets *all, struct booking *b)
{
    struct account_key now;
    for (unsigned i = 0; !b->closes && i < b->count; i++) {
        struct account *a = b->hold.accounts[i];
        if (all->follows && booking_strays(all, b, i, &now))
            a = budgets_take_up(all, &now, &a->terms, b->hold.amount);
        if (!a)
            return ADMISSION_HELD;
        if (is_awaited(a)) {
            b->awaits = a;
            return ADMISSION_LEASE;
        }
        if (a != b->hold.accounts[i] && !accounts_move(&all->table, &b->hold, i, a))
            return ADMISSION_HELD;
    }
    return ADMISSION_MADE;
}

void bookings_lead(struct budgets *all)
{
    struct account_key now;
    list_for (it, &all->bookings) {
        const struct booking *b = list_of(it, struct booking, each);
        for (unsigned i = 0; b->hold.state == HOLD_OPEN && i < b->count; i++)
            if (booking_strays(all, b, i, &now))
                (void)budgets_take_up(all, &now, &b->hold.accounts[i]->terms, b->hold.amount);
    }
}

static bool is_settled(struct budgets *all)
{
    bool any = false;
    if (!all->follows)
        return all->lates == 0;
    list_for (it, &all->bookings) {
        const struct booking *b = list_of(it, struct booking, each);
        any |= b->hold.state == HOLD_OPEN && strays(all, b);
    }
    all->follows = any;
    return !any && all->lates == 0;
}

void budgets_await(struct budgets *all, int64_t most_ms)
{
    int64_t us = clock_mono_us() + most_ms * 1000;
    struct timespec until = {.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
    int error = 0;
    pthread_mutex_lock(&all->lock);
    while (error == 0 && !is_settled(all))
        error = pthread_cond_timedwait(&all->asked, &all->lock, &until);
    pthread_mutex_unlock(&all->lock);
}

// --- who was late ---

void budgets_late(struct budgets *all, struct account *a, enum late late)
{
    all->lates += (late != LATE_NOT) - (size_t)(a->late != LATE_NOT);
    a->late = (uint8_t)late;
}

bool budgets_return(struct budgets *all, struct account *a)
{
    if (!a->left || budgets_leaves(all, &a->key))
        return false;
    a->left = false;
    budgets_late(all, a, LATE_DUE);
    return true;
}

static bool ends_elsewhere(const struct budgets *all, const struct account *a)
{
    list_for (it, &all->bookings) {
        const struct booking *b = list_of(it, struct booking, each);
        if (b->hold.state == HOLD_OPEN && b->closes && place_of(all, b, a) < b->count)
            return true;
    }
    return false;
}

void budgets_catch_up(struct budgets *all, struct account *a)
{
    if (a->gives_back)
        return;
    if (a->late == LATE_DUE && !(all->follows && ends_elsewhere(all, a))) {
        budgets_late(all, a, LATE_ASKED);
        if (!budgets_ask(all, a, a->leased)) {
            budgets_late(all, a, LATE_DUE);
            bookings_born(all, a, false);
        }
    }
    if (a->late == LATE_NOT)
        bookings_born(all, a, true);
}

struct account *budgets_take_up(struct budgets *all, const struct account_key *key,
                                const struct account_terms *said, struct nano amount)
{
    struct account *a = accounts_find(&all->table, key);
    if (a && a->gives_back && budgets_is_free(a) && a->settled.n <= a->leased.n) {
        budgets_forget(all, a);
        a = accounts_find(&all->table, key);
    }
    if (a && a->id > 0 && !a->gives_back) {
        if (budgets_return(all, a))
            bookings_gather(all, a);
        if (a->late == LATE_DUE)
            budgets_catch_up(all, a);
    }
    if (a)
        return a->gives_back && a->leases == 0 ? NULL : a;
    if (all->table.count >= BUDGETS_ACCOUNTS_MAX ||
        accounts_add(&all->table, key, said, &a) != STATUS_OK)
        return NULL;
    a->left = budgets_leaves(all, key); // for a call that began before the change
    if (budgets_ask(all, a, amount))
        return a;
    must(accounts_forget(&all->table, a));
    return NULL;
}
