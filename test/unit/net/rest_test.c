// SPDX-License-Identifier: Apache-2.0
//
// Bytes that wait until somebody wants them.

#include "../unit.h"
#include "net/rest.h"

static struct loop *loop;

static int setup(void **state)
{
    (void)state;
    loop = loop_new();
    return loop ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void holds(const struct rest *r, const char *bytes)
{
    assert_true(str_is(str_from(r->ptr, r->len), bytes));
}

static void they_wait_in_order(void **state)
{
    (void)state;
    struct rest r = {0};
    assert_true(rest_keep(&r, loop, str_of("GET ")));
    assert_true(rest_keep(&r, loop, STR_NONE));
    assert_true(rest_keep(&r, loop, str_of("/ HTTP/1.1")));
    holds(&r, "GET / HTTP/1.1");
    rest_drop(&r, loop);
}

static void nothing_takes_no_block(void **state)
{
    (void)state;
    struct rest r = {0};
    assert_true(rest_keep(&r, loop, STR_NONE));
    assert_true(!r.ptr && r.size == 0);
    rest_drop(&r, loop);
    assert_int_equal(r.len, 0);
}

static void the_block_grows(void **state)
{
    (void)state;
    static char bytes[READ_BYTES];
    struct rest r = {0};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('a' + i % 26);
    for (int i = 0; i < 5; i++)
        assert_true(rest_keep(&r, loop, str_from(bytes, sizeof bytes)));
    assert_true(r.len == 5 * sizeof bytes && r.size >= r.len);
    for (size_t i = 0; i < 5; i++)
        assert_memory_equal(r.ptr + i * sizeof bytes, bytes, sizeof bytes);
    rest_drop(&r, loop);
    assert_true(!r.ptr && r.len == 0 && r.size == 0);
}

static void others_are_kept_meanwhile(void **state)
{
    (void)state;
    struct rest r = {0};
    assert_true(rest_keep(&r, loop, str_of("first")));
    struct rest taken = rest_take(&r);
    assert_true(!r.ptr && r.len == 0 && r.size == 0);
    assert_true(rest_keep(&r, loop, str_of("second")));
    holds(&taken, "first");
    holds(&r, "second");
    rest_drop(&taken, loop);
    rest_drop(&r, loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_wait_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_takes_no_block, setup, teardown),
        cmocka_unit_test_setup_teardown(the_block_grows, setup, teardown),
        cmocka_unit_test_setup_teardown(others_are_kept_meanwhile, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
