// SPDX-License-Identifier: Apache-2.0
//
// budgets_part - what the files of the process's account table share: budgets.c has the table and
// what goes through all of it, budgets_booking.c holds and ends, budgets_lease.c asks the store.
// All of it is under the lock.

#ifndef GATE_BUDGETS_PART_H
#define GATE_BUDGETS_PART_H

#include <pthread.h>

#include "gate/budgets.h"

struct budgets {
    pthread_mutex_t lock; // guards all
    pthread_cond_t asked; // an ask has ended
    struct accounts table;
    struct store *store;
    budgets_news_f *news;
    void *context;
    uint64_t overdrafts;   // since the process began
    struct list newcomers; // bookings that wait for an account's first lease
    struct list growers;   // open ones that lack a lease to hold more
    struct list asks;      // of the store, under way
    struct said *said;     // by number; NULL before the first, and when memory ended
    size_t said_count;
    bool closed; // the store is: it is asked no more
};

// What a budget says now, whatever a call that began before knows of it.
struct said {
    uint64_t budget;
    struct account_terms terms;
    struct window_rule rule; // its zone lives until the next are said
    struct window window;    // of the moment when it was said
    uint64_t alerts;         // of its, since the process began or it was made
};

// One lease under way.
struct ask {
    struct list link;
    struct lease lease;
    struct budgets *all;
    struct account *account; // it is not forgotten before
    bool grows;              // accounts_ask wants it
    char value[];
};

// What a budget says now: its own terms are those of when the call began. Borrowed until the next
// change.
const struct account_terms *budgets_said(const struct budgets *all, const struct budget *b);
// The same of its window, at that moment; `its`: by the budget's own rule.
struct window budgets_window(const struct budgets *all, const struct budget *b, struct window its,
                             int64_t wall_us);
// Whether its budget has another window now, of which this one shares a moment. Should that be
// changed back, what was spent meanwhile counts here, too: the store adds it when the account is
// taken up again.
bool budgets_leaves(const struct budgets *all, const struct account_key *key);
// Tells those of its thresholds that were told before.
void budgets_alert_again(struct budgets *all, const struct account *a);

// Those that wait for that account's first lease, or until it has given back, look again. `fine`:
// it has a number now, or is about to be forgotten.
void bookings_born(struct budgets *all, const struct account *a, bool fine);
// accounts_listener.woken
void bookings_woken(void *context, struct hold *h, const struct verdict *v);
// accounts_listener.leased: those that grow try again.
void bookings_leased(void *context, const struct account *a);

// Asks that its watermark stand there. NULL, and nothing is asked, when memory ends or the store is
// closed.
struct ask *budgets_ask(struct budgets *all, struct account *a, struct nano upto);
// Tells the store what has changed but for its watermark. What is asked already looks again when
// that has come.
void budgets_tell(struct budgets *all, struct account *a);
// Nobody uses it, and nothing of it is asked.
bool budgets_is_free(const struct account *a);
// The table has a free one no longer; one that has more set aside than it uses gives that back
// first. It stays, to be asked again, until the store has said that it is so.
void budgets_forget(struct budgets *all, struct account *a);
// Asks for all that the table wants (accounts_ask): after whatever may have made it want some.
void budgets_pump(struct budgets *all);

#endif
