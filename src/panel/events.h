// SPDX-License-Identifier: Apache-2.0
//
// events - the verb that tells what became of budgets (store/events.h).

#ifndef PANEL_EVENTS_H
#define PANEL_EVENTS_H

#include "panel/verb.h"

// name (of a budget; all without it), after (a number, as a text) -> {"events":[{"id","time",
// "kind","budget","value","window","began","percent","limit","spent","held","beyond","request"}]}:
// the last 1000 whose number is above `after`, the oldest first. "value" and "began" where there is
// any, "percent" of an alert, "beyond" and "request" of an overdraft. UNKNOWN: no budget of that
// name.
enum status events_list(struct verb_call *c, struct why *why) MUST_USE;

#endif
