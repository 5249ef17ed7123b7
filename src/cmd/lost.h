// SPDX-License-Identifier: Apache-2.0
//
// lost - a verb whose answer was lost: the gateway was killed, or hangs. Nobody can tell whether it
// was done, and to ask again might do it twice; whoever asked is told where to look.

#ifndef CMD_LOST_H
#define CMD_LOST_H

#include "base/status.h"
#include "base/str.h"

// Adds it to `why`, which says how the answer of `verb` ("budgets/raise") with `args` was lost.
// `config`: the --config that was given, or empty.
void lost_say(const char *verb, struct str args, struct str config, struct why *why);

#endif
