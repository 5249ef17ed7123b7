// SPDX-License-Identifier: Apache-2.0
//
// matching - whether a call is one of those that a route takes.

#ifndef REQUEST_MATCHING_H
#define REQUEST_MATCHING_H

#include "config/route.h"
#include "request/req.h"

bool matching(const struct req *r, const struct config_match *m);

#endif
