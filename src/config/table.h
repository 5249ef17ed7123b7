// SPDX-License-Identifier: Apache-2.0
//
// table - every name that the configuration file may hold: its kind, its default, its help.
//
// The reader fills what is simple by these rows; lists, secrets and whatever needs a look at
// something else are KIND_OTHER and read by hand. Unknown names, defaults and the manual come from
// here alone.

#ifndef CONFIG_TABLE_H
#define CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "budget/nano.h"
#include "net/client.h"

enum config_kind {
    KIND_OTHER,  // read by hand
    KIND_TEXT,   // struct str
    KIND_PATH,   // struct str, made absolute
    KIND_SWITCH, // bool: true, false (str_truth)
    KIND_EITHER, // bool: `words` a|b, true for the second
    KIND_CHOICE, // unsigned: place in `words`
    KIND_COUNT,  // unsigned
    KIND_SIZE,   // size_t bytes
    KIND_TIME,   // int64_t milliseconds
    KIND_DAYS,   // int64_t days
    KIND_SHARE,  // uint32_t parts per million: "2%", 0.02
    KIND_USD,    // struct nano
};

struct config_row {
    const char *name;
    enum config_kind kind;
    const char *words; // what can stand there, for the manual; "a|b" for KIND_EITHER, KIND_CHOICE
    const char *fallback; // the default as it would be written; NULL = none (see help)
    size_t offset;
    int64_t least, most; // of a number; 0, 0 = any
    const char *help;
};

enum config_section {
    SECTION_TOP,
    SECTION_LIMITS,
    SECTION_TIMEOUTS,
    SECTION_BREAKER,
    SECTION_TLS,
    SECTION_LOG,
    SECTION_PROVIDER,
    SECTION_PROVIDER_KEY,
    SECTION_TIER, // from here ...
    SECTION_ROUTE,
    SECTION_MATCH,
    SECTION_VERIFIER,
    SECTION_STICKY,
    SECTION_SHADOW, // ... to here: table_routing.c
    SECTION_KEY,
    SECTION_TEAM,
    SECTION_BUDGET,
    SECTION_PRICE,
    SECTION_WHEN,
    SECTION_AMOUNT, // prices by bucket: stand in the two above
    SECTION_COUNT
};

struct config_section_table {
    const char *name; // for the manual
    const char *about;
    const struct config_row *rows; // ended by a row without a name
    const struct config_row *also; // rows of another section that stand here too; NULL
    const char *example;           // a whole file that has every key of `rows`; tests read it
};

// Prices: X(bucket, name, words). Of tokens a name has _per_mtok behind it.
#define CONFIG_TOKEN_PRICES(X)                                                                 \
    X(INPUT, "input", "Uncached input tokens")                                                 \
    X(OUTPUT, "output", "Output tokens, reasoning included")                                   \
    X(CACHE_READ, "cache_read", "Input tokens read from a cache")                              \
    X(CACHE_WRITE_5M, "cache_write", "Input tokens written to a cache (5 minutes or unnamed)") \
    X(CACHE_WRITE_1H, "cache_write_1h", "Input tokens written to a one-hour cache")            \
    X(AUDIO_INPUT, "audio_input", "Audio input tokens")                                        \
    X(AUDIO_CACHE_READ, "audio_cache_read", "Audio input tokens read from a cache")            \
    X(AUDIO_OUTPUT, "audio_output", "Audio output tokens")                                     \
    X(IMAGE_INPUT, "image_input", "Image input tokens")                                        \
    X(IMAGE_OUTPUT, "image_output", "Image output tokens")
#define CONFIG_UNIT_PRICES(X)                                     \
    X(CALLS, "per_call", "Each call")                             \
    X(WEB_SEARCHES, "per_web_search", "Each web search")          \
    X(FILE_SEARCHES, "per_file_search", "Each file search")       \
    X(SEARCH_UNITS, "per_search_unit", "Each rerank search unit") \
    X(IMAGES_OUT, "per_image", "Each image made")                 \
    X(SECONDS, "per_second", "Each second of audio")
#define CONFIG_HOUR_PRICES(X) \
    X(BUSY, "cost_per_hour", "A machine of one's own, each hour that it works for a call")

// What the rows of a provider fill; the rest is read by hand.
struct provider_text {
    unsigned retries;
    struct str dialect, vendor, url, proxy, ca, keep_alive;
    unsigned num_ctx, num_predict;
};

struct provider_key_text {
    unsigned weight;
};

struct tier_text {
    struct str model;
    unsigned weight;
};

struct route_text {
    struct str name;
    unsigned mode;
    uint32_t max_loss, confidence;
    struct nano max_cost;
    int64_t max_ttft_ms, hold_ms;
    bool local_only;
};

struct verifier_text {
    struct str agree, http;
    uint32_t logprob;
    int64_t timeout_ms;
    bool accepts;
};

struct sticky_text {
    struct str by;
    int64_t for_ms;
};

struct shadow_text {
    struct nano budget;
    unsigned window;
    uint32_t rate, rate_certified;
    struct str judge;
};

struct match_text {
    unsigned tokens_least, tokens_most;
};

struct key_text {
    struct str name, team, project, user;
};

extern const struct config_section_table config_routing_tables[]; // from SECTION_TIER on
const struct config_section_table *config_table(enum config_section s);
const struct config_row *config_row_find(enum config_section s, struct str name); // NULL if unknown
// The row whose name is nearest or goes on as `name` does, or NULL when none is near.
const struct config_row *config_row_near(enum config_section s, struct str name);

#endif
