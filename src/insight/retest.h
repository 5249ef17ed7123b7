// SPDX-License-Identifier: Apache-2.0
//
// retest - the threshold that a promise would have which is not the one that held: tested by the
// pairs of the calls, as the route's learner tests (route/learner.h), but of the route alone, with
// the scores that its calls got.

#ifndef INSIGHT_RETEST_H
#define INSIGHT_RETEST_H

#include "insight/paired.h"
#include "insight/replay.h"

// Of the policy's promise and mode; the pairs are those that the policy's models have answered,
// scored by the route's newest model, and of it those that it has not learned from.
enum status retest(const struct replay_of *of, const struct policy_route *policy,
                   const struct paired *pairs, struct replay_retest *out, struct why *why) MUST_USE;

#endif
