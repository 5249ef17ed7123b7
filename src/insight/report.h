// SPDX-License-Identifier: Apache-2.0
//
// report - what was spent, on what: calls, tokens, cost and speed, grouped. Whole hours are read
// from the rollups, what is cut by a border from the rows; groupings that the rollups do not know
// (user, tag, another model's prices) from the rows alone.
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

#define REPORT_BY_MAP(X)    \
    X(MODEL, "model")       \
    X(PROVIDER, "provider") \
    X(KEY, "key")           \
    X(TEAM, "team")         \
    X(PROJECT, "project")   \
    X(USER, "user")         \
    X(DAY, "day")           \
    X(HOUR, "hour")         \
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
    const struct zone *zone; // of days and hours; NULL = UTC
    const struct sheet *as;  // re-rate every call with these prices; NULL = as it was
};

// "model", "tag:feature". False when it is none of REPORT_BY_MAP; `tag` is a slice of `text`.
bool report_by_read(struct str text, enum report_by *by, struct str *tag) MUST_USE;
const char *report_by_name(enum report_by by);

// {"by","since","until","rows_since","rows":[{"model","requests",…,"cost_usd",…}],"total":{…}}
// "rows_since": calls before it are left out, where only rows would tell and `keep` deleted them.
enum status report_run(sqlite3 *db, const struct report_query *q, struct buf *json,
                       struct why *why) MUST_USE;

#endif
