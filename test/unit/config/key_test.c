// SPDX-License-Identifier: Apache-2.0

#include "rig.h"

// However long the list is: one that was lost would allow everything.
static void keeps_a_long_list_of_models(void **state)
{
    (void)state;
    struct buf text;
    environment = keys;
    buf_init(&text, &alloc_heap, 0);
    buf_add_cstr(&text, "keys:\n  - name: k\n    token: 0123456789abcdef\n    models:\n");
    for (int i = 0; i < 4000; i++)
        buf_printf(&text, "      - a-model-of-a-long-name-%04d\n", i);
    struct config *c = check(buf_cstr(&text));
    assert_int_equal(c->fault_count, 0);
    assert_int_equal(c->keys[0].models.len, 4000 * 28 - 1);
    assert_true(str_starts(c->keys[0].models, str_of("a-model-of-a-long-name-0000,a-")));
    assert_true(str_ends(c->keys[0].models, str_of(",a-model-of-a-long-name-3999")));
    config_free(c);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_long_list_of_models),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
