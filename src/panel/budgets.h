// SPDX-License-Identifier: Apache-2.0
//
// budgets - the verbs of budgets. What a verb makes lies in the store; what the file defines is
// shown too, and changed only there (DENIED).
//
// Amounts are USD, as texts: a reader's floating point would round a number.

#ifndef PANEL_BUDGETS_H
#define PANEL_BUDGETS_H

#include "panel/verb.h"

// {"budgets":[{"name","scope","per","limit","window","resets","week","timezone","enforce","hold",
// "clamp","on_exceed","wait","alert_at","paused","source","accounts","value",
// "spent","held","left","used_percent"}]}: the last five of the account that is most in
// use. A budget per request has no account, and neither those nor a window.
enum status budgets_list(struct verb_call *c, struct why *why) MUST_USE;
// name -> {"budget":{as in the list},"each":[{"value","spent",...}],"more"}: of a budget that tells
// values apart, those that are most in use. UNKNOWN when there is none.
enum status budgets_show(struct verb_call *c, struct why *why) MUST_USE;
// name, and what the file's `budgets` takes, in the same words: scope {"key":"ci"} (or
// ["key=ci"]), limit, window, ... A budget that is there keeps what is not said; null says the
// default. -> {"made":true,"budget":{...},"warnings":[...],"notes":[...]}
enum status budgets_set(struct verb_call *c, struct why *why) MUST_USE;
// name, and limit (more than it is) or by -> as set. RANGE when it would not rise.
enum status budgets_raise(struct verb_call *c, struct why *why) MUST_USE;
// name -> as set. Every call that it concerns is refused, or no more.
enum status budgets_pause(struct verb_call *c, struct why *why) MUST_USE;
enum status budgets_resume(struct verb_call *c, struct why *why) MUST_USE;
// name -> {"name","removed":true}. What was spent stays known; its name is free.
enum status budgets_rm(struct verb_call *c, struct why *why) MUST_USE;

#endif
