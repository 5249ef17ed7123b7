// SPDX-License-Identifier: Apache-2.0
//
// top - the calls that `costlens top` knows, from one answer of the verb `live` to the next, and
// how they are written: as a picture of so many columns and rows, or as lines for other programs.
// Pure: no terminal, no clock, no gateway.

#ifndef CMD_TOP_H
#define CMD_TOP_H

#include "base/buf.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/tokens.h"

#define TOP_RUNNING 200
#define TOP_KEPT    500 // calls that ended: the last
#define TOP_GROUPS  500 // labels of `by`; what comes beyond is "(others)"

#define TOP_SORT_MAP(X) \
    X(NEWEST, "newest") \
    X(COST, "cost")     \
    X(TOKENS, "tokens") \
    X(TIME, "time")

enum top_sort {
#define X(id, name) TOP_##id,
    TOP_SORT_MAP(X)
#undef X
        TOP_SORT_COUNT
};
const char *top_sort_name(enum top_sort s); // static

struct top_call {
    char clock[9]; // HH:MM:SS, UTC, of its start
    char key[65], team[65], user[65], endpoint[25];
    char tags[1600]; // as tags_read reads them; "…" behind them says that there are more
    char tag[TAG_VALUE_MAX + 1]; // the value of the one that is grouped by
    bool tags_cut;
    char model[200]; // provider/model
    char provider[65];
    char state[12]; // of a running one; else its outcome
    struct tokens tokens;
    int64_t ttft_us, duration_us;
    int128 cost; // 10^-18 USD
    bool priced, estimated, running, error, followed;
    uint64_t number; // in the order in which they came
};

struct top_group {
    char label[TAG_VALUE_MAX + 1]; // none is longer
    int64_t calls, running, errors;
    int64_t unpriced, estimated; // of all attempts
    struct tokens tokens;
    int128 cost;
};

// Sums of the gateway, as its answer says them.
struct top_total {
    int64_t requests, errors, unpriced, estimated, captured;
    struct tokens tokens;
    int128 cost;
    bool known;
};

struct top {
    struct str by;     // "model", "tag:feature"; empty: calls one by one. Borrowed
    struct str filter; // to be told: the gateway filters. Borrowed
    enum top_sort sort;
    bool paused;
    struct top_call running[TOP_RUNNING];
    size_t running_count;
    struct top_call ended[TOP_KEPT];         // a ring
    uint64_t ended_count;                    // all that came
    struct top_group groups[TOP_GROUPS + 1]; // the last: "(others)"
    size_t group_count;
    int128 cost;     // of all that ended and came
    int64_t grouped; // calls that the groups are of
    int64_t in_flight, missed;
    struct top_total today, started;
    char clock[9]; // of the last answer
    char cursor[8192];
};

// Whether a picture can be grouped so: model, provider, key, team, user, endpoint, tag:NAME.
bool top_groups_by(struct str by);
// Takes an answer in: who runs is told anew, who ended is added. What it lacks reads as none.
void top_take(struct top *t, const struct json *answer);
// No call runs: who could tell has gone.
void top_idle(struct top *t);
// Forgets calls and sums, and the cursor.
void top_reset(struct top *t);
// What all calls since the gateway's start cost, those that were not told one by one included; with
// a filter: those that came.
int128 top_total(const struct top *t);
// The j-th last that ended, j < TOP_KEPT; NULL when there is none.
const struct top_call *top_ended(const struct top *t, uint64_t j);

// One cell of exactly `width` columns, in UTF-8: padded, or cut with an ellipsis. Foreign text
// cannot steer the terminal. Wide characters count as the terminal counts them once top_widths was
// called.
void top_cell(struct buf *out, struct str text, unsigned width, bool right);
void top_widths(void);
// A picture: `rows` lines, none wider than `columns`, the line TOP_TITLES (from 0) with the titles,
// the last one `foot`.
#define TOP_TITLES 3
void top_draw(const struct top *t, unsigned columns, unsigned rows, struct str foot,
              struct buf *out);
// Titles, a call, and all groups with the answer's time, as fields between tabs, exact.
void top_line_titles(const struct top *t, struct buf *out);
void top_line_groups(const struct top *t, struct buf *out);
void top_line(const struct top_call *c, int128 total, struct buf *out);

#endif
