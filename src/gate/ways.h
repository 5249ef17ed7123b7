// SPDX-License-Identifier: Apache-2.0
//
// ways - which way the calls of each route went, as /metrics counts it (gate/metrics.h). Routes are
// those of the configurations that have been: there are no more names than these had.

#ifndef GATE_WAYS_H
#define GATE_WAYS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "verify/kind.h"

struct way_counts { // of a route's calls
    struct str route;
    uint64_t small, large;            // calls that ended, by the side that answered last
    uint64_t escalated;               // that the large side had to take over
    uint64_t good;                    // answers of the small side that no verifier refused
    uint64_t refused[VERIFIER_COUNT]; // ... that this one did
};

struct ways {
    struct arena arena;
    struct map routes; // struct way_counts, by name
};

void ways_init(struct ways *t);
void ways_fini(struct ways *t);
// That of a route, made at its first call; NULL when memory ended.
struct way_counts *ways_at(struct ways *t, struct str route);
// Adds `from` to `to`. False when memory ended.
bool ways_merge(struct ways *to, const struct ways *from) MUST_USE;
// Prometheus' text format.
void ways_write(const struct ways *t, struct buf *out);

#endif
