// SPDX-License-Identifier: Apache-2.0
//
// What became of drawn calls, by route.

#include "../unit.h"
#include "gate/drawn.h"

static void routes_are_apart(void **state)
{
    (void)state;
    struct drawn *d = drawn_new();
    struct drawn_sum sum;
    assert_non_null(d);
    struct drawn_route *a = drawn_at(d, str_of("a")), *b = drawn_at(d, str_of("b"));
    assert_true(a && b && a != b);
    assert_ptr_equal(drawn_at(d, str_of("a")), a);
    drawn_count(a, SHADOW_END_REFUSED, str_of("first"));
    drawn_count(a, SHADOW_END_REFUSED, str_of("then"));
    drawn_count(a, SHADOW_END_PAIR, STR_NONE);
    drawn_count(b, SHADOW_END_BUSY, str_of("many"));
    drawn_sum(d, str_of("a"), &sum);
    assert_int_equal(sum.calls[SHADOW_END_REFUSED], 2);
    assert_string_equal(sum.why[SHADOW_END_REFUSED], "then"); // the latest
    assert_int_equal(sum.calls[SHADOW_END_PAIR], 1);
    assert_string_equal(sum.why[SHADOW_END_PAIR], "");
    assert_int_equal(sum.calls[SHADOW_END_BUSY], 0);
    drawn_sum(d, str_of("b"), &sum);
    assert_int_equal(sum.calls[SHADOW_END_BUSY], 1);
    drawn_sum(d, str_of("c"), &sum);
    for (int i = 0; i < SHADOW_END_COUNT; i++)
        assert_true(sum.calls[i] == 0 && sum.why[i][0] == 0);
    drawn_free(d);
}

static void a_long_reason_is_clipped(void **state)
{
    (void)state;
    char text[2 * DRAWN_WHY];
    struct drawn *d = drawn_new();
    struct drawn_sum sum;
    struct drawn_route *a = drawn_at(d, str_of("a"));
    assert_non_null(a);
    memset(text, 'x', sizeof text);
    drawn_count(a, SHADOW_END_FAILED, str_from(text, sizeof text));
    drawn_sum(d, str_of("a"), &sum);
    size_t len = strlen(sum.why[SHADOW_END_FAILED]);
    assert_true(len > DRAWN_WHY / 2 && len < DRAWN_WHY);
    drawn_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_are_apart),
        cmocka_unit_test(a_long_reason_is_clipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
