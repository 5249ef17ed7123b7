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

void features_of(const struct req *r, const struct config_route *route, const struct prompt *prompt,
                 struct traits *out);

#endif
