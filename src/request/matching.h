// SPDX-License-Identifier: Apache-2.0
//
// matching - whether a call is one of those that a route takes.

#ifndef REQUEST_MATCHING_H
#define REQUEST_MATCHING_H

#include "config/route.h"
#include "request/req.h"

bool matching(struct req *r, const struct config_match *m);
// Its input as it is estimated here: a token for four bytes of text.
int64_t matching_tokens(const struct req *r);
// The first route that is local_only and whose match, which says something, fits the call: it must
// stay here, whoever it names. NULL: there is none.
const struct config_route *matching_confined(struct req *r);

#endif
