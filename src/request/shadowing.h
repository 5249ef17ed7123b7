// SPDX-License-Identifier: Apache-2.0
//
// shadowing - of some calls of a route, the other side is asked the same, once the client has its
// answer: which of the two is better is what the loss of the route is known by (store/pairs.h).
// Which calls, and what is kept of them till then; the rest is comparing.h.
//
//   chosen ---- the client's answer ends ----> the other side is asked --> compared ---> kept
//   (route)     (what it said is kept in         (a call of our own,         |  ^
//               memory till then)                 under shadow:ROUTE)        '--' judge, twice
//
// What the calls cost is held to the budget shadow:ROUTE, which the configuration makes of the
// route's `shadow` (gate/defined.h); they are booked on a key of that name. Nothing is asked of
// which the judge could not be paid, or the pair not be kept, afterwards (but for the first answer
// of a call whose client has left, which is asked for once more): calls for which there is
// no money are passed over before (gate/drawn.h tells how many, and why). Of those for which there
// is no room nobody is asked either, but they are pairs, unjudged: a burst may lose what quiet
// hours do not. What was asked and said is in memory only.
//
// Not compared are calls that may do something twice or that nobody could show a judge: tools of
// the provider, what is kept there, several answers, images and files, what is long; nor those of a
// route that is local_only.

#ifndef REQUEST_SHADOWING_H
#define REQUEST_SHADOWING_H

#include "request/req.h"

struct config_route;

// The call is one that can be compared: nothing is done twice, and a judge can be shown all of it.
// Of others no certificate can say anything.
bool shadowing_may(const struct req *r);
// Whether the call is drawn, once it has its route: the share of calls that are, in millionths; 0:
// it is not.
uint32_t shadowing_draw(const struct req *r, const struct config_route *route);
// The call has its plan: is it to be compared?
void shadowing_begin(struct req *r);
// It is over: goes on without it, where it is.
void shadowing_end(struct req *r);
void shadowing_free(struct req *r); // with the call

#endif
