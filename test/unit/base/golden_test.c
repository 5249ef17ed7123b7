// SPDX-License-Identifier: Apache-2.0

#include <stdbool.h>

#include "../unit.h"
#include "base/golden.h"

// What is stored was made of these: another build gives the same numbers.
static void numbers_stay_what_they_were(void **state)
{
    (void)state;
    assert_int_equal(golden(0), 0);
    assert_int_equal(golden(1), UINT64_C(0x9e3779b97f4a7c15));
    assert_int_equal(golden(2), UINT64_C(0x3c6ef372fe94f82a));
    assert_int_equal(golden(UINT64_MAX), UINT64_C(0x61c8864680b583eb));
    assert_int_equal(golden_low(1), UINT64_C(0x9e3779b9e17d05ac));
    assert_int_equal(golden_low(2), UINT64_C(0x3c6ef372c2fa0b58));
}

static void numbers_in_a_row_fall_apart(void **state)
{
    (void)state;
    bool taken[1024] = {false};
    unsigned places = 0;
    for (uint64_t i = 0; i < 512; i++) {
        const uint64_t place = golden(i) >> 54;
        places += !taken[place];
        taken[place] = true;
    }
    assert_int_equal(places, 512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stay_what_they_were),
        cmocka_unit_test(numbers_in_a_row_fall_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
