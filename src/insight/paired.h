// SPDX-License-Identifier: Apache-2.0
//
// paired - the pairs of a route by their calls: what both sides made of the same one.

#ifndef INSIGHT_PAIRED_H
#define INSIGHT_PAIRED_H

#include "store/pairs.h"

#define PAIRED_MOST 20000 // the newest

struct paired_one {
    struct uuid id;
    int64_t number;
    uint64_t group;        // of those that belong together (route/talks.h); 0: not known
    uint64_t weak, strong; // names of the models (map_hash)
    bool judged, served_strong;
    uint32_t weak_ppm, strong_ppm, propensity_ppm;
    struct pair_cost weak_cost, strong_cost;
};

struct paired {
    struct paired_one *list;
    size_t count, size;
};

// Of calls from `since_us` on. paired_fini ends it in any case.
enum status paired_read(struct paired *p, struct store *s, struct str route, int64_t since_us,
                        struct why *why) MUST_USE;
void paired_fini(struct paired *p);
const struct paired_one *paired_find(const struct paired *p, const struct uuid *id); // or NULL

#endif
