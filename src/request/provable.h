// SPDX-License-Identifier: Apache-2.0
//
// provable - whether a call is like those that a route's pairs are of. One that no pair can be of,
// whatever its answers are, may lose anything: nothing that was proved of others holds of it.
//
//   cannot be compared (shadowing.h); must stay on the machine     }
//   one of both sides has no price for it, nothing limits it there }  no pair is ever of it
//   the whole budget of the pairs is less than what one may hold   }
//
// The last of these is asked where a certificate chooses, or a pair is to be made of the call: it
// takes longer than the choice itself. A body is weighed for it where it is short, or where the
// price of the model's whole window does not tell: of a long one that takes as long as for a
// budget. One that limits its call need not do it again, but where the model that is asked counts
// otherwise than the last one for which it was weighed; where none does it was weighed for this.

#ifndef REQUEST_PROVABLE_H
#define REQUEST_PROVABLE_H

#include "request/plan.h"

// `small`, `large`: the models whose answers would be compared.
bool provable(struct req *r, const struct plan *p, const struct candidate *small,
              const struct candidate *large);

#endif
