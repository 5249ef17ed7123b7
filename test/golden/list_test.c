// SPDX-License-Identifier: Apache-2.0
//
// golden/list: excerpts of public price lists, and the text of the book that each must give.

#include <stdio.h>
#include <stdlib.h>

#include "../unit/unit.h"
#include "base/clock.h"
#include "tariff/list.h"

static struct buf read_file(const char *name, const char *end)
{
    char path[512];
    struct buf b;
    size_t n;
    buf_init(&b, &alloc_heap, 0);
    snprintf(path, sizeof path, "%s/golden/list/%s%s", TEST_ROOT, name, end);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is not there", path);
    char room[4096];
    while (f && (n = fread(room, 1, sizeof room, f)) > 0)
        buf_add(&b, str_from(room, n));
    if (f)
        fclose(f);
    return b;
}

static void gives(const char *name)
{
    struct buf json = read_file(name, ".json");
    struct list list;
    struct why why = {0};
    struct list_wish wish = {0};
    assert_true(civil_read((struct str)STR("2026-11-28"), &wish.day_us));
    if (list_read(buf_str(&json), &wish, &list, &why) != STATUS_OK)
        fail_msg("%s: %s", name, why.text);
    struct buf *out = &list.text;
    buf_add_cstr(out, "\n# not held\n");
    for (unsigned i = 0; i < list.note_count; i++)
        buf_printf(out, "# %u %s (%s)\n", list.notes[i].count, list.notes[i].what,
                   list.notes[i].example);
    buf_printf(out, "# made short\n%s", buf_cstr(&list.settled));
    if (getenv("COSTLENS_WRITE")) // to write a new case: then read it
        fputs(buf_cstr(out), stdout);
    struct buf wanted = read_file(name, ".book");
    assert_string_equal(buf_cstr(out), buf_cstr(&wanted));
    buf_fini(&wanted);
    list_free(&list);
    buf_fini(&json);
}

static void litellm(void **state)
{
    (void)state;
    gives("litellm");
}

static void genai(void **state)
{
    (void)state;
    gives("genai");
}

static void models_dev(void **state)
{
    (void)state;
    gives("models-dev");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(litellm),
        cmocka_unit_test(genai),
        cmocka_unit_test(models_dev),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
