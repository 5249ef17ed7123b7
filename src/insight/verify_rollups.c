// SPDX-License-Identifier: Apache-2.0
//
// Does every hour's sum equal its rows, added up anew?

#include <stdio.h>

#include "base/clock.h"
#include "insight/verify.h"
#include "store/ledger.h"

// Columns 0 to 6 are the key; then counts, cost, buckets.
#define KEY_COLUMNS 7
#define FIGURES     (15 + BUCKET_COUNT)

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
    verify_differ(v, buf_str(&text));
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
    bool row = verify_step(v, rows);
    bool sum = verify_step(v, sums);
    while (row || sum) {
        int order = !row ? 1 : !sum ? -1 : compare_keys(rows, sums);
        v->checked++;
        if (order == 0)
            compare_figures(v, rows, sums);
        else if (order < 0)
            name_hour(v, rows, "is missing; there are rows");
        else
            name_hour(v, sums, "has no rows");
        row = order <= 0 ? verify_step(v, rows) : row;
        sum = order >= 0 ? verify_step(v, sums) : sum;
    }
}

// What tells a speed: output of first attempts that ended well and were counted by their provider,
// and the time it took (tally_add).
#define MADE "(output + audio_output + image_output)"
#define TOOK                                                                                     \
    "(duration_us - overhead_us - load_us - queue_us - CASE WHEN flags & 1 THEN ttft_us ELSE 0 " \
    "END)"
#define TELLS_SPEED \
    "FILTER (WHERE attempt = 0 AND outcome = 0 AND sure = 0 AND " MADE " > 0 AND " TOOK " > 0)"

bool verify_rollups(struct verify *v)
{
    if (!know_capped_sum(v->db))
        verify_cannot_read(v);
    // Rows older than the oldest that is kept are gone; its hour may be there in part.
    sqlite3_stmt *rows = sql_prepare(
        v->db, "SELECT tenant, start_us / 3600000000, provider, model, key, team, project, "
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
               "capped_sum(seconds), capped_sum(busy), capped_sum(reasoning), "
               "capped_sum(" MADE ") " TELLS_SPEED ", capped_sum(" TOOK ") " TELLS_SPEED
               ", sum(flags & 32 != 0), "
               "coalesce(sum(cost_pd / 1000000000) FILTER (WHERE flags & 32), 0) + "
               "coalesce(sum(cost_pd % 1000000000) FILTER (WHERE flags & 32), 0) / 1000000000, "
               "coalesce(sum(cost_pd % 1000000000) FILTER (WHERE flags & 32), 0) % 1000000000, "
               "capped_sum(load_us), capped_sum(queue_us) "
               "FROM call "
               "CROSS JOIN kind ON kind.id = call.kind WHERE start_us / 3600000000 > "
               "(SELECT coalesce(max(value), -3600000000) / 3600000000 FROM fact WHERE "
               "name = 'rows_from_us') GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7");
    sqlite3_stmt *sums = sql_prepare(
        v->db, "SELECT tenant, hour, provider, model, key, team, project, requests, errors, "
               "unpriced, estimated, captured, cost_mu, cost_pd, " LEDGER_BUCKETS ", reasoning, "
               "made_tokens, made_us, retries, retry_cost_mu, retry_cost_pd, load_us, queue_us "
               "FROM rollup WHERE hour > (SELECT "
               "coalesce(max(value), -3600000000) / 3600000000 "
               "FROM fact WHERE name = 'rows_from_us') ORDER BY 1, 2, 3, 4, 5, 6, 7");
    merge(v, rows, sums);
    sqlite3_finalize(rows);
    sqlite3_finalize(sums);
    return verify_end(v, "rollups");
}
