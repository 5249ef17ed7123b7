// SPDX-License-Identifier: Apache-2.0
//
// concern - which budgets a call has to ask, and what to tell its caller when one of them says no.

#ifndef REQUEST_CONCERN_H
#define REQUEST_CONCERN_H

#include "budget/bound.h"
#include "gate/breach.h"
#include "gate/budgets.h"
#include "request/req.h"

struct concern {
    struct booking_wish wishes[HOLD_ACCOUNTS_MAX]; // in the order of refusal
    unsigned count;
    const struct budget *each; // of those that limit each request by itself, the lowest; or NULL
    bool blocks;               // one of them refuses what it does not cover
    bool grows;                // all that refuse are content with what is expected
    bool crowd;                // there are more than can be held in at once
};

// Of the call's attempt, whose entry says whose it is and where it goes.
void concern_find(struct req *r, struct concern *out);
// If it went there; its entry says whose it is (admit_who).
void concern_at(struct req *r, struct str provider, struct str model, struct concern *out);

// Sentences for the refusal, appended.
// More concern it than can be held in at once.
void concern_crowd(const struct req *r, const struct concern *c, struct buf *out);
// It has no bound.
void concern_unbounded(const struct bound *b, struct buf *out);
// A call has passed its price, in that scope.
void concern_breach(const struct req *r, const struct breach *b, enum breach_scope scope,
                    struct buf *out);
// That budget (its account of that value, if it tells any apart) does not cover it: which, limit,
// spent, held, how long it has waited, when it begins anew, how to raise it.
void concern_spent(const struct req *r, const struct booking_wish *w, const struct verdict *v,
                   int64_t waited_us, struct buf *out);
// Its stream is cut, since there is no more for it to grow to.
void concern_grown(const struct req *r, const struct booking_wish *w, const struct verdict *v,
                   struct buf *out);
// No single call may cost that much under that budget.
void concern_each(const struct req *r, const struct budget *b, struct nano amount, struct buf *out);

#endif
