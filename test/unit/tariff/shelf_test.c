// SPDX-License-Identifier: Apache-2.0

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "tariff/shelf.h"

static char state_folder[] = "/tmp/shelf-test-XXXXXX";

static enum status add(const struct shelf *s, const char *label, unsigned *number)
{
    struct why why = {0};
    struct shelf_text fresh = {.text = STR("# from: here\n")};
    snprintf(fresh.name, sizeof fresh.name, "%s", label);
    enum status status = shelf_add(str_of(state_folder), s, &fresh, &why);
    *number = fresh.number;
    return status;
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(state_folder) ? 0 : -1;
}

static int teardown(void **state)
{
    struct shelf s;
    char prices[80];
    (void)state;
    enum status status = shelf_open(str_of(state_folder), &s, NULL);
    for (size_t i = s.count; status == STATUS_OK && i-- > 0;)
        status = shelf_remove(str_of(state_folder), &s, s.texts[i].number, NULL);
    shelf_close(&s);
    snprintf(prices, sizeof prices, "%s/prices", state_folder);
    return status != STATUS_OK || rmdir(prices) != 0 || rmdir(state_folder) != 0;
}

// Both read the shelf before either adds.
static void two_imports_at_once_get_no_number_twice(void **state)
{
    struct shelf a, b;
    unsigned number;
    (void)state;
    assert_int_equal(shelf_open(str_of(state_folder), &a, NULL), STATUS_OK);
    assert_int_equal(shelf_open(str_of(state_folder), &b, NULL), STATUS_OK);
    assert_int_equal(add(&a, "2026-11-28-litellm", &number), STATUS_OK);
    assert_int_equal(number, 1);
    assert_int_equal(add(&b, "2026-11-28-models.dev", &number), STATUS_CONFLICT);
    shelf_close(&b);
    assert_int_equal(shelf_open(str_of(state_folder), &b, NULL), STATUS_OK);
    assert_int_equal(b.count, 1);
    assert_int_equal(add(&b, "2026-11-28-models.dev", &number), STATUS_OK);
    assert_int_equal(number, 2);
    shelf_close(&a);
    shelf_close(&b);
}

static void race(unsigned child)
{
    struct shelf s;
    char label[40];
    unsigned number;
    enum status status = STATUS_CONFLICT;
    snprintf(label, sizeof label, "2026-11-28-list%u", child);
    while (status == STATUS_CONFLICT) {
        if (shelf_open(str_of(state_folder), &s, NULL) != STATUS_OK)
            _exit(1);
        status = add(&s, label, &number);
        shelf_close(&s);
    }
    _exit(status != STATUS_OK);
}

static void many_processes_get_a_number_each(void **state)
{
    struct shelf s;
    int status;
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            race(i);
    }
    for (unsigned i = 0; i < 8; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(shelf_open(str_of(state_folder), &s, NULL), STATUS_OK);
    assert_int_equal(s.count, 10);
    for (unsigned i = 0; i < s.count; i++)
        assert_int_equal(s.texts[i].number, i + 1);
    shelf_close(&s);
}

// Under the lock of an import that is being added, so that it sees what went.
static void a_removal_waits_for_an_import(void **state)
{
    struct shelf s;
    char prices[80];
    int status;
    (void)state;
    snprintf(prices, sizeof prices, "%s/prices", state_folder);
    int fd = open(prices, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(shelf_open(str_of(state_folder), &s, NULL), STATUS_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(fd); // the lock stays the parent's
        _exit(shelf_remove(str_of(state_folder), &s, 10, NULL) != STATUS_OK);
    }
    usleep(100000);
    assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    assert_int_equal(flock(fd, LOCK_UN), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(shelf_remove(str_of(state_folder), &s, 10, NULL), STATUS_UNKNOWN);
    close(fd);
    shelf_close(&s);
}

static void what_a_killed_import_left_is_removed(void **state)
{
    struct shelf s;
    char left[100], own[100];
    unsigned number;
    (void)state;
    snprintf(left, sizeof left, "%s/prices/.22868", state_folder);
    snprintf(own, sizeof own, "%s/prices/.mine", state_folder);
    close(open(left, O_WRONLY | O_CREAT, 0600));
    close(open(own, O_WRONLY | O_CREAT, 0600));
    assert_int_equal(shelf_open(str_of(state_folder), &s, NULL), STATUS_OK);
    assert_int_equal(add(&s, "2026-11-28-litellm", &number), STATUS_OK);
    shelf_close(&s);
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(unlink(own), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_imports_at_once_get_no_number_twice),
        cmocka_unit_test(many_processes_get_a_number_each),
        cmocka_unit_test(a_removal_waits_for_an_import),
        cmocka_unit_test(what_a_killed_import_left_is_removed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
