// SPDX-License-Identifier: Apache-2.0
//
// loss - what a choice of sides loses of the large one's quality, by calls of which both answers
// are known:  1 - Σ quality of the chosen / Σ quality of the large.
//
// The interval is the betting bound's (route/wager.h): it takes nothing of how the loss is spread,
// and is right for few calls as well.

#ifndef INSIGHT_LOSS_H
#define INSIGHT_LOSS_H

#include <stdbool.h>
#include <stddef.h>

struct loss_call {
    bool small;         // was chosen
    float weak, strong; // quality, 0..1
    float odds;         // with which both are known: above 0, at most 1
    bool unjudged;      // the qualities mean nothing: lost at the small side, nothing at the large
};

struct loss {
    double is;        // an estimate, which may be less than 0
    double low, high; // between them with 95 %; in steps of 0.1 %
};

// Of at least one. Those are taken in their order: by time.
struct loss loss_of(const struct loss_call *calls, size_t count);

#endif
