// SPDX-License-Identifier: Apache-2.0
//
// loss - what a choice of sides loses of the large one's quality, by calls of which both answers
// are known:  1 - Σ quality of the chosen / Σ quality of the large.
//
// The interval is the betting bound's (route/certificate.h): it takes nothing of how the loss is
// spread, and is right for few calls as well. What wins more than it loses has a loss below 0. A
// call that nobody has judged counts for either end as the worst for it: at the small side as lost
// for the high one (and so for the estimate), as won for the low one.

#ifndef INSIGHT_LOSS_H
#define INSIGHT_LOSS_H

#include "route/certificate.h"

struct loss {
    double is;        // an estimate
    double low, high; // between them with 95 %; in steps of 0.1 %. No low end that was proved, from
                      // -100 % on, is minus infinity
};

// Of at least one; they are shuffled, so that a policy or a traffic that was another later on is no
// run of luck. Those with a score below 0 go to the small side.
struct loss loss_of(struct evidence *calls, size_t count);

#endif
