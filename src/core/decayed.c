// SPDX-License-Identifier: Apache-2.0

#include "core/decayed.h"

#define FRACTION       256
#define MEAN_BITS      51
#define VALUE_MAX      (INT64_C(1) << 42)
#define WEIGHT_MOST    (DECAYED_ONE * DECAYED_MEMORY)
#define WEIGHT_LARGEST (DECAYED_ONE * 16) // of one observation: the rest is not forgotten at once

static int64_t clamp(int64_t n, int64_t least, int64_t most)
{
    return n < least ? least : n > most ? most : n;
}

static struct decayed pack(int64_t mean_parts, int64_t weight)
{
    return (struct decayed){(uint64_t)weight << MEAN_BITS | (uint64_t)mean_parts};
}

static int64_t mean_parts(struct decayed d)
{
    return (int64_t)(d.word & ((UINT64_C(1) << MEAN_BITS) - 1));
}

struct decayed decayed_add(struct decayed d, int64_t value, int64_t weight)
{
    int64_t mean = mean_parts(d);
    weight = clamp(weight, 1, WEIGHT_LARGEST);
    int64_t sum = clamp(decayed_weight(d) + weight, 1, WEIGHT_MOST);
    mean += (clamp(value, 0, VALUE_MAX) * FRACTION - mean) * weight / sum;
    return pack(mean, sum);
}

int64_t decayed_mean(struct decayed d)
{
    return (mean_parts(d) + FRACTION / 2) / FRACTION;
}

int64_t decayed_weight(struct decayed d)
{
    return (int64_t)(d.word >> MEAN_BITS);
}
