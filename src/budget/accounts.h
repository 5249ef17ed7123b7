// SPDX-License-Identifier: Apache-2.0
//
// accounts - how much of each budget is spent and held, and whether one more call fits.
//
//            reserve, extend               settle, capture
//    room  ------------------->  held  ------------------------>  spent
//          <-------------------
//                 release, and only with proof that nothing was billed
//
// An account is one window of one budget, for one value of what the budget tells apart. A call
// holds its worst case in all of its accounts or in none, before it is sent; what it cost is
// settled when that is known, and the whole hold is captured when it never will be: who stopped
// listening is billed all the same. For every account that blocks, at every moment,
//
//    spent + held <= limit + overdraft
//
// and the overdraft is what providers charged beyond a worst case they had promised: 0, or an
// alarm. (A limit that was lowered below what is in use lets nothing new in until that has
// drained.) A hold belongs to the accounts it was made in, whatever the clock says when it ends.
//
// What does not fit because of open holds alone may wait. A waiting hold stands in the queue of one
// account: the first in its order where it lacks room, or where an earlier one waits. It goes on to
// another when that changes, so one full account delays nobody who does not need it. One that has
// to go on once more keeps the room that it has found: who came later fits beside it or waits. So
// who waits longest waits in each of its accounts once more at most, whoever comes meanwhile.
//
// Where a store stands behind the table, an account may only use what the store has durably set
// aside (`leased`), so that a crash cannot lose more than that; see accounts_ask.
//
// Nothing here asks a clock, takes a lock or blocks: the caller has the lock, and the listener is
// called under it. Only accounts_add takes memory, and accounts_wait.

#ifndef BUDGET_ACCOUNTS_H
#define BUDGET_ACCOUNTS_H

#include "base/limits.h"
#include "base/list.h"
#include "budget/nano.h"
#include "budget/window.h"

#define HOLD_ACCOUNTS_MAX   16                                     // of one hold
#define ACCOUNT_ALERTS_MAX  8                                      // thresholds of a budget
#define ACCOUNT_VALUE_BYTES (NAME_BYTES_MAX + 1 + MODEL_BYTES_MAX) // the longest: provider/model

struct account_key {
    uint64_t budget;      // its number, the same for ever
    struct str value;     // of what the budget tells apart; empty when it does not
    struct window window; // its kind and start tell accounts apart, its end is for the reader
};

// What the budget's definition says at the moment.
struct account_terms {
    struct nano limit; // >= 0
    bool observe;      // refuses nothing, counts what it would have refused
    bool paused;       // refuses every call, observing or not; what is open goes on
    unsigned alert_count;
    uint8_t alert_at[ACCOUNT_ALERTS_MAX]; // percent of the limit, rising, from 1
};

struct account {
    // For the reader. The first six are what is to be kept.
    uint64_t id;            // its number in the store, the caller's to set; 0 while it has none
    struct account_key key; // its value lies in the account
    struct nano settled;    // spent
    struct nano overdraft;
    struct nano leased; // what the store has set aside since ever: spent + held may reach it
    uint8_t told;       // the highest threshold that was told, in percent: each is told once
    struct nano held;
    struct account_terms terms;
    uint64_t would_refuse; // calls that were let through because it only observes
    int64_t used_us;       // when it was in use last, as the caller's clock said then
    unsigned leases;       // of its under way, the caller's to count
    bool gives_back;       // what it does not use, to be forgotten then; the caller's
    bool left;             // its budget counts in other windows, or did meanwhile; the caller's
    uint8_t late;          // what was spent in those is not all in it; the caller's
    uint64_t lates;        // so often that has changed; the caller's
    struct nano more;      // given out by accounts_ask; the caller's
    struct nano moved;     // what of them is in it, as the store says; the caller's
    struct list strays;    // who is to come to it from those; the caller's
    struct nano ceiling;   // the limit; above it while a lowered one drains
    // For the table.
    uint64_t uses;       // holds open or waiting that name it
    struct list queue;   // of waiting holds, the earliest first
    uint64_t impatient;  // of those, how many wait for the store only
    int64_t largest;     // ... and no amount of theirs is larger
    struct list keepers; // holds that wait elsewhere and keep room here, the earliest first
    struct list changed; // in accounts.changed when its queue is to be looked at
    struct list asking;  // in accounts.asking when more lease is wanted
    struct nano wanted;  // ... so much
    bool asked;          // it was given out by accounts_ask and has not come yet
    bool denied;         // the store gave nothing, and nothing has changed since
    int64_t period;      // the one in which `recent[0]` was held; [1] in the one before
    struct nano recent[2];
    struct account *next; // in its bucket
    uint64_t hash;
};

enum admission {
    ADMISSION_MADE,
    ADMISSION_PAUSED, // somebody has paused a budget of its
    ADMISSION_SPENT,  // it would not fit if every open hold ended at nothing
    ADMISSION_HELD,   // only open holds, or earlier ones that wait, stand in the way
    ADMISSION_LEASE,  // there is room, but the store must set it aside first, or for an earlier one
};

struct verdict {
    enum admission is;
    unsigned at; // of the hold's accounts, the first in their order that said so
    // That account then. Its window's end is when this changes by itself.
    struct nano limit, spent, held;
};

enum hold_state {
    HOLD_NONE, // as zeroed: never made, refused, or taken out of its queue
    HOLD_WAITING,
    HOLD_OPEN,
    HOLD_SETTLED,
    HOLD_RELEASED,
    HOLD_CAPTURED,
};

// Room that a waiting hold may keep at an account of its.
struct hold_keeps {
    struct list link; // in that account's keepers
    struct hold *by;  // that one; NULL where it keeps none
};

// One call's, in the caller's memory, which stays where it is while it waits. Zeroed at first; the
// caller sets the first six.
struct hold {
    struct nano amount; // the worst case; grows by accounts_extend
    bool unbounded;     // ... which is not known: for observers alone
    // The turn of one in whose place it asks, which may wait still: neither is in the other's way,
    // nor in its who came later. 0: it comes now.
    uint64_t since;
    uint16_t counted; // bit i: its call is in accounts[i]'s would_refuse by now
    unsigned count;   // of accounts; 0: no budget is concerned
    struct account *accounts[HOLD_ACCOUNTS_MAX]; // each once, in the order of refusal
    enum hold_state state;
    struct nano charged; // once it has ended
    int64_t until_us;    // while it waits: the earliest end of its windows (accounts_wait)
    // For the table, while it waits.
    struct list link;
    struct account *queued;
    uint64_t turn; // who waits longer has the lower one; from 1
    bool patient;
    bool moved; // it has gone on once, or comes in a turn: when it goes on (again) it keeps room
    enum admission lacks;
    struct hold_keeps *keeps; // one for each account; NULL but while it waits
};

// All are called under the caller's lock and must not call back into the table.
struct accounts_listener {
    // A waiting hold waits no more: it is open (MADE), or refused for the reason given.
    void (*woken)(void *context, struct hold *h, const struct verdict *v);
    // A threshold was crossed, for the first time in this window.
    void (*alert)(void *context, const struct account *a, unsigned percent);
    // The store has answered: an open hold that lacked its lease there may try to grow again.
    void (*leased)(void *context, const struct account *a);
    void *context;
};

struct accounts {
    const struct alloc *alloc;
    struct accounts_listener listener;
    bool stored; // a store stands behind it: leases count
    struct account **buckets;
    size_t size; // of them: a power of two, or 0
    size_t count;
    uint64_t waiting; // the patient ones that wait, also those that lack but a lease
    uint64_t turns;
    int64_t now_us; // as last told
    struct list asking;
    struct list changed;
};

// `alloc` must live as long as the table.
void accounts_init(struct accounts *t, const struct alloc *alloc, bool stored,
                   const struct accounts_listener *listener);
// Frees every account: none may be in use (accounts_forget).
void accounts_fini(struct accounts *t);
// NULL when there is none. Accounts stay where they are until they are forgotten.
struct account *accounts_find(const struct accounts *t, const struct account_key *key);
// A new one, with nothing spent and nothing leased; the key and the terms are copied. CONFLICT when
// there is one already, LIMIT when the value is longer than ACCOUNT_VALUE_BYTES, NO_MEMORY.
enum status accounts_add(struct accounts *t, const struct account_key *key,
                         const struct account_terms *terms, struct account **out) MUST_USE;
// What was kept of it, told before its first hold. All 0 or more, the overdraft no more than what
// is settled.
struct account_kept {
    struct nano settled, overdraft, leased;
    uint8_t told;
};
void accounts_restore(struct account *a, const struct account_kept *kept);
// False, and nothing happens, while it is in use: a hold is open or waits there, or accounts_ask
// has given it out.
bool accounts_forget(struct accounts *t, struct account *a) MUST_USE;
// Calls `f` with some, about `most`, in no order: starts with *at = 0; false at the end. `f` may
// forget the one that it is given, and adds none. Between two calls any may come and go: no other
// one is missed, and some may be given twice.
typedef void accounts_walk_f(void *context, struct account *a);
bool accounts_walk(const struct accounts *t, size_t *at, size_t most, accounts_walk_f *f,
                   void *context);
// The budget was changed. Lowering a limit below what is spent and held is fine: nothing new fits
// until it has drained. Those that wait are looked at again.
void accounts_terms(struct accounts *t, struct account *a, const struct account_terms *terms);

// Holds h->amount in all of h->accounts, or in none: then the verdict says why, and the hold is as
// if it had never been. PAUSED and SPENT before HELD, HELD before LEASE: the reason that lasts.
struct verdict accounts_reserve(struct accounts *t, struct hold *h, int64_t now_us) MUST_USE;
// The same, but on LEASE, and on HELD when it is `patient`, it waits: the listener is told how that
// ended. In order: it overtakes none that stands at an account of its, and takes no room that an
// earlier one keeps. One with a turn of before (`since`) that lacks but a lease keeps its room. It
// is refused at once when it can never fit where it stands, or that is paused; for what happens to
// its other accounts, when its turn comes; and when there is no memory for its waiting. It waits
// for room in the windows of now: at h->until_us one of them is over, and the caller's duty is to
// take it out (accounts_leave) and to reserve anew in the accounts of that moment.
struct verdict accounts_wait(struct accounts *t, struct hold *h, bool patient,
                             int64_t now_us) MUST_USE;
// To be called next for one that waits: those that it stands before now hear of it (`since`). It
// may be let in, or refused, before that returns.
void accounts_joined(struct accounts *t, struct hold *h);
// Its client left, or its time is over. False when it does not wait (any more).
bool accounts_leave(struct accounts *t, struct hold *h);
// Holds so much more for an open hold, in all of its accounts or in none. It goes before those that
// wait, and pausing does not stop it: its call is under way. On LEASE more was asked for: the
// listener's `leased` says when to try again. Where the store has given nothing that is HELD, until
// it gives some, a hold ends there or the budget is changed.
struct verdict accounts_extend(struct accounts *t, struct hold *h, struct nano by,
                               int64_t now_us) MUST_USE;

// An open hold goes from one of its accounts to another, which holds it from then on whether it
// fits or not: its call is under way. False, and nothing happens, when that could not count it.
bool accounts_move(struct accounts *t, struct hold *h, unsigned at, struct account *to) MUST_USE;
// So much was spent there without a hold of the table's. More than the limit is no overdraft: it
// was within another one.
void accounts_count(struct accounts *t, struct account *a, struct nano spent);

enum hold_end {
    HOLD_END_DONE,
    HOLD_END_PASSED, // ... and it cost more than was held: its price broke its promise
    HOLD_END_BEFORE, // it had ended before: h->state and h->charged say how, nothing happened
};
// Each ends an open hold, once. The cost is the whole one, whatever was held.
enum hold_end accounts_settle(struct accounts *t, struct hold *h, struct nano cost);
enum hold_end accounts_release(struct accounts *t, struct hold *h); // with proof: nothing billed
enum hold_end accounts_capture(struct accounts *t, struct hold *h); // at what is held

// An open hold makes way for another one of the same call, which is reserved next: what it holds is
// room, and nobody who waits hears of it yet. The table may not be left so.
void accounts_lift(struct accounts *t, struct hold *h);
// ... it holds that again: nothing else has come to hold anything meanwhile.
void accounts_lay(struct hold *h);
// ... or it is released for good: the others hear of what is left. A copy of it will do.
void accounts_lifted(struct accounts *t, const struct hold *h);

// The next account that needs more of its limit set aside, and how much; false when none does. Both
// those that are waited for and those whose lease runs low are given out, each once until
// accounts_leased says what came. The store gives no more than its own count of the limit allows.
bool accounts_ask(struct accounts *t, struct account **a, struct nano *amount) MUST_USE;
// So much more was made durable. 0: the store gave nothing, and those that wait for it are refused
// with LEASE.
void accounts_leased(struct accounts *t, struct account *a, struct nano amount);

// Ends the process when the account breaks a law of the head's.
void accounts_check(const struct account *a);

#endif
