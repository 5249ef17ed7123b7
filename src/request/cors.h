// SPDX-License-Identifier: Apache-2.0
//
// cors - browsers may call the gateway from the origins that the configuration lists; by default
// none.

#ifndef REQUEST_CORS_H
#define REQUEST_CORS_H

#include <stdbool.h>

struct config;
struct exchange;
struct req;

// Adds Access-Control-Allow-Origin when the caller's Origin is listed.
void cors_fields(const struct config *c, struct exchange *x);
// Answers a preflight (OPTIONS with Origin and Access-Control-Request-Method) when the Origin is
// listed. False: it is none, or not allowed.
bool cors_preflight(struct req *r);

#endif
