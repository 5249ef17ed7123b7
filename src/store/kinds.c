// SPDX-License-Identifier: Apache-2.0
//
// The cache's key is everything that tells kinds apart, one behind the other: six numbers, then
// twelve words, each behind its length. Kinds whose key is longer than a slot are looked up anew.

#include "store/kinds.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/golden.h"
#include "base/limits.h"
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
    int64_t day; // that `used_day` is not before
};

_Static_assert(KINDS_CACHED == 1 << 8, "the slot is the hash's first byte");

// The words up to those that a caller can invent: where the index of all begins.
#define ASKED                                                                       \
    "team = ?1 AND project = ?2 AND key = ?3 AND provider = ?4 AND model = ?5 AND " \
    "model_asked = ?6"

bool kinds_open(struct kinds *k, sqlite3 *db)
{
    k->find = sql_prepare(
        db, "SELECT id FROM kind WHERE " ASKED " AND model_answered = ?7 AND endpoint = ?8 AND "
            "route = ?9 AND price_version = ?10 AND price_name = ?11 AND outcome = ?12 AND "
            "price_state = ?13 AND sure = ?14 AND service = ?15 AND flags = ?16 AND "
            "http_status = ?17");
    k->asked = sql_prepare(db, "SELECT 1 FROM kind WHERE " ASKED " LIMIT 1");
    k->answered =
        sql_prepare(db, "SELECT 1 FROM kind WHERE " ASKED " AND model_answered = ?7 LIMIT 1");
    k->add = sql_prepare(
        db, "INSERT INTO kind (team, project, key, provider, model, model_asked, model_answered, "
            "endpoint, route, price_version, price_name, outcome, price_state, sure, service, "
            "flags, http_status) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
            "?14, ?15, ?16, ?17) RETURNING id");
    k->use = sql_prepare(db, "UPDATE kind SET used_day = ?2 WHERE id = ?1 AND used_day < ?2");
    k->slots = alloc_zero(&alloc_heap, KINDS_CACHED * sizeof *k->slots);
    map_init(&k->counts, &alloc_heap);
    arena_init(&k->arena, &alloc_heap, 4 * KIB, 10 * MIB);
    return k->find && k->asked && k->answered && k->add && k->use && k->slots;
}

void kinds_close(struct kinds *k)
{
    sqlite3_finalize(k->find);
    sqlite3_finalize(k->asked);
    sqlite3_finalize(k->answered);
    sqlite3_finalize(k->add);
    sqlite3_finalize(k->use);
    heap_free(k->slots);
    map_fini(&k->counts);
    arena_fini(&k->arena);
    *k = (struct kinds){0};
}

void kinds_forget(struct kinds *k)
{
    for (unsigned i = 0; i < KINDS_CACHED; i++)
        k->slots[i].len = 0;
}

void kinds_restart(struct kinds *k)
{
    kinds_forget(k);
    map_fini(&k->counts);
    arena_fini(&k->arena);
    k->shared = (struct kind_count){0};
}

static int flags_of(const struct entry *e)
{
    return (e->stream ? LEDGER_STREAM : 0) | (e->priced_as_answered ? LEDGER_ANSWERED : 0) |
           (e->usage.us_region ? LEDGER_US_REGION : 0) |
           (e->usage.inconsistent ? LEDGER_INCONSISTENT : 0) |
           (e->usage.uncounted ? LEDGER_UNCOUNTED : 0) | (e->followed ? LEDGER_FOLLOWED : 0);
}

// The tenant, then the columns of `kind` that are words, in their order.
enum { TENANT, TEAM, PROJECT, KEY, PROVIDER, MODEL, MODEL_ASKED, MODEL_ANSWERED };

struct words {
    struct str at[WORD_COUNT];
    int64_t id[WORD_COUNT]; // their names' numbers
};

static struct words words_of(const struct entry *e)
{
    return (struct words){.at = {e->tenant, e->team, e->project, e->key, e->provider, e->model,
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
        h = golden(h ^ part);
        h ^= h >> 29;
    }
    return h;
}

// The kind with these words by `which` of the statements; -1 when it finds none.
static bool run(sqlite3_stmt *which, const struct entry *e, const struct words *w, int64_t *out)
{
    const int64_t numbers[] = {e->outcome,       e->price_state, e->usage.sure,
                               e->usage.service, flags_of(e),    e->http_status};
    int column = 0;
    for (unsigned i = TEAM; i < WORD_COUNT; i++)
        sqlite3_bind_int64(which, ++column, w->id[i]);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        sqlite3_bind_int64(which, ++column, numbers[i]);
    return sql_one_i64(which, -1, out);
}

static bool find_words(struct names *names, struct words *w)
{
    for (unsigned i = 0; i < WORD_COUNT; i++) {
        if (!names_find(names, w->at[i], &w->id[i]))
            return false;
    }
    return true;
}

// The words up to the model stand in sums too, which stay.
static bool use_words(struct names *names, struct words *w, int64_t day)
{
    for (unsigned i = 0; i < WORD_COUNT; i++) {
        if (!names_id(names, w->at[i], i <= MODEL ? NAMES_KEPT : day, &w->id[i]))
            return false;
    }
    return true;
}

static struct kind_count *count_of(struct kinds *k, const struct entry *e)
{
    struct buf key;
    buf_init(&key, &alloc_heap, 4 * KIB);
    buf_add(&key, e->tenant);
    buf_add_char(&key, '\0');
    buf_add(&key, e->key);
    struct kind_count *n = map_get(&k->counts, buf_str(&key));
    if (!n && k->counts.count < KINDS_KEYS && !buf_failed(&key)) {
        struct str own = arena_dup(&k->arena, buf_str(&key));
        n = arena_new(&k->arena, struct kind_count);
        if (!n || !own.len || !map_set(&k->counts, own, n))
            n = NULL;
    }
    buf_fini(&key);
    return n ? n : &k->shared;
}

// True when there may be one more.
static bool count(unsigned *n)
{
    if (*n == KINDS_A_DAY)
        return false;
    ++*n;
    return true;
}

// Whether `which` of the statements finds a kind with these words.
static bool seen(sqlite3_stmt *which, const struct words *w, bool *out)
{
    int64_t one;
    for (int i = 1; i <= sqlite3_bind_parameter_count(which); i++)
        sqlite3_bind_int64(which, i, w->id[TENANT + i]);
    if (!sql_one_i64(which, 0, &one))
        return false;
    *out = one == 1;
    return true;
}

static void leave_out(struct words *w, unsigned i)
{
    if (w->at[i].len)
        w->at[i] = str_of(KINDS_OTHER);
}

static void leave_out_asked(const struct entry *e, struct words *w)
{
    leave_out(w, TEAM);
    leave_out(w, PROJECT);
    leave_out(w, MODEL_ASKED);
    if (e->cost.pd == 0)
        leave_out(w, MODEL);
}

static bool bound_answered(struct kinds *k, struct kind_count *n, struct words *w)
{
    bool known = false;
    if (!seen(k->answered, w, &known))
        return false;
    if (!known && !count(&n->answered))
        leave_out(w, MODEL_ANSWERED);
    return true;
}

// Leaves words of a new kind out where their inventor has made enough of them today.
static bool bound(struct kinds *k, struct names *names, const struct entry *e, struct words *w)
{
    struct kind_count *n = count_of(k, e);
    bool known = false;
    if (!seen(k->asked, w, &known))
        return false;
    if (!known && count(&n->asked))
        return true; // the provider's words belong to it
    if (!known)
        leave_out_asked(e, w);
    return find_words(names, w) && bound_answered(k, n, w);
}

static bool find(struct kinds *k, struct names *names, const struct entry *e, struct words *w,
                 int64_t *out)
{
    // What has a word without a number is new. Nor does a name get one that is then left out.
    if (!find_words(names, w) || !run(k->find, e, w, out))
        return false;
    bool more = *out < 0;
    if (more && !bound(k, names, e, w))
        return false;
    return use_words(names, w, e->start_us / DAY_US) && (!more || run(k->find, e, w, out)) &&
           (*out >= 0 || run(k->add, e, w, out));
}

static bool look_up(struct kinds *k, struct names *names, const struct entry *e,
                    const struct words *words, struct kind *out)
{
    struct words w = *words;
    const int64_t *id = w.id;
    if (!find(k, names, e, &w, &out->id) || out->id < 0)
        return false;
    *out = (struct kind){.id = out->id,
                         .tenant = id[TENANT],
                         .team = id[TEAM],
                         .project = id[PROJECT],
                         .key = id[KEY],
                         .provider = id[PROVIDER],
                         .model = id[MODEL]};
    return true;
}

static bool use(struct kinds *k, int64_t id, int64_t day)
{
    sqlite3_bind_int64(k->use, 1, id);
    sqlite3_bind_int64(k->use, 2, day);
    return sql_done(k->use);
}

bool kinds_find(struct kinds *k, struct names *names, const struct entry *e, struct kind *out)
{
    char key[KEY_SIZE];
    const struct words w = words_of(e);
    size_t len = write_key(e, &w, key);
    int64_t day = e->start_us / DAY_US;
    if (day > k->day) {
        k->day = day;
        kinds_restart(k); // what was left out may have a name again
    }
    if (len == 0)
        return look_up(k, names, e, &w, out) && use(k, out->id, day);
    uint64_t hash = hash_key(key, len);
    struct kind_slot *slot = &k->slots[hash >> 56];
    if (slot->hash == hash && slot->len == len && memcmp(slot->key, key, len) == 0 &&
        day <= slot->day) {
        *out = slot->kind;
        return true;
    }
    if (!look_up(k, names, e, &w, out) || !use(k, out->id, day))
        return false;
    slot->hash = hash;
    slot->len = len;
    memcpy(slot->key, key, len);
    slot->kind = *out;
    slot->day = day;
    return true;
}
