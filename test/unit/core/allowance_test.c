// SPDX-License-Identifier: Apache-2.0
//
// What is left of a rate comes back evenly; for how long a call would have to wait for its part.

#include "../unit.h"
#include "core/allowance.h"

#define SECOND INT64_C(1000000)
#define NOW    (1000 * SECOND)

static void unknown_bars_nothing(void **state)
{
    (void)state;
    const struct allowance none = {0};
    assert_int_equal(allowance_left(&none, NOW), INT64_MAX);
    assert_int_equal(allowance_wait_us(&none, 1000000, NOW), 0);
    // Its limit was not said: nothing comes back before the end.
    const struct allowance bare = {.left = 0, .read_us = NOW, .full_us = NOW + 60 * SECOND};
    assert_int_equal(allowance_left(&bare, NOW + 59 * SECOND), 0);
    assert_int_equal(allowance_wait_us(&bare, 1, NOW + 59 * SECOND), SECOND);
    assert_int_equal(allowance_left(&bare, NOW + 60 * SECOND), INT64_MAX);
    assert_int_equal(allowance_wait_us(&bare, 1, NOW + 60 * SECOND), 0);
}

static void comes_back(void **state)
{
    (void)state;
    const struct allowance a = {
        .limit = 600, .left = 0, .read_us = NOW, .full_us = NOW + 60 * SECOND};
    assert_int_equal(allowance_left(&a, NOW), 0);
    assert_int_equal(allowance_left(&a, NOW - SECOND), 0); // read by another thread a moment later
    assert_int_equal(allowance_left(&a, NOW + SECOND), 10);
    assert_int_equal(allowance_left(&a, NOW + 30 * SECOND), 300);
    assert_int_equal(allowance_left(&a, NOW + 600 * SECOND), 600);
    assert_int_equal(allowance_wait_us(&a, 1, NOW), SECOND / 10);
    assert_int_equal(allowance_wait_us(&a, 300, NOW), 30 * SECOND);
    assert_int_equal(allowance_wait_us(&a, 300, NOW + 20 * SECOND), 10 * SECOND);
    assert_int_equal(allowance_wait_us(&a, 300, NOW + 30 * SECOND), 0);
    // More than there ever is: all of it will have to do.
    assert_int_equal(allowance_wait_us(&a, 100000, NOW), 60 * SECOND);
    assert_int_equal(allowance_wait_us(&a, 100000, NOW + 60 * SECOND), 0);
}

static void enough_is_there(void **state)
{
    (void)state;
    const struct allowance a = {
        .limit = 600, .left = 400, .read_us = NOW, .full_us = NOW + 60 * SECOND};
    assert_int_equal(allowance_wait_us(&a, 400, NOW), 0);
    assert_int_equal(allowance_wait_us(&a, 500, NOW), 30 * SECOND);
    // What was taken since may be more than was left.
    const struct allowance owed = {
        .limit = 600, .left = -600, .read_us = NOW, .full_us = NOW + 60 * SECOND};
    assert_int_equal(allowance_left(&owed, NOW + 30 * SECOND), 0);
    assert_true(allowance_wait_us(&owed, 1, NOW) > 30 * SECOND);
}

// A call that is more than all of it never fits, however full it is.
static void more_than_all(void **state)
{
    (void)state;
    const struct allowance a = {.limit = 600, .left = 600, .read_us = NOW, .full_us = NOW + SECOND};
    assert_int_equal(allowance_beyond_us(&a, 600, NOW), 0);
    assert_int_equal(allowance_beyond_us(&a, 601, NOW), ALLOWANCE_MOST_US);
    assert_int_equal(allowance_beyond_us(&a, 601, NOW + 60 * SECOND),
                     ALLOWANCE_MOST_US - 60 * SECOND);
    assert_int_equal(allowance_beyond_us(&a, 601, NOW + ALLOWANCE_MOST_US), 0);
    assert_int_equal(allowance_beyond_us(&a, 601, NOW + 2 * ALLOWANCE_MOST_US), 0);
    // Nothing was read, or no limit was said.
    const struct allowance none = {.limit = 600}, bare = {.read_us = NOW, .full_us = NOW + SECOND};
    assert_int_equal(allowance_beyond_us(&none, 601, NOW), 0);
    assert_int_equal(allowance_beyond_us(&bare, 601, NOW), 0);
}

static void large_numbers(void **state)
{
    (void)state;
    const int64_t most = INT64_C(9000000000000);
    const struct allowance a = {
        .limit = most, .left = 0, .read_us = NOW, .full_us = NOW + 31 * 86400 * SECOND};
    assert_in_range(allowance_left(&a, NOW + 86400 * SECOND), most / 31 - 1, most / 31 + 1);
}

// Whatever a provider says of its limits, one call in an hour sees whether it is so.
static void far_reset(void **state)
{
    (void)state;
    const struct allowance a = {
        .limit = 10, .left = 0, .read_us = NOW, .full_us = NOW + 87600 * 3600 * SECOND};
    assert_int_equal(allowance_wait_us(&a, 1, NOW), ALLOWANCE_MOST_US);
    assert_int_equal(allowance_wait_us(&a, 1, NOW + ALLOWANCE_MOST_US - 1), 1);
    assert_int_equal(allowance_wait_us(&a, 1, NOW + ALLOWANCE_MOST_US), 0);
    assert_int_equal(allowance_wait_us(&a, 1, NOW + 2 * ALLOWANCE_MOST_US), 0);
    assert_int_equal(allowance_left(&a, NOW + ALLOWANCE_MOST_US), 0); // as it was told
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_bars_nothing), cmocka_unit_test(comes_back),
        cmocka_unit_test(enough_is_there),      cmocka_unit_test(more_than_all),
        cmocka_unit_test(large_numbers),        cmocka_unit_test(far_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
