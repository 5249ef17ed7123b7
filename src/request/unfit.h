// SPDX-License-Identifier: Apache-2.0
//
// unfit - why a model of a route, or an alias, cannot take a call that it could be sent.

#ifndef REQUEST_UNFIT_H
#define REQUEST_UNFIT_H

#include "request/plan.h"

// NULL where nothing speaks against it; else a few words: "no tools", "context", "not local", ...
// What is only not known speaks against nothing.
const char *unfit(const struct req *r, const struct config_route *route, const struct target *t);
// By what the call asks for alone, where it asks for an answer. Its length speaks against what it
// hardly fits, and not against what an estimate says it may pass: whoever was asked first is only
// passed over for good reason, and an error of length goes on to the next.
const char *unfit_call(const struct req *r, const struct target *t);

#endif
