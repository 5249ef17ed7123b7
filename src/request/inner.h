// SPDX-License-Identifier: Apache-2.0
//
// inner - a call that nobody sent: one that the gateway makes by itself, as a call of its own. It
// goes the way of the others from its body on (decode), so it has a row, is held to the budgets
// that concern it, and counts among the running ones. It has no client: its answer is kept, and
// whoever began it is told when it has ended. It is not tried again.

#ifndef REQUEST_INNER_H
#define REQUEST_INNER_H

#include "request/req.h"
#include "request/said.h"

struct inner {
    // Set by who begins it; borrowed until its end.
    struct endpoint_found found; // where it would have come in
    struct str query;
    struct str body;       // its model may be any
    struct str full;       // "provider/model", where it goes
    const struct key *key; // as whose it is booked
    struct str word;       // what stands in its row as `route`
    int64_t output_max;    // the longest answer, tokens, unless the body asks for less
    struct nano beside;    // beside what it holds, so much must be left in its budgets
    // It has ended, in any way; the call itself is about to go. May begin another.
    void (*ended)(struct inner *i, const struct req *r);
    struct said said; // what it was told; said_free ends it
};

// Begins it. False: there is no memory, and `ended` is not called. It may have ended when this
// returns.
bool inner_begin(struct inner *i, struct worker *w, struct view *v) MUST_USE;
// The most that it would cost, begun now. False: nothing bounds it, or nobody could ask it.
bool inner_most(struct inner *i, struct worker *w, struct view *v, struct nano *out) MUST_USE;
// When it has ended: it has a whole answer, which is no error.
bool inner_answered(const struct req *r);
// Else why not, a sentence; empty where its provider answered with an error. Of the call.
struct str inner_refused(const struct req *r);

#endif
