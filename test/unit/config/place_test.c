// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../folder.h"
#include "../unit.h"
#include "config/place.h"

static void finds_room_for_the_socket(void **state)
{
    (void)state;
    char path[256], other[256], deep[300];
    assert_true(place_socket(str_of("/var/lib/costlens"), path, sizeof path));
    assert_string_equal(path, "/var/lib/costlens/costlens.sock");
    memset(deep, 'd', sizeof deep);
    deep[0] = '/';
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    assert_true(place_socket(str_from(deep, 200), path, sizeof path));
    assert_int_equal(strncmp(path, "/run/user/7/costlens-", 21), 0);
    assert_true(strlen(path) < 108);
    assert_true(place_socket(str_from(deep, 201), other, sizeof other));
    assert_string_not_equal(path, other); // two states, two sockets
    unsetenv("XDG_RUNTIME_DIR");
    assert_true(place_socket(str_from(deep, 200), path, sizeof path));
    assert_int_equal(strncmp(path, "/run/costlens/costlens-", 23), 0);
    assert_false(place_socket(str_of("/x"), path, 8));
    deep[120] = 0;
    setenv("XDG_RUNTIME_DIR", deep, 1);
    assert_false(place_socket(str_from(deep, 120), path, sizeof path));
    unsetenv("XDG_RUNTIME_DIR");
}

static void makes_the_sockets_folder(void **state)
{
    (void)state;
    const char *path = in_folder("run/x.sock");
    struct stat st;
    struct why why = {0};
    assert_int_equal(place_make(path, &why), STATUS_OK);
    assert_int_equal(place_make(path, &why), STATUS_OK); // it is there
    assert_int_equal(stat(in_folder("run"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(place_make(in_folder("none/run/x.sock"), &why), STATUS_IO);
    assert_non_null(strstr(why.text, "/none/run for the gateway's socket cannot be made: No such"));
    assert_non_null(strstr(why.text, "XDG_RUNTIME_DIR"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_room_for_the_socket),
                                       cmocka_unit_test(makes_the_sockets_folder)};
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
