// SPDX-License-Identifier: Apache-2.0
//
// The measures on outcomes small enough to be counted by hand.

#include <string.h>

#include "../unit.h"
#include "route/curve.h"

#define NEAR 1e-9

// The large model gains on two of four; scores put those first.
static void set(struct judged *j, float a, float b, float c, float d)
{
    const struct judged set[4] = {{a, 0, 1}, {b, 0, 1}, {c, 1, 1}, {d, 1, 1}};
    memcpy(j, set, sizeof set);
}

static void best(void **state)
{
    struct judged j[4];
    struct curve c;
    set(j, .9f, .8f, .2f, .1f);
    curve_of(j, 4, 0, false, &c);
    assert_float_equal(c.apgr, .75, NEAR);  // two steps up to 1, then level
    assert_float_equal(c.cpt50, .25, NEAR); // one of four
    assert_float_equal(c.cpt80, .4, NEAR);  // on the way to the second
    assert_float_equal(c.save95, 1 - .45, NEAR);
    curve_of(j, 4, .5, false, &c); // the small ones cost half
    assert_float_equal(c.save95, 1 - .45 - .5 * .55, NEAR);
    curve_of(j, 4, .5, true, &c); // and all of them are asked
    assert_float_equal(c.save95, 1 - .45 - .5, NEAR);
    curve_of(j, 4, 1, true, &c); // dearer than the large one alone: not done
    assert_float_equal(c.save95, 0, NEAR);
}

static void worst_and_chance(void **state)
{
    struct judged j[4];
    struct curve c;
    set(j, .1f, .2f, .8f, .9f);
    curve_of(j, 4, 0, false, &c);
    assert_float_equal(c.apgr, .25, NEAR);
    assert_float_equal(c.cpt50, .75, NEAR);
    set(j, .5f, .5f, .5f, .5f); // one score: by chance
    curve_of(j, 4, 0, false, &c);
    assert_float_equal(c.apgr, .5, NEAR);
    assert_float_equal(c.cpt80, .8, NEAR);
    curve_of_chance(j, 4, 0, &c);
    assert_float_equal(c.apgr, .5, NEAR);
    assert_float_equal(c.save99, .02, NEAR);
}

static void no_gain(void **state)
{
    struct judged j[2] = {{1, 1, 0}, {0, 1, 1}};
    struct curve c;
    curve_of(j, 2, .1, false, &c);
    assert_float_equal(c.apgr, .5, NEAR);
    assert_float_equal(c.save99, .9, NEAR); // the small one alone is better
    curve_of(j, 0, .1, false, &c);
    assert_float_equal(c.apgr, .5, NEAR);
}

static void thresholds(void **state)
{
    struct judged j[4];
    struct at_threshold at;
    set(j, .9f, .8f, .2f, .1f);
    curve_at(j, 4, .8, &at);
    assert_float_equal(at.share_weak, .5, NEAR);
    assert_float_equal(at.loss, 0, NEAR);
    curve_at(j, 4, .85, &at);
    assert_float_equal(at.share_weak, .75, NEAR);
    assert_float_equal(at.loss, .25, NEAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best),
        cmocka_unit_test(worst_and_chance),
        cmocka_unit_test(no_gain),
        cmocka_unit_test(thresholds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
