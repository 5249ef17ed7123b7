// SPDX-License-Identifier: Apache-2.0
//
// Means by weights: what stands for more of the others counts for more, and the interval covers the
// truth as often as it says.

#include <math.h>

#include "../unit.h"
#include "base/random.h"
#include "insight/estimate.h"

static void equal_weights_are_none(void **state)
{
    (void)state;
    struct estimate_ratio e = {0};
    for (int i = 0; i < 10; i++)
        estimate_weigh(&e, 4, i % 2);
    const struct estimated mean = estimate_mean(&e);
    assert_true(fabs(mean.is - 0.5) < 1e-12);
    assert_true(fabs(mean.high - mean.is - 1.959964 * sqrt(0.25 / 10)) < 1e-6);
    assert_true(fabs(mean.is - mean.low - (mean.high - mean.is)) < 1e-12);
}

static void one_number_has_no_spread(void **state)
{
    (void)state;
    struct estimate_ratio e = {0};
    estimate_weigh(&e, 16, -3);
    const struct estimated mean = estimate_mean(&e);
    assert_true(fabs(mean.is + 3) < 1e-12 && fabs(mean.low + 3) < 1e-6 &&
                fabs(mean.high + 3) < 1e-6);
}

// A population of two kinds, of which one is seen four times as seldom: 0.3 in the mean.
static void the_truth_is_covered(void **state)
{
    (void)state;
    enum { DRAWS = 1000, SIZE = 400 };
    struct dice dice;
    int covered = 0;
    dice_init(&dice, 11);
    for (int draw = 0; draw < DRAWS; draw++) {
        struct estimate_ratio e = {0};
        for (int i = 0; i < SIZE; i++) {
            bool rare = dice_below(&dice, 2);
            double odds = rare ? 0.2 : 0.8;
            double x = dice_below(&dice, 10) < (rare ? 5 : 1) ? 1 : 0;
            if (dice_below(&dice, 10) < (rare ? 2 : 8))
                estimate_weigh(&e, 1 / odds, x);
        }
        const struct estimated mean = estimate_mean(&e);
        covered += mean.low <= 0.3 && 0.3 <= mean.high;
    }
    assert_in_range(covered, 920, 975);
}

// Also where they are few, and the share is small.
static void a_share_is_covered(void **state)
{
    (void)state;
    enum { DRAWS = 2000, SIZE = 30 };
    struct dice dice;
    int covered = 0;
    dice_init(&dice, 12);
    for (int draw = 0; draw < DRAWS; draw++) {
        int64_t n = 0;
        for (int i = 0; i < SIZE; i++)
            n += dice_below(&dice, 100) < 8;
        const struct estimated share = estimate_share(n, SIZE);
        assert_true(share.low <= share.is && share.is <= share.high);
        covered += share.low <= 0.08 && 0.08 <= share.high;
    }
    assert_in_range(covered, 1860, 1980);
    const struct estimated none = estimate_share(0, SIZE), all = estimate_share(SIZE, SIZE);
    assert_true(none.low <= 0 && none.high > 0.1 && all.high >= 1 && all.low < 0.9);
    assert_true(estimate_share(0, 0).high >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_covered),
        cmocka_unit_test(equal_weights_are_none),
        cmocka_unit_test(one_number_has_no_spread),
        cmocka_unit_test(the_truth_is_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
