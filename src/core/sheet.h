// SPDX-License-Identifier: Apache-2.0
//
// sheet - the prices of one model: a price a bucket, then terms that change them by date, weekday,
// hour, prompt length, service tier and region. A book has thousands of sheets, so each holds only
// what is stated.
//
//     rates   input 4   cache_read 0.4   output 20
//     term    until 2026-08-21           input 5   output 30      the last term that holds wins,
//     term    above 272000               input 8   output 30      bucket by bucket;
//     term    us                         x1.1                     factors multiply

#ifndef CORE_SHEET_H
#define CORE_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/money.h"
#include "core/usage.h"

// Some prices. A bit in `has` says that the price of that bucket is stated (an unstated one is not
// zero); `prices` holds one for each bit, in the order of the buckets.
struct rates {
    uint32_t has; // 1u << bucket
    const struct price *prices;
};

static inline bool rates_find(const struct rates *r, enum bucket b, struct price *out)
{
    uint32_t bit = 1u << b;
    if (!(r->has & bit))
        return false;
    *out = r->prices[__builtin_popcount(r->has & (bit - 1))];
    return true;
}

// Named days on which a term does not hold: a country's public holidays.
struct days {
    struct str name;
    unsigned count;
    unsigned size;
    int32_t *at; // days since 1970-01-01 (UTC), rising
};

#define TERM_EVERY_DAY   0x7f
#define TERM_ANY_SERVICE ((1u << SERVICE_COUNT) - 1)
#define FACTORS_MAX      4 // terms with a factor in one sheet

struct term {
    // It holds when all of these do.
    int64_t from_us;           // from this moment on; INT64_MIN = always
    int64_t until_us;          // before this moment; INT64_MAX = for ever
    int64_t above;             // more prompt tokens than this; -1 = any number
    uint16_t minute_from;      // of the UTC day, inclusive
    uint16_t minute_until;     // exclusive; 0 to 1440 is the whole day
    uint8_t weekdays;          // bit 0 = Monday .. bit 6 = Sunday
    uint8_t services;          // 1u << service
    bool us;                   // only for US-only or regional processing
    bool thinking;             // only for a call that thought, or of which nobody knows
    const struct days *except; // NULL = none
    // Then this is so.
    uint32_t factor_ppm; // all token prices times this, in parts per million; 0 = no factor
    struct rates rates;
};

struct sheet {
    struct str vendor; // whose list it is: "openai"
    struct str model;  // its name there: "gpt-4o"
    struct str source; // where the prices come from, and when: "genai-prices 2026-09-23"
    struct rates rates;
    const struct term *terms;
    unsigned term_count;
    bool free;                 // stated to cost nothing: not the same as no price
    int64_t context_tokens;    // 0 = unknown
    int64_t output_tokens_max; // 0 = unknown
    // A price that began: until then another sheet holds. NULL = this one always did.
    const struct sheet *before;
    int64_t since_us; // where there is one before
};

// What a term's conditions are held against.
struct moment {
    int64_t at_us;  // when the call started
    int64_t prompt; // all its input tokens
    enum service service;
    bool us;
    bool thinking;
};

// The prices that hold then.
struct quote {
    uint32_t has;
    struct price price[BUCKET_COUNT];
    unsigned factor_count;
    uint32_t factor_ppm[FACTORS_MAX]; // on token prices
    int64_t cliff;                    // the highest `above` that held; 0 = none
    bool dated;                       // a price that holds by date or hour was taken
    bool service_stated;              // standard service, or a term names the tier
};

// It names a model and states no price for it: known, but not what it costs.
bool sheet_silent(const struct sheet *s);
// Its prices, or some of its terms', name the bucket.
bool sheet_names(const struct sheet *s, enum bucket b);
// The sheet that held at that moment: this one, or one before it.
const struct sheet *sheet_at(const struct sheet *s, int64_t at_us);
// Of the sheet that held then.
void sheet_quote(const struct sheet *s, const struct moment *m, struct quote *out);
bool term_holds(const struct term *t, const struct moment *m);

#endif
