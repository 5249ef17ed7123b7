// SPDX-License-Identifier: Apache-2.0
//
// halves - which pairs of a route its model has learned from, and which may prove what it does.
//
//   seen by its last look   parted as they were then (route/learner.h), by the pairs of then: with
//                           those that came since they may belong together otherwise
//                           (route/talks.h), and what was learned from would be proof
//   later                   of the half of those that it belongs to now; new where it is of none

#ifndef INSIGHT_HALVES_H
#define INSIGHT_HALVES_H

#include "store/pairs.h"

enum half {
    HALF_NEW = 0, // nothing was learned from those that it belongs to
    HALF_LEARNED = 1,
    HALF_PROVES = 2, // as likely as not it would have been learned from
    // Nobody knows what it belongs to, or it was older than what is looked at; or it belongs to
    // some of either half.
    HALF_UNKNOWN = HALF_LEARNED | HALF_PROVES,
};
static inline bool half_proves(enum half h)
{
    return h == HALF_NEW || h == HALF_PROVES;
}

struct halves_one {
    int64_t number;
    uint64_t group; // of all that are there; 0: not known
    enum half half;
};

struct halves { // zero: none
    struct halves_one *list;
    size_t count, size;
    int64_t after; // the pairs that a look would go by now have numbers above it
};

// `newest`: the last pair that the look has seen; INT64_MAX: all, as a look of now would part them.
// NO_MEMORY, or what keeps the store from being read. halves_fini ends it in any case.
enum status halves_read(struct halves *h, struct store *s, struct str route, int64_t newest,
                        struct why *why) MUST_USE;
void halves_fini(struct halves *h);
enum half halves_find(const struct halves *h, int64_t number);
// That of its group by which it is proof (learner_proves), of one that proves.
uint64_t halves_group(const struct halves *h, int64_t number);

#endif
