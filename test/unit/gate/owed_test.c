// SPDX-License-Identifier: Apache-2.0
//
// What pairs under way owe: a sum for each route.

#include "../unit.h"
#include "gate/owed.h"

static int64_t set(struct owed *o, struct owing *pair, int64_t is)
{
    return owed_set(o, pair, (struct nano){is}).n;
}

static void routes_are_apart(void **state)
{
    (void)state;
    struct owed o;
    struct owing a = {.route = str_of("a")}, b = {.route = str_of("b")}, more = {.route = a.route};
    owed_init(&o);
    assert_int_equal(set(&o, &a, 0), 0);
    assert_int_equal(set(&o, &a, 100), 100);
    assert_int_equal(set(&o, &b, 7), 7);
    assert_int_equal(set(&o, &more, 30), 130);
    assert_int_equal(set(&o, &a, 50), 80); // it has had a verdict
    assert_int_equal(set(&o, &a, 0), 30);
    assert_int_equal(set(&o, &a, 0), 30);
    assert_int_equal(set(&o, &more, 0), 0);
    assert_int_equal(set(&o, &b, 0), 0);
    owed_fini(&o);
}

static void more_than_can_be_counted_is_the_most(void **state)
{
    (void)state;
    struct owed o;
    struct owing a = {.route = str_of("a")}, b = {.route = str_of("a")};
    owed_init(&o);
    assert_int_equal(set(&o, &a, INT64_MAX), INT64_MAX);
    assert_int_equal(set(&o, &b, INT64_MAX), INT64_MAX);
    assert_int_equal(set(&o, &a, 0), INT64_MAX);
    assert_int_equal(set(&o, &b, 0), 0);
    owed_fini(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_are_apart),
        cmocka_unit_test(more_than_can_be_counted_is_the_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
