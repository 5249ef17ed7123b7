// SPDX-License-Identifier: Apache-2.0
//
// refusals - of the small answers that a policy would verify, and that nobody has verified: how
// many its verifiers would refuse, and what it costs to ask the large side after all.
//
//   a call of the large side's    as many as of the answers that shadows had to such calls: those
//                                 that are in no pair (shadowed.h). Which of them were calls that
//                                 the policy takes to the small side nobody knows, where it does
//                                 not take all: any, but for more than there were shadows of those
//                                 that stay
//   any other                     as many as of those that were verified: a guess

#ifndef INSIGHT_REFUSALS_H
#define INSIGHT_REFUSALS_H

#include "insight/replay.h"

#define REFUSALS_LEAST 10 // answers to shadows, to tell by them

struct refusals {
    struct estimated cost;  // picodollars, beside what the small answers are expected to cost
    double answered;        // of calls that had an answer so many come to the large side
    double share;           // of all that are verified newly
    int64_t asked, refused; // of shadows that tell,
    bool any_of_them;       // ... which may be of calls that stay where they are
};

void refusals_of(const struct replay *r, struct refusals *out);

#endif
