// SPDX-License-Identifier: Apache-2.0
//
// fixed - the parts of the configuration that a running process cannot change: they are compared
// with those it was started with at each reload, and what differs is said.
//
// To add a part: a row in fixed.c.

#ifndef GATE_FIXED_H
#define GATE_FIXED_H

#include "base/digest.h"
#include "config/config.h"

#define FIXED_PARTS_MAX 16

struct fixed {
    uint8_t mark[FIXED_PARTS_MAX][DIGEST_BYTES];
};

// What holds from the start on. False when memory ended.
bool fixed_take(const struct config *c, struct fixed *out) MUST_USE;
// Appends the names of the parts that differ: "listen, limits.body". Nothing when none does.
void fixed_differ(const struct fixed *a, const struct fixed *b, struct buf *out);

#endif
