// SPDX-License-Identifier: Apache-2.0

#include "store/ledger.h"

#include "store/sql.h"

// The numbers stand in files for ever: the order of these enumerations must not change.
_Static_assert(OUTCOME_OK == 0 && OUTCOME_ERROR == 1 && OUTCOME_INCOMPLETE == 2 &&
                   OUTCOME_LEFT == 3 && OUTCOME_UNKNOWN == 4,
               "call.outcome");
_Static_assert(PRICE_UNPRICED == 0 && PRICE_PRICED == 1 && PRICE_FREE == 2 && PRICE_PROVIDER == 3,
               "call.price_state");
_Static_assert(SURE_REPORTED == 0 && SURE_ESTIMATED == 1 && SURE_CAPTURED == 2, "call.sure");
_Static_assert(SERVICE_STANDARD == 0 && SERVICE_BATCH == 1 && SERVICE_FLEX == 2 &&
                   SERVICE_PRIORITY == 3 && SERVICE_FAST == 4,
               "call.service");
_Static_assert(BUCKET_INPUT == 0 && BUCKET_CACHE_READ == 1 && BUCKET_CACHE_WRITE_5M == 2 &&
                   BUCKET_CACHE_WRITE_1H == 3 && BUCKET_AUDIO_INPUT == 4 &&
                   BUCKET_AUDIO_CACHE_READ == 5 && BUCKET_IMAGE_INPUT == 6 && BUCKET_OUTPUT == 7 &&
                   BUCKET_AUDIO_OUTPUT == 8 && BUCKET_IMAGE_OUTPUT == 9 &&
                   BUCKET_WEB_SEARCHES == 10 && BUCKET_FILE_SEARCHES == 11 && BUCKET_CALLS == 12 &&
                   BUCKET_SEARCH_UNITS == 13 && BUCKET_IMAGES_OUT == 14 && BUCKET_SECONDS == 15 &&
                   BUCKET_COUNT == 16,
               "LEDGER_BUCKETS; a new bucket is a migration");

bool ledger_open(struct ledger *l, sqlite3 *db)
{
    *l = (struct ledger){.db = db};
    buf_init(&l->tags, &alloc_heap, 0);
    l->row = sql_prepare(
        db, "INSERT INTO call (tenant, start_us, id, attempt, team, project, key, user, provider, "
            "model, model_asked, model_answered, endpoint, route, error, price_version, "
            "price_name, outcome, price_state, sure, service, flags, http_status, ttft_us, "
            "duration_us, overhead_us, " LEDGER_BUCKETS ", reasoning, prompt, cost_pd, "
            "reported_pd, upstream_id, tags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
            "?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, "
            "?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43, ?44, "
            "?45, ?46, ?47, ?48) ON CONFLICT DO NOTHING");
    l->tag = sql_prepare(db, "INSERT INTO tag (tenant, name, start_us, id, attempt, value) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING");
    bool names = names_open(&l->names, db);
    bool rollups = rollups_open(&l->rollups, db);
    for (int i = 1; l->row && i < LEDGER_COLUMNS; i++)
        sqlite3_bind_int64(l->row, i, 0); // as `bound` says
    return l->row && l->tag && names && rollups;
}

void ledger_close(struct ledger *l)
{
    sqlite3_finalize(l->row);
    sqlite3_finalize(l->tag);
    names_close(&l->names);
    rollups_close(&l->rollups);
    buf_fini(&l->tags);
    *l = (struct ledger){0};
}

// The columns that are numbers of names, in the order of the statement: tenant is ?1, the others
// stand from ?5 on.
enum { TENANT, TEAM, PROJECT, KEY, USER, PROVIDER, MODEL, NAME_COUNT = 14 };

static bool name_all(struct ledger *l, const struct entry *e, int64_t id[NAME_COUNT])
{
    const struct str words[NAME_COUNT] = {
        e->tenant,        e->team,        e->project,        e->key,      e->user,  e->provider,
        e->model,         e->model_asked, e->model_answered, e->endpoint, e->route, e->error,
        e->price_version, e->price_name};
    for (unsigned i = 0; i < NAME_COUNT; i++) {
        if (!names_id(&l->names, words[i], &id[i]))
            return false;
    }
    return true;
}

static void bind_money(sqlite3_stmt *s, int column, bool known, struct money m)
{
    if (known)
        sqlite3_bind_int64(s, column, m.pd);
    else
        sqlite3_bind_null(s, column);
}

static int64_t flags_of(const struct entry *e)
{
    return (e->stream ? LEDGER_STREAM : 0) | (e->priced_as_answered ? LEDGER_ANSWERED : 0) |
           (e->usage.us_region ? LEDGER_US_REGION : 0) |
           (e->usage.inconsistent ? LEDGER_INCONSISTENT : 0);
}

static void bind_number(struct ledger *l, int column, int64_t n)
{
    if (l->bound[column] == n)
        return;
    sqlite3_bind_int64(l->row, column, n);
    l->bound[column] = n;
}

static void bind_row(struct ledger *l, const struct entry *e, const int64_t id[NAME_COUNT])
{
    sqlite3_stmt *s = l->row;
    bind_number(l, 1, id[TENANT]);
    bind_number(l, 2, e->start_us);
    sql_bind_blob(s, 3, e->id.bytes, sizeof e->id.bytes);
    bind_number(l, 4, e->attempt);
    int column = 4;
    for (unsigned i = TEAM; i < NAME_COUNT; i++)
        bind_number(l, ++column, id[i]);
    const int64_t numbers[] = {e->outcome,       e->price_state, e->usage.sure,
                               e->usage.service, flags_of(e),    e->http_status,
                               e->ttft_us,       e->duration_us, e->overhead_us};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        bind_number(l, ++column, numbers[i]);
    for (unsigned i = 0; i < BUCKET_COUNT; i++)
        bind_number(l, ++column, e->usage.count[i]);
    bind_number(l, ++column, e->usage.reasoning);
    bind_number(l, ++column, e->usage.prompt);
    bind_money(s, ++column, e->price_state != PRICE_UNPRICED, e->cost);
    bind_money(s, ++column, e->usage.has_reported, e->usage.reported);
    sql_bind_str(s, ++column, e->upstream_id);
    if (e->tags.count)
        sql_bind_blob(s, ++column, l->tags.ptr, l->tags.len);
    else
        sqlite3_bind_null(s, ++column);
}

static bool add_tags(struct ledger *l, const struct entry *e, int64_t tenant)
{
    for (unsigned i = 0; i < e->tags.count; i++) {
        int64_t name;
        if (!names_id(&l->names, e->tags.at[i].name, &name))
            return false;
        sqlite3_bind_int64(l->tag, 1, tenant);
        sqlite3_bind_int64(l->tag, 2, name);
        sqlite3_bind_int64(l->tag, 3, e->start_us);
        sql_bind_blob(l->tag, 4, e->id.bytes, sizeof e->id.bytes);
        sqlite3_bind_int(l->tag, 5, e->attempt);
        sql_bind_str(l->tag, 6, e->tags.at[i].value);
        if (!sql_done(l->tag))
            return false;
    }
    return true;
}

static int64_t hour_of(int64_t us)
{
    int64_t hour = us / HOUR_US;
    return us % HOUR_US < 0 ? hour - 1 : hour;
}

bool ledger_add(struct ledger *l, const struct entry *e)
{
    int64_t id[NAME_COUNT];
    buf_clear(&l->tags);
    if (e->tags.count)
        tags_pack(&e->tags, &l->tags);
    if (buf_failed(&l->tags) || !name_all(l, e, id))
        return false;
    bind_row(l, e, id);
    if (!sql_done(l->row))
        return false;
    if (sqlite3_changes(l->db) == 0)
        return true; // it was there
    l->added++;
    const struct rollup_key key = {.tenant = id[TENANT],
                                   .hour = hour_of(e->start_us),
                                   .provider = id[PROVIDER],
                                   .model = id[MODEL],
                                   .key = id[KEY],
                                   .team = id[TEAM],
                                   .project = id[PROJECT]};
    return add_tags(l, e, id[TENANT]) && rollups_add(&l->rollups, &key, e);
}

bool ledger_flush(struct ledger *l)
{
    return rollups_flush(&l->rollups);
}

void ledger_forget(struct ledger *l)
{
    names_forget(&l->names);
    rollups_forget(&l->rollups);
}
