// SPDX-License-Identifier: Apache-2.0
//
// A stream that is held: what of it goes on, and when.

#include "../unit.h"
#include "request/held.h"

// What did not find room is missing: nothing goes on as if it were whole.
static void a_hole_in_it_goes_to_nobody(void **state)
{
    (void)state;
    struct req r = {.attempt.mode = RELAY_HELD};
    buf_init(&r.attempt.whole, &alloc_heap, 8);
    buf_add(&r.attempt.whole, str_of("data: 1"));
    buf_add(&r.attempt.whole, str_of("data: 2"));
    held_judge(&r);
    assert_int_equal(r.attempt.mode, RELAY_HELD);
    assert_true(buf_failed(&r.attempt.whole));
    assert_false(r.head_sent);
    held_pass(&r);
    assert_true(buf_failed(&r.attempt.whole));
    assert_false(r.head_sent);
    buf_fini(&r.attempt.whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_hole_in_it_goes_to_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
