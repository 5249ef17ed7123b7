// SPDX-License-Identifier: Apache-2.0
//
// decayed - a mean that forgets, in one word: what many threads keep up to date without a lock.
//
//    63            50         8       0
//    | weight (13) | mean, 1/256 of a unit (51) |
//
// Up to DECAYED_MEMORY observations it is their plain mean; then each new one takes its part of so
// many, and what is older counts for less and less. Values are >= 0.

#ifndef CORE_DECAYED_H
#define CORE_DECAYED_H

#include <stdint.h>

#define DECAYED_ONE    64 // the weight of one observation
#define DECAYED_MEMORY 64 // so many of them are remembered

struct decayed {
    uint64_t word; // 0: nothing was observed
};

// One more. A value beyond 2^42 counts as that. A larger thing may weigh more than DECAYED_ONE (at
// most 16 times), a smaller one less.
struct decayed decayed_add(struct decayed d, int64_t value, int64_t weight);
int64_t decayed_mean(struct decayed d);   // to the nearest; 0 where nothing was observed
int64_t decayed_weight(struct decayed d); // at most DECAYED_ONE * DECAYED_MEMORY

#endif
