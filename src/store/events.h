// SPDX-License-Identifier: Apache-2.0
//
// events - what became of budgets that a person should know of, kept in the order in which it
// happened: a threshold that was reached, a call that cost more than its worst case. They go with
// the calls of their time (`keep`), but no threshold before its window is over.

#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "base/random.h"
#include "budget/nano.h"
#include "budget/window.h"
#include "store/store.h"

// X(ENUM, number, name). The numbers are stored.
#define EVENT_MAP(X)                                                                \
    X(ALERT, 0, "alert")         /* a threshold was reached: once in a window */    \
    X(OVERDRAFT, 1, "overdraft") /* a call cost more than the most that it could */ \
    X(OVERRUN, 2, "overrun")     /* ... by an estimate: its answer passed its maximum */

enum event_kind {
#define X(id, number, name) EVENT_##id = (number),
    EVENT_MAP(X)
#undef X
};
const char *event_name(enum event_kind kind); // static

struct event {  // slices of one that is read live during the call
    int64_t id; // rises, and none is given twice; set by who reads
    int64_t at_us;
    enum event_kind kind;
    uint64_t budget;  // its number
    struct str name;  // ... and its name (BUDGET_SHOWN); set by who reads
    struct str value; // of what it tells apart
    struct window window;
    unsigned percent;               // ALERT
    struct nano limit, spent, held; // of the account, at that moment
    struct nano beyond;             // of a call: so much more than its worst case
    struct uuid request;            // ... and which one
};

// When an event is old, as an index has it: a threshold not before its window is over.
#define EVENT_GOES "(CASE kind WHEN 0 THEN max(at_us, end_us) ELSE at_us END)"

// *fresh: false when it is an alert that was kept before; nothing changes then. Safe from any
// thread but for the loops' (it waits for the disk).
enum status store_event_add(struct store *s, const struct event *e, bool *fresh,
                            struct why *why) MUST_USE;
// The last `most` behind number `after`, the oldest of them first; unless the name is empty, of the
// budget alone that has it now, or where none has, of those that had. Not from a loop.
struct event_query {
    int64_t after;
    struct str name;
    int64_t most;
};
typedef void store_event_f(void *context, const struct event *e);
enum status store_event_each(struct store *s, const struct event_query *q, store_event_f *f,
                             void *context, struct why *why) MUST_USE;

#endif
