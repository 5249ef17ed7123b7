// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/ability.h"

static void the_first_that_is_missing_is_told(void **state)
{
    (void)state;
    assert_null(ability_missing(0));
    assert_string_equal(ability_missing(ABILITY_TOOLS), "no tools");
    assert_string_equal(ability_missing(ABILITY_SCHEMA | ABILITY_VISION), "no vision");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_that_is_missing_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
