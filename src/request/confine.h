// SPDX-License-Identifier: Apache-2.0
//
// confine - a route as it is for a call that must stay on this machine and its private network,
// though the route itself says nothing of that: the call was sent there by name.

#ifndef REQUEST_CONFINE_H
#define REQUEST_CONFINE_H

#include "base/arena.h"
#include "config/route.h"

// A copy in the arena that is local_only: no call of it is put to the other side, too, and no check
// of it sends the text elsewhere. The route itself where it is so already; NULL without memory.
const struct config_route *confine(const struct config_route *route, struct arena *arena);

#endif
