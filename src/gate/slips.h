// SPDX-License-Identifier: Apache-2.0
//
// slips - what a configuration says that is taken, and most likely a slip.

#ifndef GATE_SLIPS_H
#define GATE_SLIPS_H

#include "gate/snapshot.h"

// Each of them, as warnings in the log.
void slips_log(const struct snapshot *s);

#endif
