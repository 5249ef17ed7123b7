// SPDX-License-Identifier: Apache-2.0
//
// split - one call's usage by the sheets that price it. Behind one answer a provider may have asked
// several models (an advisor, a fallback), or one model several times below and above a cliff.
//
// The row of such a call has the counts of all of it; its price_name is the sheet of what no other
// priced, and its price_parts says what others did:
//
//   anthropic/claude-b: prompt 823, input 823, output 1612 + anthropic/claude-c: prompt 9, input 9

#ifndef CORE_SPLIT_H
#define CORE_SPLIT_H

#include "core/catalog.h"
#include "core/rate.h"

#define SPLIT_MAX 6

struct split_part {
    struct str name;           // "vendor/model"
    const struct sheet *sheet; // NULL: not in the book
    int64_t cliff;             // that holds for its prompt
    struct usage usage;
};

struct split {
    unsigned count;
    struct split_part part[SPLIT_MAX]; // the first has what no other has
};

// What it comes to. Each part is rounded once, as a call of its own.
struct bill {
    enum price_state state; // UNPRICED when a part is
    struct money total;
    bool overflow;
    unsigned count;
    struct cost cost[SPLIT_MAX];
};

// `rest`: what no share says; it may be nothing. Names and sheets are borrowed.
void split_begin(struct split *s, struct str name, const struct sheet *sheet,
                 const struct usage *rest, int64_t at_us);
// Adds a share: to a part of the same prices, else as one. False when there is no room.
bool split_add(struct split *s, struct str name, const struct sheet *sheet,
               const struct usage *share, int64_t at_us) MUST_USE;
// The price_parts of all but the first; a first part that got nothing gives its place to the next
// that has a sheet.
void split_write(struct split *s, struct buf *out);

// What price_name and price_parts say; the first part has no counts until split_fill. What cannot
// be read is one part of no sheet, as an empty name is. Slices are of `name` and `parts`.
void split_read(const struct catalog *c, struct str name, struct str parts, struct split *out);
// Gives the first part what is left of a row's usage, and each the row's tier and region.
void split_fill(struct split *s, const struct usage *row);
void split_rate(const struct split *s, int64_t at_us, struct bill *out);
// The arithmetic of every part, as cost_explain, and the sum of several.
void bill_explain(const struct split *s, const struct bill *b, struct buf *out);

#endif
