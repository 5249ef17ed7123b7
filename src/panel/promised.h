// SPDX-License-Identifier: Apache-2.0
//
// promised - the verbs of what may be promised of routes: on which rung each stands, why, and what
// the next one needs; and that they learn now (gate/study.h).

#ifndef PANEL_PROMISED_H
#define PANEL_PROMISED_H

#include "panel/verb.h"

// route (all without it, `auto` at the end), since ("30d" without it) ->
// {"routes":[{"name","built_in","mode","rung","next","max_loss","confidence",
// "pairs","unjudged","verdicts","contradicted","ties","learned","proved","looks","tested","note",
// "model","refused",
// "certified":{"threshold","share_small","loss","loss_upper"}|null,
// "measured":{"threshold","share_small","loss","loss_upper"}|null,
// "tasks":[{"task","proved","certified","measured"}],
// "small_usd","large_usd","saved_usd","shadow_usd","judge_usd","served":{"since","calls",
// "small_share","escalated","saved_usd","saved_unknown","shadow_usd","saved_net_usd"}}]}: shares
// and losses are texts, 0 to 1. "rung" is what calls stand on, "certified" and "measured" what the
// pairs would carry, null where the file of its model is refused and nothing of that look is in
// use; "refused" why it is, else "". "small_usd" and
// "large_usd" are means of a call, by the pairs; "saved_usd" what a call is expected to save with
// the threshold in use, before the sums "shadow_usd" and
// "judge_usd" that the pairs have cost; "served" is what happened (insight/routed.h). Null where
// nobody knows; a threshold, where only tasks have one. UNKNOWN: there is no such route.
enum status promised_status(struct verb_call *c, struct why *why) MUST_USE;
// The same: learns from the pairs that there are first.
enum status promised_learn(struct verb_call *c, struct why *why) MUST_USE;

#endif
