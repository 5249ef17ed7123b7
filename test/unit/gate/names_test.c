// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "gate/names.h"

static const char book[] = "vendor acme\nsource test 2026-01-01\n"
                           "model anvil-1\nprice input 1\n"
                           "model anvil-2\nprice input 2\n"
                           "model rocket\nprice input 3\n"
                           "vendor own\nsource test 2026-01-01\n"
                           "model anvil-2\nprice input 5\n";
static struct str listed[] = {STR("rocket"), STR("anvil-*"), STR("new")};

static struct snapshot snapshot;
static struct buf seen;

static void see(void *context, const struct named *n)
{
    (void)context;
    buf_printf(&seen, "%.*s%s%.*s ", STR_ARG(n->model), n->sheet ? "=" : "",
               STR_ARG(n->sheet ? n->sheet->vendor : STR_NONE));
    assert_null(n->local);
}

static void expect(const struct config_provider *p, const char *names)
{
    buf_clear(&seen);
    names_each(&snapshot, p, see, NULL);
    assert_string_equal(buf_cstr(&seen), names);
}

static void are_those_of_the_book(void **state)
{
    (void)state;
    const struct config_provider p = {.name = STR("acme")};
    expect(&p, "anvil-1=acme anvil-2=acme rocket=acme ");
}

static void are_those_on_the_list(void **state)
{
    (void)state;
    const struct config_provider p = {
        .name = STR("acme"), .models = listed, .model_count = sizeof listed / sizeof *listed};
    expect(&p, "rocket=acme new anvil-1=acme anvil-2=acme ");
}

// The provider's own row stands before its vendor's of the same name.
static void come_once(void **state)
{
    (void)state;
    const struct config_provider p = {.name = STR("own"), .vendor = STR("acme")};
    expect(&p, "anvil-1=acme rocket=acme anvil-2=own ");
}

static void are_five_of_the_mock(void **state)
{
    (void)state;
    const struct config_provider p = {.name = STR("mock"), .mock = true};
    expect(&p, "fast small large reason embed ");
}

static int setup(void **state)
{
    struct str text = str_of(book);
    struct why why = {0};
    (void)state;
    buf_init(&seen, &alloc_heap, 0);
    if (catalog_open_texts(&alloc_heap, &text, 1, &snapshot.catalog, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    catalog_close(snapshot.catalog);
    buf_fini(&seen);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_those_of_the_book),
        cmocka_unit_test(are_those_on_the_list),
        cmocka_unit_test(come_once),
        cmocka_unit_test(are_five_of_the_mock),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
