// SPDX-License-Identifier: Apache-2.0
//
// Does usage x price give the cost that was frozen, and has no call what none can have?

#include <stdio.h>

#include "core/split.h"
#include "insight/verify.h"
#include "store/ledger.h"

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
    buf_add(&last->text, verify_step(v, name) ? sql_str(name, 0) : STR_NONE);
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
    verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
}

// In words; columns as below.
static void say_impossible(sqlite3_stmt *s, char text[96])
{
    const long long cost = sqlite3_column_int64(s, 2), charge = sqlite3_column_int64(s, 3);
    const enum price_state state = (enum price_state)sqlite3_column_int(s, 4);
    const bool costs = sqlite3_column_type(s, 2) != SQLITE_NULL;
    if (charge < 0)
        snprintf(text, 96, "its provider's charge is %lld picodollars", charge);
    else if (!costs)
        snprintf(text, 96, "it has a price (%s), and no cost", price_state_name(state));
    else if (state == PRICE_UNPRICED)
        snprintf(text, 96, "it has no price, and its cost is %lld picodollars", cost);
    else if (cost != 0)
        snprintf(text, 96, "it is free, and its cost is %lld picodollars", cost);
    else
        snprintf(text, 96, "it is free, and its provider's charge is %lld picodollars", charge);
}

// What no call can have, whatever the prices are.
static void check_impossible(struct verify *v)
{
    sqlite3_stmt *s =
        sql_prepare(v->db, "SELECT call.id, attempt, cost_pd, reported_pd, price_state FROM call "
                           "CROSS JOIN kind ON kind.id = call.kind "
                           "WHERE (price_state = 0) != (cost_pd IS NULL) OR reported_pd < 0 OR "
                           "price_state = 2 AND (cost_pd != 0 OR reported_pd NOT NULL)");
    while (verify_step(v, s)) {
        char text[96];
        say_impossible(s, text);
        verify_call(v, sql_str(s, 0), sqlite3_column_int64(s, 1), text);
    }
    sqlite3_finalize(s);
}

// Rows that the book has priced, or that the provider did. Those of an earlier book whose prices
// have changed since are only counted. One that a configuration declared free, or that no sheet
// priced, has no arithmetic.
bool verify_arithmetic(struct verify *v)
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
    while (verify_step(v, s)) {
        read_split(v, name, sqlite3_column_int64(s, 3), sql_str(s, 12 + BUCKET_COUNT), &last);
        check_row(v, s, &last.split);
    }
    buf_fini(&last.text);
    sqlite3_finalize(name);
    sqlite3_finalize(s);
    check_impossible(v);
    return verify_end(v, "arithmetic");
}
