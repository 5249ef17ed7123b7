// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../meagre.h"
#include "../unit.h"
#include "base/map.h"
#include "base/random.h"

#define MANY 50000

static char names[MANY][12];

static void keeps_many(void **state)
{
    (void)state;
    struct map m;
    map_init(&m, &alloc_heap);
    assert_null(map_get(&m, str_of("x")));
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "k%d", i);
        assert_true(map_set(&m, str_of(names[i]), names[i]));
    }
    assert_int_equal(m.count, MANY);
    for (int i = 0; i < MANY; i++)
        assert_ptr_equal(map_get(&m, str_of(names[i])), names[i]);
    assert_null(map_get(&m, str_of("k")));
    assert_null(map_get(&m, str_of("k50000")));
    assert_true(map_set(&m, str_of("k7"), names));
    assert_int_equal(m.count, MANY);
    assert_ptr_equal(map_get(&m, str_of("k7")), names);
    map_fini(&m);
    assert_null(map_get(&m, str_of("k7")));
    map_fini(&m);
}

// Sets at random, beside an array that cannot be wrong.
static void agrees_with_a_model(void **state)
{
    (void)state;
    enum { KEYS = 300 };
    struct dice d;
    dice_init(&d, 42);
    struct map m;
    map_init(&m, &alloc_heap);
    const char *model[KEYS] = {NULL};
    size_t count = 0;
    for (int round = 0; round < 200000; round++) {
        size_t i = dice_below(&d, KEYS);
        count += model[i] == NULL;
        model[i] = names[dice_below(&d, MANY)];
        union {
            const char *from;
            void *to;
        } value = {model[i]};
        assert_true(map_set(&m, str_of(names[i]), value.to));
        assert_int_equal(m.count, count);
        size_t k = dice_below(&d, KEYS);
        assert_ptr_equal(map_get(&m, str_of(names[k])), model[k]);
    }
    assert_true(m.size <= 512);
    map_fini(&m);
}

static void visits_each_once(void **state)
{
    (void)state;
    struct map m;
    map_init(&m, &alloc_heap);
    size_t at = 0;
    struct str key;
    void *value;
    assert_false(map_each(&m, &at, &key, &value));
    for (int i = 0; i < 1000; i++)
        assert_true(map_set(&m, str_of(names[i]), names[i]));
    char seen[1000] = {0};
    at = 0;
    while (map_each(&m, &at, &key, &value)) {
        assert_ptr_equal(key.ptr, value);
        seen[((char *)value - names[0]) / (ptrdiff_t)sizeof names[0]]++;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1);
    map_fini(&m);
}

static void tells_bytes_apart(void **state)
{
    (void)state;
    struct map m;
    map_init(&m, &alloc_heap);
    static const struct str keys[] = {STR(""),           STR("\0"),       STR("\0\0"),
                                      STR("a"),          STR("a\0"),      STR("aaaaaaaa"),
                                      STR("aaaaaaaa\0"), STR("aaaaaaa\0")};
    int values[8];
    for (int i = 0; i < 8; i++)
        assert_true(map_set(&m, keys[i], &values[i]));
    assert_int_equal(m.count, 8);
    for (int i = 0; i < 8; i++)
        assert_ptr_equal(map_get(&m, keys[i]), &values[i]);
    assert_ptr_equal(map_get(&m, STR_NONE), &values[0]);
    map_fini(&m);
}

// Names that differ by little spread over all the slots, whichever bits of the hash are looked at.
static void spreads_names(void **state)
{
    (void)state;
    for (unsigned shift = 0; shift <= 48; shift += 16) {
        unsigned char hits[4096] = {0};
        for (int i = 0; i < 4096; i++)
            hits[map_hash(str_of(names[i])) >> shift & 4095]++;
        int most = 0;
        int empty = 0;
        for (int i = 0; i < 4096; i++) {
            most = hits[i] > most ? hits[i] : most;
            empty += hits[i] == 0;
        }
        assert_in_range(most, 3, 15);       // of random throws about 7
        assert_in_range(empty, 1300, 1700); // of random throws 4096 / e
    }
}

static void stays_whole_without_memory(void **state)
{
    (void)state;
    int left = 0;
    const struct alloc alloc = {meagre_resize, &left};
    struct map m;
    map_init(&m, &alloc);
    assert_false(map_set(&m, str_of("a"), &m));
    assert_int_equal(m.count, 0);
    left = 1;
    size_t n = 0;
    while (map_set(&m, str_of(names[n]), names[n]))
        n++;
    assert_true(n > 0);
    assert_int_equal(m.count, n);
    for (size_t i = 0; i < n; i++)
        assert_ptr_equal(map_get(&m, str_of(names[i])), names[i]);
    assert_true(map_set(&m, str_of(names[0]), &m)); // replacing needs none
    map_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_many),        cmocka_unit_test(agrees_with_a_model),
        cmocka_unit_test(spreads_names),     cmocka_unit_test(visits_each_once),
        cmocka_unit_test(tells_bytes_apart), cmocka_unit_test(stays_whole_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
