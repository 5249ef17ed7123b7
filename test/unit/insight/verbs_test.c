// SPDX-License-Identifier: Apache-2.0

#include "insight/csv.h"
#include "world.h"

#if defined(__has_feature)
#    if __has_feature(address_sanitizer) // it keeps what was freed
#        define MEMORY_TELLS false
#    endif
#endif
#ifndef MEMORY_TELLS
#    define MEMORY_TELLS true
#endif

typedef enum status some_verb(VERB_SHAPE);

static const struct json_val *tell(struct world *w, some_verb *verb, const char *args)
{
    struct why why = {0};
    json_close(w->json);
    w->json = NULL;
    buf_clear(&w->answer);
    if (verb(w->store, w->catalog, str_of(args), &w->answer, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    if (json_open(buf_str(&w->answer), &alloc_heap, &w->json, &why) != STATUS_OK)
        fail_msg("%s: %s", why.text, buf_cstr(&w->answer));
    return json_root(w->json);
}

static const struct json_val *row(struct world *w, size_t n)
{
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v = NULL;
    for (size_t i = 0; i <= n; i++)
        assert_true(json_each(&it, json_get(json_root(w->json), "rows"), &key, &v));
    return v;
}

static void text_is(const struct json_val *object, const char *member, const char *text)
{
    struct str found = json_str(json_get(object, member));
    if (!str_is(found, text))
        fail_msg("%s is %.*s, not %s", member, STR_ARG(found), text);
}

static void number_is(const struct json_val *object, const char *member, int64_t n)
{
    int64_t found = -1;
    assert_true(json_i64(json_get(object, member), &found));
    if (found != n)
        fail_msg("%s is %lld, not %lld", member, (long long)found, (long long)n);
}

static void put(struct world *w, int64_t start_us, const char *model, int64_t cost_pd)
{
    struct entry e = an_entry(start_us);
    e.model = str_of(model);
    e.cost.pd = cost_pd;
    tag(&e, "feature", cost_pd > 100 ? "=chat" : "search");
    call(w->journal, &e);
}

// Of rows that `keep` deleted only the sums are left: what needs rows says since when it knows.
static void a_report_says_where_rows_are_gone(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    for (int i = 0; i < 240; i++)
        put(&w, NOON_US + i * 60 * SECOND_US, "a", 1);
    tell(&w, report_verb, "{\"by\":\"user\"}");
    assert_null(json_get(json_root(w.json), "rows_since"));
    ask(&w.place, "DELETE FROM call WHERE start_us < 1795527000000000"); // 13:30
    ask(&w.place, "INSERT INTO fact VALUES ('rows_from_us', 1795527000000000)");
    static const struct {
        const char *args;
        int calls;
        bool told;
    } cases[] = {
        {"{}", 240, false},
        {"{\"by\":\"user\"}", 150, true},
        {"{\"by\":\"tag:feature\"}", 150, true},
        {"{\"as\":\"openai/gpt-4o\"}", 150, true},
        {"{\"by\":\"user\",\"since\":\"2026-11-24T13:30:00Z\"}", 150, false},
        {"{\"by\":\"user\",\"until\":\"2026-11-24T12:00:00Z\"}", 0, false},
        {"{\"by\":\"user\",\"until\":\"2026-11-24T13:00:00Z\"}", 0, true},
        {"{\"since\":\"2026-11-24T12:30:00Z\"}", 180, true},
        {"{\"since\":\"2026-11-24T13:00:00Z\"}", 180, false},
        {"{\"since\":\"2026-11-24T13:40:00Z\"}", 140, false},
        {"{\"until\":\"2026-11-24T13:20:00Z\"}", 60, true},
        {"{\"by\":\"day\",\"tz\":\"Asia/Kolkata\"}", 240, false}, // 5:30
        {"{\"by\":\"day\",\"tz\":\"Asia/Kolkata\",\"since\":\"2026-11-24T13:20:00Z\"}", 150, true},
        {"{\"by\":\"day\",\"tz\":\"Asia/Kolkata\",\"until\":\"2026-11-24T12:20:00Z\"}", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct json_val *r = tell(&w, report_verb, cases[i].args);
        number_is(json_get(r, "total"), "requests", cases[i].calls);
        if (cases[i].told)
            text_is(r, "rows_since", "2026-11-24T13:30:00Z");
        else
            assert_null(json_get(r, "rows_since"));
    }
    text_is(tell(&w, export_verb, "{}"), "rows_since", "2026-11-24T13:30:00.000000Z");
    assert_null(
        json_get(tell(&w, export_verb, "{\"since\":\"2026-11-24T13:30:00Z\"}"), "rows_since"));
    end(&w);
}

static void a_report_groups_and_adds(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    put(&w, NOON_US, "a", 100);
    put(&w, NOON_US + 3600 * SECOND_US, "a", 50);
    put(&w, NOON_US, "b", INT64_C(9000000000000000000));
    put(&w, NOON_US, "b", INT64_C(9000000000000000001)); // their sum leaves int64
    const struct json_val *r = tell(&w, report_verb, "{}");
    assert_int_equal(json_count(json_get(r, "rows")), 2);
    text_is(row(&w, 0), "model", "openai/b");
    text_is(row(&w, 0), "cost_usd", "18000000.000000000001");
    text_is(row(&w, 1), "cost_usd", "0.00000000015");
    number_is(row(&w, 1), "requests", 2);
    number_is(row(&w, 1), "input_tokens", 2000);
    number_is(row(&w, 1), "cache_read_tokens", 400);
    number_is(row(&w, 1), "prompt_tokens", 2400);
    number_is(row(&w, 1), "output_tokens", 100);
    text_is(json_get(r, "total"), "cost_usd", "18000000.000000000151");
    number_is(json_get(r, "total"), "requests", 4);
    tell(&w, report_verb, "{\"by\":\"tag:feature\"}");
    text_is(row(&w, 0), "tag", "=chat");
    text_is(row(&w, 1), "tag", "search");
    number_is(row(&w, 1), "requests", 2);
    tell(&w, report_verb, "{\"by\":\"user\"}");
    text_is(row(&w, 0), "user", "(none)");
    end(&w);
}

// Any border: rollups and rows together must tell what the rows alone tell.
static void borders_cut_exactly(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    for (int i = 0; i < 240; i++)
        put(&w, NOON_US + i * 60 * SECOND_US, "a", 1);
    static const struct {
        const char *since, *until;
        int calls;
    } cases[] = {{"2026-11-24T12:00:00Z", "2026-11-24T16:00:00Z", 240},
                 {"2026-11-24T12:00:00.000001Z", "2026-11-24T16:00:00Z", 239},
                 {"2026-11-24T12:30:00Z", "2026-11-24T15:30:00Z", 180},
                 {"2026-11-24T12:10:00Z", "2026-11-24T12:20:00Z", 10},
                 {"2026-11-24T12:59:00Z", "2026-11-24T13:01:00Z", 2},
                 {"2026-11-24T13:00:00Z", "2026-11-24T14:00:00Z", 60},
                 {"2026-11-24T13:00:00Z", "2026-11-24T13:00:00Z", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char args[200];
        snprintf(args, sizeof args, "{\"since\":\"%s\",\"until\":\"%s\"}", cases[i].since,
                 cases[i].until);
        const struct json_val *r = tell(&w, report_verb, args);
        number_is(json_get(r, "total"), "requests", cases[i].calls);
    }
    end(&w);
}

static void days_are_local(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    int64_t us;
    assert_true(civil_read((struct str)STR("2026-10-24T21:30:00Z"), &us)); // 23:30 in Berlin
    put(&w, us, "a", 1);
    for (int i = 1; i <= 25; i++) // a day of 25 hours
        put(&w, us + i * 3600 * SECOND_US, "a", 1);
    put(&w, us + INT64_C(26) * 3600 * SECOND_US, "a", 1);
    tell(&w, report_verb, "{\"by\":\"day\",\"tz\":\"Europe/Berlin\"}");
    text_is(row(&w, 0), "day", "2026-10-24");
    text_is(row(&w, 1), "day", "2026-10-25");
    number_is(row(&w, 1), "requests", 25);
    text_is(row(&w, 2), "day", "2026-10-26");
    const struct json_val *r = tell(&w, report_verb, "{\"by\":\"hour\",\"tz\":\"Europe/Berlin\"}");
    assert_int_equal(json_count(json_get(r, "rows")), 27);
    text_is(row(&w, 3), "hour", "2026-10-25T02:00:00+02:00");
    text_is(row(&w, 4), "hour", "2026-10-25T02:00:00+01:00");
    tell(&w, report_verb, "{\"by\":\"day\",\"tz\":\"Asia/Kolkata\"}"); // 5:30: days cut hours
    number_is(row(&w, 0), "requests", 21);
    number_is(json_get(json_root(w.json), "total"), "requests", 27);
    end(&w);
}

static void an_unknown_price_is_not_zero(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct entry e = an_entry(NOON_US);
    e.price_state = PRICE_UNPRICED;
    e.price_name = STR_NONE;
    call(w.journal, &e);
    tell(&w, report_verb, "{}");
    assert_int_equal(json_type(json_get(row(&w, 0), "cost_usd")), JSON_NULL);
    number_is(row(&w, 0), "unpriced", 1);
    tell(&w, report_verb, "{\"as\":\"openai/gpt-4o\"}"); // 1000 x 2.5 + 200 x 1.25 + 50 x 10
    text_is(row(&w, 0), "cost_usd", "0.00325");
    number_is(row(&w, 0), "unpriced", 0);
    e = an_entry(NOON_US + 1); // with an image that nobody counted: no model has a price of that
    e.price_state = PRICE_UNPRICED;
    e.usage.uncounted = true;
    call(w.journal, &e);
    tell(&w, report_verb, "{\"as\":\"openai/gpt-4o\"}");
    text_is(row(&w, 0), "cost_usd", "0.00325");
    number_is(row(&w, 0), "unpriced", 1);
    end(&w);
}

static struct entry priced(const struct catalog *c, int64_t start_us)
{
    struct entry e = an_entry(start_us);
    struct cost cost;
    e.price_version = catalog_version(c);
    rate(catalog_find(c, str_of("openai"), str_of("gpt-4o")), &e.usage, start_us, &cost);
    assert_int_equal(cost.state, PRICE_PRICED);
    e.cost = cost.total;
    return e;
}

static void balanced(struct world *w, bool want)
{
    const struct json_val *r = tell(w, verify_verb, "");
    if (json_bool(json_get(r, "balanced"), !want) != want)
        fail_msg("%s", buf_cstr(&w->answer));
}

static void verify_finds_what_was_changed(void **state)
{
    (void)state;
    static const char *const faults[] = {"UPDATE rollup SET requests = requests + 1",
                                         "UPDATE rollup SET cost_pd = cost_pd + 1",
                                         "UPDATE rollup SET reasoning = 3",
                                         "DELETE FROM rollup",
                                         "UPDATE call SET cost_pd = cost_pd + 1",
                                         "UPDATE call SET output = output + 1",
                                         "DELETE FROM call",
                                         "UPDATE call SET tags = substr(tags, 2)",
                                         "UPDATE call SET start_us = start_us + 1"};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct world w;
        begin(&w);
        struct entry e = priced(w.catalog, NOON_US);
        tag(&e, "feature", "chat");
        call(w.journal, &e);
        balanced(&w, true);
        ask(&w.place, faults[i]);
        balanced(&w, false);
        end(&w);
    }
}

// A call that two accounts settled, one that was captured, and what an adjustment says.
static void charge_some(struct world *w)
{
    struct entry e = priced(w->catalog, NOON_US);
    charge(&e, 9000000, (e.cost.pd + 999) / 1000, 1);
    charge(&e, 9000000, e.charge.charged, 2);
    call(w->journal, &e);
    e = priced(w->catalog, NOON_US + 1);
    e.usage.sure = SURE_CAPTURED;
    charge(&e, 9000000, 9000000, 1);
    call(w->journal, &e);
    assert_int_equal(store_catch_up(w->store, 5000), STATUS_OK);
    ask(&w->place, "INSERT INTO adjustment VALUES (1, 1, 0, 77, 'the machine stopped')");
    ask(&w->place, "UPDATE account SET settled = settled + 84, overdraft = overdraft + 84, "
                   "aged = 7 WHERE id = 1");
}

static void verify_adds_budgets_up(void **state)
{
    (void)state;
    static const char *const faults[] = {
        "UPDATE account SET settled = settled - 1, overdraft = overdraft - 1 WHERE id = 2",
        "UPDATE account SET aged = 8 WHERE id = 1",
        "UPDATE adjustment SET amount = 78",
        "DELETE FROM adjustment",
        "DELETE FROM account WHERE id = 2",
        "UPDATE adjustment SET account = 9",
        "UPDATE call SET charge = NULL WHERE start_us % 2",
        "UPDATE call SET charge = x'0101' WHERE start_us % 2",
        "UPDATE call SET charge = x'010001' WHERE start_us % 2 = 0"};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct world w;
        begin(&w);
        charge_some(&w);
        balanced(&w, true);
        ask(&w.place, faults[i]);
        balanced(&w, false);
        end(&w);
    }
}

// A cost that is a picodollar more than was charged is named, also where the sums agree.
static void verify_names_a_picodollar_beyond_the_rounding(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct world w;
        begin(&w);
        struct entry e = an_entry(NOON_US);
        e.price_name = STR_NONE; // no arithmetic
        e.cost.pd = 4999 + i;
        charge(&e, 9, 5, 1);
        call(w.journal, &e);
        balanced(&w, i < 2);
        if (i == 2)
            assert_non_null(strstr(buf_cstr(&w.answer), "charged 5 nanodollars; its cost, "
                                                        "rounded up, is 6"));
        end(&w);
    }
}

// Counts are a provider's word. Sums of them end at the largest number, here as in the rollups.
static void sums_beyond_64_bits_still_balance(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    for (int i = 0; i < 2; i++) {
        struct entry e = an_entry(NOON_US);
        e.price_state = PRICE_UNPRICED;
        call(w.journal, &e);
    }
    balanced(&w, true);
    ask(&w.place, "UPDATE call SET output = 9223372036854775807");
    balanced(&w, false);
    ask(&w.place, "UPDATE rollup SET (output, made_tokens) = (9223372036854775807, "
                  "9223372036854775807)");
    balanced(&w, true);
    end(&w);
}

// Writes zeros over the first page of a table.
static void damage(const struct place *p, const char *root_of)
{
    static const char zeros[64];
    ask(p, "PRAGMA wal_checkpoint(TRUNCATE)");
    int64_t size = ask(p, "PRAGMA page_size");
    int64_t page = ask(p, root_of);
    int fd = open(p->path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0 && page > 1);
    assert_int_equal(pwrite(fd, zeros, sizeof zeros, (page - 1) * size), sizeof zeros);
    close(fd);
}

// A table that cannot be read is no table without rows.
static void damage_is_no_difference(void **state)
{
    (void)state;
    static const char *const roots[] = {
        "SELECT rootpage FROM sqlite_schema WHERE name = 'rollup'",
        "SELECT rootpage FROM sqlite_schema WHERE name = 'call'",
        "SELECT rootpage FROM sqlite_schema WHERE name = 'name'",
    };
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        struct world w;
        struct why why = {0};
        begin(&w);
        struct entry e = priced(w.catalog, NOON_US);
        call(w.journal, &e);
        balanced(&w, true);
        damage(&w.place, roots[i]);
        buf_clear(&w.answer);
        assert_int_equal(verify_verb(w.store, w.catalog, STR_NONE, &w.answer, &why),
                         STATUS_DAMAGED);
        assert_non_null(strstr(why.text, "malformed"));
        assert_int_equal(w.answer.len, 0);
        assert_int_equal(report_verb(w.store, w.catalog, STR_NONE, &w.answer, &why),
                         STATUS_DAMAGED);
        assert_non_null(strstr(why.text, "malformed"));
        end(&w);
    }
}

// A file that is kept aside is named, with what its owner can do.
static void verify_names_damaged_files(void **state)
{
    (void)state;
    struct world w;
    char path[200];
    begin(&w);
    snprintf(path, sizeof path, "%s/000000000009-w0.seg.damaged", w.place.journal);
    FILE *file = fopen(path, "wx");
    assert_non_null(file);
    fputs("something else that is longer than a head", file);
    fclose(file);
    const struct json_val *r = tell(&w, verify_verb, "{}");
    assert_false(json_bool(json_get(r, "balanced"), true));
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v;
    assert_true(json_each(&it, json_get(r, "differences"), &key, &v));
    assert_true(str_starts(json_str(v), str_of(path)));
    assert_true(str_ends(json_str(v), str_of("then remove the file")));
    unlink(path);
    r = tell(&w, verify_verb, "{}");
    assert_true(json_bool(json_get(r, "balanced"), false));
    end(&w);
}

static void damaged_durations_are_named(void **state)
{
    (void)state;
    struct world w;
    struct why why = {0};
    begin(&w);
    put(&w, NOON_US, "a", 1);
    balanced(&w, true);
    ask(&w.place, "UPDATE rollup SET latency = x'ffff'");
    assert_int_equal(report_verb(w.store, w.catalog, STR_NONE, &w.answer, &why), STATUS_DAMAGED);
    assert_non_null(strstr(why.text, "durations"));
    end(&w);
}

static void one_request_is_spelt_out(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct entry e = priced(w.catalog, NOON_US);
    call(w.journal, &e);
    char id[UUID_TEXT + 1] = "";
    char args[100];
    uuid_write(&e.id, id);
    snprintf(args, sizeof args, "{\"id\":\"%s\"}", id);
    for (int i = 0; i < 2; i++) {
        struct json_iter it = {0};
        struct str key;
        const struct json_val *a;
        const struct json_val *r = tell(&w, request_verb, i ? "{\"id\":\"req_1234\"}" : args);
        assert_true(json_each(&it, json_get(r, "attempts"), &key, &a));
        text_is(a, "request", id);
        text_is(a, "cost_usd", "0.003250000000");
        assert_true(json_bool(json_get(a, "arithmetic_agrees"), false));
        assert_true(json_count(json_get(a, "arithmetic")) >= 3);
    }
    struct why why = {0};
    struct str unknown = STR("{\"id\":\"nothing\"}");
    assert_int_equal(request_verb(w.store, w.catalog, unknown, &w.answer, &why), STATUS_UNKNOWN);
    end(&w);
}

// A call of the key with cached tokens, whose cost the book gives.
static struct entry cached(const struct catalog *c, int64_t start_us, int64_t read, int64_t written)
{
    struct entry e = priced(c, start_us);
    const struct sheet *s = catalog_find(c, str_of("anthropic"), str_of("claude-sonnet-4-5"));
    struct cost cost;
    assert_non_null(s);
    memset(e.usage.count, 0, sizeof e.usage.count);
    e.key = str_of("run-x");
    e.price_name = str_of("anthropic/claude-sonnet-4-5");
    e.usage.count[BUCKET_INPUT] = 10;
    e.usage.count[BUCKET_CACHE_READ] = read;
    e.usage.count[BUCKET_CACHE_WRITE_5M] = written;
    rate(s, &e.usage, start_us, &cost);
    e.cost = cost.total;
    return e;
}

// Peak of the process's memory since it was last asked, in KiB.
static long peak_kib(void)
{
    char line[128];
    long kib = -1;
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        (void)sscanf(line, "VmHWM: %ld", &kib);
    fclose(f);
    f = fopen("/proc/self/clear_refs", "w");
    assert_true(f && fputs("5", f) > 0 && fclose(f) == 0);
    return kib;
}

// However many rows a key has: what it holds of them is one sum a model, and two calls.
static void a_bill_is_small(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    struct world w;
    char model[129] = "";
    memset(model, 'm', sizeof model - 1);
    begin(&w);
    for (int i = 0; i < ROWS; i++) {
        struct entry e = an_entry(NOON_US + i);
        e.key = i < ROWS / 100 ? str_of("few") : str_of("many");
        e.model = str_of(model);
        e.outcome = OUTCOME_ERROR;
        e.error = str_of("an error of its own words");
        e.cost.pd = i + 1; // each is the dearest so far
        call(w.journal, &e);
    }
    tell(&w, bill_verb, "{\"key\":\"few\"}");
    (void)peak_kib();
    tell(&w, bill_verb, "{\"key\":\"few\"}");
    long few_kib = peak_kib();
    tell(&w, bill_verb, "{\"key\":\"many\"}");
    long many_kib = peak_kib();
    number_is(json_get(json_root(w.json), "total"), "errors", ROWS - ROWS / 100);
    if (MEMORY_TELLS && many_kib - few_kib > 2 * KIB)
        fail_msg("%ld KiB more for %d rows", many_kib - few_kib, ROWS);
    end(&w);
}

static void a_bill_is_of_one_key(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    struct entry other = priced(w.catalog, NOON_US);
    call(w.journal, &other);
    struct entry e = cached(w.catalog, NOON_US, 1000, 0);
    e.attempt = 0;
    e.followed = true; // what it cost was paid in vain, and its error is none of the call
    e.outcome = OUTCOME_ERROR;
    call(w.journal, &e);
    e.attempt = 1;
    e.followed = false;
    e.outcome = OUTCOME_OK;
    e.start_us += SECOND_US;
    call(w.journal, &e);
    e = cached(w.catalog, NOON_US + 2 * SECOND_US, 0, 1000);
    call(w.journal, &e);
    e = cached(w.catalog, NOON_US + 3 * SECOND_US, 0, 9000);
    e.cost.pd += 1; // not by the book of today
    call(w.journal, &e);
    e.price_state = PRICE_UNPRICED;
    e.id = uuid_new(NOON_US + 4 * SECOND_US);
    call(w.journal, &e);
    const struct json_val *bill =
        tell(&w, bill_verb, "{\"key\":\"run-x\",\"since\":\"2026-11-24T12:00:00Z\"}");
    number_is(json_get(bill, "total"), "requests", 4);
    number_is(json_get(bill, "total"), "unpriced", 1);
    // 2 x 1000 at 3.00 instead of 0.30 USD a million, and 1000 at 3.00 instead of 3.75.
    text_is(json_get(bill, "cache"), "saved_usd", "0.00465");
    number_is(json_get(bill, "cache"), "unknown", 2);
    number_is(json_get(bill, "retries"), "attempts", 1);
    text_is(json_get(bill, "retries"), "cost_usd", "0.00033");
    text_is(json_get(bill, "dearest"), "cost_usd", "0.033780000001");
    number_is(json_get(bill, "total"), "errors", 0);
    assert_int_equal(json_type(json_get(bill, "last_error")), JSON_NULL);
    tell(&w, bill_verb, "{\"key\":\"run-x\",\"since\":\"2026-11-24T12:00:03Z\"}");
    number_is(json_get(json_root(w.json), "total"), "requests", 2);
    tell(&w, bill_verb, "{\"key\":\"nobody\"}");
    number_is(json_get(json_root(w.json), "total"), "requests", 0);
    assert_int_equal(json_type(json_get(json_root(w.json), "dearest")), JSON_NULL);
    end(&w);
}

static void an_export_goes_in_pieces(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    for (int i = 0; i < 3000; i++)
        put(&w, NOON_US + i / 2, "a", 1); // some at the same time
    char args[200] = "{\"format\":\"csv\"}";
    int lines = 0;
    int pieces = 0;
    for (bool more = true; more; pieces++) {
        const struct json_val *r = tell(&w, export_verb, args);
        struct str text = json_str(json_get(r, "text"));
        struct str next = json_str(json_get(r, "next"));
        for (size_t i = 0; i < text.len; i++)
            lines += text.ptr[i] == '\n';
        snprintf(args, sizeof args, "{\"format\":\"csv\",\"after\":\"%.*s\"}", STR_ARG(next));
        more = next.len > 0;
    }
    assert_true(pieces > 1);
    assert_int_equal(lines, 3001); // with the head
    end(&w);
}

// A call that cannot be shown is not left out: the sum of what is exported would be wrong.
static void damaged_calls_are_not_passed_over(void **state)
{
    (void)state;
    struct world w;
    struct why why = {0};
    begin(&w);
    put(&w, NOON_US, "a", 1);
    put(&w, NOON_US + 5, "a", 1);
    tell(&w, export_verb, "");
    ask(&w.place, "UPDATE call SET tags = x'ffff' WHERE start_us % 10 = 5");
    buf_clear(&w.answer);
    assert_int_equal(export_verb(w.store, w.catalog, STR_NONE, &w.answer, &why), STATUS_DAMAGED);
    assert_non_null(strstr(why.text, "2026-11-24T12:00:00.000005Z"));
    buf_clear(&w.answer);
    assert_int_equal(
        request_verb(w.store, w.catalog, str_of("{\"id\":\"req_1234\"}"), &w.answer, &why),
        STATUS_DAMAGED);
    end(&w);
}

static void an_export_tells_what_budgets_were_charged(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    charge_some(&w);
    put(&w, NOON_US + 5, "a", 1); // which concerned none
    const struct json_val *r = tell(&w, export_verb, "{\"format\":\"csv\"}");
    struct str text = json_str(json_get(r, "text")), line;
    static const char *const ends[] = {",followed,held_usd,charged_usd", ",0,0.009000000,",
                                       ",0,0.009000000,0.009000000", ",0,,"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_cut(&text, '\n', &line));
        if (i == 1) // its cost, rounded up
            assert_true(str_search(line, str_of(ends[i])) < line.len);
        else
            assert_true(str_ends(line, str_of(ends[i])));
    }
    ask(&w.place, "UPDATE call SET charge = x'01' WHERE charge NOT NULL");
    struct why why = {0};
    buf_clear(&w.answer);
    assert_int_equal(export_verb(w.store, w.catalog, STR_NONE, &w.answer, &why), STATUS_DAMAGED);
    end(&w);
}

static void formulas_are_defused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cell;
    } cases[] = {{"plain", "plain"},
                 {"=1+1", "'=1+1"},
                 {"+1", "'+1"},
                 {"-1", "'-1"},
                 {"@x", "'@x"},
                 {"a,b", "\"a,b\""},
                 {"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
                 {"", ""},
                 {"a\nb", "\"a\nb\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out;
        buf_init(&out, &alloc_heap, 0);
        csv_text(str_of(cases[i].text), &out);
        assert_string_equal(buf_cstr(&out), cases[i].cell);
        buf_fini(&out);
    }
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    static const char *const bad[] = {"{\"by\":\"colour\"}",
                                      "{\"bye\":\"model\"}",
                                      "{\"since\":\"yesterday\"}",
                                      "{\"since\":\"1h\",\"until\":\"2h\"}",
                                      "{\"by\":7}",
                                      "{\"since\":\"\"}",
                                      "{\"tz\":\"Mars/Base\"}",
                                      "{\"as\":\"gpt-9000\"}",
                                      "[]",
                                      "{",
                                      "{\"by\":\"tag:\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct why why = {0};
        assert_int_not_equal(report_verb(w.store, w.catalog, str_of(bad[i]), &w.answer, &why),
                             STATUS_OK);
        assert_true(why.text[0] != 0);
    }
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_groups_and_adds),
        cmocka_unit_test(a_report_says_where_rows_are_gone),
        cmocka_unit_test(borders_cut_exactly),
        cmocka_unit_test(days_are_local),
        cmocka_unit_test(an_unknown_price_is_not_zero),
        cmocka_unit_test(verify_finds_what_was_changed),
        cmocka_unit_test(verify_adds_budgets_up),
        cmocka_unit_test(verify_names_a_picodollar_beyond_the_rounding),
        cmocka_unit_test(sums_beyond_64_bits_still_balance),
        cmocka_unit_test(damage_is_no_difference),
        cmocka_unit_test(verify_names_damaged_files),
        cmocka_unit_test(damaged_durations_are_named),
        cmocka_unit_test(one_request_is_spelt_out),
        cmocka_unit_test(a_bill_is_small),
        cmocka_unit_test(a_bill_is_of_one_key),
        cmocka_unit_test(an_export_goes_in_pieces),
        cmocka_unit_test(damaged_calls_are_not_passed_over),
        cmocka_unit_test(an_export_tells_what_budgets_were_charged),
        cmocka_unit_test(formulas_are_defused),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
