// SPDX-License-Identifier: Apache-2.0
//
// slips - what a configuration says that is taken, and most likely a slip.

#ifndef GATE_SLIPS_H
#define GATE_SLIPS_H

#include "gate/snapshot.h"

// What the reading of it has found, as warnings in the log; of `before` (NULL: none) it was said.
void slips_config_log(const struct config *c, const struct config *before);
// What is found by what there is beside it, keys and prices, as well.
void slips_log(const struct snapshot *s);

#endif
