// SPDX-License-Identifier: Apache-2.0

#include "mock/cache.h"

#include "base/golden.h"

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = golden(h ^ word);
    return h ^ (h >> 29);
}

uint64_t cache_hash(uint64_t seed, struct str text)
{
    uint64_t h = mix(seed, text.len);
    size_t at = 0;
    uint64_t word = 0;
    for (; at + sizeof word <= text.len; at += sizeof word) {
        memcpy(&word, text.ptr + at, sizeof word);
        h = mix(h, word);
    }
    word = 0;
    if (at < text.len)
        memcpy(&word, text.ptr + at, text.len - at);
    return mix(mix(h, word), seed);
}

int64_t cache_look(struct cache *c, uint64_t scope, struct str prompt)
{
    if (prompt.len < (size_t)CACHE_LEAST_TOKENS / CACHE_BLOCK_TOKENS * CACHE_BLOCK_BYTES)
        return 0;
    uint64_t h = scope;
    int64_t known = 0;
    bool all = true;
    for (size_t at = 0; at + CACHE_BLOCK_BYTES <= prompt.len; at += CACHE_BLOCK_BYTES) {
        h = cache_hash(h, str_from(prompt.ptr + at, CACHE_BLOCK_BYTES));
        uint64_t *slot = &c->slots[h % CACHE_SLOTS];
        all = all && *slot == h;
        if (all)
            known += CACHE_BLOCK_TOKENS;
        *slot = h;
    }
    return known >= CACHE_LEAST_TOKENS ? known : 0;
}
