// SPDX-License-Identifier: Apache-2.0
//
// answers - the verbs of what is known of answers' quality: what is said of one, and the pairs of a
// route (store/feedback.h, store/pairs.h).

#ifndef PANEL_ANSWERS_H
#define PANEL_ANSWERS_H

#include "panel/verb.h"

// request_id, score or thumbs, comment (shadow/rating.h) -> {"request_id","score"}. Of any key's
// call; UNKNOWN: there is none.
enum status answers_rate(struct verb_call *c, struct why *why) MUST_USE;
// route, after (a number, as a text) -> {"pairs":[{"number","request","time","task","weak",
// "strong","served","propensity","judged","weak_quality","strong_quality","weak_cost",
// "strong_cost","judge_cost"}]}: the last 1000 whose number is above `after`, the oldest first. No
// qualities where "judged" is "not", no cost without a price. UNKNOWN: no
// route is called so, and there are no pairs of one that was.
enum status answers_pairs(struct verb_call *c, struct why *why) MUST_USE;

#endif
