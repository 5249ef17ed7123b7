// SPDX-License-Identifier: Apache-2.0
//
// look - what a call looks like to the router: its texts and its demand as traits.

#ifndef REQUEST_LOOK_H
#define REQUEST_LOOK_H

#include "request/req.h"
#include "route/traits.h"

// In the call's arena; NULL when that has ended. `route` is part of what makes a task.
const struct traits *look(struct req *r, struct str route) MUST_USE;

#endif
