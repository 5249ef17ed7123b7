// SPDX-License-Identifier: Apache-2.0
//
// side - which side of its route a call goes to first, and why.

#ifndef REQUEST_SIDE_H
#define REQUEST_SIDE_H

#include "request/plan.h"

// Sets traits, side, score, threshold, propensity, reason and cascade; the route and its candidates
// are there, small side first. `has` has 1u << side of each that can be used.
void side_choose(struct req *r, struct plan *p, unsigned has);
// The small side's answers are verified where its route says so and that costs no more than it
// saves; where it does, the large side goes first. After all else has chosen the side.
void side_verify(const struct req *r, struct plan *p, unsigned has);

#endif
