// SPDX-License-Identifier: Apache-2.0
//
// features - the traits of a call of a route (route/traits.h), from its texts while its body is
// open. Its task is that of its system prompt, its route and its tenant.

#ifndef REQUEST_FEATURES_H
#define REQUEST_FEATURES_H

#include "request/req.h"
#include "route/traits.h"

struct config_route;
struct prompt;

// In the call's arena; NULL when that has ended.
const struct traits *features_of(struct req *r, const struct config_route *route,
                                 const struct prompt *prompt) MUST_USE;

#endif
