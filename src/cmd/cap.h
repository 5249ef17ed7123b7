// SPDX-License-Identifier: Apache-2.0
//
// cap - what a `costlens run` may spend: --budget, as a budget of its own, which is named as the
// run's key and lives as long as the run.

#ifndef CMD_CAP_H
#define CMD_CAP_H

#include <stdio.h>

#include "base/json.h"
#include "base/json_out.h"
#include "cmd/command.h"

struct cap {
    const struct cli *cli;
    const char *limit; // USD, as it was said; NULL: there is none, and nothing is said or asked
    struct str name;   // the key's, borrowed
    int64_t refused;   // calls that it refused
    int64_t paused;    // of them, while it was paused
    int64_t would;     // calls that it let through while it observed, and would have refused
    struct buf made_text;
    struct json *made;  // of budgets/set; NULL before
    struct buf answer;  // of budgets/show, at the end
    struct json *found; // the same; NULL while that is not known
    int64_t over;       // calls that are charged more than their worst case,
    int128 over_usd;    // and by how much, in units of 10^-18 USD
};

void cap_init(struct cap *c, const struct cli *cli);
void cap_fini(struct cap *c);
// Whether a run can have it. SYNTAX, RANGE, LIMIT: `why` says what to write.
enum status cap_check(const char *usd, struct why *why) MUST_USE;
// Makes the budget, once the key is there. UNKNOWN: the gateway that runs knows none.
enum status cap_begin(struct cap *c, struct why *why) MUST_USE;
// What whoever sets such a budget is warned of: texts.
const struct json_val *cap_warnings(const struct cap *c);
// What the gateway alone can tell of it, while that runs.
void cap_watch(struct cap *c);
// How it stands; what cannot be had is said.
void cap_look(struct cap *c);
// Removes it, unless somebody has.
void cap_end(const struct cap *c);

// Before the program: what it may spend, and how to raise that.
void cap_announce(const struct cap *c, FILE *to);
// The lines of the bill: limit, spent, held, left; why that is more than the cost of the bill's
// `total` (NULL: there is no bill), where it is; and what of it is no limit of all these calls: its
// scope, hold or enforce was changed meanwhile.
void cap_print(const struct cap *c, const struct json_val *total, FILE *to);
// That more is spent than its limit, or a call is charged more than its worst case; nothing where
// that is not so.
void cap_say_passed(const struct cap *c, FILE *to);
// How many calls it refused, why, and how to go on; nothing when it refused none.
void cap_say_refused(const struct cap *c, FILE *to);
// That so many answers were `cut`, since a budget of `hold: grow` was used up.
void cap_say_cut(const struct cap *c, int64_t cut, FILE *to);
// "budget":{"name","limit","spent","held","left","hold","enforce","scope_changed","would_refuse",
// "refused","refused_paused"}: amounts are USD, as texts, null where they are not known, as `hold`,
// `enforce` and `scope_changed` are; and "overdraft" and "beyond_worst_case", where there is any.
// Null without one.
void cap_write(const struct cap *c, struct json_out *o);

#endif
