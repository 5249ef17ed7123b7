// SPDX-License-Identifier: Apache-2.0
//
// tokens - what people are shown of a call's or a sum's token counts: the input in its three kinds
// of price, and the output. No token is in two of them.

#ifndef CMD_TOKENS_H
#define CMD_TOKENS_H

#include "base/json.h"

struct tokens {
    int64_t fresh, cached, written, out; // read from a cache; written to one
};

// Of an object with members named as buckets are: "cache_read_tokens". What it lacks is 0.
void tokens_read(const struct json_val *v, struct tokens *out);
void tokens_add(struct tokens *to, const struct tokens *t);

#endif
