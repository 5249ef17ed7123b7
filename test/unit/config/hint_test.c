// SPDX-License-Identifier: Apache-2.0
//
// What is told to be pasted means the same to a shell and to the command line.

#include "../unit.h"
#include "config/hint.h"

static void says(const struct hint *h, const char *line)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    hint_write(&b, h);
    assert_string_equal(buf_cstr(&b), line);
    buf_fini(&b);
}

static void names_what_is_meant(void **state)
{
    (void)state;
    const struct str usd = STR("USD"), file = STR("/etc/my costs.yaml");
    says(&(struct hint){.verb = "budget list"}, "`costlens budget list`");
    says(&(struct hint){.verb = "budget list", .config = file},
         "`costlens budget list --config '/etc/my costs.yaml'`");
    says(&(struct hint){"budget raise", {STR("ci"), usd}, STR("c.yaml")},
         "`costlens budget raise ci USD --config c.yaml`");
    says(&(struct hint){"budget raise", {STR("it's $(id)"), usd}, STR_NONE},
         "`costlens budget raise 'it'\\''s $(id)' USD`");
    says(&(struct hint){"team rm", {STR("a"), STR("-b c")}, STR("c.yaml")},
         "`costlens team rm --config c.yaml -- a '-b c'`");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_what_is_meant)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
