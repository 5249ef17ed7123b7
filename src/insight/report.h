// SPDX-License-Identifier: Apache-2.0
//
// report - what was spent, on what: calls, tokens, cost and speed, grouped. Whole hours are read
// from the rollups, what is cut by a border from the rows; groupings that the rollups do not know
// (user, tag, budget, route, another model's prices) from the rows alone. By budget a call stands
// in each that it was charged to, and once in the total. By route a row has what it saved
// (routed.h).
//
//     since |...rows...|======== rollups, hour by hour ========|.rows.| until

#ifndef INSIGHT_REPORT_H
#define INSIGHT_REPORT_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/status.h"
#include "core/sheet.h"
#include "insight/asked.h"
#include "insight/sums.h"

#define REPORT_BY_MAP(X)    \
    X(MODEL, "model")       \
    X(PROVIDER, "provider") \
    X(KEY, "key")           \
    X(TEAM, "team")         \
    X(PROJECT, "project")   \
    X(USER, "user")         \
    X(DAY, "day")           \
    X(HOUR, "hour")         \
    X(BUDGET, "budget")     \
    X(ROUTE, "route")       \
    X(TAG, "tag")

enum report_by {
#define X(id, name) BY_##id,
    REPORT_BY_MAP(X)
#undef X
        BY_COUNT
};

struct report_query {
    struct str tenant; // never empty
    enum report_by by;
    struct str tag; // its name, for BY_TAG
    struct span span;
    const struct zone *zone;      // of days and hours; NULL = UTC
    const struct sheet *as;       // re-rate every call with these prices; NULL = as it was
    const struct sums_more *more; // NULL: no more
};

// "model", "tag:feature". False when it is none of REPORT_BY_MAP; `tag` is a slice of `text`.
bool report_by_read(struct str text, enum report_by *by, struct str *tag) MUST_USE;
const char *report_by_name(enum report_by by);

// {"by","since","until","rows_since","rows":[{"model","requests",…,"cost_usd",…}],"total":{…}}
// "rows_since": calls before it are left out, where only rows would tell and `keep` deleted them.
enum status report_run(sqlite3 *db, const struct report_query *q, struct buf *json,
                       struct why *why) MUST_USE;

// report_verb (insight/verbs.h), with what `q` says of `more`. Its other members are set before
// that is called for; the zone and the tag do not outlive the call.
enum status report_asked(struct store *s, const struct catalog *c, struct str args_json,
                         struct report_query *q, struct buf *out_json, struct why *why) MUST_USE;

#endif
