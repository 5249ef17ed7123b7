// SPDX-License-Identifier: Apache-2.0
//
// record - the unit of a journal: a frame that shows whether it is whole, and the fields in it.
//
//   'C' 'L'  version  type  length  check     payload      check
//    1   1      1       1     2       2      `length`         4     bytes, little-endian
//
// The first check is of the six bytes before it (the lower half of their CRC-32), so that a length
// is believed before it is followed; the second of all that is before it.

#ifndef LIB_RECORD_H
#define LIB_RECORD_H

#include <stdint.h>

#include "base/str.h"

#define RECORD_VERSION     1
#define RECORD_HEAD_BYTES  8
#define RECORD_CHECK_BYTES 4
#define RECORD_WRITE_MAX   8192 // of one write: a hold, and as many accounts as it can have

enum record {
    RECORD_ACCOUNT = 1, // id, window, spent, overdraft, told, budget, value
    RECORD_HOLD = 2,    // id, amount, ids of accounts; a second time when it has grown
    RECORD_END = 3      // id; of each account: id, spent, overdraft, told
};

// --- written ---

// Zeroed is empty. More than it has room for is a bug.
struct batch {
    size_t len;
    size_t start; // of the record under way
    char bytes[RECORD_WRITE_MAX];
};

void record_begin(struct batch *to);
void record_put(struct batch *to, uint64_t n, unsigned bytes); // the lowest of n
void record_put_amount(struct batch *to, int64_t n);
void record_put_text(struct batch *to, struct str text); // its length is not said
void record_end(struct batch *to, enum record type);

// --- read ---

struct frame {
    unsigned version, type;
    struct str payload; // lies in what was read
    size_t bytes;       // of it all
};

// Even where so little stands there that it may only be the beginning of a mark, or nothing.
bool record_begins(struct str bytes) MUST_USE;
// A head that is whole; the rest may be cut off.
bool record_head(struct str bytes, struct frame *out) MUST_USE;
// One that is whole, and is what was written.
bool record_read(struct str bytes, struct frame *out) MUST_USE;

// Those not yet taken of a payload.
struct fields {
    struct str left;
    bool few; // there were fewer than were taken: these were 0, or empty
};

uint64_t record_take(struct fields *f, unsigned bytes);
int64_t record_take_amount(struct fields *f);
struct str record_take_text(struct fields *f, size_t len);
bool record_taken(const struct fields *f); // all, and no more

#endif
