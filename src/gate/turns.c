// SPDX-License-Identifier: Apache-2.0
//
// A word:  63 an hour | 62 known | 61..40 model (hash) | 39..0 tokens
//
// Entries last five minutes from their last use, or an hour where that was asked for (Anthropic's
// prompt caching, which others have taken over; who caches by himself promises five to ten).

#include "gate/turns.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/map.h"
#include "gate/memo.h"

#define PLACES     8192 // 400 KB
#define TOKEN_BITS 40
#define TOKEN_MAX  ((INT64_C(1) << TOKEN_BITS) - 1)
#define HOUR       (UINT64_C(1) << 63)
#define KNOWN      (UINT64_C(1) << 62)
#define MODEL      (KNOWN - 1 - (uint64_t)TOKEN_MAX)
#define LASTS_S    300
#define HOUR_S     3600

struct turns {
    struct memo *memo;
};

struct turns *turns_new(void)
{
    struct turns *t = alloc_zero(&alloc_heap, sizeof *t);
    if (t && !(t->memo = memo_new(PLACES))) {
        heap_free(t);
        return NULL;
    }
    return t;
}

void turns_free(struct turns *t)
{
    if (!t)
        return;
    memo_free(t->memo);
    heap_free(t);
}

static uint64_t model_of(const struct turn_of *of)
{
    return (map_hash(of->model) ^ map_hash(of->provider) * 3) & MODEL;
}

// What can be read the next time; -1: nothing tells.
static int64_t readable(const struct usage *u)
{
    int64_t read = count_add(u->count[BUCKET_CACHE_READ], u->count[BUCKET_AUDIO_CACHE_READ]);
    int64_t wrote = count_add(u->count[BUCKET_CACHE_WRITE_5M], u->count[BUCKET_CACHE_WRITE_1H]);
    int64_t tokens = wrote > 0 ? count_add(read, wrote) : read > 0 ? u->prompt : -1;
    return tokens < TOKEN_MAX ? tokens : TOKEN_MAX;
}

void turns_took(struct turns *t, const struct turn_of *of, const struct usage *u, int64_t now_us)
{
    int64_t tokens = readable(u);
    uint64_t word = model_of(of) | (tokens >= 0 ? KNOWN | (uint64_t)tokens : 0) |
                    (u->count[BUCKET_CACHE_WRITE_1H] > 0 ? HOUR : 0);
    // A word of 0 is none: a model whose hash is that is as if nobody had answered.
    struct memo_place *p = memo_take(t->memo, of->conversation, (uint32_t)(now_us / SECOND_US));
    memo_put(p, 0, word);
}

int64_t turns_cached(struct turns *t, const struct turn_of *of, int64_t now_us)
{
    const struct memo_place *p = memo_find(t->memo, of->conversation);
    uint64_t word = memo_word(p, 0);
    if (word == 0)
        return -1;
    if ((word & MODEL) != model_of(of))
        return 0;
    uint32_t ago_s = (uint32_t)(now_us / SECOND_US) - memo_touched_s(p);
    bool lasts = ago_s <= (word & HOUR ? HOUR_S : LASTS_S);
    return word & KNOWN && lasts ? (int64_t)(word & (uint64_t)TOKEN_MAX) : -1;
}
