// SPDX-License-Identifier: Apache-2.0
//
// cache - remembers prompts as a provider's prefix cache does: by blocks of 128 tokens (512 bytes),
// and only prompts of 1,024 tokens and more.

#ifndef MOCK_CACHE_H
#define MOCK_CACHE_H

#include <stdint.h>

#include "base/str.h"

#define CACHE_BLOCK_TOKENS 128
#define CACHE_BLOCK_BYTES  512
#define CACHE_LEAST_TOKENS 1024
#define CACHE_SLOTS        16384

struct cache {
    uint64_t slots[CACHE_SLOTS]; // hashes of prefixes; a newer one drives an older one out
};

// Of `text`; a hash as the seed of the next chains them.
uint64_t cache_hash(uint64_t seed, struct str text);
// Tokens of the prompt's prefix that were seen before (a multiple of 128, 0 when below 1,024); then
// remembers the prompt. `scope`: what must be equal besides, such as the model's name.
int64_t cache_look(struct cache *c, uint64_t scope, struct str prompt);

#endif
