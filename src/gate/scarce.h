// SPDX-License-Identifier: Apache-2.0
//
// scarce - how scarce the money of a call's budgets is just now, for whoever may choose a cheaper
// way for it (budget/pressure.h).

#ifndef GATE_SCARCE_H
#define GATE_SCARCE_H

#include "gate/budgets.h"

// What was spent before the process began, or before a window was changed, so that the first calls
// know it, too: once the budgets say what they say (budgets_terms), before the first call that
// knows them. Of one budget's many accounts the latest are known. Reads the disk, for a moment; the
// rows of a window that was a longer one. Beside it stands what accounts had spent that the table
// forgot since.
enum status scarce_recall(struct budgets *all, int64_t wall_us, struct why *why) MUST_USE;

// The highest pressure of the budgets that block, in parts per million.
int64_t scarce_ppm(struct budgets *all, const struct booking_wish *wishes, unsigned count,
                   int64_t wall_us);

#endif
