// SPDX-License-Identifier: Apache-2.0
//
// density - how many tokens a model makes of a text, before anything was measured. Prices are by
// the token, but the same text has a third more of them at one model than at another: who compares
// prices of two models compares calls, not tokens.

#ifndef CORE_DENSITY_H
#define CORE_DENSITY_H

#include <stdint.h>

#include "base/str.h"

#define DENSITY_BYTES INT64_C(1000000) // densities are tokens of so many bytes

// By the model's name, whoever serves it; of English text.
int64_t density_of(struct str model);

#endif
