// SPDX-License-Identifier: Apache-2.0
//
// The latest are kept, oldest first.

#include "../unit.h"
#include "gate/incidents.h"

static void the_latest_are_kept(void **state)
{
    (void)state;
    static struct incident out[INCIDENTS_KEPT + 1];
    struct incidents *all = incidents_new();
    assert_int_equal(incidents_copy(all, out, INCIDENTS_KEPT), 0);
    for (int i = 1; i <= 3; i++)
        incidents_add(all, &(struct incident){.at_us = i, .news = STANDING_OPENED});
    assert_int_equal(incidents_copy(all, out, INCIDENTS_KEPT), 3);
    assert_int_equal(out[0].at_us, 1);
    assert_int_equal(out[2].at_us, 3);
    assert_int_equal(incidents_copy(all, out, 2), 2);
    assert_int_equal(out[0].at_us, 2);
    for (int i = 4; i <= INCIDENTS_KEPT + 10; i++)
        incidents_add(all, &(struct incident){.at_us = i});
    assert_int_equal(incidents_copy(all, out, INCIDENTS_KEPT + 1), INCIDENTS_KEPT);
    assert_int_equal(out[0].at_us, 11);
    assert_int_equal(out[INCIDENTS_KEPT - 1].at_us, INCIDENTS_KEPT + 10);
    incidents_free(all);
    incidents_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_latest_are_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
