// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../folder.h"
#include "../unit.h"
#include "core/key.h"
#include "gate/gate.h"
#include "gate/state.h"

static struct str at(const char *name)
{
    return str_of(in_folder(name));
}

static void put(const char *name, const char *text, mode_t mode)
{
    int fd = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    fchmod(fd, mode);
    close(fd);
}

static void makes_and_keeps(void **state)
{
    (void)state;
    struct why why = {0};
    struct secret *a = NULL, *b = NULL;
    uint8_t pepper[32], again[32];
    struct stat is;
    assert_int_equal(state_dev_key(at("x/y"), &a, &why), STATUS_OK);
    assert_true(key_token_valid(secret_expose(a)));
    assert_int_equal(state_dev_key(at("x/y"), &b, &why), STATUS_OK);
    assert_true(str_eq(secret_expose(a), secret_expose(b)));
    secret_free(a);
    secret_free(b);
    assert_int_equal(state_admin_token(at("x/y"), &a, &why), STATUS_OK);
    assert_int_equal(secret_expose(a).len, 64);
    assert_false(key_token_ours(secret_expose(a))); // the two planes share no credential
    secret_free(a);
    assert_int_equal(gate_pepper(at("x/y"), NULL, pepper, &why), STATUS_OK);
    assert_int_equal(gate_pepper(at("x/y"), NULL, again, &why), STATUS_OK);
    assert_memory_equal(pepper, again, sizeof pepper);
    static const char *const names[] = {"x/y/dev.key", "x/y/admin.token", "x/y/pepper"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(stat(in_folder(names[i]), &is), 0);
        assert_int_equal(is.st_mode & 07777, 0600);
        assert_int_equal(is.st_nlink, 1);
    }
    assert_int_equal(stat(in_folder("x/y"), &is), 0);
    assert_int_equal(is.st_mode & 07777, 0700);
}

static void refuses_what_is_not_safe(void **state)
{
    (void)state;
    struct why why = {0};
    struct secret *s = NULL;
    uint8_t pepper[32];
    mkdir(in_folder("bad"), 0700);
    put("bad/dev.key", "0123456789abcdef0123456789abcdef\n", 0644);
    assert_int_equal(state_dev_key(at("bad"), &s, &why), STATUS_DENIED);
    assert_non_null(strstr(why.text, "chmod 600"));
    put("bad/dev.key", " \r\n", 0600);
    assert_int_equal(state_dev_key(at("bad"), &s, &why), STATUS_DAMAGED);
    put("bad/dev.key", "\r\n 0123456789abcdef0123456789abcdef \r\n", 0600);
    assert_int_equal(state_dev_key(at("bad"), &s, &why), STATUS_OK);
    assert_true(str_is(secret_expose(s), "0123456789abcdef0123456789abcdef"));
    secret_free(s);
    static const char *const peppers[] = {"", "0123456789abcdef\n",
                                          "0123456789abcdef0123456789abcdef0123456789abcdef\n"};
    for (size_t i = 0; i < 3; i++) { // removing it is no small thing
        put("bad/pepper", peppers[i], 0600);
        assert_int_equal(gate_pepper(at("bad"), NULL, pepper, &why), STATUS_DAMAGED);
        assert_non_null(strstr(why.text, "put the right file back"));
        assert_non_null(strstr(why.text, "no key"));
    }
    unlink(in_folder("bad/pepper"));
    assert_int_equal(symlink("/etc/hostname", in_folder("bad/pepper")), 0);
    assert_int_equal(gate_pepper(at("bad"), NULL, pepper, &why), STATUS_IO);
    put("plain", "", 0600);
    assert_int_equal(state_dev_key(at("plain"), &s, &why), STATUS_IO);
    assert_int_equal(state_dev_key(str_of(""), &s, &why), STATUS_LIMIT);
}

// Eight processes that start at once agree.
static void agrees_when_many_start(void **state)
{
    (void)state;
    int ends[2];
    uint8_t first[32], next[32];
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 8; i++) {
        if (fork() == 0) {
            struct why why = {0};
            bool good = gate_pepper(at("race"), NULL, next, &why) == STATUS_OK;
            _exit(good && write(ends[1], next, sizeof next) == sizeof next ? 0 : 1);
        }
    }
    for (int i = 0; i < 8; i++) {
        int status = -1;
        wait(&status);
        assert_int_equal(status, 0);
    }
    assert_int_equal(read(ends[0], first, sizeof first), sizeof first);
    for (int i = 1; i < 8; i++) {
        assert_int_equal(read(ends[0], next, sizeof next), sizeof next);
        assert_memory_equal(first, next, sizeof next);
    }
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_and_keeps),
        cmocka_unit_test(refuses_what_is_not_safe),
        cmocka_unit_test(agrees_when_many_start),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
