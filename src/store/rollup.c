// SPDX-License-Identifier: Apache-2.0

#include "store/rollup.h"

#include <string.h>

#include "base/golden.h"
#include "store/ledger.h"
#include "store/sql.h"

#define NO_SAMPLE  UINT32_MAX
#define NO_STEP    UINT16_MAX
#define KEEP_SUMS  256 // memory kept between batches
#define SLOT_FIRST 64

struct rollup_sum {
    struct rollup_key key;
    struct tally tally;
    int128 cost_pd;
    int128 retry_pd; // of that
    uint32_t sample; // newest
};

struct rollup_sample {
    uint16_t latency, ttft; // steps
    uint32_t next;
};

bool tally_timed(const struct entry *e)
{
    return e->duration_us > 0 && e->outcome != OUTCOME_UNKNOWN && !e->followed;
}

bool tally_begun(const struct entry *e)
{
    return e->ttft_us > 0 && !e->followed;
}

void tally_add(struct tally *t, const struct entry *e)
{
    bool failed = e->outcome == OUTCOME_ERROR || e->outcome == OUTCOME_INCOMPLETE;
    t->requests += !e->followed;
    t->retries += e->followed;
    t->errors += failed && !e->followed;
    t->unpriced += e->price_state == PRICE_UNPRICED;
    t->estimated += e->usage.sure == SURE_ESTIMATED;
    t->captured += e->usage.sure == SURE_CAPTURED;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        t->count[i] = count_add(t->count[i], e->usage.count[i]);
    t->reasoning = count_add(t->reasoning, e->usage.reasoning);
    t->load_us = count_add(t->load_us, e->load_us);
    t->queue_us = count_add(t->queue_us, e->queue_us);
    int64_t made = usage_output(&e->usage);
    int64_t took =
        e->duration_us - e->overhead_us - e->load_us - e->queue_us - (e->stream ? e->ttft_us : 0);
    // The duration of a later attempt is that of all before it too.
    if (e->attempt == 0 && e->outcome == OUTCOME_OK && e->usage.sure == SURE_REPORTED && made > 0 &&
        took > 0) {
        t->made_tokens = count_add(t->made_tokens, made);
        t->made_us += took;
    }
}

void tally_join(struct tally *to, const struct tally *t)
{
    to->requests += t->requests;
    to->errors += t->errors;
    to->unpriced += t->unpriced;
    to->estimated += t->estimated;
    to->captured += t->captured;
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        to->count[i] = count_add(to->count[i], t->count[i]);
    to->reasoning = count_add(to->reasoning, t->reasoning);
    to->made_tokens = count_add(to->made_tokens, t->made_tokens);
    to->made_us = count_add(to->made_us, t->made_us);
    to->load_us = count_add(to->load_us, t->load_us);
    to->queue_us = count_add(to->queue_us, t->queue_us);
    to->retries += t->retries;
}

bool rollups_open(struct rollups *r, sqlite3 *db)
{
    buf_init(&r->packed[0], &alloc_heap, 0);
    buf_init(&r->packed[1], &alloc_heap, 0);
    r->find =
        sql_prepare(db, "SELECT latency, ttft FROM rollup WHERE tenant = ?1 AND hour = ?2 AND "
                        "provider = ?3 AND model = ?4 AND key = ?5 AND team = ?6 AND "
                        "project = ?7");
    r->add = sql_prepare(
        db,
        "INSERT INTO rollup (tenant, hour, provider, model, key, team, project, requests, "
        "errors, unpriced, estimated, captured, cost_mu, cost_pd, " LEDGER_BUCKETS
        ", reasoning, made_tokens, made_us, latency, ttft, retries, retry_cost_mu, "
        "retry_cost_pd, load_us, queue_us) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, "
        "?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, "
        "?36, ?37, ?38, ?39, ?40, ?41) ON CONFLICT DO UPDATE SET requests = requests + ?8, errors "
        "= "
        "errors + ?9, "
        "unpriced = unpriced + ?10, estimated = estimated + ?11, captured = captured + ?12, "
        "cost_mu = cost_mu + ?13 + (cost_pd + ?14) / 1000000000, "
        "cost_pd = (cost_pd + ?14) % 1000000000, input = input + ?15, "
        "cache_read = cache_read + ?16, cache_write = cache_write + ?17, "
        "cache_write_1h = cache_write_1h + ?18, audio_input = audio_input + ?19, "
        "audio_cache_read = audio_cache_read + ?20, image_input = image_input + ?21, "
        "output = output + ?22, audio_output = audio_output + ?23, "
        "image_output = image_output + ?24, web_searches = web_searches + ?25, "
        "file_searches = file_searches + ?26, calls = calls + ?27, "
        "search_units = search_units + ?28, images = images + ?29, seconds = seconds + ?30, "
        "busy = busy + ?31, "
        "reasoning = reasoning + ?32, made_tokens = made_tokens + ?33, "
        "made_us = made_us + ?34, latency = ?35, ttft = ?36, retries = retries + ?37, "
        "retry_cost_mu = retry_cost_mu + ?38 + (retry_cost_pd + ?39) / 1000000000, "
        "retry_cost_pd = (retry_cost_pd + ?39) % 1000000000, "
        "load_us = load_us + ?40, queue_us = queue_us + ?41");
    return r->find && r->add;
}

void rollups_close(struct rollups *r)
{
    sqlite3_finalize(r->find);
    sqlite3_finalize(r->add);
    heap_free(r->sums);
    heap_free(r->slots);
    heap_free(r->samples);
    buf_fini(&r->packed[0]);
    buf_fini(&r->packed[1]);
    *r = (struct rollups){0};
}

// --- in memory ---

static uint64_t hash(const struct rollup_key *key)
{
    uint64_t h = (uint64_t)key->hour;
    const int64_t parts[] = {key->tenant, key->provider, key->model,
                             key->key,    key->team,     key->project};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        h = golden(h ^ (uint64_t)parts[i]);
        h ^= h >> 29;
    }
    return h;
}

static bool grow_slots(struct rollups *r)
{
    size_t count = r->slot_count ? r->slot_count * 2 : SLOT_FIRST;
    uint32_t *slots = alloc_zero(&alloc_heap, count * sizeof *slots);
    if (!slots)
        return false;
    for (size_t k = 0; k < r->sum_count; k++) {
        size_t i = hash(&r->sums[k].key) & (count - 1);
        while (slots[i])
            i = (i + 1) & (count - 1);
        slots[i] = (uint32_t)k + 1;
    }
    heap_free(r->slots);
    r->slots = slots;
    r->slot_count = count;
    return true;
}

static struct rollup_sum *sum_of(struct rollups *r, const struct rollup_key *key)
{
    if ((r->sum_count + 1) * 2 > r->slot_count && !grow_slots(r))
        return NULL;
    size_t i = hash(key) & (r->slot_count - 1);
    for (; r->slots[i]; i = (i + 1) & (r->slot_count - 1)) {
        struct rollup_sum *sum = &r->sums[r->slots[i] - 1];
        if (memcmp(&sum->key, key, sizeof *key) == 0)
            return sum;
    }
    struct rollup_sum *sums =
        alloc_grow(&alloc_heap, r->sums, sizeof *sums, r->sum_count, &r->sum_size);
    if (!sums)
        return NULL;
    r->sums = sums;
    struct rollup_sum *sum = &sums[r->sum_count++];
    *sum = (struct rollup_sum){.key = *key, .sample = NO_SAMPLE};
    r->slots[i] = (uint32_t)r->sum_count;
    return sum;
}

bool rollups_add(struct rollups *r, const struct rollup_key *key, const struct entry *e)
{
    struct rollup_sum *sum = sum_of(r, key);
    if (!sum)
        return false;
    struct rollup_sample *samples =
        alloc_grow(&alloc_heap, r->samples, sizeof *samples, r->sample_count, &r->sample_size);
    if (!samples)
        return false;
    r->samples = samples;
    tally_add(&sum->tally, e);
    if (e->price_state != PRICE_UNPRICED) {
        sum->cost_pd += e->cost.pd;
        sum->retry_pd += e->followed ? e->cost.pd : 0;
    }
    struct rollup_sample *sample = &r->samples[r->sample_count];
    sample->latency = tally_timed(e) ? (uint16_t)histogram_step(e->duration_us) : NO_STEP;
    sample->ttft = tally_begun(e) ? (uint16_t)histogram_step(e->ttft_us) : NO_STEP;
    sample->next = sum->sample;
    sum->sample = (uint32_t)r->sample_count++;
    return true;
}

void rollups_forget(struct rollups *r)
{
    if (r->sum_size > KEEP_SUMS) {
        heap_free(r->sums);
        heap_free(r->slots);
        r->sums = NULL;
        r->slots = NULL;
        r->sum_size = r->slot_count = 0;
    } else if (r->slots) {
        memset(r->slots, 0, r->slot_count * sizeof *r->slots);
    }
    r->sum_count = r->sample_count = 0;
}

// --- into the database ---

static int bind_key(sqlite3_stmt *s, const struct rollup_key *key)
{
    const int64_t parts[] = {key->tenant, key->hour, key->provider, key->model,
                             key->key,    key->team, key->project};
    int count = (int)(sizeof parts / sizeof parts[0]);
    for (int i = 0; i < count; i++)
        sqlite3_bind_int64(s, i + 1, parts[i]);
    return count;
}

// The histograms of the row as it stands, if it does. Damaged ones begin anew (verify tells).
static bool load(struct rollups *r, const struct rollup_key *key)
{
    memset(&r->latency, 0, sizeof r->latency);
    memset(&r->ttft, 0, sizeof r->ttft);
    bind_key(r->find, key);
    int code = sqlite3_step(r->find);
    if (code == SQLITE_ROW) {
        if (!histogram_add_packed(&r->latency, sql_str(r->find, 0)))
            memset(&r->latency, 0, sizeof r->latency);
        if (!histogram_add_packed(&r->ttft, sql_str(r->find, 1)))
            memset(&r->ttft, 0, sizeof r->ttft);
    }
    sqlite3_reset(r->find);
    return code == SQLITE_ROW || code == SQLITE_DONE;
}

static bool flush_one(struct rollups *r, const struct rollup_sum *sum)
{
    if (!load(r, &sum->key))
        return false;
    for (uint32_t i = sum->sample; i != NO_SAMPLE; i = r->samples[i].next) {
        if (r->samples[i].latency != NO_STEP)
            r->latency.count[r->samples[i].latency]++;
        if (r->samples[i].ttft != NO_STEP)
            r->ttft.count[r->samples[i].ttft]++;
    }
    buf_clear(&r->packed[0]);
    buf_clear(&r->packed[1]);
    histogram_pack(&r->latency, &r->packed[0]);
    histogram_pack(&r->ttft, &r->packed[1]);
    if (buf_failed(&r->packed[0]) || buf_failed(&r->packed[1]))
        return false;
    const struct tally *t = &sum->tally;
    const int64_t first[] = {t->requests,
                             t->errors,
                             t->unpriced,
                             t->estimated,
                             t->captured,
                             (int64_t)(sum->cost_pd / MILLI_PD),
                             (int64_t)(sum->cost_pd % MILLI_PD)};
    int column = bind_key(r->add, &sum->key);
    for (unsigned i = 0; i < sizeof first / sizeof first[0]; i++)
        sqlite3_bind_int64(r->add, ++column, first[i]);
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        sqlite3_bind_int64(r->add, ++column, t->count[i]);
    sqlite3_bind_int64(r->add, ++column, t->reasoning);
    sqlite3_bind_int64(r->add, ++column, t->made_tokens);
    sqlite3_bind_int64(r->add, ++column, t->made_us);
    sql_bind_blob(r->add, ++column, r->packed[0].ptr, r->packed[0].len);
    sql_bind_blob(r->add, ++column, r->packed[1].ptr, r->packed[1].len);
    sqlite3_bind_int64(r->add, ++column, t->retries);
    sqlite3_bind_int64(r->add, ++column, (int64_t)(sum->retry_pd / MILLI_PD));
    sqlite3_bind_int64(r->add, ++column, (int64_t)(sum->retry_pd % MILLI_PD));
    sqlite3_bind_int64(r->add, ++column, t->load_us);
    sqlite3_bind_int64(r->add, ++column, t->queue_us);
    if (!sql_done(r->add))
        return false;
    r->cost_pd += sqlite3_changes(sqlite3_db_handle(r->add)) == 1 ? sum->cost_pd : 0;
    return true;
}

bool rollups_flush(struct rollups *r)
{
    bool fine = true;
    for (size_t i = 0; fine && i < r->sum_count; i++)
        fine = flush_one(r, &r->sums[i]);
    rollups_forget(r);
    return fine;
}
