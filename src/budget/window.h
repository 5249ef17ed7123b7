// SPDX-License-Identifier: Apache-2.0
//
// window - the time over which a budget counts: a day, a week or a month where somebody lives, or
// for ever. Windows of one kind follow each other without gap or overlap, so every moment is in
// exactly one, whatever the clocks do there: a day has 23, 24 or 25 hours, or another number.
//
// A window begins at the first moment at which the place's clocks show its first midnight or later.
// Where they are put forward over midnight that is the moment of the change; where they are put
// back over it, the hour that comes twice belongs to the new day both times.

#ifndef BUDGET_WINDOW_H
#define BUDGET_WINDOW_H

#include "base/zone.h"

// X(ENUM, number, name). The numbers are stored; 1 is kept for an hour, 5 for a rolling window, 6
// for a fiscal one.
#define WINDOW_MAP(X)          \
    X(LIFETIME, 0, "lifetime") \
    X(DAY, 2, "day")           \
    X(WEEK, 3, "week")         \
    X(MONTH, 4, "month")

enum window_kind {
#define X(id, number, name) WINDOW_##id = (number),
    WINDOW_MAP(X)
#undef X
};

struct window_rule {
    enum window_kind kind;
    int first_day;           // of a week: 0 = Monday .. 6 = Sunday
    const struct zone *zone; // NULL is UTC; borrowed
};

struct window {
    int64_t start_us; // INT64_MIN: since ever
    int64_t end_us;   // the first moment after it; INT64_MAX: without end
    enum window_kind kind;
};

// The window that holds a moment, which may be any; what would begin or end beyond 64 bits begins
// or ends with them.
struct window window_at(const struct window_rule *rule, int64_t at_us);
// By its name. UNKNOWN, and `why` (may be NULL) names those there are.
enum status window_read(struct str name, enum window_kind *out, struct why *why) MUST_USE;
const char *window_name(enum window_kind kind); // static

#endif
