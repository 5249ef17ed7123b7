// SPDX-License-Identifier: Apache-2.0

#include "../store/stored.h"
#include "base/json.h"
#include "panel/verb.h"
#include "store/budgets.h"
#include "store/lease.h"

// A store with calls of two keys and two values of a tag, and budgets of which they are.

static struct place place;
static struct store *store;
static struct journal *journal;
static struct catalog *catalog;
static struct config config;
static struct json *answer;
static uint64_t accounts;

static uint64_t make(const char *name, const char *what, const char *value, const char *per,
                     int64_t limit)
{
    struct store_budget b = {.tenant = STR("default"), .created_us = 1};
    struct why why = {0};
    uint64_t id = 0;
    budget_init(&b.budget, str_of(name));
    b.budget.limited = true;
    b.budget.terms.limit.n = limit;
    if (what)
        assert_int_equal(budget_scope(&b.budget, str_of(what), str_of(value), NULL), STATUS_OK);
    if (per)
        assert_int_equal(budget_set(&b.budget, str_of("per"), str_of(per), NULL), STATUS_OK);
    if (store_budget_add(store, &b, &id, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return id;
}

// Its account of that value, with so much spent.
static uint64_t spent(uint64_t budget, const char *value, int64_t nano)
{
    char sql[300];
    snprintf(sql, sizeof sql,
             "INSERT INTO account VALUES (%llu, %llu, '%s', 0, -9223372036854775808, "
             "9223372036854775807, 1000000, 1000000, %lld, 0, 0, 0, 0, '', 0)",
             (unsigned long long)++accounts, (unsigned long long)budget, value, (long long)nano);
    ask(&place, sql);
    return accounts;
}

static int begin(void **state)
{
    (void)state;
    struct why why = {0};
    place_make(&place);
    store = store_at(&place, true);
    journal = journal_of(store, 0);
    config = (struct config){.file = STR("costlens.yaml")};
    accounts = 0;
    assert_int_equal(catalog_open(&alloc_heap, NULL, 0, &catalog, &why), STATUS_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    json_close(answer);
    answer = NULL;
    catalog_close(catalog);
    journal_close(journal);
    store_close(store);
    place_remove(&place);
    return 0;
}

static void put(const char *key, const char *job, uint64_t first, uint64_t second)
{
    struct entry e = an_entry(clock_wall_us());
    e.key = str_of(key);
    if (job)
        tag(&e, "job", job);
    if (first)
        charge(&e, 9000, 10, first);
    if (second)
        charge(&e, 9000, 10, second);
    call(journal, &e);
}

static void report(const char *args)
{
    struct buf text;
    struct why why = {0};
    buf_init(&text, &alloc_heap, 0);
    struct verb_call c = {.store = store,
                          .catalog = catalog,
                          .config = &config,
                          .args = str_of(args),
                          .answer = &text};
    if (verb_run(verb_find(str_of("report")), &c, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    json_close(answer);
    assert_int_equal(json_open(buf_str(&text), &alloc_heap, &answer, &why), STATUS_OK);
    buf_fini(&text);
}

static const struct json_val *row(const char *label)
{
    struct json_iter it = {0};
    const struct json_val *v;
    struct str by = json_str(json_get(json_root(answer), "by"));
    char name[20];
    snprintf(name, sizeof name, "%.*s", STR_ARG(by));
    while (json_each(&it, json_get(json_root(answer), "rows"), NULL, &v))
        if (str_is(json_str(json_get(v, name)), label))
            return v;
    fail_msg("no row %s", label);
    return NULL;
}

// A text, null for NULL.
static void is(const struct json_val *r, const char *member, const char *text)
{
    const struct json_val *v = json_get(r, member);
    if (!text)
        assert_int_equal(json_type(v), JSON_NULL);
    else if (!str_is(json_str(v), text))
        fail_msg("%s: %.*s, not %s", member, STR_ARG(json_str(v)), text);
}

static void calls(const struct json_val *r, int64_t wanted)
{
    int64_t n = -1;
    assert_true(json_i64(json_get(r, "requests"), &n));
    assert_int_equal(n, wanted);
}

static void a_row_shows_its_fullest_budget(void **state)
{
    (void)state;
    spent(make("ci-a", "key", "ci", NULL, 1000), "", 100);
    spent(make("ci-b", "key", "ci", NULL, 4000), "", 1000);
    spent(make("team", "team", "ci", NULL, 10), "", 10);
    spent(make("all", NULL, NULL, NULL, 1000), "", 900);
    make("each", NULL, NULL, "request", 10);
    put("ci", NULL, 0, 0);
    put("web", NULL, 0, 0);
    report("{\"by\":\"key\"}");
    is(row("ci"), "budget", "ci-b");
    is(row("ci"), "budget_window", "lifetime");
    is(row("ci"), "budget_limit_usd", "0.000004");
    is(row("ci"), "budget_spent_usd", "0.000001");
    is(row("ci"), "budget_held_usd", "0.00");
    is(row("ci"), "budget_used_percent", "25.0");
    is(row("web"), "budget", NULL);
    is(row("web"), "budget_limit_usd", NULL);
    is(row("web"), "budget_used_percent", NULL);
    static const char *const others[] = {"{\"by\":\"project\"}", "{\"by\":\"day\"}",
                                         "{\"by\":\"tag:job\"}", "{}"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct json_iter it = {0};
        const struct json_val *v;
        report(others[i]);
        while (json_each(&it, json_get(json_root(answer), "rows"), NULL, &v))
            assert_int_equal(json_type(json_get(v, "budget_limit_usd")), JSON_ABSENT);
    }
}

static void each_value_has_its_own(void **state)
{
    (void)state;
    uint64_t jobs = make("jobs", NULL, NULL, "tag:job", 1000);
    make("zero", "tag:job", "b", NULL, 0);
    spent(jobs, "a", 500);
    put("ci", "a", 0, 0);
    put("ci", "b", 0, 0);
    put("ci", "c", 0, 0);
    put("ci", NULL, 0, 0);
    report("{\"by\":\"tag:job\"}");
    is(row("a"), "budget", "jobs");
    is(row("a"), "budget_used_percent", "50.0");
    is(row("c"), "budget_used_percent", "0.0");
    is(row("(none)"), "budget", NULL);
    report("{\"by\":\"tag:other\"}");
    assert_int_equal(json_type(json_get(row("(none)"), "budget")), JSON_ABSENT);
}

static void a_call_stands_in_each_of_its_budgets(void **state)
{
    (void)state;
    uint64_t all = spent(make("all", NULL, NULL, NULL, 1000), "", 100);
    uint64_t jobs = make("jobs", NULL, NULL, "tag:job", 1000);
    uint64_t a = spent(jobs, "a", 500), b = spent(jobs, "b", 600);
    make("each", NULL, NULL, "request", 10);
    put("ci", "a", all, a);
    put("ci", "b", all, b);
    put("ci", NULL, all, 0);
    put("ci", NULL, 0, 0);
    put("ci", NULL, 77, 0); // of no account that there is
    report("{\"by\":\"budget\"}");
    calls(row("all"), 3);
    calls(row("jobs"), 2);
    calls(row("(none)"), 2);
    calls(json_get(json_root(answer), "total"), 5);
    is(row("all"), "budget_value", NULL);
    is(row("all"), "budget_limit_usd", "0.000001");
    is(row("jobs"), "budget_value", "b");
    is(row("(none)"), "budget_limit_usd", NULL);
}

// Those that are removed are told from the one of their name that holds.
static void a_removed_budget_has_a_row_of_its_own(void **state)
{
    (void)state;
    struct why why = {0};
    for (unsigned i = 0; i < 2; i++) {
        put("ci", NULL, spent(make("few", NULL, NULL, NULL, 1000), "", 10), 0);
        assert_int_equal(store_budget_archive(store, str_of("default"), str_of("few"),
                                              INT64_C(1700000000000000), &why),
                         STATUS_OK);
    }
    put("ci", NULL, spent(make("few", NULL, NULL, NULL, 2000), "", 10), 0);
    ask(&place, "INSERT INTO budget SELECT 77, tenant, name, 1, scope, per, limit_nd, observe, "
                "paused, alert_at, window, first_day, zone, grow, clamp, downgrade, wait_us, "
                "created_us, 0 FROM budget WHERE archived_us = 0");
    put("ci", NULL, spent(77, "", 10), 0);
    report("{\"by\":\"budget\"}");
    assert_int_equal(json_count(json_get(json_root(answer), "rows")), 4);
    calls(row("few"), 1);
    is(row("few"), "budget_limit_usd", "0.000002");
    calls(row("few (removed 2023-11-14T22:13:20Z)"), 1);
    is(row("few (removed 2023-11-14T22:13:20Z)"), "budget_limit_usd", NULL);
    calls(row("few (was in the file)"), 1);
    calls(json_get(json_root(answer), "total"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_shows_its_fullest_budget, begin, end),
        cmocka_unit_test_setup_teardown(each_value_has_its_own, begin, end),
        cmocka_unit_test_setup_teardown(a_call_stands_in_each_of_its_budgets, begin, end),
        cmocka_unit_test_setup_teardown(a_removed_budget_has_a_row_of_its_own, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
