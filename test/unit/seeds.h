// SPDX-License-Identifier: Apache-2.0
//
// seeds - a simulation is run with so many seeds, or with the one that SEED in the environment is:
// what a failure has named.

#ifndef UNIT_SEEDS_H
#define UNIT_SEEDS_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/str.h"

// False when it was but the one.
static inline bool seeds_run(void (*run)(uint64_t seed), uint64_t count)
{
    const char *text = getenv("SEED");
    uint64_t seed = 0;
    if (text && str_u64(str_of(text), &seed)) {
        run(seed);
        return false;
    }
    random_bytes(&seed, sizeof seed);
    seed %= 1000000000;
    printf("SEED=%" PRIu64 " and the %" PRIu64 " after it\n", seed, count - 1);
    for (uint64_t i = 0; i < count; i++)
        run(seed + i);
    return true;
}

#endif
