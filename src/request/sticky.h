// SPDX-License-Identifier: Apache-2.0
//
// sticky - calls of a route that belong together stay with the model that answered the one before.

#ifndef REQUEST_STICKY_H
#define REQUEST_STICKY_H

#include "request/plan.h"

// By which names the call's session is known: plan.session, by its route, opening and caller.
void sticky_name(const struct req *r, struct plan *p);
// The candidate that the call's session stays with, if it can be used: it goes first of its side.
// NULL: there is none. `risen`: the session is the large side's.
struct candidate *sticky_find(const struct req *r, const struct plan *p, bool *risen);
// The attempt has answered: its session stays there. It rises to the large side where that was
// chosen for its answer, or an answer of the small one was not good enough; where the small side
// has failed, was passed over or cannot take the call, the session stays where it stood.
void sticky_keep(const struct req *r);

#endif
