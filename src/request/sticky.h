// SPDX-License-Identifier: Apache-2.0
//
// sticky - calls of a route that belong together stay with the model that answered the one before.

#ifndef REQUEST_STICKY_H
#define REQUEST_STICKY_H

#include "request/plan.h"

// The candidate that the call's session stays with, if it can be used: it goes first of its side.
// NULL: there is none.
struct candidate *sticky_find(const struct req *r, const struct plan *p);
// The attempt has answered: its session stays there.
void sticky_keep(const struct req *r);
// What its caller names the conversation that the call is of: by the tag that its route's sessions
// go by, or else `session`. Empty: nothing.
struct str sticky_named(const struct req *r);

#endif
