// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/wide.h"

static void multiplies_and_divides(void **state)
{
    (void)state;
    int64_t n = 0;
    struct wide w = wide_from(((int128)1 << 126) + 12345);
    for (int i = 0; i < 4; i++)
        wide_multiply(&w, 999999937);
    assert_false(wide_i64(&w, &n));
    for (int i = 0; i < 4; i++)
        assert_int_equal(wide_divide(&w, 999999937), 0);
    for (int i = 0; i < 126; i++)
        assert_int_equal(wide_divide(&w, 2), i < 14 ? 12345 >> i & 1 : 0);
    assert_true(wide_i64(&w, &n));
    assert_int_equal(n, 1);
}

static void adds_with_its_carries(void **state)
{
    (void)state;
    int64_t n = 0;
    struct wide w = wide_from(INT64_MAX);
    assert_true(wide_i64(&w, &n));
    assert_int_equal(n, INT64_MAX);
    struct wide one = wide_from(1);
    wide_add(&w, &one);
    assert_false(wide_i64(&w, &n));
    assert_int_equal(n, INT64_MAX); // untouched
    w = wide_from((((int128)1 << 96) - 1));
    wide_add(&w, &one);
    assert_int_equal(w.limb[3], 1);
    assert_int_equal(wide_divide(&w, 1000000), 950336); // 2^96 mod 10^6
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiplies_and_divides),
        cmocka_unit_test(adds_with_its_carries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
