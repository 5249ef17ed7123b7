// SPDX-License-Identifier: Apache-2.0
//
// drawn - what became of the calls that each route has drawn to be compared, of all workers
// together (request/shadowing.h), and why the latest did not become a pair:
//
//   drawn --> other side asked --> compared --> kept
//     |         |                    '--> unjudged, escalated
//     |         '--> failed
//     '--> not asked: unfit, busy, refused; or unjudged: too many were under way, or it was
//          withdrawn, or the gateway is stopped
//
// By names: it outlives a reload, and not the process.

#ifndef GATE_DRAWN_H
#define GATE_DRAWN_H

#include <stdint.h>

#include "base/must.h"
#include "base/str.h"
#include "gate/metrics.h"

// Why a pair is unjudged whose small answer was given as far as it came.
#define DRAWN_BROKE_OFF "The small side's answer broke off."

#define DRAWN_WHY       400 // bytes, with the NUL

struct drawn;       // all routes'
struct drawn_route; // one's

struct drawn *drawn_new(void) MUST_USE; // NULL when out of memory
void drawn_free(struct drawn *d);       // NULL is fine
// The one of that name, made at its first use; it lives as long as `d`. NULL when out of memory.
struct drawn_route *drawn_at(struct drawn *d, struct str route) MUST_USE;

// It has ended so, for that reason (may be empty).
void drawn_count(struct drawn_route *r, enum shadow_end end, struct str why);
struct drawn_sum {
    uint64_t calls[SHADOW_END_COUNT];
    char why[SHADOW_END_COUNT][DRAWN_WHY]; // the latest
};
void drawn_sum(struct drawn *d, struct str route, struct drawn_sum *out); // zeros of one unknown

#endif
