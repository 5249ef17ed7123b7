// SPDX-License-Identifier: Apache-2.0
//
// matched - what of a route's match fits a call, in words.

#ifndef REQUEST_MATCHED_H
#define REQUEST_MATCHED_H

#include "config/route.h"
#include "request/req.h"

// What is written in it, and what of the call fits there: "key hr, tag feature=support, 812 tokens
// in (up to 4000)". Of a header its value is not told.
void matched_write(const struct req *r, const struct config_match *m, struct buf *out);

#endif
