// SPDX-License-Identifier: Apache-2.0
//
// A mean that forgets: exact while few are known, then drawn to what is new, and never out of
// range.

#include "../unit.h"
#include "core/decayed.h"
#include "decayed_from.h"

static void nothing_is_none(void **state)
{
    (void)state;
    const struct decayed none = {0};
    assert_int_equal(decayed_mean(none), 0);
    assert_int_equal(decayed_weight(none), 0);
}

static void few_are_averaged(void **state)
{
    (void)state;
    struct decayed d = {0};
    for (int64_t n = 1; n <= 9; n++)
        d = decayed_add(d, n * 100, DECAYED_ONE);
    assert_int_equal(decayed_mean(d), 500);
    assert_int_equal(decayed_weight(d), 9 * DECAYED_ONE);
}

static void old_ones_are_forgotten(void **state)
{
    (void)state;
    struct decayed d = decayed_from(1000, 1000000);
    assert_int_equal(decayed_weight(d), DECAYED_ONE * DECAYED_MEMORY);
    for (int i = 0; i < 2 * DECAYED_MEMORY; i++)
        d = decayed_add(d, 200, DECAYED_ONE);
    // (1 - 1/64)^128 of the old one is left: 800 x 0.133 above the new.
    assert_in_range(decayed_mean(d), 300, 312);
    for (int i = 0; i < 20 * DECAYED_MEMORY; i++)
        d = decayed_add(d, 200, DECAYED_ONE);
    assert_in_range(decayed_mean(d), 199, 201);
}

static void weights_count(void **state)
{
    (void)state;
    struct decayed d = decayed_add((struct decayed){0}, 100, DECAYED_ONE);
    d = decayed_add(d, 400, 2 * DECAYED_ONE);
    assert_int_equal(decayed_mean(d), 300);
    // However large one is, it is no more than sixteen.
    d = decayed_add(decayed_from(0, 16), 1000, INT64_MAX);
    assert_int_equal(decayed_mean(d), 500);
}

static void absurd_values_stay_in_range(void **state)
{
    (void)state;
    struct decayed d = {0};
    for (int i = 0; i < 200; i++)
        d = decayed_add(d, i % 2 ? INT64_MAX : INT64_MIN, i % 3 ? DECAYED_ONE : INT64_MAX);
    assert_in_range(decayed_mean(d), 0, INT64_C(1) << 42);
    assert_int_equal(decayed_weight(d), DECAYED_ONE * DECAYED_MEMORY);
    assert_int_equal(decayed_mean(decayed_from(INT64_MAX, INT64_MAX)), INT64_C(1) << 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_none),
        cmocka_unit_test(few_are_averaged),
        cmocka_unit_test(old_ones_are_forgotten),
        cmocka_unit_test(weights_count),
        cmocka_unit_test(absurd_values_stay_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
