// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>

#include "../folder.h"
#include "../unit.h"
#include "base/file.h"

// What is read of it, or the failure with its words.
static enum status take(const char *path, enum file_kind kind, size_t ceiling, char *text,
                        struct why *why)
{
    struct buf b;
    buf_init(&b, &alloc_heap, ceiling);
    enum status s = file_read(path, kind, &b, why);
    text[0] = 0;
    if (s == STATUS_OK)
        assert_true(str_copy(buf_str(&b), text, 256));
    buf_fini(&b);
    return s;
}

static void reads_what_was_written(void **state)
{
    (void)state;
    char text[256];
    struct why why = {0};
    for (enum file_kind kind = FILE_ANY; kind <= FILE_OWN; kind++) {
        char *path = in_folder("words");
        assert_int_equal(file_write(path, kind, str_of("longer than the next"), &why), STATUS_OK);
        assert_int_equal(file_write(path, kind, str_of("words"), &why), STATUS_OK);
        assert_int_equal(take(path, kind, 0, text, &why), STATUS_OK);
        assert_string_equal(text, "words");
        assert_int_equal(file_write(path, kind, STR_NONE, &why), STATUS_OK);
        assert_int_equal(take(path, kind, 1, text, &why), STATUS_OK);
        assert_string_equal(text, "");
    }
    struct stat is;
    assert_int_equal(file_write(in_folder("own"), FILE_OWN, str_of("x"), &why), STATUS_OK);
    assert_int_equal(stat(in_folder("own"), &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
}

// Whoever has the old file open or mapped keeps it as it was.
static void another_takes_the_place_of_one(void **state)
{
    (void)state;
    char text[256], old[4];
    struct why why = {0};
    char path[300];
    assert_true(str_copy(str_of(in_folder("replaced")), path, sizeof path));
    for (enum file_kind kind = FILE_ANY; kind <= FILE_OWN; kind++) {
        assert_int_equal(file_replace(path, kind, str_of("old"), &why), STATUS_OK);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(file_replace(path, kind, str_of("new ones"), &why), STATUS_OK);
        assert_int_equal(take(path, kind, 0, text, &why), STATUS_OK);
        assert_string_equal(text, "new ones");
        assert_int_equal(read(fd, old, sizeof old), 3);
        assert_memory_equal(old, "old", 3);
        close(fd);
    }
    struct stat is;
    assert_int_equal(stat(path, &is), 0);
    assert_int_equal(is.st_mode & 07777, 0600);
    // A folder cannot be replaced; nothing is left beside it.
    char other[320];
    snprintf(other, sizeof other, "%s/inside", in_folder("kept"));
    assert_int_equal(mkdir(in_folder("kept"), 0700), 0);
    assert_int_equal(mkdir(other, 0700), 0);
    assert_int_equal(file_replace(in_folder("kept"), FILE_OWN, str_of("x"), &why), STATUS_IO);
    snprintf(other, sizeof other, "%s.new-%ld", in_folder("kept"), (long)getpid());
    assert_int_not_equal(stat(other, &is), 0);
    assert_int_equal(file_replace(in_folder("none/there"), FILE_ANY, str_of("x"), &why), STATUS_IO);
    rmdir(in_folder("kept/inside"));
}

// What is no file is left alone, and a link goes on leading to what it led to.
static void replaces_nothing_but_files(void **state)
{
    (void)state;
    char text[256], pipe[300], link[300], lost[300];
    struct why why = {0};
    struct stat is;
    assert_true(str_copy(str_of(in_folder("pipe_there")), pipe, sizeof pipe));
    assert_true(str_copy(str_of(in_folder("leads")), link, sizeof link));
    assert_true(str_copy(str_of(in_folder("lost")), lost, sizeof lost));
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(file_replace(pipe, FILE_ANY, str_of("x"), &why), STATUS_IO);
    assert_non_null(strstr(why.text, "/pipe_there: it is no file"));
    assert_int_equal(lstat(pipe, &is), 0);
    assert_true(S_ISFIFO(is.st_mode));
    assert_int_equal(file_write(in_folder("linked"), FILE_ANY, str_of("old"), &why), STATUS_OK);
    assert_int_equal(symlink("linked", link), 0);
    assert_int_equal(file_replace(link, FILE_ANY, str_of("new"), &why), STATUS_OK);
    assert_int_equal(lstat(link, &is), 0);
    assert_true(S_ISLNK(is.st_mode));
    assert_int_equal(take(in_folder("linked"), FILE_OWN, 0, text, &why), STATUS_OK);
    assert_string_equal(text, "new");
    assert_int_equal(symlink("nowhere/at_all", lost), 0);
    assert_int_equal(file_replace(lost, FILE_ANY, str_of("x"), &why), STATUS_IO);
    assert_int_equal(lstat(lost, &is), 0);
    assert_true(S_ISLNK(is.st_mode));
}

static void appends_up_to_the_ceiling(void **state)
{
    (void)state;
    static char much[200000];
    struct why why = {0};
    struct buf b;
    char *path = in_folder("much");
    memset(much, 'm', sizeof much);
    assert_int_equal(file_write(path, FILE_ANY, str_from(much, sizeof much), &why), STATUS_OK);
    buf_init(&b, &alloc_heap, sizeof much + 4);
    buf_add_cstr(&b, "head");
    assert_int_equal(file_read(path, FILE_ANY, &b, &why), STATUS_OK);
    assert_int_equal(b.len, sizeof much + 4);
    assert_memory_equal(b.ptr, "headmm", 6);
    buf_fini(&b);
    buf_init(&b, &alloc_heap, sizeof much - 1);
    assert_int_equal(file_read(path, FILE_ANY, &b, &why), STATUS_LIMIT);
    assert_non_null(strstr(why.text, "/much: more than 199999 bytes"));
    buf_fini(&b);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    char text[256];
    struct why why = {0};
    char *path = in_folder("pipe");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(take(path, FILE_AT_ONCE, 0, text, &why), STATUS_OK); // nobody writes to it
    assert_string_equal(text, "");
    assert_int_equal(take(path, FILE_OWN, 0, text, &why), STATUS_IO);
    assert_non_null(strstr(why.text, "/pipe: it is no file"));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open(path, O_WRONLY);
        bool written = file_write_to(fd, str_of("in ")) && usleep(20000) == 0 &&
                       file_write_to(fd, str_of("parts"));
        _exit(written ? 0 : 1);
    }
    assert_int_equal(take(path, FILE_ANY, 0, text, &why), STATUS_OK);
    assert_string_equal(text, "in parts");
}

static void says_what_it_could_not(void **state)
{
    (void)state;
    char text[256];
    struct why why = {0};
    assert_int_equal(take(in_folder("none"), FILE_ANY, 0, text, &why), STATUS_IO);
    assert_non_null(strstr(why.text, "/none: cannot be read: No such file"));
    assert_int_equal(take(folder, FILE_ANY, 0, text, &why), STATUS_IO);
    assert_non_null(strstr(why.text, ": cannot be read: Is a directory"));
    assert_int_equal(take(folder, FILE_OWN, 0, text, &why), STATUS_IO);
    assert_int_equal(file_write(folder, FILE_ANY, str_of("x"), &why), STATUS_IO);
    assert_non_null(strstr(why.text, ": cannot be written: Is a directory"));
    assert_int_equal(file_write("/dev/full", FILE_ANY, str_of("x"), &why), STATUS_FULL);
    assert_int_equal(symlink("words", in_folder("link")), 0);
    assert_int_equal(take(in_folder("link"), FILE_ANY, 0, text, &why), STATUS_OK);
    assert_int_equal(take(in_folder("link"), FILE_OWN, 0, text, &why), STATUS_IO);
    assert_int_equal(file_write(in_folder("link"), FILE_OWN, str_of("x"), &why), STATUS_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_what_was_written),
                                       cmocka_unit_test(another_takes_the_place_of_one),
                                       cmocka_unit_test(replaces_nothing_but_files),
                                       cmocka_unit_test(appends_up_to_the_ceiling),
                                       cmocka_unit_test(a_pipe_is_read_to_its_end),
                                       cmocka_unit_test(says_what_it_could_not)};
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
