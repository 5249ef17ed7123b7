// SPDX-License-Identifier: Apache-2.0
//
// Do the books balance? Five questions, in one read transaction:
//   rollups     does every hour's sum equal its rows, added up anew?
//   attempts    is every attempt of a request there once?
//   arithmetic  does usage x price give the cost that was frozen, where the book is still the same?
//               Has a free call none, and is no charge of a provider below 0?
//   budgets     was each call charged its cost, rounded up once to nanodollars, or all that it held
//               where nobody knows; and is that what its accounts settled? Is their overdraft
//               what passed the limit, and what is set aside the running process's? Is the budget
//               of each there?
//   journal     is every call whose end was written in the ledger? (outside of the transaction)

#include <stdio.h>

#include "base/clock.h"
#include "budget/nano.h"
#include "core/split.h"
#include "insight/asked.h"
#include "insight/verbs.h"
#include "store/ledger.h"
#include "store/sql.h"

#define DIFFERENCES_MAX 100 // that are spelt out; all are counted

struct verify {
    sqlite3 *db;
    struct store *store;
    const struct catalog *catalog;
    struct buf checks;
    struct buf differences;
    int64_t named; // differences spelt out
    int64_t found; // differences in all
    int64_t here;  // of the check under way
    int64_t checked;
    int64_t other_prices; // rows whose cost the book's prices of today do not give
    struct why *why;
    enum status status; // of the first thing that could not be read
};

// What SQLite says now: finalizing another statement, or COMMIT, makes it forget.
static void cannot_read(struct verify *v)
{
    if (v->status == STATUS_OK)
        v->status = sql_why(v->why, v->db, "the ledger cannot be read");
}

// Whether there is a row. False at the end, and once something could not be read.
static bool step(struct verify *v, sqlite3_stmt *s)
{
    if (v->status != STATUS_OK)
        return false;
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        cannot_read(v);
    return code == SQLITE_ROW;
}

// Its one number. Finalizes it.
static int64_t number(struct verify *v, sqlite3_stmt *s)
{
    int64_t n = step(v, s) ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return n;
}

static void differ(struct verify *v, struct str text)
{
    v->here++;
    v->found++;
    if (v->named >= DIFFERENCES_MAX)
        return;
    if (v->named++ > 0)
        buf_add_char(&v->differences, ',');
    buf_add_json(&v->differences, text);
}

// Whether all of it could be read.
static bool end_check(struct verify *v, const char *name)
{
    if (v->checks.len > 0)
        buf_add_char(&v->checks, ',');
    buf_printf(&v->checks, "{\"name\":\"%s\",\"checked\":%lld,\"differences\":%lld", name,
               (long long)v->checked, (long long)v->here);
    if (v->other_prices)
        buf_printf(&v->checks, ",\"other_prices\":%lld", (long long)v->other_prices);
    buf_add_char(&v->checks, '}');
    v->checked = v->here = v->other_prices = 0;
    return v->status == STATUS_OK;
}

// --- rollups ---

// Columns 0 to 6 are the key; then counts, cost, buckets.
#define KEY_COLUMNS 7
#define FIGURES     (13 + BUCKET_COUNT)

// sum() of counts as the rollups add them: it ends at the largest number, where SQLite's own fails.
static void add_capped(sqlite3_context *context, int count, sqlite3_value **values)
{
    must(count == 1);
    int64_t *sum = sqlite3_aggregate_context(context, sizeof *sum);
    if (sum)
        *sum = count_add(*sum, sqlite3_value_int64(values[0]));
    else
        sqlite3_result_error_nomem(context);
}

static void end_capped(sqlite3_context *context)
{
    const int64_t *sum = sqlite3_aggregate_context(context, 0);
    sqlite3_result_int64(context, sum ? *sum : 0);
}

static bool know_capped_sum(sqlite3 *db)
{
    return sqlite3_create_function_v2(db, "capped_sum", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL,
                                      NULL, add_capped, end_capped, NULL) == SQLITE_OK;
}

static int compare_keys(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (int i = 0; i < KEY_COLUMNS; i++) {
        int64_t x = sqlite3_column_int64(a, i);
        int64_t y = sqlite3_column_int64(b, i);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static void name_hour(struct verify *v, sqlite3_stmt *s, const char *what)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_add_cstr(&text, "rollup of ");
    civil_write(&text, sqlite3_column_int64(s, 1) * HOUR_US, 0);
    buf_printf(&text, ", provider %lld, model %lld, key %lld (numbers of table name): %s",
               (long long)sqlite3_column_int64(s, 2), (long long)sqlite3_column_int64(s, 3),
               (long long)sqlite3_column_int64(s, 4), what);
    differ(v, buf_str(&text));
    buf_fini(&text);
}

static void compare_figures(struct verify *v, sqlite3_stmt *rows, sqlite3_stmt *sums)
{
    for (int i = KEY_COLUMNS; i < KEY_COLUMNS + FIGURES; i++) {
        int64_t want = sqlite3_column_int64(rows, i);
        int64_t have = sqlite3_column_int64(sums, i);
        if (want == have)
            continue;
        char text[160];
        struct str column = str_of(sqlite3_column_name(sums, i));
        snprintf(text, sizeof text, "%.*s is %lld, its rows give %lld", STR_ARG(column),
                 (long long)have, (long long)want);
        name_hour(v, sums, text);
    }
}

// Two streams in the order of their keys.
static void merge(struct verify *v, sqlite3_stmt *rows, sqlite3_stmt *sums)
{
    bool row = step(v, rows);
    bool sum = step(v, sums);
    while (row || sum) {
        int order = !row ? 1 : !sum ? -1 : compare_keys(rows, sums);
        v->checked++;
        if (order == 0)
            compare_figures(v, rows, sums);
        else if (order < 0)
            name_hour(v, rows, "is missing; there are rows");
        else
            name_hour(v, sums, "has no rows");
        row = order <= 0 ? step(v, rows) : row;
        sum = order >= 0 ? step(v, sums) : sum;
    }
}

static bool check_rollups(struct verify *v)
{
    // Rows older than the oldest that is kept are gone; its hour may be there in part.
    sqlite3_stmt *rows = sql_prepare(
        v->db,
        "SELECT tenant, start_us / 3600000000, provider, model, key, team, project, "
        "sum(flags & 32 = 0), sum(outcome IN (1, 2) AND flags & 32 = 0), sum(price_state = "
        "0), sum(sure = 1), "
        "sum(sure = 2), coalesce(sum(cost_pd / 1000000000), 0) + "
        "coalesce(sum(cost_pd % 1000000000), 0) / 1000000000, "
        "coalesce(sum(cost_pd % 1000000000), 0) % 1000000000, capped_sum(input), "
        "capped_sum(cache_read), "
        "capped_sum(cache_write), capped_sum(cache_write_1h), capped_sum(audio_input), "
        "capped_sum(audio_cache_read), "
        "capped_sum(image_input), capped_sum(output), capped_sum(audio_output), "
        "capped_sum(image_output), "
        "capped_sum(web_searches), capped_sum(file_searches), capped_sum(calls), "
        "capped_sum(search_units), capped_sum(images), "
        "capped_sum(seconds), capped_sum(busy), capped_sum(reasoning), sum(flags & 32 != 0), "
        "coalesce(sum(cost_pd / 1000000000) FILTER (WHERE flags & 32), 0) + "
        "coalesce(sum(cost_pd % 1000000000) FILTER (WHERE flags & 32), 0) / 1000000000, "
        "coalesce(sum(cost_pd % 1000000000) FILTER (WHERE flags & 32), 0) % 1000000000, "
        "capped_sum(load_us), capped_sum(queue_us) "
        "FROM call "
        "CROSS JOIN kind ON kind.id = call.kind WHERE start_us / 3600000000 > "
        "(SELECT coalesce(max(value), -3600000000) / 3600000000 FROM fact WHERE "
        "name = 'rows_from_us') GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7");
    sqlite3_stmt *sums = sql_prepare(
        v->db,
        "SELECT tenant, hour, provider, model, key, team, project, requests, errors, "
        "unpriced, estimated, captured, cost_mu, cost_pd, " LEDGER_BUCKETS ", reasoning, "
        "retries, retry_cost_mu, retry_cost_pd, load_us, queue_us FROM rollup WHERE hour > (SELECT "
        "coalesce(max(value), -3600000000) / 3600000000 "
        "FROM fact WHERE name = 'rows_from_us') ORDER BY 1, 2, 3, 4, 5, 6, 7");
    merge(v, rows, sums);
    sqlite3_finalize(rows);
    sqlite3_finalize(sums);
    return end_check(v, "rollups");
}

// --- attempts and tags ---

static void name_call(struct verify *v, struct str id, int64_t attempt, const char *what)
{
    char text[UUID_TEXT];
    struct uuid u = {{0}};
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (id.len == sizeof u.bytes)
        memcpy(u.bytes, id.ptr, id.len);
    uuid_write(&u, text);
    buf_printf(&out, "request %.*s, attempt %lld: %s", UUID_TEXT, text, (long long)attempt, what);
    differ(v, buf_str(&out));
    buf_fini(&out);
}

static bool check_attempts(struct verify *v)
{
    sqlite3_stmt *twice = sql_prepare(v->db, "SELECT id, attempt FROM call GROUP BY id, attempt "
                                             "HAVING count(*) > 1");
    while (step(v, twice))
        name_call(v, sql_str(twice, 0), sqlite3_column_int64(twice, 1), "is there twice");
    sqlite3_finalize(twice);
    v->checked = number(v, sql_prepare(v->db, "SELECT count(*) FROM call"));
    return end_check(v, "attempts");
}

static bool check_tags(struct verify *v)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT id, attempt, tags FROM call WHERE tags NOT NULL");
    while (step(v, s)) {
        struct tags tags = {.count = 0};
        v->checked++;
        if (!tags_unpack(sql_str(s, 2), &tags) || tags.count == 0)
            name_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), "its tags cannot be read");
    }
    sqlite3_finalize(s);
    return end_check(v, "tags");
}

// --- arithmetic ---

// What the last row's price_name and price_parts say: rows come in runs.
struct split_memory {
    int64_t name;
    bool parts; // there were some
    struct buf text;
    struct split split;
};

static void read_split(struct verify *v, sqlite3_stmt *name, int64_t id, struct str parts,
                       struct split_memory *last)
{
    if (id == last->name && parts.len == 0 && !last->parts)
        return;
    last->name = id;
    last->parts = parts.len > 0;
    sqlite3_bind_int64(name, 1, id);
    buf_clear(&last->text);
    buf_add(&last->text, step(v, name) ? sql_str(name, 0) : STR_NONE);
    sqlite3_reset(name);
    split_read(v->catalog, buf_str(&last->text), parts, &last->split);
}

static void check_row(struct verify *v, sqlite3_stmt *s, struct split *split)
{
    struct usage u = {.sure = (enum sure)sqlite3_column_int(s, 5),
                      .service = (enum service)sqlite3_column_int(s, 6),
                      .us_region = (sqlite3_column_int(s, 7) & LEDGER_US_REGION) != 0,
                      .uncounted = (sqlite3_column_int(s, 7) & LEDGER_UNCOUNTED) != 0,
                      .has_reported = sqlite3_column_type(s, 9) != SQLITE_NULL,
                      .reported = {sqlite3_column_int64(s, 9)}};
    for (int i = 0; i < BUCKET_COUNT; i++)
        u.count[i] = sqlite3_column_int64(s, 10 + i);
    u.prompt = sqlite3_column_int64(s, 10 + BUCKET_COUNT);
    u.reasoning = sqlite3_column_int64(s, 11 + BUCKET_COUNT);
    struct bill bill;
    split_fill(split, &u);
    split_rate(split, sqlite3_column_int64(s, 2), &bill);
    bool same = bill.state == (enum price_state)sqlite3_column_int(s, 4) &&
                bill.total.pd == sqlite3_column_int64(s, 8);
    bool current = sqlite3_column_int(s, 13 + BUCKET_COUNT) != 0;
    if (!same && !current) {
        v->other_prices++;
        return;
    }
    v->checked++;
    if (same)
        return;
    char text[160];
    snprintf(text, sizeof text,
             "cost is %lld picodollars (%s); its usage at the book's prices gives %lld (%s)",
             (long long)sqlite3_column_int64(s, 8),
             price_state_name((enum price_state)sqlite3_column_int(s, 4)), (long long)bill.total.pd,
             price_state_name(bill.state));
    name_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
}

// What no call can have, whatever the prices are.
static void check_impossible(struct verify *v)
{
    sqlite3_stmt *s = sql_prepare(
        v->db, "SELECT call.id, attempt, cost_pd, reported_pd, reported_pd < 0 FROM call "
               "CROSS JOIN kind ON kind.id = call.kind "
               "WHERE price_state = 2 AND cost_pd != 0 OR reported_pd < 0");
    while (step(v, s)) {
        char text[96];
        if (sqlite3_column_int(s, 4))
            snprintf(text, sizeof text, "its provider's charge is %lld picodollars",
                     (long long)sqlite3_column_int64(s, 3));
        else
            snprintf(text, sizeof text, "it is free, and its cost is %lld picodollars",
                     (long long)sqlite3_column_int64(s, 2));
        name_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
    }
    sqlite3_finalize(s);
}

// Rows that the book has priced, or that the provider did. Those of an earlier book whose prices
// have changed since are only counted. One that a configuration declared free, or that no sheet
// priced, has no arithmetic.
static bool check_arithmetic(struct verify *v)
{
    struct split_memory last = {.name = -1};
    buf_init(&last.text, &alloc_heap, 0);
    sqlite3_stmt *name = sql_prepare(v->db, "SELECT text FROM name WHERE id = ?1");
    sqlite3_stmt *s = sql_prepare(
        v->db,
        "SELECT call.id, attempt, start_us, price_name, price_state, sure, service, flags, "
        "coalesce(cost_pd, 0), reported_pd, " LEDGER_BUCKETS ", prompt, reasoning, price_parts, "
        "price_version = (SELECT id FROM name WHERE text = ?1) "
        "FROM call "
        "CROSS JOIN kind ON kind.id = call.kind "
        "WHERE price_state IN (1, 3) AND price_name != 0");
    if (s)
        sql_bind_str(s, 1, catalog_version(v->catalog));
    while (step(v, s)) {
        read_split(v, name, sqlite3_column_int64(s, 3), sql_str(s, 12 + BUCKET_COUNT), &last);
        check_row(v, s, &last.split);
    }
    buf_fini(&last.text);
    sqlite3_finalize(name);
    sqlite3_finalize(s);
    check_impossible(v);
    return end_check(v, "arithmetic");
}

// --- budgets ---

static void check_charge(struct verify *v, sqlite3_stmt *s, struct charges *sums)
{
    struct charge c;
    char text[160];
    v->checked++;
    if (!charge_unpack(sql_str(s, 2), &c) || c.count == 0) {
        name_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), "its charge cannot be read");
        return;
    }
    int64_t cost = nano_from_money((struct money){sqlite3_column_int64(s, 4)}).n;
    int64_t most = cost < c.held ? c.held : cost;
    enum sure sure = (enum sure)sqlite3_column_int(s, 3);
    bool unpriced = sqlite3_column_type(s, 4) == SQLITE_NULL;
    bool may_cost = !unpriced && sure != SURE_CAPTURED;
    bool may_most = unpriced || sure != SURE_REPORTED;
    bool as_held = c.charged == most || c.charged == c.held; // an estimate may be beyond that
    if (!(may_cost && c.charged == cost) && !(may_most && as_held)) {
        snprintf(text, sizeof text, "its budgets were charged %lld nanodollars; %s is %lld",
                 (long long)c.charged, may_most ? "what it held" : "its cost, rounded up,",
                 (long long)(may_most ? most : cost));
        name_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
    }
    if (!charges_add(sums, &c))
        v->status = why_set(v->why, STATUS_NO_MEMORY, "out of memory");
}

static void add_adjustments(struct verify *v, struct charges *sums)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT account, amount FROM adjustment");
    while (step(v, s)) {
        const struct charge c = {.charged = sqlite3_column_int64(s, 1),
                                 .count = 1,
                                 .accounts = {(uint64_t)sqlite3_column_int64(s, 0)}};
        if (!charges_add(sums, &c))
            v->status = why_set(v->why, STATUS_NO_MEMORY, "out of memory");
    }
    sqlite3_finalize(s);
}

static void name_account(struct verify *v, uint64_t account, const char *what)
{
    char text[240];
    snprintf(text, sizeof text, "account %llu: %s", (unsigned long long)account, what);
    differ(v, str_of(text));
}

static void check_account(struct verify *v, sqlite3_stmt *s, const struct charges *sums)
{
    uint64_t account = (uint64_t)sqlite3_column_int64(s, 0);
    int64_t settled = sqlite3_column_int64(s, 1);
    int128 want = (int128)charges_of(sums, account) + sqlite3_column_int64(s, 2);
    v->checked++;
    if (want > INT64_MAX)
        want = INT64_MAX; // where the column ends
    if (want == settled)
        return;
    char text[160];
    snprintf(text, sizeof text,
             "its budget counts %lld nanodollars as spent; its calls and adjustments give %lld",
             (long long)settled, (long long)want);
    name_account(v, account, text);
}

struct figure {
    const char *what;
    int64_t n;
};

static void name_figures(struct verify *v, uint64_t account, struct figure a, struct figure b)
{
    char text[160];
    snprintf(text, sizeof text, "%s is %lld nanodollars; %s %lld", a.what, (long long)a.n, b.what,
             (long long)b.n);
    name_account(v, account, text);
}

// An overdraft is what passed the limit: all that is spent and set aside and has no place below the
// ceiling.
static void check_overdraft(struct verify *v, sqlite3_stmt *s)
{
    uint64_t account = (uint64_t)sqlite3_column_int64(s, 0);
    int128 passed = (int128)sqlite3_column_int64(s, 1) + sqlite3_column_int64(s, 4) -
                    sqlite3_column_int64(s, 5);
    const struct figure overdraft = {"its overdraft", sqlite3_column_int64(s, 3)};
    const struct figure least = {"what is spent and set aside passes its limit by",
                                 passed > INT64_MAX ? INT64_MAX : (int64_t)passed};
    if (passed > overdraft.n)
        name_figures(v, account, overdraft, least);
}

// What is set aside is for the process that runs.
static void check_leased(struct verify *v, sqlite3_stmt *s)
{
    const struct figure leased = {"what is set aside", sqlite3_column_int64(s, 4)};
    const struct figure owner = {"that is for a process that does not run, number",
                                 sqlite3_column_int64(s, 7)};
    if (leased.n > 0 && sqlite3_column_int(s, 6))
        name_figures(v, (uint64_t)sqlite3_column_int64(s, 0), leased, owner);
}

// What was charged to accounts that are not there.
static void check_missing(struct verify *v, const struct charges *sums)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT 1 FROM account WHERE id = ?1");
    size_t at = 0;
    for (const struct account_charge *c; (c = charges_each(sums, &at));) {
        if (s)
            sqlite3_bind_int64(s, 1, (int64_t)c->account);
        if (!step(v, s) && v->status == STATUS_OK)
            name_account(v, c->account, "calls or adjustments charge it, and it is not there");
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
}

// A budget's number stays when the budget is removed. An account without one (charges.h) has none.
static void check_owners(struct verify *v)
{
    sqlite3_stmt *s = sql_prepare(v->db, "SELECT id, budget FROM account WHERE budget != 0 AND "
                                         "budget NOT IN (SELECT id FROM budget)");
    while (step(v, s)) {
        char text[80];
        snprintf(text, sizeof text, "its budget, number %lld, is not there",
                 (long long)sqlite3_column_int64(s, 1));
        name_account(v, (uint64_t)sqlite3_column_int64(s, 0), text);
    }
    sqlite3_finalize(s);
}

static bool check_budgets(struct verify *v)
{
    struct charges sums = {.count = 0};
    sqlite3_stmt *rows =
        sql_prepare(v->db, "SELECT call.id, attempt, charge, sure, cost_pd FROM call "
                           "CROSS JOIN kind ON kind.id = call.kind WHERE charge NOT NULL");
    while (step(v, rows))
        check_charge(v, rows, &sums);
    sqlite3_finalize(rows);
    add_adjustments(v, &sums);
    sqlite3_stmt *accounts = sql_prepare(
        v->db, "SELECT id, settled, aged, overdraft, leased, ceiling, epoch != (SELECT "
               "coalesce(max(value), 0) FROM fact WHERE name = 'epoch'), epoch FROM account");
    while (step(v, accounts)) {
        check_account(v, accounts, &sums);
        check_overdraft(v, accounts);
        check_leased(v, accounts);
    }
    sqlite3_finalize(accounts);
    check_owners(v);
    check_missing(v, &sums);
    charges_close(&sums);
    return end_check(v, "budgets");
}

// --- the journal ---

static void lost(void *context, const struct entry *e)
{
    name_call(context, str_from((const char *)e->id.bytes, sizeof e->id.bytes), e->attempt,
              "its end stands in the journal, its row is not in the ledger");
}

// With what its owner can do.
static void name_aside(void *context, const struct store_aside *a)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    if (a->refused)
        buf_printf(&text,
                   "%s holds calls that the ledger refused (%lld); they have no row, and the log "
                   "says why. Remove the file when you have noted them",
                   a->path, (long long)a->records);
    else if (a->from > 0)
        buf_printf(&text,
                   "%s is damaged: its records before byte %lld (%lld) are in the ledger. How many "
                   "stood behind is not known: calls of that time may be missing, or counted at "
                   "the most they can cost. Hold that time against your providers' bills, then "
                   "remove the file",
                   a->path, (long long)a->from, (long long)a->records);
    else
        buf_printf(&text,
                   "%s is no file of the journal, or its head is damaged: nothing of it is in the "
                   "ledger. Hold its time against your providers' bills, then remove the file",
                   a->path);
    differ(context, buf_str(&text));
    buf_fini(&text);
}

static bool check_journal(struct verify *v)
{
    v->status = store_check_journal(v->store, v->db, lost, v, &v->checked);
    if (v->status != STATUS_OK) {
        why_set(v->why, v->status, "the journal cannot be read");
        return false;
    }
    store_aside_each(v->store, name_aside, v);
    return end_check(v, "journal");
}

static void check_all(struct verify *v)
{
    if (!know_capped_sum(v->db) || sql_run(v->db, "BEGIN") != SQLITE_OK) {
        cannot_read(v);
        return;
    }
    bool fine = check_rollups(v) && check_attempts(v) && check_tags(v) && check_arithmetic(v) &&
                check_budgets(v) && check_journal(v);
    must(fine == (v->status == STATUS_OK));
    sql_run(v->db, "COMMIT");
}

static enum status run(struct verify *v, struct buf *json)
{
    buf_init(&v->checks, &alloc_heap, 0);
    buf_init(&v->differences, &alloc_heap, 0);
    check_all(v);
    enum status status = v->status;
    if (status == STATUS_OK) {
        buf_printf(json, "{\"balanced\":%s,\"checks\":[", v->found ? "false" : "true");
        buf_add(json, buf_str(&v->checks));
        buf_add_cstr(json, "],\"differences\":[");
        buf_add(json, buf_str(&v->differences));
        buf_printf(json, "],\"difference_count\":%lld}", (long long)v->found);
        if (buf_failed(json) || buf_failed(&v->checks) || buf_failed(&v->differences))
            status = why_set(v->why, STATUS_NO_MEMORY, "out of memory");
    }
    buf_fini(&v->checks);
    buf_fini(&v->differences);
    return status;
}

enum status verify_verb(struct store *s, const struct catalog *c, struct str args_json,
                        struct buf *out_json, struct why *why)
{
    struct verify v = {.store = s, .catalog = c, .why = why};
    enum status status = args_none(args_json, why);
    if (status == STATUS_OK)
        status = asked_reader(s, &v.db, why);
    if (status != STATUS_OK)
        return status;
    status = run(&v, out_json);
    store_reader_close(v.db);
    return status;
}
