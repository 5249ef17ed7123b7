// SPDX-License-Identifier: Apache-2.0
//
// What the wager promises, by simulation: where the mean is not above 0 it wins seldom, where it
// is, it wins. The dice are seeded: the same draws every time.

#include "../unit.h"
#include "base/random.h"
#include "route/wager.h"

enum { DRAWS = 2000, COUNT = 400 };

static double uniform(struct dice *d)
{
    return (double)(dice_next(d) >> 11) * 0x1p-53;
}

// A number that is `high` with the probability that makes the mean `mean`, else `low`.
static double two_valued(struct dice *d, double low, double high, double mean)
{
    return uniform(d) < (mean - low) / (high - low) ? high : low;
}

static unsigned wins(double low, double high, double mean, double risk)
{
    struct dice d;
    unsigned won = 0;
    dice_init(&d, 7);
    for (int draw = 0; draw < DRAWS; draw++) {
        struct wager w;
        wager_begin(&w, COUNT, risk, 1);
        for (int i = 0; i < COUNT; i++)
            wager_add(&w, two_valued(&d, low, high, mean));
        won += wager_won(&w);
    }
    return won;
}

static void test_seldom_won_at_zero(void **state)
{
    static const double shapes[][2] = {{-1, 1}, {-0.05, 1}, {-1, 0.05}, {-0.02, 0.02}, {-1, 0.3}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        // Three standard errors of 2000 draws are 1.5 %.
        assert_in_range(wins(shapes[i][0], shapes[i][1], 0, 0.05), 0, DRAWS * 65 / 1000);
        assert_in_range(wins(shapes[i][0], shapes[i][1], 0, 0.005), 0, DRAWS * 10 / 1000);
    }
    assert_in_range(wins(-1, 1, -0.1, 0.05), 0, DRAWS / 100);
}

static void test_won_where_the_mean_is_above(void **state)
{
    assert_true(wins(-1, 1, 0.2, 0.05) > DRAWS * 95 / 100);
    assert_true(wins(-0.95, 0.05, 0.04, 0.05) > DRAWS * 95 / 100);
}

// Whenever one looks: the most that the fortune was counts, so it is enough that it came there
// once.
static void test_won_stays_won(void **state)
{
    struct wager w;
    wager_begin(&w, 100, 0.05, 1);
    for (int i = 0; i < 100; i++)
        wager_add(&w, 0.9);
    assert_true(wager_won(&w));
    for (int i = 0; i < 1000; i++)
        wager_add(&w, -1);
    assert_true(wager_won(&w));
}

static void test_nothing_proves_nothing(void **state)
{
    struct wager w;
    wager_begin(&w, 0, 0.05, 1);
    assert_false(wager_won(&w));
    for (int i = 0; i < 100000; i++)
        wager_add(&w, 0);
    assert_false(wager_won(&w));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seldom_won_at_zero),
        cmocka_unit_test(test_won_where_the_mean_is_above),
        cmocka_unit_test(test_won_stays_won),
        cmocka_unit_test(test_nothing_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
