// SPDX-License-Identifier: Apache-2.0
//
// pair_costs - what the calls of a route's pairs have cost at either side, and what a call of the
// route is expected to save by that. What is not whole is rounded so that it looks no better.

#ifndef PANEL_PAIR_COSTS_H
#define PANEL_PAIR_COSTS_H

#include "base/json_out.h"
#include "store/pairs.h"

// Picodollars, of those that have a price.
struct pair_costs_sum {
    int64_t pd, count;
};

struct pair_costs {
    struct pair_costs_sum weak, strong; // of either side's answer
    struct pair_costs_sum shadow;       // of the one that was asked only to be compared
    struct pair_costs_sum judge;
    bool unpriced, judge_unpriced; // some of the latter two have none
};

void pair_costs_add(struct pair_costs *c, const struct pair *p);
// "small_usd","large_usd": means of a call; "saved_usd": what one saves where such a share of the
// calls goes to the small side, below 0: that is not known; "shadow_usd","judge_usd": sums. Null
// where nobody knows.
void pair_costs_write(const struct pair_costs *c, int64_t share_ppm, struct json_out *o);

#endif
