// SPDX-License-Identifier: Apache-2.0

#include <sys/wait.h>

#include "../folder.h"
#include "../unit.h"
#include "base/folder.h"

static void makes_all_above(void **state)
{
    (void)state;
    struct why why = {0};
    struct stat is;
    char old[256];
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(folder_make(str_of(in_folder("a/b//c/")), &why), STATUS_OK);
    assert_int_equal(folder_make(str_of(in_folder("a/b/c")), &why), STATUS_OK); // it is there
    assert_int_equal(stat(in_folder("a/b/c"), &is), 0);
    assert_int_equal(is.st_mode & 07777, 0700);
    assert_int_equal(folder_make(str_of("/"), &why), STATUS_OK);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(folder_make(str_of("x/y"), &why), STATUS_OK);
    assert_int_equal(chdir(old), 0);
    assert_int_equal(stat(in_folder("x/y"), &is), 0);
}

static void says_what_it_could_not_make(void **state)
{
    (void)state;
    struct why why = {0};
    static char deep[5000];
    memset(deep, 'd', sizeof deep);
    assert_int_equal(folder_make(str_of(""), &why), STATUS_LIMIT);
    assert_int_equal(folder_make(str_from(deep, sizeof deep), &why), STATUS_LIMIT);
    fclose(fopen(in_folder("file"), "w"));
    assert_int_equal(folder_make(str_of(in_folder("file/x")), &why), STATUS_IO);
    assert_non_null(strstr(why.text, "/file/x cannot be made: Not a directory"));
}

// Not that a folder is missing above it: that one could not be made.
static void says_the_first_reason(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct why why = {0};
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        _exit(folder_make(str_of("/etc/none/x"), &why) != STATUS_IO ||
              !strstr(why.text, "/etc/none/x cannot be entered or made: Permission denied. Is it"));
    }
    int how = -1;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(makes_all_above),
                                       cmocka_unit_test(says_what_it_could_not_make),
                                       cmocka_unit_test(says_the_first_reason)};
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
