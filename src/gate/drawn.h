// SPDX-License-Identifier: Apache-2.0
//
// drawn - what became of the calls that each route has drawn to be compared, of all workers
// together (request/shadowing.h), and what those that are compared now may still cost:
//
//   drawn --> other side asked --> judge --> judge, swapped --> kept
//     |         |<-------- `beside`: what its judge may cost ------->|
//     '--> not asked, and why: no room for all of it, too many under way, ...
//
// By names: it outlives a reload, and not the process.

#ifndef GATE_DRAWN_H
#define GATE_DRAWN_H

#include <stdint.h>

#include "base/must.h"
#include "base/str.h"
#include "gate/metrics.h"

#define DRAWN_WHY 400 // bytes, with the NUL

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

// What a verdict of the route's judge may cost, in 10^-9 USD: one was asked for, and its worst case
// is `most`. A dearer one counts at once, cheaper ones by and by.
void drawn_judge(struct drawn_route *r, int64_t most);
int64_t drawn_verdict(const struct drawn_route *r); // 0 while none was asked for
// So much more (or less) is to be left in its budgets for what is under way.
void drawn_owe(struct drawn_route *r, int64_t by);
const int64_t *drawn_owed(const struct drawn_route *r); // atomic

#endif
