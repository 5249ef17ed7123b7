// SPDX-License-Identifier: Apache-2.0
//
// lessons - the pairs of a route (store/pairs.h) that its present models have answered, as what
// route/learner.h learns from.

#ifndef GATE_LESSONS_H
#define GATE_LESSONS_H

#include "config/route.h"
#include "route/learner.h"
#include "store/store.h"

struct lessons_of {
    const struct config_route *route; // with the models of its tiers
    struct store *store;
    int64_t after;    // numbers of pairs above it
    int64_t until;    // ... and up to it; 0: all
    int64_t rated_us; // those that their callers have rated after it; 0: all
};
// Verifiers that a shadow does not ask may send calls of the route to the large side.
bool lessons_swayed(const struct config_route *r);
// The newest of them, the oldest first: as far back as LEARNER_PAIRS_MOST that were judged reach,
// or as many that were not, whichever is less. So these push none of those out until they are as
// many; and none of them is left out there, or the others would prove too much. `number` is the
// pair's. Those of other calls, or that were checked or judged otherwise (terms_calls), or that
// do not say of which they are, prove nothing; nor do those of a small model that stood in for the
// first in line. Which belong together is told by all pairs of the route there, also those that
// `after` leaves out (route/talks.h). Not from a loop.
typedef enum status lesson_f(void *context, const struct lesson *l, int64_t number,
                             struct why *why);
// *newest: the number of the last pair, whether or not it is a lesson; `after` without any.
enum status lessons_each(const struct lessons_of *of, lesson_f *f, void *context, int64_t *newest,
                         struct why *why) MUST_USE;
// How many somebody has judged, LEARNER_PAIRS_MOST at most.
enum status lessons_count(const struct lessons_of *of, int64_t *out, struct why *why) MUST_USE;

#endif
