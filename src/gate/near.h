// SPDX-License-Identifier: Apache-2.0
//
// near - what a caller may have meant by a name that no provider has, and where there is more to
// see. What its key may not use is not named, as in the list of models.

#ifndef GATE_NEAR_H
#define GATE_NEAR_H

#include "gate/resolve.h"

// Sentences for the caller, added to `detail`.
void near_write(const struct snapshot *s, const struct wanted *w, struct buf *detail);

#endif
