// SPDX-License-Identifier: Apache-2.0
//
// scarce - how scarce the money of a call's budgets is just now, for whoever may choose a cheaper
// way for it (budget/pressure.h).

#ifndef GATE_SCARCE_H
#define GATE_SCARCE_H

#include "gate/budgets.h"

// The highest pressure of the budgets that block, in parts per million; 0 of those that no call has
// used since the process began.
int64_t scarce_ppm(struct budgets *all, const struct booking_wish *wishes, unsigned count,
                   int64_t wall_us);

#endif
