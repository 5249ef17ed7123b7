// SPDX-License-Identifier: Apache-2.0
//
// usage - what one call consumed, in disjoint buckets: no token is in two of them, so a cost is the
// sum of bucket x price. Each dialect's reader (wire/) turns its own overlapping counters into
// these. The numbers of these enumerations are in journals: new ones are only appended.

#ifndef CORE_USAGE_H
#define CORE_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/money.h"

// X(ENUM, name in JSON and CSV, words)
#define BUCKET_MAP(X)                                                                          \
    X(INPUT, "input", "uncached input tokens")                                                 \
    X(CACHE_READ, "cache_read", "input tokens read from a cache")                              \
    X(CACHE_WRITE_5M, "cache_write", "input tokens written to a cache (5 minutes or unnamed)") \
    X(CACHE_WRITE_1H, "cache_write_1h", "input tokens written to a one-hour cache")            \
    X(AUDIO_INPUT, "audio_input", "audio input tokens")                                        \
    X(AUDIO_CACHE_READ, "audio_cache_read", "audio input tokens read from a cache")            \
    X(IMAGE_INPUT, "image_input", "image input tokens")                                        \
    X(OUTPUT, "output", "output tokens, reasoning included")                                   \
    X(AUDIO_OUTPUT, "audio_output", "audio output tokens")                                     \
    X(IMAGE_OUTPUT, "image_output", "image output tokens")                                     \
    X(WEB_SEARCHES, "web_searches", "web searches")                                            \
    X(FILE_SEARCHES, "file_searches", "file searches")                                         \
    X(CALLS, "calls", "calls, where a call has a fee of its own")                              \
    X(SEARCH_UNITS, "search_units", "rerank search units")                                     \
    X(IMAGES_OUT, "images", "images made, where each has its price")                           \
    X(SECONDS, "seconds", "seconds of audio, where they are billed")                           \
    X(BUSY, "busy", "microseconds that a machine of one's own worked, at a price an hour")

enum bucket {
#define X(id, name, words) BUCKET_##id,
    BUCKET_MAP(X)
#undef X
        BUCKET_COUNT
};

// Static. The name stands in JSON, CSV and columns, "cache_read"; the words are for people.
const char *bucket_name(enum bucket b);
const char *bucket_words(enum bucket b);
// How many units a written price is for: 1000000 tokens, an hour (its unit is a millionth of one),
// or one of anything else.
int64_t bucket_units(enum bucket b);
bool bucket_is_token(enum bucket b);
#define BUSY_UNIT_US 3600 // the count of BUSY that a price is for; of all others it is one
// What a written price is for, behind "USD": "/Mtok", "/hour", or nothing.
const char *bucket_per(enum bucket b);
// The bucket of that name; false leaves *out as it was.
bool bucket_find(struct str name, enum bucket *out) MUST_USE;

// How sure the figures are.
#define SURE_MAP(X)                                                                     \
    X(REPORTED, "reported")   /* the provider counted */                                \
    X(ESTIMATED, "estimated") /* from bytes and events, or of counts that contradict */ \
    X(CAPTURED, "captured")   /* output unknown: estimated input, most output */

enum sure {
#define X(id, name) SURE_##id,
    SURE_MAP(X)
#undef X
        SURE_COUNT
};
const char *sure_name(enum sure s); // static

// The tier that answered; it multiplies or replaces prices.
#define SERVICE_MAP(X)                            \
    X(STANDARD, "standard")                       \
    X(BATCH, "batch")                             \
    X(FLEX, "flex")                               \
    X(PRIORITY, "priority")                       \
    X(FAST, "fast")   /* Anthropic speed: fast */ \
    X(OTHER, "other") /* a name we do not know: unpriced */

enum service {
#define X(id, name) SERVICE_##id,
    SERVICE_MAP(X)
#undef X
        SERVICE_COUNT
};
const char *service_name(enum service s); // static
// The tier of that name, OTHER's too; false leaves *out as it was.
bool service_find(struct str name, enum service *out) MUST_USE;

struct usage {
    int64_t count[BUCKET_COUNT]; // >= 0
    int64_t reasoning;           // for information: inside OUTPUT already
    int64_t prompt; // all input of one request (the longest's), for prices with a cliff
    enum sure sure;
    enum service service; // that answered
    bool us_region;       // Anthropic inference_geo "us", OpenAI regional processing
    bool has_reported;    // the provider named its own charge; it wins over the book
    struct money reported;
    bool uncounted; // images, audio or files went in or came out that no count holds, or that none
                    // tells from text that is cheaper: no price
    bool inconsistent; // counters contradict one another (cached > prompt) and are read as dear as
                       // they can be, or cannot be (negative, absurd) and were not believed: where
                       // more may be billed than is left, `sure` is ESTIMATED; or
                       // one is far beyond the model's window, and stays
};

// The sum of two counts (>= 0); INT64_MAX when it is beyond. A count is a provider's word: whoever
// adds counts up must not let one call turn a sum negative.
int64_t count_add(int64_t a, int64_t b);
int64_t count_times(int64_t a, int64_t b); // the product, in the same way
static inline int64_t count_larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}
// True when it reasoned, and when nobody counted whether it did.
static inline bool usage_thinks(const struct usage *u)
{
    return u->reasoning > 0 || u->sure != SURE_REPORTED;
}
bool usage_any(const struct usage *u); // a bucket holds something
// Sum of the input-side token buckets, and of the output-side ones; INT64_MAX when it is beyond.
int64_t usage_input(const struct usage *u);
int64_t usage_output(const struct usage *u);

#endif
