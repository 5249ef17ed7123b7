// SPDX-License-Identifier: Apache-2.0
//
// ratelimit - what the fields of an answer's head say of its provider's rate limits.
//
//   x-ratelimit-remaining-tokens: 149984    OpenAI, Groq, Azure, xAI, Together; with -minute or
//   x-ratelimit-reset-tokens: 6m0s          -day behind it Cerebras, Mistral
//   x-ratelimit-reset: 1719230400000        OpenRouter: no kind is of requests
//   anthropic-ratelimit-input-tokens-reset: 2026-11-24T10:00:00Z
//   ratelimit-reset: 6                      the IETF's draft (httpapi-ratelimit-headers-06),
//   ratelimit: limit=9, remaining=0, reset=6    its next form (-07),
//   ratelimit: "default";r=50;t=30          and its newest (-08 and later)
//
// An answer may tell of several limits that count the same: a proxy's and its provider's, a
// minute's and a policy's. The one of which least is left holds.

#ifndef WIRE_RATELIMIT_H
#define WIRE_RATELIMIT_H

#include <stdbool.h>

#include "base/str.h"
#include "core/allowance.h"

#define RATELIMIT_READINGS 16 // of one answer; what comes after them is not read

struct ratelimit {
    unsigned said; // 1u << kind: how much is left was told
    unsigned count;
    struct ratelimit_reading { // of one limit
        enum allowance_kind kind;
        unsigned source;  // the words of its name that tell it from others
        int64_t limit;    // 0: not said
        int64_t left;     // -1: not said
        int64_t after_us; // until all of it is there again; -1: not said
    } of[RATELIMIT_READINGS];
};

// The name is of one of the families. Most names are of none.
bool ratelimit_may(struct str name);
void ratelimit_init(struct ratelimit *r);
// `name` is any field's. True when it is one of these and says something; `now_us` is wall time.
bool ratelimit_field(struct ratelimit *r, struct str name, struct str value, int64_t now_us);
// The allowance of a kind that was said, as of now, monotonic. Where no time was said it is its
// period.
struct allowance ratelimit_allowance(const struct ratelimit *r, enum allowance_kind k,
                                     int64_t now_us);

#endif
