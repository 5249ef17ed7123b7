// SPDX-License-Identifier: Apache-2.0
//
// share - a part of a whole, reckoned as a double, in whole steps: a loss, a bound or a cost
// rounded up, what goes to the small side or is saved rounded down, so that nothing that is told
// looks better than it is.

#ifndef ROUTE_SHARE_H
#define ROUTE_SHARE_H

#include <stdint.h>

#define SHARE_PPM  1000000 // steps of a whole
#define SHARE_TEXT 32

enum share_to { SHARE_UP, SHARE_DOWN };

// How many of `steps` to the whole; less than a millionth of one is taken for what doubles err by.
// Finite, and below 2^62 steps.
int64_t share_steps(double share, int64_t steps, enum share_to to);
// "4.3 %", with 1 to 6 places after the point. `text` is returned.
const char *share_percent(double share, unsigned places, enum share_to to, char text[SHARE_TEXT]);

#endif
