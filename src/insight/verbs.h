// SPDX-License-Identifier: Apache-2.0
//
// verbs - what can be asked of a store, one shape: arguments as a JSON object, the answer as JSON.
// The command line runs a verb itself when it owns the store; a running gateway runs it for those
// who come through its socket. The store's journal is caught up first, so an answer knows every
// call that has ended.

#ifndef INSIGHT_VERBS_H
#define INSIGHT_VERBS_H

#include "base/buf.h"
#include "base/status.h"
#include "core/catalog.h"
#include "store/store.h"

#define VERB_SHAPE                                                                        \
    struct store *s, const struct catalog *c, struct str args_json, struct buf *out_json, \
        struct why *why

// What is wrong with an argument is STATUS_SYNTAX and named by `why` (base/args.h).

// {"by","since","until","tz","as"}: texts as on the command line -> report.h
enum status report_verb(VERB_SHAPE) MUST_USE;
// {"id"}: a request's id, ours or the provider's -> {"attempts":[{...,"arithmetic":["..."],
// "budgets":[{"budget","value","window","began"}],"decision":{...}}]}: those that held "held_usd"
// for it, and were charged "charged_usd"; and of a route's call why it went there (decision_json.h)
enum status request_verb(VERB_SHAPE) MUST_USE;
// {"key","since"}: what the calls of that key cost -> {"key","cache":{"saved_usd","unknown"},
// "retries":{"attempts","cost_usd","unpriced"},"answers_cut","answers_too_long","inside":{
// "requests","cost_usd"},"dearest":{"request","model","cost_usd"},"last_error":{"request","model",
// "http_status","error"},"rows":[...],"total":{...}}, the last two as a report by model. Saved is
// what all cached tokens would have cost as fresh input, less what they did; unknown, the calls of
// which nobody knows it. Retries are attempts that another followed. Answers are cut when a budget
// of `hold: grow` is used up, or when they have passed their maximum (too long). On the bill of a
// run are the calls of runs inside it, too: "inside" tells them. What there is none of is null.
enum status bill_verb(VERB_SHAPE) MUST_USE;
// {} -> {"balanced":true,"checks":[{"name","checked","differences","other_prices"}],
//        "differences":["..."]}
enum status verify_verb(VERB_SHAPE) MUST_USE;
// {"format":"csv"|"json","since","until","tz","after"} -> {"text":"...","next":"..."|null}: a piece
// of the export, and the `after` of the next one. "rows_since" as in a report.
enum status export_verb(VERB_SHAPE) MUST_USE;
// {"file"}: an absolute path that does not exist -> {"file","bytes"}; "older_format", too, of a
// store of an older version, which is copied as it is.
enum status backup_verb(VERB_SHAPE) MUST_USE;

#endif
