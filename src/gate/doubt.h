// SPDX-License-Identifier: Apache-2.0
//
// doubt - do the pairs since a certificate was given prove that it is broken? Asked of all the
// calls together, and of each task that has a certificate of its own, at equal parts of the risk;
// each time by the first 100, 200, 400 ... pairs (route/certificate.h), so that asking again costs
// nothing.

#ifndef GATE_DOUBT_H
#define GATE_DOUBT_H

#include "gate/lessons.h"
#include "store/promises.h"

struct doubt_part {
    uint64_t task; // 0: all calls of no other part
    bool holds;
    double threshold;
};
struct doubt {
    const struct lessons_of *of; // the pairs since
    const struct model *model;   // that scored them
    struct doubt_part parts[PROMISE_TASKS_MAX + 1];
    unsigned part_count;
    struct promise promise;
};
// Not from a loop.
enum status doubt(const struct doubt *d, bool *broken, struct why *why) MUST_USE;

#endif
