// SPDX-License-Identifier: Apache-2.0
//
// A call under way belongs to the accounts of what its budgets say now. When those are said, the
// account of now is taken up for each that is open in another one, and remembers it. Once it has
// its number, it holds what they hold, and the other ones do no more; what they grow to is reserved
// there, and their rows charge it. A row that is about to be written charges where it says so: the
// account lets nobody in before it is there, and the store has given what it came to (moved.h).

#include <time.h>

#include "base/clock.h"
#include "gate/budgets_part.h"

// Where the call of an open booking counts now, in the window of now, instead of its i-th account.
// False when it stays where it is.
static bool strays(const struct budgets *all, const struct booking *b, unsigned i,
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

// Holds may come to it.
static bool is_ready(const struct account *a)
{
    return a->id > 0 && !a->gives_back;
}

static void stray(struct budgets *all, struct booking *b, unsigned i, struct account *now)
{
    struct wanted *w = &b->wanted[i];
    w->now = now;
    w->of = b;
    list_push(&now->strays, &w->stray);
    all->strays++;
}

static void stay(struct budgets *all, struct wanted *w)
{
    w->now = NULL;
    list_pull(&w->stray);
    all->strays--;
}

unsigned booking_stays(struct budgets *all, struct booking *b, struct account **now)
{
    unsigned count = 0;
    for (unsigned i = 0; all->strays > 0 && i < b->count; i++) {
        if (!b->wanted[i].now)
            continue;
        if (now)
            now[count] = b->wanted[i].now;
        count++;
        stay(all, &b->wanted[i]);
    }
    return count;
}

static bool come(struct budgets *all, struct booking *b, unsigned i, struct account *a)
{
    b->knew = 0;
    return accounts_move(&all->table, &b->hold, i, a);
}

// False when the account of now cannot be had, or cannot count it. Of a budget that is no more all
// stays as it was: it may come back.
static bool lead(struct budgets *all, struct booking *b, unsigned i)
{
    struct account_key now;
    const struct said *said = budgets_said_of(all, b->hold.accounts[i]->key.budget);
    if (said && b->wanted[i].now)
        stay(all, &b->wanted[i]);
    if (!said || !strays(all, b, i, &now))
        return true;
    struct account *a = b->closes ? accounts_find(&all->table, &now) : NULL;
    if (a && is_ready(a)) { // it is not asked for before that has ended
        stray(all, b, i, a);
        budgets_return(all, a);
        budgets_late(all, a, LATE_DUE);
        return true;
    }
    a = budgets_take_up(all, &now, &said->terms, b->hold.amount);
    if (a && is_ready(a))
        return come(all, b, i, a);
    if (a)
        stray(all, b, i, a);
    return a;
}

// Where it was to come to before, perhaps nobody ends any more.
static bool lead_on(struct budgets *all, struct booking *b, unsigned i)
{
    struct account *before = b->wanted[i].now;
    bool late = before && before->id > 0 && before->late == LATE_DUE; // it stays in the table
    bool fine = lead(all, b, i);
    if (late)
        budgets_catch_up(all, before);
    return fine;
}

void booking_lead(struct budgets *all, struct booking *b)
{
    for (unsigned i = 0; b->hold.state == HOLD_OPEN && i < b->count; i++)
        all->lead |= !lead_on(all, b, i);
}

static void lead_those(struct budgets *all, bool closes)
{
    list_for (it, &all->bookings) {
        struct booking *b = list_of(it, struct booking, each);
        if (b->closes == closes)
            booking_lead(all, b);
    }
}

void bookings_lead(struct budgets *all)
{
    all->lead = false;
    lead_those(all, true); // before who comes has the store asked
    lead_those(all, false);
}

void bookings_gather(struct budgets *all, struct account *a)
{
    list_for (it, &a->strays) {
        struct wanted *w = list_of(it, struct wanted, stray);
        struct booking *b = w->of;
        if (b->closes) {
            budgets_late(all, a, LATE_DUE);
            continue;
        }
        stay(all, w);
        all->lead |= !come(all, b, (unsigned)(w - b->wanted), a);
    }
}

static void come_back(struct budgets *all, struct account *a)
{
    budgets_return(all, a);
    if (a->late == LATE_DUE)
        budgets_catch_up(all, a);
}

// The account where it grows: the one of now. NULL when that cannot be had.
static struct account *grows_in(struct budgets *all, struct booking *b, unsigned i)
{
    struct account *a = b->hold.accounts[i];
    struct account_key key;
    const struct account *now = all->strays > 0 ? b->wanted[i].now : NULL;
    if (now)
        return budgets_take_up(all, &now->key, &now->terms, b->hold.amount);
    if (all->lead && strays(all, b, i, &key))
        return NULL;
    come_back(all, a);
    return a;
}

enum admission booking_follow(struct budgets *all, struct booking *b)
{
    for (unsigned i = 0; !b->closes && i < b->count; i++) {
        struct account *a = grows_in(all, b, i);
        if (!a)
            return ADMISSION_HELD;
        if (!is_ready(a) || a->late) {
            b->awaits = a;
            return ADMISSION_LEASE;
        }
    }
    return ADMISSION_MADE;
}

static bool is_settled(const struct budgets *all)
{
    return all->strays == 0 && !all->lead && all->lates == 0;
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
    a->lates += a->late != late;
    a->late = (uint8_t)late;
}

void budgets_return(struct budgets *all, struct account *a)
{
    if (!a->left || budgets_leaves(all, &a->key) || !budgets_said_of(all, a->key.budget))
        return;
    a->left = false;
    budgets_late(all, a, LATE_DUE);
}

void budgets_catch_up(struct budgets *all, struct account *a)
{
    if (a->gives_back)
        return;
    if (a->late == LATE_DUE && list_empty(&a->strays) && a->leases == 0) {
        budgets_late(all, a, LATE_ASKED);
        if (!budgets_ask(all, a, a->leased)) {
            budgets_late(all, a, LATE_DUE);
            bookings_born(all, a, false);
        }
    }
    if (a->late == LATE_NOT)
        bookings_born(all, a, true);
}

void budgets_ended(struct budgets *all, struct account *a)
{
    if (a->gives_back) // who takes it up then hears all
        return;
    budgets_late(all, a, LATE_DUE);
    if (a->id > 0)
        budgets_catch_up(all, a);
}

void budgets_ask_again(struct budgets *all, struct account *a)
{
    if (a->id > 0 && a->late == LATE_DUE)
        budgets_catch_up(all, a);
    if (a->id > 0 || a->leases > 0)
        return;
    if (list_empty(&a->strays) || !budgets_ask(all, a, (struct nano){0}))
        budgets_unborn(all, a);
}

struct account *budgets_take_up(struct budgets *all, const struct account_key *key,
                                const struct account_terms *said, struct nano amount)
{
    struct account *a = accounts_find(&all->table, key);
    if (a && a->gives_back && budgets_is_free(a) && a->settled.n <= a->leased.n) {
        budgets_forget(all, a);
        a = accounts_find(&all->table, key);
    }
    if (a && is_ready(a)) {
        come_back(all, a);
        return a;
    }
    if (a && (a->id > 0 || a->leases > 0))
        return a->leases > 0 ? a : NULL;
    if (!a) {
        if (all->table.count >= BUDGETS_ACCOUNTS_MAX ||
            accounts_add(&all->table, key, said, &a) != STATUS_OK)
            return NULL;
        a->left = budgets_leaves(all, key); // for a call that began before the change
    }
    if (budgets_ask(all, a, amount))
        return a;
    budgets_unborn(all, a);
    return NULL;
}
