// SPDX-License-Identifier: Apache-2.0
//
// retest - the threshold that a promise would have which is not the one that held: what the route's
// learner (route/learner.h) finds at its first look at that promise, by the newest pairs of the
// policy's models, of the calls that it takes and by the judge that it has, and the model that the
// route has now, on the terms that it has now: of others, or where its file is another one, it has
// none. Pairs prove that it has not learned from (halves.h). Where those terms are not known
// (policy.h: a tier is proposed, or the route stands in no configuration any more) it is that of
// the last look, whatever its terms were. No task is looked at by itself: what is kept of a call
// does not say of which it is.

#ifndef INSIGHT_RETEST_H
#define INSIGHT_RETEST_H

#include "insight/replay.h"

// Of the policy's promise and mode. replay_fini closes its model and ends its halves.
enum status retest(const struct replay_of *of, const struct policy_route *policy,
                   struct replay_retest *out, struct why *why) MUST_USE;

#endif
