// SPDX-License-Identifier: Apache-2.0
//
// logged - the calls that a route has chosen for, one by one: why they went where they went, what
// they cost, and what their callers said of the answer.

#ifndef INSIGHT_LOGGED_H
#define INSIGHT_LOGGED_H

#include <sqlite3.h>

#include "base/limits.h"
#include "core/decision.h"
#include "core/entry.h"
#include "insight/asked.h"
#include "wire/dialect.h"

// What was asked for its answer.
struct logged_attempt {
    uint64_t model; // its name's map_hash; 0: not known
    enum side side;
    bool second;    // it was to agree with the small side's answer
    bool escalated; // it, or one before it, was asked since the small side's answer was refused
    bool failed;    // it gave no answer
    struct money cost;
};

struct logged { // slices live until the next one
    struct uuid id;
    int64_t start_us;
    struct decision decision; // of its first attempt
    unsigned asks;            // enum ability: surely these, as far as its record tells
    int64_t output_max;       // that its caller wants, less a thousandth; 0: none is known
    // What logged_more reads.
    bool ended; // it has rows;
    bool said;  // ... and it is known where it came in:
    enum endpoint endpoint;
    bool priced;       // ... and each of them a price:
    struct money cost; // of all attempts:
    struct logged_attempt attempts[ATTEMPTS_MAX];
    unsigned attempt_count;
    unsigned given; // of them: what its caller got; the last where nobody knows
    bool asked_second, escalated;
    bool answered; // by that one
    bool rated;    // by its caller:
    uint32_t score_ppm;
    struct str words; // its pair's traits, packed (route/traits.h); empty: none has them
};

// Whose answer its caller got; NULL: nobody's is known.
const struct logged_attempt *logged_given(const struct logged *c);

struct logged_reader {
    sqlite3_stmt *calls, *rows, *later, *rating, *pair;
};

// Of a route in a span. False when the ledger cannot be read; logged_close is due even then.
bool logged_open(struct logged_reader *r, sqlite3 *db, struct str route,
                 const struct span *span) MUST_USE;
void logged_close(struct logged_reader *r);
// False at the end, *status OK, and when one cannot be read, *status and `why` saying so. A record
// that this program does not know is passed over.
bool logged_next(struct logged_reader *r, struct logged *out, enum status *status, struct why *why);
// What it cost, what was said of it, and what its pair knows.
enum status logged_more(struct logged_reader *r, struct logged *call, struct why *why) MUST_USE;

#endif
