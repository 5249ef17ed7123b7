// SPDX-License-Identifier: Apache-2.0
//
// The cache's key is everything that tells kinds apart, one behind the other: six numbers, then
// twelve words, each behind its length. Kinds whose key is longer than a slot are looked up anew.

#include "store/kinds.h"

#include <string.h>

#include "base/alloc.h"
#include "store/sql.h"

#define KINDS_CACHED 256
#define KEY_SIZE     480
#define KEY_NUMBERS  9
#define WORD_COUNT   12

struct kind_slot {
    uint64_t hash;
    size_t len; // 0 = empty
    char key[KEY_SIZE];
    struct kind kind;
};

_Static_assert(KINDS_CACHED == 1 << 8, "the slot is the hash's first byte");

bool kinds_open(struct kinds *k, sqlite3 *db)
{
    k->find = sql_prepare(
        db, "SELECT id FROM kind WHERE team = ?1 AND project = ?2 AND key = ?3 AND provider = ?4 "
            "AND model = ?5 AND model_asked = ?6 AND model_answered = ?7 AND endpoint = ?8 AND "
            "route = ?9 AND price_version = ?10 AND price_name = ?11 AND outcome = ?12 AND "
            "price_state = ?13 AND sure = ?14 AND service = ?15 AND flags = ?16 AND "
            "http_status = ?17");
    k->add = sql_prepare(
        db, "INSERT INTO kind (team, project, key, provider, model, model_asked, model_answered, "
            "endpoint, route, price_version, price_name, outcome, price_state, sure, service, "
            "flags, http_status) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
            "?14, ?15, ?16, ?17) RETURNING id");
    k->slots = alloc_zero(&alloc_heap, KINDS_CACHED * sizeof *k->slots);
    return k->find && k->add && k->slots;
}

void kinds_close(struct kinds *k)
{
    sqlite3_finalize(k->find);
    sqlite3_finalize(k->add);
    heap_free(k->slots);
    *k = (struct kinds){0};
}

void kinds_forget(struct kinds *k)
{
    for (unsigned i = 0; i < KINDS_CACHED; i++)
        k->slots[i].len = 0;
}

static int flags_of(const struct entry *e)
{
    return (e->stream ? LEDGER_STREAM : 0) | (e->priced_as_answered ? LEDGER_ANSWERED : 0) |
           (e->usage.us_region ? LEDGER_US_REGION : 0) |
           (e->usage.inconsistent ? LEDGER_INCONSISTENT : 0);
}

struct words {
    struct str at[WORD_COUNT];
};

// The tenant, then the columns of `kind` that are words, in their order.
static struct words words_of(const struct entry *e)
{
    return (struct words){{e->tenant, e->team, e->project, e->key, e->provider, e->model,
                           e->model_asked, e->model_answered, e->endpoint, e->route,
                           e->price_version, e->price_name}};
}

// Its length, or 0 when it does not fit.
static size_t write_key(const struct entry *e, const struct words *w, char key[KEY_SIZE])
{
    size_t len = KEY_NUMBERS;
    memcpy(key + 5, &e->http_status, sizeof e->http_status);
    key[0] = (char)e->outcome;
    key[1] = (char)e->price_state;
    key[2] = (char)e->usage.sure;
    key[3] = (char)e->usage.service;
    key[4] = (char)flags_of(e);
    for (unsigned i = 0; i < WORD_COUNT; i++) {
        size_t n = w->at[i].len;
        if (n > UINT8_MAX || n + 1 > KEY_SIZE - len)
            return 0;
        key[len++] = (char)(unsigned char)n;
        if (n)
            memcpy(key + len, w->at[i].ptr, n);
        len += n;
    }
    return len;
}

static uint64_t hash_key(const char *key, size_t len)
{
    uint64_t h = len;
    for (size_t i = 0; i < len; i += sizeof h) {
        uint64_t part = 0;
        memcpy(&part, key + i, len - i < sizeof part ? len - i : sizeof part);
        h = (h ^ part) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h;
}

static bool look_up(struct kinds *k, struct names *names, const struct entry *e,
                    const struct words *w, struct kind *out)
{
    int64_t id[WORD_COUNT];
    for (unsigned i = 0; i < WORD_COUNT; i++) {
        if (!names_id(names, w->at[i], &id[i]))
            return false;
    }
    const int64_t numbers[] = {e->outcome,       e->price_state, e->usage.sure,
                               e->usage.service, flags_of(e),    e->http_status};
    sqlite3_stmt *const both[] = {k->find, k->add};
    *out = (struct kind){.id = -1,
                         .tenant = id[0],
                         .team = id[1],
                         .project = id[2],
                         .key = id[3],
                         .provider = id[4],
                         .model = id[5]};
    for (unsigned s = 0; s < 2 && out->id < 0; s++) {
        int column = 0;
        for (unsigned i = 1; i < WORD_COUNT; i++)
            sqlite3_bind_int64(both[s], ++column, id[i]);
        for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
            sqlite3_bind_int64(both[s], ++column, numbers[i]);
        if (!sql_one_i64(both[s], -1, &out->id))
            return false;
    }
    return out->id >= 0;
}

bool kinds_find(struct kinds *k, struct names *names, const struct entry *e, struct kind *out)
{
    char key[KEY_SIZE];
    const struct words w = words_of(e);
    size_t len = write_key(e, &w, key);
    if (len == 0)
        return look_up(k, names, e, &w, out);
    uint64_t hash = hash_key(key, len);
    struct kind_slot *slot = &k->slots[hash >> 56];
    if (slot->hash == hash && slot->len == len && memcmp(slot->key, key, len) == 0) {
        *out = slot->kind;
        return true;
    }
    if (!look_up(k, names, e, &w, out))
        return false;
    slot->hash = hash;
    slot->len = len;
    memcpy(slot->key, key, len);
    slot->kind = *out;
    return true;
}
