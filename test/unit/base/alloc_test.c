// SPDX-License-Identifier: Apache-2.0

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "base/alloc.h"
#include "base/list.h"

static void gives_and_takes(void **state)
{
    (void)state;
    unsigned char *p = alloc_zero(&alloc_heap, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0);
    p[999] = 7;
    p = alloc_resize(&alloc_heap, p, 100000);
    assert_int_equal(p[999], 7);
    assert_null(alloc_resize(&alloc_heap, p, 0));
    alloc_free(&alloc_heap, NULL);
    void *none = alloc_get(&alloc_heap, 0); // no failure: NULL would say so
    assert_non_null(none);
    alloc_free(&alloc_heap, none);
    none = alloc_zero(&alloc_heap, 0);
    assert_non_null(none);
    heap_free(none);
    p = alloc_must(10);
    assert_int_equal(p[9], 0);
    heap_free(p);
}

static void *no_more(void *context, void *old, size_t size)
{
    (void)context;
    (void)old;
    (void)size;
    return NULL;
}

static void grows_an_array(void **state)
{
    (void)state;
    static const struct alloc none = {no_more, NULL};
    size_t size = 0;
    int *all = NULL;
    for (size_t count = 0; count < 1000; count++) {
        all = alloc_grow(&alloc_heap, all, sizeof *all, count, &size);
        assert_non_null(all);
        assert_true(size > count);
        all[count] = (int)count;
    }
    assert_int_equal(size, 1024);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(all[i], i);
    assert_ptr_equal(alloc_grow(&none, all, sizeof *all, 1023, &size), all); // one more fits
    assert_null(alloc_grow(&none, all, sizeof *all, 1024, &size));
    assert_int_equal(size, 1024);
    heap_free(all);
}

static int asked;

static void *dirty_resize(void *context, void *old, size_t size)
{
    assert_ptr_equal(context, &asked);
    asked++;
    void *p = alloc_heap.resize(alloc_heap.context, old, size);
    if (p && !old)
        memset(p, 0xa5, size);
    return p;
}

static void asks_the_caller_s(void **state)
{
    (void)state;
    const struct alloc dirty = {dirty_resize, &asked};
    unsigned char *p = alloc_zero(&dirty, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    alloc_free(&dirty, p);
    assert_int_equal(asked, 2);
    alloc_free(&dirty, NULL);
    assert_int_equal(asked, 2);
}

// A bug ends the process, with the place on stderr.
static void bugs_end_the_process(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        must(1 + 1 == 2);
        must(1 + 1 == 3);
        _exit(0);
    }
    close(ends[1]);
    char text[300] = {0};
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(text, "bug: 1 + 1 == 3 does not hold"));
    assert_non_null(strstr(text, "alloc_test.c:"));
}

struct item {
    int number;
    struct list link;
};

static void rings_hold_together(void **state)
{
    (void)state;
    struct list ring;
    struct item items[5];
    list_init(&ring);
    assert_true(list_empty(&ring));
    for (int i = 0; i < 5; i++) {
        items[i].number = i;
        list_push(&ring, &items[i].link);
    }
    int next = 0;
    list_for (it, &ring) { // taking out the one at hand is safe
        struct item *item = list_of(it, struct item, link);
        assert_int_equal(item->number, next++);
        if (item->number % 2)
            list_pull(&item->link);
    }
    assert_int_equal(next, 5);
    list_pull(&items[1].link);
    next = 0;
    list_for (it, &ring) {
        assert_int_equal(list_of(it, struct item, link)->number, next);
        next += 2;
    }
    assert_int_equal(next, 6);
    list_for (it, &ring)
        list_pull(it);
    assert_true(list_empty(&ring));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_and_takes),     cmocka_unit_test(grows_an_array),
        cmocka_unit_test(asks_the_caller_s),   cmocka_unit_test(bugs_end_the_process),
        cmocka_unit_test(rings_hold_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
