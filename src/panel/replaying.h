// SPDX-License-Identifier: Apache-2.0
//
// replaying - the verb routes/replay: the calls of routes, chosen for anew under another policy.

#ifndef PANEL_REPLAYING_H
#define PANEL_REPLAYING_H

#include "panel/verb.h"

// {"policy","route","since","until"}: the policy as insight/policy.h has it, in a text; one of its
// routes, or all -> {"routes":[{"route",...}],"without":["auto"]}: each of the policy's routes that
// has calls, as insight/replay.h tells it; routes with calls that the policy does not have.
// UNKNOWN where none of its routes has any.
enum status replaying_run(struct verb_call *c, struct why *why) MUST_USE;

#endif
