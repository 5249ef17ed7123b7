// SPDX-License-Identifier: Apache-2.0
//
// vendor - who a provider is: its hosts, key variable, base URL, price rows, and in what its wire
// differs from its dialect (shared facts of the OpenAI-compatible vendors). One row a vendor.

#ifndef WIRE_VENDOR_H
#define WIRE_VENDOR_H

#include <stddef.h>

#include "core/catalog.h"
#include "wire/dialect.h"

// Peculiarities of an answer or a request.
enum {
    VENDOR_REASONING_OUTSIDE = 1 << 0, // reasoning tokens are not inside the output count
    VENDOR_NO_INCLUDE_USAGE = 1 << 1,  // refuses stream_options.include_usage
    VENDOR_CHAT_SEARCHES = 1 << 2,     // chat models that search the web and do not count it
    VENDOR_REPORTS_COST = 1 << 3,      // usage names the charge (usage.cost, cost_in_usd_ticks)
    VENDOR_COST_TICKS = 1 << 4,        // ... in 10^-10 USD
    VENDOR_CITATIONS_OUTSIDE = 1 << 5, // citation_tokens are billed on top as input
    VENDOR_BILLED_UNITS = 1 << 6,      // Cohere: usage.billed_units is what is billed
    VENDOR_USAGE_IN_CHOICE = 1 << 7,   // Moonshot: choices[0].usage in streams
    VENDOR_X_GROQ = 1 << 8,            // x_groq.usage in streams
    VENDOR_LOCAL = 1 << 9,             // runs on the user's machine: free by default
    VENDOR_TOTAL_WINS = 1 << 10,       // output count may lack the reasoning: total - prompt tells
    VENDOR_REGIONAL = 1 << 11,         // at this host answers cost what the book says for `us`
    VENDOR_WRITES_CACHE = 1 << 12, // each long prompt, asked or not; free where no price is stated
    VENDOR_PROJECT_TIER = 1 << 13, // who names no tier gets his project's, which may be `priority`
    VENDOR_CAPS_TOOLS = 1 << 14,   // keeps to max_tool_calls
    VENDOR_COMPLETION_MAX = 1 << 15, // keeps to max_completion_tokens; others may ignore it
    VENDOR_THINKS_BESIDE = 1 << 16,  // the maximum of an answer does not hold the thinking
    VENDOR_HEADER_TIER = 1 << 17,    // a header of the call can ask for a dearer tier
    VENDOR_NONE_AT_ZERO = 1 << 18,   // a maximum of 0 is an empty answer, or refused; elsewhere it
                                     // may be no limit
};

// Those that make a call dearer than it looks.
#define VENDOR_DEARER                                                            \
    (VENDOR_REASONING_OUTSIDE | VENDOR_CITATIONS_OUTSIDE | VENDOR_WRITES_CACHE | \
     VENDOR_PROJECT_TIER | VENDOR_THINKS_BESIDE | VENDOR_HEADER_TIER)

struct vendor {
    const char *name;     // price rows of this name in the book: "openai"
    const char *hosts[3]; // exact; with a leading "." or "-" the end of a host
    const char *env[2];   // key variables, the first that is set counts; NULL if none
    const char *url;      // default base URL; NULL if none: not to be found by a key alone
    enum dialect dialect;
    unsigned flags;
};

size_t vendor_count(void);
const struct vendor *vendor_at(size_t i); // in the order in which environment providers rank
const struct vendor *vendor_find(struct str name);    // NULL if not known
const struct vendor *vendor_of_host(struct str host); // NULL if not known
// The sheet that a bare name means: the vendors of the table first, in their order (makers before
// those who resell), then anyone. NULL when nobody lists it.
const struct sheet *vendor_sheet(const struct catalog *c, struct str model);
// The peculiarities of a vendor, which may be NULL, at a host: of its own, or of who speaks for it.
unsigned vendor_flags(const struct vendor *v, struct str host);

#endif
