// SPDX-License-Identifier: Apache-2.0
//
// kept - what a call costs that stays where it went under another policy (replay.h), attempt by
// attempt:
//
//   at a model that the policy asks    as it was
//   ... asks no more                   what has answered there is paid at another one, what has
//                                      failed is not
//   a second one's, that had to agree  as it was, or at the policy's; dropped with `agree`
//   escalated                          as it was; dropped where nothing is checked
//   stood in for a certified model     the large side's
//
// To what a second model has escalated the call goes still, where only that is asked no more:
// another check might have refused it.

#ifndef INSIGHT_KEPT_H
#define INSIGHT_KEPT_H

#include "insight/option.h"

struct kept_of {
    const struct policy_route *policy;
    const struct logged *call;
    const struct choice_made *choice; // under that policy
};

struct kept {
    struct money cost;
    bool forecast;                     // some of it is one,
    bool unpriced;                     // ... and of that nobody knows the price
    const struct logged_attempt *gone; // that had answered, and does no more; NULL: none
    struct option instead;             // of it; may be of no use
    enum side at;                      // ... which is of that side
};

void kept_find(const struct kept_of *of, struct kept *k);
// The policy asks a second model whether it agrees with the call's small answer.
bool kept_asks_second(const struct kept_of *of);
// What the second ones that the call has asked would cost at the policy's.
struct money kept_second(const struct kept_of *of);

#endif
