// SPDX-License-Identifier: Apache-2.0
//
// promised - the verbs of what may be promised of routes: on which rung each stands, why, and what
// the next one needs; and that they learn now (gate/study.h).

#ifndef PANEL_PROMISED_H
#define PANEL_PROMISED_H

#include "panel/verb.h"

// route (all without it) -> {"routes":[{"name","mode","rung","why","next","max_loss","confidence",
// "pairs","unjudged","learned","proved","looks","tested","model",
// "certified":{"threshold","share_small","loss","loss_most"}|null,
// "measured":{"threshold","share_small","loss"}|null,
// "tasks":[{"task","proved","certified","measured"}],
// "small_usd","large_usd","saved_usd","shadow_usd","judge_usd"}]}: shares and losses are texts, 0
// to 1. "small_usd" and "large_usd" are means of a call, by the pairs; "saved_usd" what a call
// saves in the mean with the threshold in use, before the sums "shadow_usd" and "judge_usd" that
// the pairs have cost. Null where nobody knows. UNKNOWN: there is no such route.
enum status promised_status(struct verb_call *c, struct why *why) MUST_USE;
// route (all without it): learns from the pairs that there are -> as promised_status.
enum status promised_learn(struct verb_call *c, struct why *why) MUST_USE;

#endif
