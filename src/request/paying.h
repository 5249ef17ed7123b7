// SPDX-License-Identifier: Apache-2.0
//
// paying - what a call says of whether it pays to ask its route's small side first: what verifiers
// found, and what its attempts cost beside the large side alone (verify/breakeven.h). It is counted
// for the route, which goes on so or not (gate/cascades.h), and in the metrics.

#ifndef REQUEST_PAYING_H
#define REQUEST_PAYING_H

#include "request/req.h"

// The attempt has its cost, and what the large side's would have been (decided_end). Of a call that
// is none of a route's nothing is counted.
void paying_settled(struct req *r);

#endif
