// SPDX-License-Identifier: Apache-2.0
//
// rate - usage x sheet = cost, exact, with its arithmetic. The sum is made in 128 bits of 10^-18 USD
// and rounded once, half to even, to picodollars.

#ifndef CORE_RATE_H
#define CORE_RATE_H

#include "core/catalog.h"
#include "core/sheet.h"
#include "core/usage.h"

#define PRICE_STATE_MAP(X)                                                                         \
    X(UNPRICED, "unpriced") /* no price known for something that was used */                       \
    X(PRICED, "priced")                                                                            \
    X(FREE, "free")                                                                                \
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
    struct price price; // after tier, cliff and spell; a factor still to come is in factor_ppm
};

struct cost {
    enum price_state state;
    struct money total;     // 0 unless PRICED or PROVIDER
    enum bucket missing;    // UNPRICED: the first bucket without a price
    unsigned line_count;
    struct cost_line lines[BUCKET_COUNT];
    uint64_t factor_ppm; // over the whole sum (service x region), 1000000 = none
    int64_t cliff;       // the cliff that held (prompt tokens above), 0 = none
    bool spell;          // a dated or hourly price held
};

// `sheet` may be NULL (unpriced unless the provider reported). `at_us`: when the call started.
// Fallbacks: cache read and write -> input; 1 h write -> 5 m write; audio and image input -> input;
// audio cache read -> cache read; audio and image output -> output. Never -> nothing.
void rate(const struct catalog *c, const struct sheet *sheet, const struct usage *u, int64_t at_us,
          struct cost *out);

#endif
