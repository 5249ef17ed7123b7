// SPDX-License-Identifier: Apache-2.0
//
// Linear probing; a removed entry is filled by shifting its followers back, so there are no
// tombstones. SipHash-1-3: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).

#include "base/map.h"

#include <pthread.h>

#include "base/random.h"

#define SIZE_FIRST 8

static uint64_t sip_key[2];
static pthread_once_t sip_once = PTHREAD_ONCE_INIT;

static void sip_draw(void)
{
    random_bytes(sip_key, sizeof sip_key);
}

static inline uint64_t turn(uint64_t x, unsigned n)
{
    return x << n | x >> (64 - n);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = turn(v[1], 13) ^ v[0];
    v[0] = turn(v[0], 32);
    v[2] += v[3];
    v[3] = turn(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = turn(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = turn(v[1], 17) ^ v[2];
    v[2] = turn(v[2], 32);
}

static uint64_t sip_hash(struct str s)
{
    uint64_t v[4] = {
        sip_key[0] ^ UINT64_C(0x736f6d6570736575), sip_key[1] ^ UINT64_C(0x646f72616e646f6d),
        sip_key[0] ^ UINT64_C(0x6c7967656e657261), sip_key[1] ^ UINT64_C(0x7465646279746573)};
    size_t at = 0;
    uint64_t word;
    for (; s.len - at >= 8; at += 8) {
        memcpy(&word, s.ptr + at, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = 0;
    if (at < s.len)
        memcpy(&word, s.ptr + at, s.len - at);
    word |= (uint64_t)s.len << 56;
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t map_hash(struct str s)
{
    pthread_once(&sip_once, sip_draw);
    return sip_hash(s);
}

void map_init(struct map *m, const struct alloc *alloc)
{
    pthread_once(&sip_once, sip_draw);
    *m = (struct map){.alloc = alloc};
}

void map_fini(struct map *m)
{
    alloc_free(m->alloc, m->slots);
    *m = (struct map){.alloc = m->alloc};
}

// The slot of `key`, or the empty one where it belongs. The map has a free slot always.
static struct map_slot *seek(const struct map *m, struct str key, uint64_t hash)
{
    for (size_t i = hash & (m->size - 1);; i = (i + 1) & (m->size - 1)) {
        struct map_slot *slot = &m->slots[i];
        if (!slot->value || (slot->hash == hash && str_eq(slot->key, key)))
            return slot;
    }
}

void *map_get(const struct map *m, struct str key)
{
    if (m->count == 0)
        return NULL;
    return seek(m, key, sip_hash(key))->value;
}

static bool grow(struct map *m)
{
    struct map wider = {.alloc = m->alloc, .size = m->size ? m->size * 2 : SIZE_FIRST};
    if (wider.size > SIZE_MAX / sizeof *wider.slots)
        return false;
    wider.slots = alloc_zero(m->alloc, wider.size * sizeof *wider.slots);
    if (!wider.slots)
        return false;
    for (size_t i = 0; i < m->size; i++)
        if (m->slots[i].value)
            *seek(&wider, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    wider.count = m->count;
    alloc_free(m->alloc, m->slots);
    *m = wider;
    return true;
}

bool map_set(struct map *m, struct str key, void *value)
{
    must(value != NULL);
    uint64_t hash = sip_hash(key);
    if (m->count > 0) {
        struct map_slot *old = seek(m, key, hash);
        if (old->value) {
            old->key = key;
            old->value = value;
            return true;
        }
    }
    if ((m->count + 1) * 4 > m->size * 3 && !grow(m))
        return false;
    *seek(m, key, hash) = (struct map_slot){key, value, hash};
    m->count++;
    return true;
}

bool map_each(const struct map *m, size_t *at, struct str *key, void **value)
{
    for (; *at < m->size; (*at)++) {
        const struct map_slot *slot = &m->slots[*at];
        if (!slot->value)
            continue;
        *key = slot->key;
        *value = slot->value;
        (*at)++;
        return true;
    }
    return false;
}
