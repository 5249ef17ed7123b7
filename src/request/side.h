// SPDX-License-Identifier: Apache-2.0
//
// side - what is known of a call when its route chooses the side that it goes to first: the choice
// itself is core/choice.h's.

#ifndef REQUEST_SIDE_H
#define REQUEST_SIDE_H

#include "request/plan.h"

struct traits;

// Sets scored_of, known and choice; the route and its candidates are there, those of each side in
// the order in which they would be asked. `session`: the side at which the call's session stands.
// `traits`: the call's; NULL where it has no choice of sides.
void side_choose(struct req *r, struct plan *p, enum side session, const struct traits *traits);

#endif
