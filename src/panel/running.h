// SPDX-License-Identifier: Apache-2.0
//
// running - what only a running gateway can say or do.

#ifndef PANEL_RUNNING_H
#define PANEL_RUNNING_H

#include "panel/verb.h"

// {"version","pid","file","state","listen":[...],"admin":[...],
// "providers":[{"name","dialect",...}]}
enum status running_status(struct verb_call *c, struct why *why) MUST_USE;
// Reads the configuration anew; what is wrong with it is the answer's error.
enum status running_reload(struct verb_call *c, struct why *why) MUST_USE;

#endif
