// SPDX-License-Identifier: Apache-2.0
//
// price - what the readers of `prices` share: a row, its amounts and its `when` entries are
// written out as lines of the price book (doc/prices.md), which alone knows what they mean.
//
//     {model: a/m, input_per_mtok: 3,             vendor a
//      when: [{above: 200000,             ->      model m
//              input_per_mtok: 6}]}               price input 3
//                                                 when above 200000: input 6

#ifndef CONFIG_PRICE_H
#define CONFIG_PRICE_H

#include "base/decimal.h"
#include "config/reading.h"
#include "core/usage.h"

struct amounts {
    unsigned stated;
    bool any; // one that is not zero
    bool has[BUCKET_COUNT];
    int128 value[BUCKET_COUNT]; // 10^-18 USD, for 10^6 tokens or for one of anything else
};

// The amounts of a section; what is wrong with one is a fault.
void reading_amounts(struct reading *r, const struct node *map, struct amounts *out);
void amounts_write(struct buf *b, const struct amounts *a); // ` input 3 output 15`
// `when`, a list of sections: a line of the book each. False when there is none.
bool reading_whens(struct reading *r, const struct node *list, struct buf *out);
// `holidays`: the book's lines of days.
void reading_holidays(struct reading *r, struct buf *out);

#endif
