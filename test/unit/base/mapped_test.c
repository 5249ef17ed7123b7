// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "../folder.h"
#include "../unit.h"
#include "base/file.h"
#include "base/mapped.h"

#define SIZE 100000

static void lives_on_when_its_file_is_cut(void **state)
{
    (void)state;
    static char text[SIZE];
    struct mapped m = {STR_NONE};
    struct why why;
    char *path = in_folder("cut");
    memset(text, 'x', sizeof text);
    assert_int_equal(file_write(path, FILE_ANY, str_from(text, SIZE), &why), STATUS_OK);
    assert_int_equal(mapped_open(path, SIZE, &m, &why), STATUS_OK);
    assert_int_equal(truncate(path, 0), 0); // a mapping of its pages ends by SIGBUS here
    assert_true(str_eq(m.bytes, str_from(text, SIZE)));
    mapped_close(&m);
    assert_int_equal(mapped_open(path, SIZE, &m, &why), STATUS_OK);
    assert_int_equal(m.bytes.len, 0);
    mapped_close(&m);
}

static void more_than_is_allowed_is_none(void **state)
{
    (void)state;
    struct mapped m = {STR_NONE};
    struct why why;
    char *path = in_folder("long");
    assert_int_equal(file_write(path, FILE_ANY, str_of("12345"), &why), STATUS_OK);
    assert_int_equal(mapped_open(path, 4, &m, &why), STATUS_LIMIT);
    assert_int_equal(mapped_open(in_folder("none"), 4, &m, &why), STATUS_IO);
    assert_int_equal(m.bytes.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives_on_when_its_file_is_cut),
        cmocka_unit_test(more_than_is_allowed_is_none),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
