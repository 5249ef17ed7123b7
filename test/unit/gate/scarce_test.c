// SPDX-License-Identifier: Apache-2.0
//
// How scarce money is before any call has taken its account up: by what the store has.

#include "../store/stored.h"
#include "budget/pressure.h"
#include "gate/scarce.h"

#define NOW_US (20000 * DAY_US)

static struct place place;
static struct store *store;
static struct budgets *all;

static void no_news(void *context, const struct budgets_news *n)
{
    (void)context;
    (void)n;
}

static int set_up(void **state)
{
    (void)state;
    place_make(&place);
    store = store_at(&place, true);
    all = budgets_new(store, no_news, NULL);
    return all ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    budgets_free(all);
    store_close(store);
    place_remove(&place);
    return 0;
}

static void settle(uint64_t budget, const char *value, const struct window *w, int settled)
{
    char sql[400];
    snprintf(sql, sizeof sql,
             "INSERT INTO account (budget, value, window, start_us, end_us, limit_nd, ceiling, "
             "settled, overdraft, leased, aged, told, boot, epoch) VALUES (%llu, '%s', %d, %lld, "
             "%lld, 1000, 1000, %d, 0, 0, 0, 0, '', 0)",
             (unsigned long long)budget, value, (int)w->kind, (long long)w->start_us,
             (long long)w->end_us, settled);
    ask(&place, sql);
}

static int64_t pressure(uint64_t id, enum window_kind kind, const char *value)
{
    struct budget b;
    budget_init(&b, str_of("any"));
    b.id = id;
    b.terms.limit.n = 1000;
    b.window.kind = kind;
    const struct booking_wish wish = {&b, str_of(value)};
    return scarce_ppm(all, &wish, 1, NOW_US);
}

static void what_was_spent_before_presses(void **state)
{
    (void)state;
    struct why why = {0};
    const struct window_rule daily = {.kind = WINDOW_DAY};
    const struct window today = window_at(&daily, NOW_US);
    const struct window yesterday = window_at(&daily, NOW_US - 1);
    settle(2, "x", &today, 900);
    settle(2, "y", &today, 400);
    settle(3, "", &yesterday, 1000);
    assert_int_equal(pressure(2, WINDOW_DAY, "x"), 0); // nobody has read it yet
    assert_int_equal(scarce_recall(all, NOW_US, &why), STATUS_OK);
    assert_int_equal(pressure(2, WINDOW_DAY, "x"), PRESSURE_FULL / 10 * 8);
    assert_int_equal(pressure(2, WINDOW_DAY, "y"), 0); // less than half
    assert_int_equal(pressure(2, WINDOW_DAY, "z"), 0);
    assert_int_equal(pressure(3, WINDOW_DAY, ""), 0); // of a window that is over
}

// What it has spent in days is of its month.
static void what_was_spent_in_another_window_presses(void **state)
{
    (void)state;
    struct why why = {0};
    struct budget b;
    const struct window_rule daily = {.kind = WINDOW_DAY};
    const struct window yesterday = window_at(&daily, NOW_US - 1);
    budget_init(&b, str_of("any"));
    b.id = 2;
    b.terms.limit.n = 1000;
    b.window.kind = WINDOW_MONTH;
    budgets_terms(all, &b, 1, NOW_US);
    settle(2, "x", &yesterday, 900);
    settle(3, "x", &yesterday, 900); // of a budget that there is no more
    assert_int_equal(scarce_recall(all, NOW_US, &why), STATUS_OK);
    assert_true(pressure(2, WINDOW_MONTH, "x") > 0);
    assert_int_equal(pressure(2, WINDOW_MONTH, "y"), 0);
    assert_int_equal(pressure(3, WINDOW_MONTH, "x"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_spent_before_presses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_spent_in_another_window_presses, set_up,
                                        tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
