// SPDX-License-Identifier: Apache-2.0
//
// rate - usage x sheet = cost, exact, with its arithmetic. The sum is made in 128 bits of 10^-18
// USD, multiplied by the factors in 288, and rounded once, half to even, to picodollars.

#ifndef CORE_RATE_H
#define CORE_RATE_H

#include "core/sheet.h"
#include "core/usage.h"

#define PRICE_STATE_MAP(X)                                                   \
    X(UNPRICED, "unpriced") /* no price known for something that was used */ \
    X(PRICED, "priced")                                                      \
    X(FREE, "free")                                                          \
    X(PROVIDER, "provider") /* the provider named its own charge */

enum price_state {
#define X(id, name) PRICE_##id,
    PRICE_STATE_MAP(X)
#undef X
        PRICE_STATE_COUNT
};
const char *price_state_name(enum price_state s);

// One line of the arithmetic.
struct cost_line {
    enum bucket bucket;
    enum bucket priced_as; // differs where a bucket falls back: image input at the input price
    int64_t count;
    struct price price; // of one, before the factors
};

struct cost {
    enum price_state state;
    struct money total;  // 0 unless PRICED or PROVIDER
    bool overflow;       // it did not fit: total is the largest money
    enum bucket missing; // UNPRICED: the first bucket without a price; BUSY: nobody told the time
    bool tier_missing;   // UNPRICED: the tier that answered has no stated price
    bool uncounted;      // UNPRICED: what was used is not known
    unsigned line_count;
    struct cost_line lines[BUCKET_COUNT];
    unsigned factor_count;
    uint32_t factor_ppm[FACTORS_MAX]; // on the token lines; not on fees a call, a search, an image
    int64_t cliff;                    // the cliff that held (prompt tokens above), 0 = none
    bool dated;                       // a price that holds by date or hour was taken
};

// `sheet` may be NULL: no price is known. What used nothing is PRICED at 0 whatever the price is;
// what nobody counted is UNPRICED. `at_us`: when the call started.
// Fallbacks: cache read and write -> input; 1 h write -> 5 m write; audio and image input -> input;
// audio cache read -> cache read -> audio input; audio and image output -> output. Never ->
// nothing. A fee per call is added once to any call that used something. A price an hour (BUSY)
// pays for all that its machine makes: where the sheet has no price of tokens, they need none. Time
// that nobody told is not zero: UNPRICED. Where an hour has no price, its time needs none.
void rate(const struct sheet *sheet, const struct usage *u, int64_t at_us, struct cost *out);

// Whose price the bucket takes: its own, or the one it falls back to. BUCKET_COUNT = nobody's.
enum bucket quote_priced_as(const struct quote *q, enum bucket b);

// The arithmetic as text, a line a bucket, then factors and total.
void cost_explain(const struct cost *c, struct buf *out);

#endif
