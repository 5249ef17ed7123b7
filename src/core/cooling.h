// SPDX-License-Identifier: Apache-2.0
//
// cooling - for how long a model is not asked with a key that was just told to come later, or that
// it is of no use there, while others can be asked.

#ifndef CORE_COOLING_H
#define CORE_COOLING_H

#include <stdint.h>

#include "core/retry.h"

#define COOLING_MOST_MS INT64_C(3600000) // whatever a provider says
#define COOLING_KEY_ROW 3                // refusals of a key in a row, from which on it is useless

// After that failure, milliseconds; 0: not at all. `times`: what failed so in a row before it. A
// refusal of the key cools from the third in a row on, since one alone may be about what its caller
// asked. A name that the provider does not know cools a minute.
// What a provider says of when to come again wins.
int64_t cooling_ms(const struct failure *f, unsigned times);

#endif
