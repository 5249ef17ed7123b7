// SPDX-License-Identifier: Apache-2.0
//
// histogram - how often which duration occurred, small enough to be kept by the hour and added up.
// Eight steps an octave from 128 us to 2^42 us: a step is at most 12.5 % wide. Below it the steps
// are 16 us wide.
//
// Packed: for each step that is not empty two varints (LEB128): how many steps after the one
// before, and its count.

#ifndef STORE_HISTOGRAM_H
#define STORE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define HISTOGRAM_STEPS 288

struct histogram {
    uint64_t count[HISTOGRAM_STEPS];
};

unsigned histogram_step(int64_t us);
int64_t histogram_from(unsigned step); // its lower edge; the upper one is that of step + 1
// The next step that is not empty and its count, taken off the front of what is packed; *step is 0
// before the first. False on bytes that are no histogram.
bool histogram_take(struct str *packed, unsigned *step, uint64_t *count) MUST_USE;
// Adds what was packed. False, `h` untouched or partly added, on bytes that are no histogram.
bool histogram_add_packed(struct histogram *h, struct str packed) MUST_USE;
void histogram_pack(const struct histogram *h, struct buf *out);
// The duration that `ppm` parts per million of the values do not exceed, interpolated inside its
// step; -1 when there are none.
int64_t histogram_quantile(const struct histogram *h, int64_t ppm);

#endif
