// SPDX-License-Identifier: Apache-2.0
//
// purse - budgets as a person reads them, from the answers of their verbs (panel/budgets.h).

#ifndef CMD_PURSE_H
#define CMD_PURSE_H

#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"

// What it is, in words: "2.00 USD a day for key=ci; 0.31 spent".
void purse_line(struct buf *out, const struct json_val *budget);
// "key=ci", "each tag:session", "every call".
void purse_scope(struct buf *out, const struct json_val *budget);
// The list as a table on standard output, or a line that says how to make the first.
void purse_table(const struct json_val *budgets, bool teach);
void purse_show(const struct json_val *answer);   // of budgets/show
void purse_events(const struct json_val *events); // of budgets/events, as a table
// What is most likely a slip, and what follows from a change: a line each.
void purse_notes(const struct json_val *answer, FILE *to);

#endif
