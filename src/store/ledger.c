// SPDX-License-Identifier: Apache-2.0

#include "store/ledger.h"

#include <string.h>

#include "store/sql.h"

// The numbers stand in files for ever: the order of these enumerations must not change.
_Static_assert(OUTCOME_OK == 0 && OUTCOME_ERROR == 1 && OUTCOME_INCOMPLETE == 2 &&
                   OUTCOME_LEFT == 3 && OUTCOME_UNKNOWN == 4,
               "call.outcome");
_Static_assert(PRICE_UNPRICED == 0 && PRICE_PRICED == 1 && PRICE_FREE == 2 && PRICE_PROVIDER == 3,
               "call.price_state");
_Static_assert(SURE_REPORTED == 0 && SURE_ESTIMATED == 1 && SURE_CAPTURED == 2, "call.sure");
_Static_assert(SERVICE_STANDARD == 0 && SERVICE_BATCH == 1 && SERVICE_FLEX == 2 &&
                   SERVICE_PRIORITY == 3 && SERVICE_FAST == 4 && SERVICE_OTHER == 5,
               "call.service");
_Static_assert(BUCKET_INPUT == 0 && BUCKET_CACHE_READ == 1 && BUCKET_CACHE_WRITE_5M == 2 &&
                   BUCKET_CACHE_WRITE_1H == 3 && BUCKET_AUDIO_INPUT == 4 &&
                   BUCKET_AUDIO_CACHE_READ == 5 && BUCKET_IMAGE_INPUT == 6 && BUCKET_OUTPUT == 7 &&
                   BUCKET_AUDIO_OUTPUT == 8 && BUCKET_IMAGE_OUTPUT == 9 &&
                   BUCKET_WEB_SEARCHES == 10 && BUCKET_FILE_SEARCHES == 11 && BUCKET_CALLS == 12 &&
                   BUCKET_SEARCH_UNITS == 13 && BUCKET_IMAGES_OUT == 14 && BUCKET_SECONDS == 15 &&
                   BUCKET_BUSY == 16 && BUCKET_COUNT == 17,
               "LEDGER_BUCKETS; a new bucket is a migration");

#define LEDGER_NULL INT64_MIN

// The columns of `call` in their order. Those without a number of their own: bytes.
enum {
    TENANT,
    START,
    ID,
    ATTEMPT,
    KIND,
    USER,
    ERROR,
    TTFT,
    DURATION,
    OVERHEAD,
    LOAD,
    QUEUE,
    COST,
    REPORTED,
    BUCKETS,
    REASONING = BUCKETS + BUCKET_COUNT,
    PROMPT,
    UPSTREAM,
    TAGS,
    PARTS,
    CHARGE,
    ANSWER,
    COLUMNS
};
_Static_assert(COLUMNS == LEDGER_COLUMNS, "ROW_1");

#define INTO                                                                              \
    "INTO call (tenant, start_us, id, attempt, kind, user, error, ttft_us, duration_us, " \
    "overhead_us, load_us, queue_us, cost_pd, reported_pd, " LEDGER_BUCKETS               \
    ", reasoning, prompt, upstream_id, tags, price_parts, charge, answer_id) "            \
    "VALUES "
#define ROW_1  "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define ROW_4  ROW_1 "," ROW_1 "," ROW_1 "," ROW_1
#define ROW_16 ROW_4 "," ROW_4 "," ROW_4 "," ROW_4
#define ROW_32 ROW_16 "," ROW_16
_Static_assert(LEDGER_ROWS == 32, "ROW_32");

bool ledger_open(struct ledger *l, sqlite3 *db)
{
    *l = (struct ledger){.db = db};
    buf_init(&l->bytes, &alloc_heap, 0);
    l->some = sql_prepare(db, "INSERT OR ROLLBACK " INTO ROW_32);
    l->one = sql_prepare(db, "INSERT OR ROLLBACK " INTO ROW_1);
    l->alone = sql_prepare(db, "INSERT " INTO ROW_1 " ON CONFLICT DO NOTHING");
    l->rows = alloc_zero(&alloc_heap, LEDGER_ROWS * sizeof *l->rows);
    l->bound = alloc_zero(&alloc_heap, LEDGER_ROWS * sizeof *l->bound);
    bool names = names_open(&l->names, db);
    bool kinds = kinds_open(&l->kinds, db);
    bool rollups = rollups_open(&l->rollups, db);
    bool charges = charges_open(&l->charges, db);
    bool decisions = decisions_open(&l->decisions, db);
    for (int i = 0; l->bound && i < LEDGER_ROWS * LEDGER_COLUMNS; i++)
        l->bound[i / LEDGER_COLUMNS][i % LEDGER_COLUMNS] = LEDGER_NULL; // as SQLite begins
    return l->some && l->one && l->alone && l->rows && l->bound && names && kinds && rollups &&
           charges && decisions;
}

void ledger_close(struct ledger *l)
{
    sqlite3_finalize(l->some);
    sqlite3_finalize(l->one);
    sqlite3_finalize(l->alone);
    decisions_close(&l->decisions);
    names_close(&l->names);
    kinds_close(&l->kinds);
    rollups_close(&l->rollups);
    charges_close(&l->charges);
    stretch_close(&l->stretch);
    heap_free(l->rows);
    heap_free(l->bound);
    buf_fini(&l->bytes);
    *l = (struct ledger){0};
}

// --- one row ---

static void bind_number(sqlite3_stmt *s, int column, int64_t n)
{
    if (n == LEDGER_NULL)
        sqlite3_bind_null(s, column);
    else
        sqlite3_bind_int64(s, column, n);
}

// Nothing is NULL.
static void bind_some(sqlite3_stmt *s, int column, const char *bytes, size_t n)
{
    if (n)
        sql_bind_blob(s, column, bytes, n);
    else
        sqlite3_bind_null(s, column);
}

static void bind_text(sqlite3_stmt *s, int column, struct str text)
{
    if (text.len)
        sql_bind_str(s, column, text);
    else
        sqlite3_bind_null(s, column);
}

// `first`: the statement's number of the row's first column. `bound`: what stands there, or NULL.
static void bind_row(const struct ledger *l, const struct ledger_row *row, sqlite3_stmt *s,
                     int first, int64_t *bound)
{
    const char *bytes = l->bytes.ptr + row->bytes;
    for (int i = 0; i < COLUMNS; i++) {
        if (i == ID || i == UPSTREAM || i == TAGS || i == PARTS || i == CHARGE || i == ANSWER ||
            (bound && bound[i] == row->numbers[i]))
            continue;
        bind_number(s, first + i, row->numbers[i]);
        if (bound)
            bound[i] = row->numbers[i];
    }
    sql_bind_blob(s, first + ID, bytes, sizeof(struct uuid));
    bytes += sizeof(struct uuid);
    sql_bind_str(s, first + UPSTREAM, str_from(bytes, row->upstream_len));
    bytes += row->upstream_len;
    bind_some(s, first + TAGS, bytes, row->tags_len);
    bytes += row->tags_len;
    bind_text(s, first + PARTS, str_from(bytes, row->parts_len));
    bytes += row->parts_len;
    bind_some(s, first + CHARGE, bytes, row->charge_len);
    bind_text(s, first + ANSWER, str_from(bytes + row->charge_len, row->answer_len));
}

static int64_t hour_of(int64_t us)
{
    int64_t hour = us / HOUR_US;
    return us % HOUR_US < 0 ? hour - 1 : hour;
}

static void fill_numbers(int64_t *n, const struct entry *e)
{
    n[START] = e->start_us;
    n[ATTEMPT] = e->attempt;
    n[TTFT] = e->ttft_us;
    n[DURATION] = e->duration_us;
    n[OVERHEAD] = e->overhead_us;
    n[LOAD] = e->load_us;
    n[QUEUE] = e->queue_us;
    n[COST] = e->price_state != PRICE_UNPRICED ? e->cost.pd : LEDGER_NULL;
    n[REPORTED] = e->usage.has_reported ? e->usage.reported.pd : LEDGER_NULL;
    memcpy(&n[BUCKETS], e->usage.count, sizeof e->usage.count);
    n[REASONING] = e->usage.reasoning;
    n[PROMPT] = e->usage.prompt;
}

static bool fill(struct ledger *l, const struct entry *e, struct ledger_row *row,
                 struct rollup_key *key)
{
    struct kind kind;
    int64_t *n = row->numbers;
    int64_t day = e->start_us / DAY_US;
    if (!kinds_find(&l->kinds, &l->names, e, &kind) ||
        !names_id(&l->names, e->user, day, &n[USER]) ||
        !names_id(&l->names, e->error, day, &n[ERROR]))
        return false;
    n[TENANT] = kind.tenant;
    n[KIND] = kind.id;
    fill_numbers(n, e);
    row->bytes = l->bytes.len;
    row->upstream_len = e->upstream_id.len;
    buf_add(&l->bytes, str_from((const char *)e->id.bytes, sizeof e->id.bytes));
    buf_add(&l->bytes, e->upstream_id);
    size_t before = l->bytes.len;
    if (e->tags.count)
        tags_pack(&e->tags, &l->bytes);
    row->tags_len = l->bytes.len - before;
    row->parts_len = e->price_parts.len;
    buf_add(&l->bytes, e->price_parts);
    before = l->bytes.len;
    charge_pack(&e->charge, &l->bytes);
    row->charge_len = l->bytes.len - before;
    row->answer_len = e->answer_id.len;
    buf_add(&l->bytes, e->answer_id);
    *key = (struct rollup_key){.tenant = kind.tenant,
                               .hour = hour_of(e->start_us),
                               .provider = kind.provider,
                               .model = kind.model,
                               .key = kind.key,
                               .team = kind.team,
                               .project = kind.project};
    return !buf_failed(&l->bytes);
}

// --- some of them ---

static void drop_rows(struct ledger *l)
{
    l->row_count = 0;
    buf_clear(&l->bytes);
}

// These rows were given to a statement that ended well.
static void note_cost(struct ledger *l, const struct ledger_row *rows, unsigned count)
{
    bool written = sqlite3_changes(l->db) == (int)count;
    for (unsigned i = 0; written && i < count; i++) {
        int64_t cost = rows[i].numbers[COST];
        l->cost_pd += cost != LEDGER_NULL ? cost : 0;
    }
}

static bool insert_some(struct ledger *l)
{
    for (unsigned i = 0; i < l->row_count; i++)
        bind_row(l, &l->rows[i], l->some, 1 + (int)i * COLUMNS, l->bound[i]);
    bool fine = sql_done(l->some);
    if (fine)
        note_cost(l, l->rows, l->row_count);
    return fine;
}

static bool insert_each(struct ledger *l)
{
    for (unsigned i = 0; i < l->row_count; i++) {
        bind_row(l, &l->rows[i], l->one, 1, NULL);
        if (!sql_done(l->one))
            return false;
        note_cost(l, &l->rows[i], 1);
    }
    return true;
}

static bool insert_rows(struct ledger *l)
{
    bool fine = l->row_count == LEDGER_ROWS ? insert_some(l) : insert_each(l);
    drop_rows(l);
    return fine;
}

int128 ledger_difference(const struct ledger *l)
{
    return l->cost_pd - l->rollups.cost_pd;
}

void ledger_begin(struct ledger *l)
{
    l->fresh = 0;
    l->difference_pd = ledger_difference(l);
}

static bool add_sums(struct ledger *l, const struct rollup_key *key, const struct entry *e)
{
    return decisions_add(&l->decisions, key->tenant, e) && rollups_add(&l->rollups, key, e) &&
           charges_add(&l->charges, &e->charge) &&
           stretch_add(&l->stretch, key->tenant, e->start_us, &e->charge);
}

bool ledger_add(struct ledger *l, const struct entry *e)
{
    struct rollup_key key;
    if (!fill(l, e, &l->rows[l->row_count], &key) || !add_sums(l, &key, e))
        return false;
    l->row_count++;
    l->added++;
    l->fresh++;
    return l->row_count < LEDGER_ROWS || insert_rows(l);
}

bool ledger_add_alone(struct ledger *l, const struct entry *e)
{
    struct rollup_key key;
    must(l->row_count == 0);
    bool fine = fill(l, e, &l->rows[0], &key);
    if (fine) {
        bind_row(l, &l->rows[0], l->alone, 1, NULL);
        fine = sql_done(l->alone);
    }
    drop_rows(l);
    if (!fine || sqlite3_changes(l->db) == 0)
        return fine; // it was there
    note_cost(l, &l->rows[0], 1);
    l->added++;
    l->fresh++;
    return add_sums(l, &key, e);
}

bool ledger_flush(struct ledger *l)
{
    return insert_rows(l) && decisions_flush(&l->decisions) && rollups_flush(&l->rollups) &&
           charges_flush(&l->charges);
}

void ledger_forget(struct ledger *l)
{
    l->added -= l->fresh;
    l->fresh = 0;
    l->cost_pd = l->rollups.cost_pd + l->difference_pd;
    drop_rows(l);
    decisions_forget(&l->decisions);
    names_forget(&l->names);
    kinds_restart(&l->kinds);
    rollups_forget(&l->rollups);
    charges_forget(&l->charges);
    stretch_forget(&l->stretch);
}
