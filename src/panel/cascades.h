// SPDX-License-Identifier: Apache-2.0
//
// cascades - whether asking the small model first pays, of each route with verifiers.

#ifndef PANEL_CASCADES_H
#define PANEL_CASCADES_H

#include "panel/verb.h"

// {"cascades":[{"route","verify":[...],"known","pays","unpriced","unended","escalated",
// "small_attempts","ratio","break_even"}]}, in the order of the configuration, `auto` at the end.
// Shares are numbers; without a call they are 0. `known`: enough calls with prices were seen; until
// then it is used as if it paid. `unpriced`: it is not, since so many had none; `unended`: since so
// many came to no good end.
enum status cascades_status(struct verb_call *c, struct why *why) MUST_USE;

#endif
