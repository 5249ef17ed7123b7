// SPDX-License-Identifier: Apache-2.0
//
// allowance - how much of a rate a provider's answers say is left, so that it is kept before it
// bites. What was used comes back evenly until all of it is there, as a token bucket's does, which
// is what the providers say that they have.
//
//   left |          ______ limit
//        |      __/
//        |  __/
//        |/
//        '--+-----+------- time
//         read   full

#ifndef CORE_ALLOWANCE_H
#define CORE_ALLOWANCE_H

#include <stdint.h>

// X(ENUM, name)
#define ALLOWANCE_MAP(X)            \
    X(REQUESTS, "requests")         \
    X(TOKENS, "tokens")             \
    X(INPUT, "input tokens")        \
    X(OUTPUT, "output tokens")      \
    X(DAY_REQUESTS, "requests/day") \
    X(DAY_TOKENS, "tokens/day")

enum allowance_kind {
#define X(id, name) ALLOWANCE_##id,
    ALLOWANCE_MAP(X)
#undef X
        ALLOWANCE_COUNT
};
const char *allowance_name(enum allowance_kind k); // static

struct allowance {
    int64_t limit;   // 0: not said
    int64_t left;    // when it was read
    int64_t read_us; // monotonic; 0: nothing was read, and nothing is kept
    int64_t full_us; // when all of it is there again
};

// What is left now; INT64_MAX where nothing was read, or the limit was not said and is full again.
int64_t allowance_left(const struct allowance *a, int64_t now_us);
// So long a reading may keep calls away, whatever its provider says: then one is sent to see.
#define ALLOWANCE_MOST_US INT64_C(3600000000)

// How long until `need` of it is there, microseconds; 0: it is, or ALLOWANCE_MOST_US are over. What
// is more than all of it needs all.
int64_t allowance_wait_us(const struct allowance *a, int64_t need, int64_t now_us);
// For how long a call that needs more than all of it is kept away; 0: it needs no more, or the
// limit was not said, or ALLOWANCE_MOST_US are over.
int64_t allowance_beyond_us(const struct allowance *a, int64_t need, int64_t now_us);

#endif
