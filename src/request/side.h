// SPDX-License-Identifier: Apache-2.0
//
// side - what is known of a call when its route chooses the side that it goes to first: the choice
// itself is core/choice.h's.

#ifndef REQUEST_SIDE_H
#define REQUEST_SIDE_H

#include "request/plan.h"

struct traits;

// The first of that side that can take the call; NULL: none can.
const struct candidate *side_first(const struct plan *p, enum side side);
// Of the small side the model whose answer is given (plan.given), where it can take the call. NULL:
// it is none of that side's: then nothing can be compared, and nothing was proved.
const struct candidate *side_given(const struct plan *p);
// What that one of the small side says may be given: it is the one, or may stand in for it. Where a
// second model has to agree, and the answer can be looked at, only one that is to agree may.
bool side_gives(const struct plan *p, const struct candidate *c);

// Sets scored_of, known and choice; the route and its candidates are there, those of each side in
// the order in which they would be asked. `session`: the side at which the call's session stands.
// `traits`: the call's; NULL where it has no choice of sides.
void side_choose(struct req *r, struct plan *p, enum side session, const struct traits *traits);

#endif
