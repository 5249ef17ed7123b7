// SPDX-License-Identifier: Apache-2.0
//
// drift - do the newest pairs prove that more is lost than was promised, since whenever that may
// be? A change that comes late is not outvoted by all the good pairs before it, and what holds is
// hardly ever doubted, however long and however often one asks.
//
//   pairs      1 ... 50    51 ... 100   101 ... 150   151 ...
//   gamblers   A bets 1/2 ─────────────────────────────────────►
//                          B bets 1/6 ─────────────────────────►   Σ fortunes >= 1 / risk: broken
//                                       C bets 1/12 ───────────►
//
// With each block of pairs another gambler comes, the k-th with 1 / (k (k + 1)), who bets on each
// pair from then on that it loses more than was promised. Where the promise holds all games are
// against them; together they have brought 1 at most, so they ever have 1 / risk with a probability
// of `risk` at most (Ville's inequality). All who stake the same part multiply their money by the
// same, so one number knows what they have together.
//
// None may lose because another did: of pairs that lose together (talks.h) the sum is one bet, over
// as many as one may have (gate/doubt.h).

#ifndef ROUTE_DRIFT_H
#define ROUTE_DRIFT_H

#include <stdint.h>

#include "route/certificate.h"

#define DRIFT_BLOCK  50 // pairs
#define DRIFT_STAKES 3

struct drift {
    struct promise promise;
    bool broken;   // more is lost than was promised,
    int64_t since; // ... from that pair on
    int64_t block;
    struct drift_stake {
        double together; // what all who stake it have
        double best;     // what one has who began with 1 when none before him had as much,
        int64_t since;   // at that pair
    } stakes[DRIFT_STAKES];
};

void drift_begin(struct drift *d, const struct promise *p);
// A pair, or what a group of them adds up to, in the order in which they came: `number` rises from
// 1, and may leave some out. The qualities, 0 to 1, of what is given by the promise, and of the
// large one's answer. Once it is broken nothing changes any more.
void drift_add(struct drift *d, int64_t number, double routed, double strong);

#endif
