// SPDX-License-Identifier: Apache-2.0
//
// A table of words that never grows: what is kept, what is forgotten first, and that many threads
// may change one word at once.

#include <pthread.h>

#include "../unit.h"
#include "gate/memo.h"

#define THREADS 4
#define EACH    20000

static uint64_t plus(uint64_t word, const void *context)
{
    return word + *(const uint64_t *)context;
}

static void put(struct memo *m, uint64_t key, uint64_t word, uint32_t at_s)
{
    memo_change(memo_take(m, key, at_s), 2, plus, &word);
}

static uint64_t get(struct memo *m, uint64_t key)
{
    return memo_word(memo_find(m, key), 2);
}

static void keys_are_apart(void **state)
{
    (void)state;
    struct memo *m = memo_new(64);
    assert_null(memo_find(m, 5));
    assert_int_equal(get(m, 5), 0);
    for (uint64_t key = 0; key < 8; key++) // 0 and 1 are keys as any other
        put(m, key, key + 100, (uint32_t)key);
    for (uint64_t key = 0; key < 8; key++) {
        assert_int_equal(get(m, key), key + 100);
        assert_int_equal(memo_word(memo_find(m, key), 1), 0);
        assert_int_equal(memo_touched_s(memo_find(m, key)), key);
    }
    put(m, 3, 1, 50);
    memo_put(memo_find(m, 3), 1, 7);
    memo_put(memo_find(m, 3), 1, 6); // whatever was there
    memo_put(NULL, 1, 7);
    assert_int_equal(memo_word(memo_find(m, 3), 1), 6);
    assert_int_equal(get(m, 3), 104);
    assert_int_equal(memo_touched_s(memo_find(m, 3)), 50);
    memo_free(m);
}

// Nine keys of one group: the one untouched for longest goes.
static void oldest_is_forgotten(void **state)
{
    (void)state;
    struct memo *m = memo_new(64);
    for (uint64_t i = 1; i <= 8; i++)
        put(m, i * 64, i, (uint32_t)i);
    put(m, 1 * 64, 0, 20);
    put(m, 9 * 64, 9, 21);
    assert_int_equal(get(m, 2 * 64), 0);
    assert_int_equal(get(m, 1 * 64), 1);
    assert_int_equal(get(m, 9 * 64), 9);
    memo_free(m);

    m = memo_new(64);
    for (uint64_t i = 1; i <= 8; i++) // the clock begins at the fifth
        put(m, i * 64, i, (uint32_t)i - 5);
    put(m, 9 * 64, 9, 4);
    assert_int_equal(get(m, 1 * 64), 0);
    assert_int_equal(get(m, 8 * 64), 8);
    memo_free(m);
}

static void *add_often(void *argument)
{
    for (int i = 0; i < EACH; i++)
        put(argument, 77, 1, 1);
    return NULL;
}

static void nothing_is_lost_of_one_word(void **state)
{
    (void)state;
    struct memo *m = memo_new(64);
    pthread_t threads[THREADS];
    put(m, 77, 1, 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_often, m), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(get(m, 77), 1 + THREADS * EACH);
    memo_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_apart),
        cmocka_unit_test(oldest_is_forgotten),
        cmocka_unit_test(nothing_is_lost_of_one_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
