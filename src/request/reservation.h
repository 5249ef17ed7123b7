// SPDX-License-Identifier: Apache-2.0
//
// reservation - what one attempt holds in its budgets, from the bound on what it may cost to what
// it is charged in the end.
//
//   hold: full   all that it may cost, before its first byte goes out
//   hold: grow   of a stream, what goes in and the next few tokens that come out; more before the
//                stream reaches that. When there is no more, the stream is cut
//
// Either relies on an output maximum. A stream that has surely passed it is cut, too.

#ifndef REQUEST_RESERVATION_H
#define REQUEST_RESERVATION_H

#include "budget/bound.h"
#include "gate/breach.h"
#include "gate/budgets.h"

struct req;
struct target;

struct reservation {
    struct booking *booking; // NULL: no budget has an account for it, or it has ended
    bool bounded;            // there is an end to what it may cost
    bool grows;
    bool starved;             // one that grows: its stream is not read until the store has answered
    bool told;                // `left` is known
    bool ended;               // its cost is held against its bound, once
    struct nano most;         // that end
    struct str price;         // ... and the name of the price
    struct nano amount;       // what is held of it
    struct nano step;         // of one that grows: what its next tokens cost at most
    int64_t ahead;            // ... how many those are
    int64_t tokens;           // ... and how many of its answer are held for
    int64_t spare;            // ... that may be under way when it is cut
    int64_t input;            // tokens that go in at most, by its bound, and
    int64_t output;           // ... that come out, of all answers; 0: it has no bound, or is free
    bool relied;              // a budget that blocks relies on its price, and on that
    unsigned lowered;         // so often was its answer made shorter
    struct nano reported;     // what had been told of its usage costs, where it came to no end
    struct booking_left left; // as it ended, of its scarcest budget, without it
};

// What the attempt may cost. Where that relies on a maximum that its caller did not say, it is set
// to be sent (attempt.output_max).
void reservation_bound(struct req *r, struct bound *out);
// A target that nobody is asked at yet, charged by that sheet, for one of our own with at most so
// many tokens of an answer.
struct reservation_at {
    const struct target *target;
    const struct sheet *sheet;
    int64_t output_max;
};
// The call's body, as it was weighed last: req.seen, which an attempt finds where its route had to
// weigh it, or `unread`. Zeroed before the first time, but for that.
struct reservation_seen {
    bool unread; // as if it filled the model's window, which takes next to no time
    bool there;
    unsigned flags;
    struct str model;
    struct weight weight;
};
// What the call would hold there, and whether it has a bound. The body is weighed where it was not
// for such a model before.
void reservation_foresee(const struct req *r, const struct reservation_at *at,
                         struct reservation_seen *seen, struct bound *out);
// The same of a text of so many bytes, as a judge is asked of it.
void reservation_foresee_text(const struct req *r, const struct reservation_at *at, int64_t bytes,
                              struct bound *out);
// Lowers the attempt's longest answer until it may cost no more than `room`, for a budget that
// clamps. False when it cannot: it has tools, or is too short then.
bool reservation_lower(struct req *r, struct nano room) MUST_USE;
// Of a stream under budgets that grow: it holds less than all at first, if it can. Then growth.h.
void reservation_hold_less(struct req *r);
// What it is charged, once its entry has its cost: into the entry.
void reservation_charge(struct req *r);
// What it would be, if it cost more than that. Slices of the call.
struct breach reservation_breach(const struct req *r);
// It ends in its budgets as soon as the record that says so is written.
void reservation_end(struct req *r);
// x-costlens-remaining, -held: of its scarcest budget. x-costlens-max-tokens-injected.
void reservation_fields(struct req *r);

#endif
