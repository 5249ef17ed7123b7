// SPDX-License-Identifier: Apache-2.0
//
// teams - who belongs together: a key's team, which its calls are booked on and which budgets may
// name. A team is there while a key is in it. What the file says of keys is changed there (DENIED);
// a key that names no team has the one that the file's `teams` gives it.

#ifndef PANEL_TEAMS_H
#define PANEL_TEAMS_H

#include "panel/verb.h"

// {"teams":[{"name","keys":[{"name","source"}],"budgets":[{"name","limit","spent","held","left",
// "used_percent"}]}]}: keys that work, with "file" or "store"; the budgets whose scope names the
// team, or that tell teams apart.
enum status teams_list(struct verb_call *c, struct why *why) MUST_USE;
// team, keys ["ci","web"] -> {"team","keys","notes"}: moved from wherever they were, all or none.
// Calls that were booked stay where they are.
enum status teams_add(struct verb_call *c, struct why *why) MUST_USE;
// team, keys -> the same: they are in none then.
enum status teams_rm(struct verb_call *c, struct why *why) MUST_USE;

#endif
