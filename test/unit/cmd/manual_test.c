// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"
#include "cmd/command.h"
#include "cmd/manual.h"
#include "config/config.h"

static void load(const char *name, struct buf *out)
{
    char path[512];
    char room[4096];
    size_t n;
    snprintf(path, sizeof path, "%s/../doc/%s", TEST_ROOT, name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s is missing", path);
    while ((n = fread(room, 1, sizeof room, f)) > 0)
        buf_add(out, str_from(room, n));
    fclose(f);
}

// The committed file is what the tables say.
static void compare(const char *name, const char *word, void (*write)(struct buf *))
{
    struct buf want, is;
    buf_init(&want, &alloc_heap, 0);
    buf_init(&is, &alloc_heap, 0);
    write(&want);
    load(name, &is);
    if (!str_eq(buf_str(&want), buf_str(&is)))
        fail_msg("doc/%s is out of date: build/costlens internal-docs %s > doc/%s", name, word,
                 name);
    buf_fini(&want);
    buf_fini(&is);
}

static void page_is_up_to_date(void **state)
{
    (void)state;
    compare("costlens.1", "page", manual_page);
}

static void configuration_is_up_to_date(void **state)
{
    (void)state;
    compare("configuration.md", "configuration", manual_configuration);
}

static const char *env(const char *name)
{
    if (strcmp(name, "HOME") == 0)
        return "/nowhere";
    return strstr(name, "KEY") ? "0123456789abcdef" : NULL;
}

// What the document shows works as it stands.
static void example_works(void **state)
{
    (void)state;
    char path[] = "/tmp/costlens-example-XXXXXX";
    struct buf text;
    struct why why = {0};
    struct config *c = NULL;
    buf_init(&text, &alloc_heap, 0);
    load("configuration.md", &text);
    const char *start = strstr(buf_cstr(&text), "```yaml\n");
    assert_non_null(start);
    start += 8;
    const char *end = strstr(start, "```");
    assert_non_null(end);
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, start, (size_t)(end - start)) == end - start);
    close(fd);
    struct config_source source = {.file = path, .env = env};
    enum status s = config_read(&source, &c, &why);
    unlink(path);
    if (s != STATUS_OK)
        fail_msg("%s", why.text);
    assert_true(c->provider_count >= 2);
    assert_int_equal(c->alias_count, 1);
    config_free(c);
    buf_fini(&text);
}

static void every_command_helps(void **state)
{
    (void)state;
    const struct command *c;
    const char *heading;
    for (size_t i = 0; (c = command_at(i, &heading)) != NULL; i++) {
        assert_ptr_equal(command_find(c->name), c);
        assert_true(heading[0]);
        assert_true(strlen(c->summary) > 10);
        if (strncmp(c->help, "usage: costlens ", 16) != 0)
            fail_msg("the help of %s does not begin with its usage", c->name);
        assert_int_equal(c->help[strlen(c->help) - 1], '\n');
    }
    assert_true(command_find("version") != NULL);
    assert_null(command_find("nonsense"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_is_up_to_date),
        cmocka_unit_test(configuration_is_up_to_date),
        cmocka_unit_test(example_works),
        cmocka_unit_test(every_command_helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
