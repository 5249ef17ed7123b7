// SPDX-License-Identifier: Apache-2.0
//
// budgets - the one account table of the process, under one lock: what every worker's calls hold in
// it, who waits for room, and what the store sets aside.
//
//   worker A --reserve--> accounts (budget/accounts.h) --lease--> store's writer thread
//   worker B --end------>       |                                      |
//            <--woken (posted to the loop)-- <----- what it set aside --'
//
// A call that is admitted asks neither the disk nor another thread, but for the lock. An account
// that the table does not have is asked for at the store, and the call waits for that: one
// transaction. Accounts of windows that are over, and of values that nobody names any more, are
// forgotten; the store keeps them.

#ifndef GATE_BUDGETS_H
#define GATE_BUDGETS_H

#include "base/random.h"
#include "budget/accounts.h"
#include "budget/budget.h"
#include "core/charge.h"
#include "net/loop.h"
#include "store/lease.h"

#define BUDGETS_ACCOUNTS_MAX 200000 // of the table, all values of all budgets: some 100 MB

struct budgets;

enum budgets_news_kind {
    BUDGETS_ALERT,     // a threshold was reached, for the first time in this window
    BUDGETS_OVERDRAFT, // a call cost more than its worst case: its price is proven wrong
    BUDGETS_OVERRUN,   // ... by an estimate: its answer passed its maximum
};

struct budgets_news { // slices live during the call
    enum budgets_news_kind kind;
    uint64_t budget;  // its number
    struct str value; // of what it tells apart
    struct window window;
    unsigned percent; // ALERT
    bool again;       // ... it was told before, but for a death just then: the account comes back
    struct nano limit, spent, held;
    struct nano beyond;  // of the latter two: so much more than its worst case
    struct uuid request; // ... and which call
};
// Under the lock, on any thread: it must not wait, nor call back.
typedef void budgets_news_f(void *context, const struct budgets_news *n);

// NULL when memory ends. The store stays the caller's, and has its writer.
struct budgets *budgets_new(struct store *s, budgets_news_f *news, void *context) MUST_USE;
// Nobody's call is open or waits, and the store's writer asks for nothing more. NULL is fine.
void budgets_free(struct budgets *all);

struct booking; // what one attempt of a call holds

// What happens to a booking is told by posting to its loop: its call looks again.
struct booking_owner {
    struct loop *loop;
    void (*wake)(void *call);
    void *call;
    struct uuid id;   // the call's, for the news
    int64_t start_us; // ... when it began, as its rows will say
};

// One more budget of a call that is about to be made, in the order of refusal. The budget and the
// value live until the booking has left or ended.
struct booking_wish {
    const struct budget *budget;
    struct str value;
};

// Without a hold yet. NULL when memory ends.
struct booking *booking_new(struct budgets *all, const struct booking_owner *owner,
                            const struct booking_wish *wishes, unsigned count) MUST_USE;

// Before it is asked for: nobody knows the most that it can cost, which a budget that blocks would
// refuse; those that observe count that.
void booking_unbounded(struct booking *b);

enum booking_state {
    BOOKING_OPEN,    // it holds
    BOOKING_WAITS,   // its owner is woken, and asks again
    BOOKING_REFUSED, // see the verdict: it does not fit
    BOOKING_FAILED,  // the store cannot set anything aside, or memory ended
};

// Asks for it, or, where it waited, how that went: the amount of before holds then. `patient`: what
// open holds alone keep out waits for them. `wall_us` finds the windows, by what the budgets say
// now.
enum booking_state booking_reserve(struct booking *b, struct nano amount, bool patient,
                                   int64_t wall_us) MUST_USE;
// Why it was refused, or waits. Its account is of the wish `at`.
struct verdict booking_verdict(const struct booking *b);
const struct booking_wish *booking_wish(const struct booking *b, unsigned i);
// What it waits for.
struct booking_wait {
    bool for_store;   // that sets something aside; else for what others hold
    int64_t until_us; // its windows are over then, and it is to be asked for anew; INT64_MAX: never
};
struct booking_wait booking_waits(struct booking *b);
// Takes a waiting one out, so that it can be asked for again; it keeps its turn. False: it holds by
// now.
bool booking_leave(struct booking *b);
// One that waits for what others hold is to wait no more: the one that comes back, in its stead,
// can be asked for with another amount, and has its turn. It keeps its place, too: those behind it
// are let in when that one holds, has left or is dropped, not before; what the place is let in to
// meanwhile is held for it. One that waits no more comes back itself.
struct booking *booking_again(struct booking *b) MUST_USE;
// Before it is asked for: it has the turn and the place of `before`, of the same call, which was
// refused and is dropped.
void booking_instead(struct booking *b, struct booking *before);
// Holds so much more for an open one, or says why not: the verdict tells which account, unless that
// could not be had (MADE). LEASE: the store was asked, and its owner is
// woken when it has answered.
enum admission booking_extend(struct booking *b, struct nano by) MUST_USE;

// What it holds, for a record of the call: of an open one. Its accounts may be others later, when
// the window of a budget is changed ...
void booking_charge(struct booking *b, struct charge *out);
// ... but not from here on, for its last record.
void booking_close(struct booking *b, struct charge *out);

// Of the accounts that block, the one with the least left: what is left there beside this booking's
// own hold, and what others hold. False when none blocks, or one of them is not known. Of one that
// is not open, in the windows in which it was asked for.
struct booking_left {
    struct nano left; // -1: more than all of it is in use
    struct nano held; // by others
};
bool booking_left(const struct booking *b, struct booking_left *out);
// The same, of the accounts of those budgets alone that may lower a maximum (`clamp`).
bool booking_left_clamped(const struct booking *b, struct booking_left *out);

// Closed, it is charged so much, as soon as the records that say so are written: budgets_end. The
// owner is not woken any more; the booking is gone then. Beyond `most` it is news: an overdraft
// (`broken`), or by an estimate an overrun.
void booking_end(struct booking *b, struct nano charged, struct nano most, bool broken,
                 struct list *ended);
// All of that list, which is empty afterwards. `written`: false captures them all at what they
// hold, since that is what the record says that stands.
void budgets_end(struct budgets *all, struct list *ended, bool written);
// A booking that nothing was sent for: what it holds is released, what waits is taken out. NULL is
// fine.
void booking_drop(struct booking *b);

// Since the process began: thresholds of a budget that were reached, by its number (0 where there
// is none), and its other news, one for each budget that blocks.
uint64_t budgets_alerts(struct budgets *all, uint64_t budget);
uint64_t budgets_overdrafts(struct budgets *all);
uint64_t budgets_overruns(struct budgets *all);
// Calls that wait now and have patience for what others hold, also while they lack but a lease.
uint64_t budgets_waiting(struct budgets *all);

// What the budgets say from now on: for new accounts at once, for all when it returns. No call that
// knows them is made before that. One that is not among them (any more) says what it did: calls
// that began before are held by it. Their zones live until the next. Where a window is another one,
// calls under way go over to it.
void budgets_terms(struct budgets *all, const struct budget *budgets, size_t count,
                   int64_t wall_us);
// Waits until they have, so long at most: not from a loop, nor from the store's thread.
void budgets_await(struct budgets *all, int64_t most_ms);
// Forgets accounts that are over or idle; one that has more set aside than it uses, once the store
// has that back. `behind_us`: how far the ledger is behind its journal. One that comes back has
// spent what its watermark says.
void budgets_tidy(struct budgets *all, int64_t wall_us, int64_t behind_us);

struct budgets_account { // slices live during the call
    uint64_t id;
    struct account_key key;
    struct nano limit, spent, held, overdraft;
    bool observe, paused;
    bool left; // its budget had other windows meanwhile: what was spent there is not in it yet ...
    struct nano moved; // ... but for so much, since ever
    uint64_t would_refuse;
};
typedef void budgets_account_f(void *context, const struct budgets_account *a);
// Those that the table has, in no order, under the lock: `f` must not wait. Calls go on meanwhile:
// each is as of its own moment, and one may be told twice, of two moments.
void budgets_each(struct budgets *all, budgets_account_f *f, void *context);

#endif
