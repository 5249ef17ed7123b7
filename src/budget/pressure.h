// SPDX-License-Identifier: Apache-2.0
//
// pressure - how scarce the money of a budget is, for whoever may choose a cheaper way.
//
//   used share      1 |            .'    0 on or below the line of even spending, and below half
//   of the limit      |         .'       of the limit; 1 where all is used; between them by how
//                   0 |______.'____      much of what was to be left is gone
//                     0  time      1

#ifndef BUDGET_PRESSURE_H
#define BUDGET_PRESSURE_H

#include "budget/nano.h"
#include "budget/window.h"

#define PRESSURE_FULL 1000000 // all is used

// In parts per million. `used`: spent and held. A window without end has no even line: there the
// half alone counts.
int64_t pressure_of(struct nano used, struct nano limit, const struct window *w, int64_t now_us);

#endif
