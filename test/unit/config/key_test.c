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

// Who only asks what a file says needs none of its secrets: whatever has one counts as having it,
// also what the environment would make a provider.
static void secrets_need_not_be_looked_for(void **state)
{
    (void)state;
    static const char text[] =
        "providers:\n  a: {url: 'https://x/v1', key: env:NOT_SET}\n"
        "  b: {url: 'https://y/v1', keys: [file:none.key, \"${NOT_SET}\"]}\n"
        "keys:\n  - {name: k, token: env:NOT_SET}\n  - {name: l, token: file:none.key}\n"
        "routes:\n  - {name: r, small: a/m, large: [b/m, mistral/mistral-small-latest]}\n";
    struct config_source source = {.file = in_folder("costlens.yaml"), .env = env, .unread = true};
    struct config *c = NULL;
    struct why why = {0};
    environment = NULL;
    write_file("costlens.yaml", text, strlen(text));
    assert_int_equal(config_read(&source, &c, &why), STATUS_OK);
    assert_int_equal(c->warning_count, 0);
    assert_int_equal(c->provider_count, 3);
    assert_int_equal(c->providers[1].key_count, 2);
    assert_int_equal(c->key_count, 2);
    assert_int_equal(c->routes[0].large->model_count, 2);
    config_free(c);
    source.unread = false;
    assert_int_equal(config_read(&source, &c, &why), STATUS_OK);
    assert_int_equal(c->routes[0].large->absent_count, 2);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_a_long_list_of_models),
        cmocka_unit_test(secrets_need_not_be_looked_for),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
