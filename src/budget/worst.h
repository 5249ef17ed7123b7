// SPDX-License-Identifier: Apache-2.0
//
// worst - the dearest that a sheet's prices can be for a call that is not yet made: of it nobody
// knows how long its prompt will be counted, when it will be priced, and whether it will think.
//
//   base     input 2    output 8
//   term     above 272000 ...          perhaps: the dearer of both
//   term     until 2027-01-01 ...      always:  it alone
//   term     batch ...                 never
//   term     us x1.1                   perhaps: a factor above 1 counts, one below does not

#ifndef BUDGET_WORST_H
#define BUDGET_WORST_H

#include "core/sheet.h"

#define WORST_SPAN_MAX (INT64_C(7) * 86400 * 1000000) // microseconds

// What a call may be priced at.
struct span {
    int64_t from_us;  // it starts; >= 0
    int64_t until_us; // and surely ends: at most WORST_SPAN_MAX later
    int64_t prompt;   // its input tokens, at most
    enum service service;
    bool us; // surely, or else
    bool us_possible;
    bool thinks_possible;
};

struct worst {
    uint32_t sure;                    // buckets that have a price of their own whatever happens
    uint32_t has;                     // or may have one
    struct price price[BUCKET_COUNT]; // the dearest of each; 0 where `has` says no
    unsigned factor_count;
    uint32_t factor_ppm[FACTORS_MAX];
    bool service_stated; // the standard tier, or one that a term names
};

// Of this sheet alone, not of one before it.
void worst_read(const struct sheet *s, const struct span *span, struct worst *out);
// The dearest price that the bucket can take, its fallbacks' included (core/rate.h). False when it
// can take none.
bool worst_price(const struct worst *w, enum bucket b, struct price *out) MUST_USE;

#endif
