// SPDX-License-Identifier: Apache-2.0
//
// A mean as it is after so many observations that were all alike.

#ifndef UNIT_CORE_DECAYED_FROM_H
#define UNIT_CORE_DECAYED_FROM_H

#include "core/decayed.h"

static inline struct decayed decayed_from(int64_t mean, int64_t observations)
{
    struct decayed d = {0};
    for (int64_t i = 0; i < observations && i < DECAYED_MEMORY; i++)
        d = decayed_add(d, mean, DECAYED_ONE);
    return d;
}

#endif
