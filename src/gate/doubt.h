// SPDX-License-Identifier: Apache-2.0
//
// doubt - do the newest pairs prove that a certificate is broken? Asked of the pairs since it began
// to hold, each by the side that it gave the call then, whatever looks came in between: what holds
// is not asked anew by looking, and what does not cannot be renewed before it is seen. All calls
// together, and each task that is a part of its own, have equal shares of the risk (route/drift.h).

#ifndef GATE_DOUBT_H
#define GATE_DOUBT_H

#include "gate/lessons.h"
#include "store/promises.h"

struct doubt {
    const struct lessons_of *of;           // the pairs since
    uint64_t parts[PROMISE_TASKS_MAX + 1]; // tasks; 0: all calls of no other part
    unsigned part_count;
    struct promise promise;
};
struct doubt_found {
    bool broken;
    int64_t since; // number of the last pair before that
};
// Not from a loop.
enum status doubt(const struct doubt *d, struct doubt_found *out, struct why *why) MUST_USE;

#endif
