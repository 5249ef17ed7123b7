// SPDX-License-Identifier: Apache-2.0
//
// decision_json - why a routed attempt went where it went, as JSON.

#ifndef INSIGHT_DECISION_JSON_H
#define INSIGHT_DECISION_JSON_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/json_out.h"
#include "core/entry.h"

// Finds decisions by their attempt; ends with sqlite3_finalize. NULL where the database refuses it.
sqlite3_stmt *decision_finder(sqlite3 *db) MUST_USE;
// "decision":{"route","mode","match","side","reason","cascade","score","threshold","propensity",
// "candidates":[{"model","side","chosen","expected_usd","price_state","out","passed_over"}],
// "large_usd","verified","refused_by","unseen_by","on_error","traits",
// "known":{"shipped","own","modes":{"rules":{"score","threshold","reason"},...},"pressure",
// "session","cascade","confined","input","output"},"model","model_check"} of that attempt, where it
// has one; score and threshold where a model judged it, traits in hex; the first one's alone: what
// was known when it was chosen (core/choice.h), and the file of the route's own model, below the
// state folder, with the checksum that it had then. False when it cannot be read.
bool decision_write(sqlite3_stmt *finder, const struct entry *e, struct json_out *o) MUST_USE;

#endif
