// SPDX-License-Identifier: Apache-2.0
//
// sheet - the price of one model at one time: a price a bucket, and how tier, prompt length, date and
// hour change it. rate.h multiplies it with a usage.

#ifndef CORE_SHEET_H
#define CORE_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/money.h"
#include "core/usage.h"

// One set of prices. A bit in `has` says that the price is stated: an unstated one is not zero.
struct rates {
    uint32_t has; // 1u << bucket
    struct price price[BUCKET_COUNT];
};

// "From more than `above` prompt tokens, these prices hold for the whole call."
struct cliff {
    int64_t above;
    struct rates rates; // only what differs
};

#define CLIFFS_MAX 4

// Prices that hold from a moment on, or in some hours of a week.
struct spell {
    int64_t from_us;      // valid from (inclusive); INT64_MIN = always
    int64_t until_us;     // valid until (exclusive); INT64_MAX = open
    uint8_t weekdays;     // bit 0 = Monday .. bit 6 = Sunday; 0x7f = every day
    uint16_t minute_from; // of the UTC day, inclusive
    uint16_t minute_until; // exclusive; 1440 = end of day. A whole day: 0, 1440
    int8_t exception_days; // index of a list of dates on which it does not hold; -1 = none
    struct rates rates;    // over the sheet's own
};

struct sheet {
    struct str provider; // vendor whose list it is: "openai"
    struct str model;    // its name there: "gpt-4o"
    struct str source;   // "provider page 2026-10", "genai-prices 2026-09-23"
    bool free;           // stated to cost nothing (a local model): not the same as no price
    struct rates rates;
    struct rates service[SERVICE_COUNT]; // prices of a tier, only what is stated; [STANDARD] unused
    uint32_t service_ppm[SERVICE_COUNT]; // else this factor in parts per million; 0 = unknown tier price
    uint32_t us_ppm;                     // factor for US-only or regional processing; 0 = none
    uint8_t cliff_count;
    struct cliff cliffs[CLIFFS_MAX]; // by rising `above`
    uint16_t spell_count;
    const struct spell *spells; // the last one that holds wins
    int64_t context_tokens;     // 0 = unknown
    int64_t output_tokens_max;  // 0 = unknown
};

#endif
