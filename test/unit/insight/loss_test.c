// SPDX-License-Identifier: Apache-2.0
//
// The loss of a choice, and its interval: exact where nothing is lost, wide for few, and around the
// truth as often as it says.

#include <math.h>

#include "../unit.h"
#include "base/random.h"
#include "insight/loss.h"

enum { MOST = 400 };
static struct evidence calls[MOST];

enum { TO_SMALL = -1, TO_LARGE = 1 };

static void the_large_side_loses_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        calls[i] = (struct evidence){TO_LARGE, 0, 1, 0.25F, .unjudged = false};
    const struct loss l = loss_of(calls, 20);
    assert_true(l.is >= 0 && l.is <= 0 && l.low >= 0 && l.high <= 0);
}

// Groups of all sizes, some wholly lost.
static void groups_have_an_interval(void **state)
{
    (void)state;
    struct dice dice;
    dice_init(&dice, 31);
    for (int round = 0; round < 20; round++) {
        int n = 0;
        for (uint64_t g = 1; n + 16 < MOST; g++) {
            const bool lost = dice_below(&dice, 10) == 0;
            for (uint64_t k = dice_below(&dice, 16) + 1; k > 0; k--)
                calls[n++] = (struct evidence){TO_SMALL, lost ? 0 : 1, 1, 1, .group = g};
        }
        const struct loss l = loss_of(calls, (size_t)n);
        assert_true(l.low <= l.is && l.is <= l.high && l.high < 0.9);
    }
}

static void few_prove_little(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        calls[i] = (struct evidence){TO_SMALL, 1, 1, 1, .unjudged = false};
    const struct loss few = loss_of(calls, 5);
    for (int i = 0; i < MOST; i++)
        calls[i] = calls[0];
    const struct loss many = loss_of(calls, MOST);
    assert_true(few.is <= 0 && few.low <= 0 && few.high > 0.3);
    assert_true(many.high > 0 && many.high < 0.05);
}

static void seldom_seen_counts_more(void **state)
{
    (void)state;
    calls[0] = (struct evidence){TO_SMALL, 0, 1, 0.75F, .unjudged = false};
    calls[1] = (struct evidence){TO_SMALL, 1, 1, 0.25F, .unjudged = false};
    assert_true(fabs(loss_of(calls, 2).is - 0.75) < 1e-6);
    calls[0] = (struct evidence){TO_SMALL, 1, 0.5F, 0.75F,
                                 .unjudged = false}; // the small side may be better
    calls[1] = (struct evidence){TO_SMALL, 1, 1, 0.25F, .unjudged = false};
    assert_true(loss_of(calls, 2).is < 0);
}

// Whatever its qualities say: useless at the small side; at the large one it is no proof that
// nothing is lost.
static void what_nobody_judged_is_lost_or_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++)
        calls[i] = (struct evidence){TO_SMALL, i % 2 ? 1 : 0.5F, 1, 0.5F, .unjudged = false};
    const struct loss alone = loss_of(calls, MOST / 2);
    for (int i = MOST / 2; i < MOST; i++)
        calls[i] = (struct evidence){TO_LARGE, 0, 1, 0.5F, .unjudged = true};
    const struct loss with = loss_of(calls, MOST);
    assert_true(fabs(alone.is - 0.25) < 1e-6 && fabs(with.is - 0.25) < 1e-6);
    assert_true(with.low <= 0.25 && with.high >= alone.high);
    calls[0] = (struct evidence){TO_SMALL, 1, 1, 1, .unjudged = false};
    calls[1] = (struct evidence){TO_SMALL, 1, 0, 1, .unjudged = true};
    assert_true(fabs(loss_of(calls, 2).is - 0.5) < 1e-6);
}

// Where nobody has judged, neither end says what it was: they cover it, be it lost or won.
static void what_nobody_judged_is_covered(void **state)
{
    (void)state;
    struct dice dice;
    int covered[2] = {0};
    dice_init(&dice, 8);
    for (int draw = 0; draw < 100; draw++) {
        for (int i = 0; i < MOST; i++)
            calls[i] = (struct evidence){dice_below(&dice, 4) ? TO_SMALL : TO_LARGE,
                                         dice_below(&dice, 10) < 9, 1, 1,
                                         .unjudged = dice_below(&dice, 5) == 0};
        const struct loss l = loss_of(calls, MOST); // a fifth is not judged
        // Of 20 calls 4: 3 at the small side, 1 at the large one. 12 were judged at the small side.
        const double lost = (12 * 0.1 + 3) / 20, won = 1 - (12 * 0.9 + 3 + 4 + 1) / (12 + 4 + 1);
        covered[0] += l.low <= lost && lost <= l.high;
        covered[1] += l.low <= won && won <= l.high;
    }
    assert_true(covered[0] >= 92 && covered[1] >= 92);
    for (int i = 0; i < MOST; i++)
        calls[i] = (struct evidence){TO_SMALL, 0, 1, 1, .unjudged = true};
    const struct loss nothing = loss_of(calls, MOST);
    assert_true(isinf(nothing.low) && nothing.low < 0 && nothing.high >= 1);
}

static void the_truth_is_covered(void **state)
{
    (void)state;
    struct dice dice;
    int covered = 0;
    dice_init(&dice, 4);
    for (int draw = 0; draw < 200; draw++) {
        for (int i = 0; i < MOST; i++)
            calls[i] = (struct evidence){dice_below(&dice, 2) ? TO_SMALL : TO_LARGE,
                                         dice_below(&dice, 10) < 8 ? 1 : 0, 1,
                                         dice_below(&dice, 2) ? 1 : 0.5F, .unjudged = false};
        const struct loss l = loss_of(calls, MOST); // half of them lose a fifth
        assert_true(l.low <= l.is && l.is <= l.high);
        covered += l.low <= 0.1 && 0.1 <= l.high;
    }
    assert_true(covered >= 185);
}

// Another policy later on: all went to the large side, and then all to the small one.
static void a_policy_that_has_changed_is_covered(void **state)
{
    (void)state;
    static struct evidence both[2100];
    struct dice dice;
    const double truth = 500 * 0.1 / 2100;
    int covered = 0;
    dice_init(&dice, 6);
    for (int draw = 0; draw < 100; draw++) {
        for (int i = 0; i < 2100; i++)
            both[i] = (struct evidence){i < 1600 ? TO_LARGE : TO_SMALL, dice_below(&dice, 10) > 0,
                                        1, 1, .unjudged = false};
        const struct loss l = loss_of(both, 2100);
        covered += l.low <= truth && truth <= l.high;
    }
    assert_true(covered >= 92);
}

// A small side that is the better one has an interval like any other: below 0.
static void a_gain_is_covered(void **state)
{
    (void)state;
    struct dice dice;
    const double truth = 1 - 0.90 / 0.85;
    int covered = 0, above = 0;
    dice_init(&dice, 5);
    for (int draw = 0; draw < 200; draw++) {
        for (int i = 0; i < MOST; i++)
            calls[i] = (struct evidence){TO_SMALL, dice_below(&dice, 100) < 90,
                                         dice_below(&dice, 100) < 85, 1, .unjudged = false};
        const struct loss l = loss_of(calls, MOST);
        assert_true(l.low <= l.is && l.is <= l.high);
        covered += l.low <= truth && truth <= l.high;
        above += l.low > -0.3; // it says something
    }
    assert_true(covered >= 185);
    assert_int_equal(above, 200);
}

// Twice as good, and more: no low end is known.
static void a_large_gain_has_no_low_end(void **state)
{
    (void)state;
    for (int i = 0; i < MOST; i++)
        calls[i] = (struct evidence){TO_SMALL, 1, i % 4 == 0, 1, .unjudged = false};
    const struct loss l = loss_of(calls, MOST);
    assert_true(l.is < -2.9 && isinf(l.low) && l.low < 0 && l.high < -0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_large_side_loses_nothing),
        cmocka_unit_test(groups_have_an_interval),
        cmocka_unit_test(few_prove_little),
        cmocka_unit_test(seldom_seen_counts_more),
        cmocka_unit_test(what_nobody_judged_is_lost_or_nothing),
        cmocka_unit_test(what_nobody_judged_is_covered),
        cmocka_unit_test(the_truth_is_covered),
        cmocka_unit_test(a_policy_that_has_changed_is_covered),
        cmocka_unit_test(a_gain_is_covered),
        cmocka_unit_test(a_large_gain_has_no_low_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
