// SPDX-License-Identifier: Apache-2.0
//
// option - a side of a policy's route by the model of it that a call which was made would ask: the
// first that can take it, by what was known of the call when it came.

#ifndef INSIGHT_OPTION_H
#define INSIGHT_OPTION_H

#include "insight/logged.h"
#include "insight/policy.h"

#define OPTION_MAX_COST "max_cost" // why a model is out

struct option {
    struct choice_side side;
    struct str model;
    struct str why; // it is not usable: what keeps its models out; empty: it has none
};

// The side has the models that it had: then its order is that of the call, by turns and session.
bool option_as_it_was(const struct decision *d, const struct policy_side *s, enum side side);
// Of the side's models that can take the call another one may come first, or next, than the order
// says that it had: the policy's is another, or goes by turns or sessions that no record tells.
bool option_is_reordered(const struct logged *c, const struct policy_route *p, enum side side);
// What as many tokens as were expected cost by that sheet (NULL: not known); nothing of them is in
// a cache there.
struct choice_side option_rated(const struct logged *c, const struct sheet *sheet);
// `fresh`: of the models at which the call has not failed, and that it was not to pass over. Slices
// are the call's or the policy's.
void option_find(const struct logged *c, const struct policy_route *p, enum side side, bool fresh,
                 struct option *out);
// Of the large side the first one that can take what is escalated from `small`: another one, for no
// model is asked twice (request/plan.c). `stays`: nor any that its small side asked then. Not
// usable: nothing is escalated, nor verified.
void option_rise(const struct logged *c, const struct policy_route *p, struct str small, bool stays,
                 struct option *out);
// Likewise what comes after all that the small side has asked then; and fresh.
void option_follow(const struct logged *c, const struct policy_route *p, struct option *out);
// The policy's `max_cost` leaves out a model of that side which the record's did not, or the other
// way round, or looks at one that the call was not offered: by a forecast that is not the one of a
// gateway with that limit (request/expected.c).
bool option_is_limited(const struct logged *c, const struct policy_route *p, enum side side);
// Of the policy's second models the one that is to agree with the small side's answer of the call,
// and whose answer is given then: the first that can take it, or else the first of all, as the
// gateway has it (request/side.c). `fresh`: as above, and empty where there is none. Empty: none is
// to agree.
struct str option_second(const struct logged *c, const struct policy_route *p, bool fresh);
// The policy may ask that model (its name's map_hash), too, on either side.
bool option_asks(const struct logged *c, const struct policy_route *p, uint64_t model);
// Of which side of the policy's that model is, which was asked as one of side `was`: of that,
// unless the other one alone has it.
enum side option_side(const struct policy_route *p, uint64_t model, enum side was);
// The one of the side that went first, when it was chosen.
void option_was(const struct decision *d, struct option *out);

#endif
