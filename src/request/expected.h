// SPDX-License-Identifier: Apache-2.0
//
// expected - what a call is expected to cost at each model that its route may send it to: the price
// of all of it, not of a token. doc/routing.md tells how.
//
//   usage   core/forecast.h, by what calls like it have used (gate/habits.h), and by what the
//           model's cache has of the conversation (gate/turns.h)
//   price   core/rate.h, by the sheet that holds now: cliffs, tiers and hours as on a bill

#ifndef REQUEST_EXPECTED_H
#define REQUEST_EXPECTED_H

#include "request/plan.h"

// Prices each candidate that may be used. Where the route has a `max_cost`, those beyond it are
// out, and those without a price, too. The models of a tier that nobody has put in order are put by
// price.
void expected_plan(const struct req *r, struct plan *p);
// What is charged there now; NULL: not known.
const struct sheet *expected_sheet(const struct req *r, const struct target *t);
// What the call is expected to cost there is known.
bool expected_priced(const struct candidate *c);
// It is out for that reason: but for `max_cost` it could take the call.
bool expected_beyond(const struct candidate *c);
// How scarce the money of the call's budgets is, if that one takes it (budget/pressure.h).
int64_t expected_pressure(struct req *r, const struct candidate *c);
// The call's attempt is settled: what it used tells of the next ones.
void expected_learn(const struct req *r);

#endif
