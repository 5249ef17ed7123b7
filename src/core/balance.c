// SPDX-License-Identifier: Apache-2.0

#include "core/balance.h"

unsigned balance_pick(const uint32_t *weights, unsigned count, uint64_t number)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += weights[i];
    if (sum == 0)
        return count;
    uint64_t at = number % sum;
    unsigned i = 0;
    while (at >= weights[i])
        at -= weights[i++];
    return i;
}
