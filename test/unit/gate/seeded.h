// SPDX-License-Identifier: Apache-2.0
//
// seeded - what a simulation is run by: its dice, and the seed that a failure names.

#ifndef GATE_SEEDED_H
#define GATE_SEEDED_H

#include <inttypes.h>

#include "../unit.h"
#include "base/random.h"

static struct dice dice;
static uint64_t running; // seed

static void must_be(bool fine, const char *what)
{
    if (!fine)
        fail_msg("SEED=%" PRIu64 ": %s", running, what);
}
#define MUST_BE(condition) must_be(condition, #condition)

static int64_t below(int64_t n)
{
    return (int64_t)dice_below(&dice, (uint64_t)n);
}

static bool one_in(int64_t n)
{
    return below(n) == 0;
}

#endif
