// SPDX-License-Identifier: Apache-2.0
//
// decided - what is kept and told of a route's choice: the record in the entry of each attempt, and
// x-costlens-reason, -saved. It is begun by plan_record (plan.h). Nothing happens to a call that is
// none of a route's.

#ifndef REQUEST_DECIDED_H
#define REQUEST_DECIDED_H

#include "request/req.h"

// Once the attempt has its cost: what its usage would have cost at the large side's first model
// that could be used. One that another followed has no such end; its cost is the call's as well.
void decided_end(struct req *r);
// For a record that stands if the process ends now: what verifiers made of the attempt's answer.
void decided_waits(struct req *r);
// x-costlens-reason; with the cost, and where both are known, x-costlens-saved: what all attempts
// cost less than that. It may be negative.
void decided_fields(struct req *r, bool with_cost);

#endif
