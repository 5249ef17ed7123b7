// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/balance.h"

static void shares_are_exact(void **state)
{
    (void)state;
    static const uint32_t weights[] = {3, 0, 1, 6};
    unsigned got[5] = {0};
    for (uint64_t n = 1000003; n < 1000003 + 1000; n++)
        got[balance_pick(weights, 4, n)]++;
    assert_int_equal(got[0], 300);
    assert_int_equal(got[1], 0);
    assert_int_equal(got[2], 100);
    assert_int_equal(got[3], 600);
    assert_int_equal(got[4], 0);
}

static void nobody(void **state)
{
    (void)state;
    static const uint32_t none[] = {0, 0};
    static const uint32_t most[] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};
    assert_int_equal(balance_pick(none, 2, 7), 2);
    assert_int_equal(balance_pick(none, 0, 7), 0);
    assert_true(balance_pick(most, 3, UINT64_MAX) < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_exact),
        cmocka_unit_test(nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
