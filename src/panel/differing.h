// SPDX-License-Identifier: Apache-2.0
//
// differing - in what a route of a replayed policy differs from the one that holds now under its
// name: its models, how their answers are checked and who judges them, which calls come to it, what
// keeps its sessions together. What was promised of the one says something of the other only where
// they do not.

#ifndef PANEL_DIFFERING_H
#define PANEL_DIFFERING_H

#include "config/route.h"
#include "insight/policy.h"

// Whether a route's `match` is the one that holds now under its name.
enum differing_match { DIFFERING_UNKNOWN, DIFFERING_SAME, DIFFERING_OTHER };

struct differing {
    const struct config *now;
    const struct policy *policy;
    struct arena *arena;
    enum differing_match *matches; // of each of the policy's routes
};
// All of them must live as long. False without memory.
bool differing_open(struct differing *d, const struct config *now, const struct policy *policy,
                    struct arena *arena) MUST_USE;
// What the policy's route says of that (insight/policy.h), whose sides have their models by now.
// Of one that does not hold now nothing is known but what its calls say, nor which models a tier
// has now that is proposed. False without memory.
bool differing_set(struct differing *d, struct policy_route *p) MUST_USE;
// The side has the tier's models, but for those that the configuration that holds has written
// there, and cannot ask. `t` may be NULL: it has none.
bool differing_same_models(const struct policy_side *s, const struct config_tier *t);
// Its budgets and keys, by which calls may be refused, or sent on: a CRC-32 of them.
uint32_t differing_limits(const struct config *c);
// By what a route's calls belong to sessions, as the policy has it; nothing where they do not.
void differing_sticky(const struct config_route *r, struct buf *out);

#endif
