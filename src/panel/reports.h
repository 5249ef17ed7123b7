// SPDX-License-Identifier: Apache-2.0
//
// reports - the verb `report` (insight/verbs.h), with what the budgets of its rows say now.
//
//   by key, team, project, user, model, provider, tag:NAME   the budgets that are of that one alone
//   by budget                                                each itself
//
// Where there are such budgets, each row has "budget" (the fullest of its), "budget_window",
// "budget_limit_usd", "budget_spent_usd", "budget_held_usd", "budget_used_percent", in the window
// of now, whatever the time of the report; null where it has none. By budget, of one that tells
// values apart the fullest is told: "budget_value".

#ifndef PANEL_REPORTS_H
#define PANEL_REPORTS_H

#include "panel/verb.h"

enum status reports_run(struct verb_call *c, struct why *why) MUST_USE;

#endif
