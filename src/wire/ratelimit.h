// SPDX-License-Identifier: Apache-2.0
//
// ratelimit - what the fields of an answer's head say of its provider's rate limits.
//
//   x-ratelimit-remaining-tokens: 149984    OpenAI, Groq, Azure, xAI, Together; with -minute or
//   x-ratelimit-reset-tokens: 6m0s          -day behind it Cerebras, Mistral
//   x-ratelimit-reset: 1719230400000        OpenRouter: no kind is of requests
//   anthropic-ratelimit-input-tokens-reset: 2026-11-24T10:00:00Z
//   ratelimit-reset: 6                      the IETF's draft (httpapi-ratelimit-headers-07),
//   ratelimit: "default";r=50;t=30          and its newer form (-08 and later)

#ifndef WIRE_RATELIMIT_H
#define WIRE_RATELIMIT_H

#include <stdbool.h>

#include "base/str.h"
#include "core/allowance.h"

struct ratelimit {
    unsigned said; // 1u << kind: how much is left was told
    struct {
        int64_t limit;    // 0: not said
        int64_t left;     // where it was told
        int64_t after_us; // until all of it is there again; -1: not said
    } of[ALLOWANCE_COUNT];
};

// The name is of one of the families. Most names are of none.
bool ratelimit_may(struct str name);
void ratelimit_init(struct ratelimit *r);
// `name` is any field's. True when it is one of these and says something; `now_us` is wall time.
bool ratelimit_field(struct ratelimit *r, struct str name, struct str value, int64_t now_us);
// The kind's allowance as of now, monotonic. Where no time was said it is its period.
struct allowance ratelimit_allowance(const struct ratelimit *r, enum allowance_kind k,
                                     int64_t now_us);

#endif
