// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "mock/loaded.h"

static void loads_once_and_for_another_context(void **state)
{
    (void)state;
    struct loaded l = {0};
    struct str name = STR("llama3.2");
    assert_true(loaded_use(&l, name, 2048, 100, 1));
    assert_false(loaded_use(&l, name, 2048, 100, 50));
    assert_false(loaded_use(&l, str_of("llama3.2:latest"), 2048, 100, 60)); // the same
    assert_true(loaded_use(&l, name, 4096, 100, 70));
    assert_false(loaded_use(&l, name, 4096, 0, 80)); // and is unloaded
    assert_true(loaded_use(&l, name, 4096, 100, 81));
    assert_true(loaded_use(&l, name, 4096, LOADED_FOR_EVER, 200)); // its time was over
    assert_false(loaded_use(&l, name, 4096, 5, INT64_MAX - 9));
}

static void shows_what_is_there(void **state)
{
    (void)state;
    struct loaded l = {0};
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    assert_true(loaded_use(&l, str_of("a"), 2048, 10, 1));
    assert_true(loaded_use(&l, str_of("b:1b"), 4096, LOADED_FOR_EVER, 1));
    loaded_write(&l, 50, &b);
    assert_null(strstr(buf_cstr(&b), "a:latest"));
    assert_non_null(strstr(buf_cstr(&b), "\"model\":\"b:1b\""));
    assert_non_null(strstr(buf_cstr(&b), "\"context_length\":4096"));
    buf_fini(&b);
}

static void loads_again_what_died(void **state)
{
    (void)state;
    struct loaded l = {0};
    assert_true(loaded_use(&l, str_of("a"), 2048, 1000, 1));
    assert_true(loaded_use(&l, str_of("b"), 2048, 1000, 1));
    loaded_drop(&l, str_of("a:latest"));
    loaded_drop(&l, str_of("never"));
    assert_false(loaded_use(&l, str_of("b"), 2048, 1000, 2));
    assert_true(loaded_use(&l, str_of("a"), 2048, 1000, 2));
}

// More than there is room for: the one whose time is over first makes room.
static void holds_a_few(void **state)
{
    (void)state;
    struct loaded l = {0};
    char name[] = "m0";
    for (int i = 0; i <= LOADED_MODELS_MAX; i++) {
        name[1] = (char)('0' + i);
        assert_true(loaded_use(&l, str_of(name), 2048, 1000 + i, 1));
    }
    assert_false(loaded_use(&l, str_of("m1"), 2048, 1000, 1));
    assert_true(loaded_use(&l, str_of("m0"), 2048, 1000, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_once_and_for_another_context),
        cmocka_unit_test(shows_what_is_there),
        cmocka_unit_test(loads_again_what_died),
        cmocka_unit_test(holds_a_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
