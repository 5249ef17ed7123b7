// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/clock.h"
#include "gate/sessions.h"

static void a_session_stays_for_its_time(void **state)
{
    (void)state;
    struct sessions *s = sessions_new();
    uint64_t a = sessions_model(str_of("bench/a")), b = sessions_model(str_of("bench/b"));
    assert_true(a != 0 && b != 0 && a != b);
    assert_int_equal(sessions_find(s, 7, 60000, 1000 * SECOND_US), 0);
    sessions_keep(s, 7, a, 1000 * SECOND_US);
    assert_int_equal(sessions_find(s, 7, 60000, 1060 * SECOND_US), a);
    assert_int_equal(sessions_find(s, 7, 60000, 1061 * SECOND_US), 0);
    assert_int_equal(sessions_find(s, 8, 60000, 1000 * SECOND_US), 0);
    sessions_keep(s, 7, b, 1100 * SECOND_US);
    assert_int_equal(sessions_find(s, 7, 60000, 1100 * SECOND_US), b);
    sessions_free(s);
    sessions_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_stays_for_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
