// SPDX-License-Identifier: Apache-2.0
//
// budgets_part - what the files of the process's account table share: budgets.c has the table and
// what goes through all of it, budgets_booking.c holds and ends, budgets_lease.c asks the store,
// budgets_follow.c takes calls under way to the windows of now. All of it is under the lock.

#ifndef GATE_BUDGETS_PART_H
#define GATE_BUDGETS_PART_H

#include <pthread.h>

#include "gate/budgets.h"
#include "gate/memo.h"

#define SPENT_PLACES 16384 // 768 KB at most, as they are used

struct budgets {
    pthread_mutex_t lock; // guards all
    pthread_cond_t asked; // an ask has ended
    struct accounts table;
    struct store *store;
    budgets_news_f *news;
    void *context;
    uint64_t overdrafts;   // since the process began
    uint64_t overruns;     // the same
    struct list bookings;  // all
    struct list newcomers; // bookings that wait for an account's first lease
    struct list growers;   // open ones that lack a lease, or an account of now, to hold more
    struct list asks;      // of the store, under way
    struct said *said;     // by number; NULL before the first, and when memory ended
    size_t said_count;
    struct memo *spent; // by accounts that the table does not have (scarce.c)
    size_t strays;      // places of bookings that are to come to an account of now
    bool lead;          // ... of some it could not be had: they are to be led again
    size_t lates;       // accounts that are late
    bool lost;          // something was captured whose record says another end than the table
    bool closed;        // the store is: it is asked no more
};

// What a budget says now, whatever a call that began before knows of it.
struct said {
    uint64_t budget;
    struct account_terms terms;
    struct window_rule rule; // its zone lives until the next are said
    struct window window;    // of the moment when it was said
    struct window latest;    // that was asked for: most calls are in it, too
    uint64_t alerts;         // of its, since the process began or it was made
};

struct booking {
    struct list link; // in newcomers, or of those that have ended
    struct list more; // in growers
    struct list each; // in bookings
    struct hold hold;
    struct booking *place; // stands in a queue for it, or holds by now; NULL: nobody does
    struct budgets *all;
    struct booking_owner owner;
    struct post post;
    bool posted;
    bool closes;   // its last record names its accounts: it stays there
    bool ended;    // its owner is woken no more; on its thread
    bool gone;     // its owner has left it; freed when its post has run
    bool failed;   // its account could not be had
    bool judged;   // it waited, and was refused
    uint64_t knew; // 1 + `lates` of its accounts when it was let in; 0 once it has moved
    struct account *awaits;
    struct verdict verdict;
    struct nano charged;
    struct nano most; // that it could be
    bool broken;      // ... which its price did not keep to
    unsigned count;
    struct wanted {
        struct booking_wish wish;
        struct window window; // as it was asked for last
        struct account *now;  // where its open hold is to come to; NULL when it is there
        struct list stray;    // ... in that account's
        struct booking *of;   // ... this one
    } wanted[];
};

// account.late
enum late {
    LATE_NOT,
    LATE_DUE,   // the store is to be asked, as soon as nobody ends there any more
    LATE_ASKED, // ... and is
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

// What each says now; NULL: there is no such budget any more.
struct said *budgets_said_of(const struct budgets *all, uint64_t budget);
// What a budget says now: its own terms are those of when the call began. Borrowed until the next
// change.
const struct account_terms *budgets_said(const struct budgets *all, const struct budget *b);
// The same of its window, at that moment.
struct window budgets_window(struct budgets *all, const struct budget *b, int64_t wall_us);
// Whether its budget has another window now, of which this one shares a moment. Should that be
// changed back, what was spent meanwhile counts here, too: the store is asked when the account is
// taken up again.
bool budgets_leaves(const struct budgets *all, const struct account_key *key);
// Tells those of its thresholds that were told before.
void budgets_alert_again(struct budgets *all, const struct account *a);

// The account of that key, of a budget that says so now. It is asked for where the table does not
// have it: then, and while it gives back or is late, it is to be awaited. NULL when there is no
// room for one more, or the store cannot be asked.
struct account *budgets_take_up(struct budgets *all, const struct account_key *key,
                                const struct account_terms *said, struct nano amount);
// Where its window is the one of now again, what was spent meanwhile is not in it.
void budgets_return(struct budgets *all, struct account *a);
// What was charged in other windows is not all in it.
void budgets_late(struct budgets *all, struct account *a, enum late late);
// Has the store asked for that, once all that ends there has ended, and it is asked for nothing
// else of it; who awaits it goes on when it is not late (any more).
void budgets_catch_up(struct budgets *all, struct account *a);

// Again for what failed and is still needed.
void budgets_ask_again(struct budgets *all, struct account *a);

// Takes up the accounts of now for all that are open in others, which come to them: at once, or as
// soon as such an account has its number. One that is about to end stays where it is; the account
// of now is late until it has.
void bookings_lead(struct budgets *all);
// The same for one: also once its last record was not written, and it stays no more.
void booking_lead(struct budgets *all, struct booking *b);
// It has its number: they come.
void bookings_gather(struct budgets *all, struct account *a);
// It comes to none any more; to those it was to, in `now`, which may be NULL. How many.
unsigned booking_stays(struct budgets *all, struct booking *b, struct account **now);
// One that was to come there has ended elsewhere.
void budgets_ended(struct budgets *all, struct account *a);
// Before it grows: all of its accounts are those of now. HELD: one of them cannot be had; LEASE: it
// is to be awaited (b->awaits).
enum admission booking_follow(struct budgets *all, struct booking *b);

// Those that wait for that account's first lease, or until it has given back or is not late, look
// again. `fine`: it has a number now, or is about to be forgotten.
void bookings_born(struct budgets *all, const struct account *a, bool fine);
// accounts_listener.woken
void bookings_woken(void *context, struct hold *h, const struct verdict *v);
// accounts_listener.leased: those that grow try again.
void bookings_leased(void *context, const struct account *a);

// It has no number, and its first lease is not under way: it is forgotten, unless somebody is to
// come to it.
void budgets_unborn(struct budgets *all, struct account *a);
// Asks that its watermark stand there. NULL, and nothing is asked, when memory ends or the store is
// closed.
struct ask *budgets_ask(struct budgets *all, struct account *a, struct nano upto);
// Tells the store what has changed but for its watermark. What is asked already looks again when
// that has come.
void budgets_tell(struct budgets *all, struct account *a);
// Nobody uses it, and nothing of it is asked.
bool budgets_is_free(const struct account *a);
// An account's that the table does not have, or soon not any more: what it has spent presses on
// (scarce.c).
void scarce_keep(struct budgets *all, uint64_t budget, struct str value, int64_t start_us,
                 struct nano settled);
// The table has a free one no longer; one that has more set aside than it uses gives that back
// first. It stays, to be asked again, until the store has said that it is so.
void budgets_forget(struct budgets *all, struct account *a);
// Asks for all that the table wants (accounts_ask): after whatever may have made it want some.
void budgets_pump(struct budgets *all);

#endif
