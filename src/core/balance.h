// SPDX-License-Identifier: Apache-2.0
//
// balance - calls are shared among several by their weights: of every so many calls in a row each
// one gets exactly as many as its weight says, without a number being drawn.

#ifndef CORE_BALANCE_H
#define CORE_BALANCE_H

#include <stdint.h>

// Whose the call of that number is; `count` where no weight is above 0. Calls are numbered 0, 1 ...
unsigned balance_pick(const uint32_t *weights, unsigned count, uint64_t number);

#endif
