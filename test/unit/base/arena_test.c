// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/arena.h"

#if defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        include <sanitizer/asan_interface.h>
#        define poisoned(ptr, size) (__asan_region_is_poisoned((ptr), (size)) != NULL)
#    endif
#endif
#ifndef poisoned
#    define poisoned(ptr, size) true
#endif

// Counts what is out, and says no when `left` is used up.
struct counted {
    int left;
    int out;
};

static void *counted_resize(void *context, void *old, size_t size)
{
    struct counted *c = context;
    if (size > 0 && c->left == 0)
        return NULL;
    c->left -= size > 0;
    c->out += (size > 0 && !old) - (size == 0 && old);
    return alloc_resize(&alloc_heap, old, size);
}

// Pieces of many sizes neither overlap nor are misaligned.
static void gives_separate_pieces(void **state)
{
    (void)state;
    struct counted c = {.left = -1};
    const struct alloc alloc = {counted_resize, &c};
    struct arena a;
    arena_init(&a, &alloc, 256, (size_t)8 << 20);
    assert_int_equal(c.out, 0);
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        size_t size = i * i % 977;
        pieces[i] = arena_get(&a, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)(i & 0xff), size);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i * i % 977; k++)
            assert_int_equal(pieces[i][k], i & 0xff);
    assert_false(arena_failed(&a));
    assert_true(c.out < 20);
    arena_fini(&a);
    assert_int_equal(c.out, 0);
    assert_true(str_is(arena_dup_cstr(&a, "again"), "again"));
    const struct str parts[] = {STR("vendor"), STR("/"), STR(""), STR("model")};
    struct str joined = arena_join(&a, parts, 4);
    assert_true(str_is(joined, "vendor/model") && joined.ptr[joined.len] == 0);
    assert_int_equal(arena_join(&a, NULL, 0).len, 0);
    arena_fini(&a);
    assert_int_equal(c.out, 0);
}

static void stops_at_its_ceiling(void **state)
{
    (void)state;
    struct counted c = {.left = -1};
    const struct alloc alloc = {counted_resize, &c};
    struct arena a;
    arena_init(&a, &alloc, 1024, 4096);
    size_t got = 0;
    while (arena_get(&a, 100))
        got += 112;
    assert_true(arena_failed(&a));
    assert_true(a.used <= 4096);
    assert_in_range(got, 3700, 4096);
    arena_fini(&a);
    assert_false(arena_failed(&a));
    assert_null(arena_get(&a, 4096)); // the head of its chunk does not fit
    arena_fini(&a);
    assert_non_null(arena_get(&a, 4080));
    assert_null(arena_get(&a, 1));
    arena_fini(&a);
    assert_int_equal(c.out, 0);
}

static void refuses_absurd_sizes(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, &alloc_heap, 64, SIZE_MAX);
    assert_null(arena_get(&a, SIZE_MAX));
    assert_null(arena_get(&a, SIZE_MAX - 15));
    assert_null(arena_zero_array(&a, SIZE_MAX / 2, 3));
    assert_null(arena_array(&a, uint64_t, SIZE_MAX / 8 + 1));
    assert_int_equal(arena_dup(&a, str_from("", SIZE_MAX)).len, 0);
    assert_true(arena_failed(&a));
    arena_fini(&a);
}

static void large_pieces_leave_the_chunk_in_use(void **state)
{
    (void)state;
    struct counted c = {.left = -1};
    const struct alloc alloc = {counted_resize, &c};
    struct arena a;
    arena_init(&a, &alloc, 4096, (size_t)1 << 20);
    char *small = arena_get(&a, 16);
    assert_non_null(arena_get(&a, 50000));
    char *next = arena_get(&a, 16);
    assert_ptr_equal(next, small + 16);
    assert_int_equal(c.out, 2);
    arena_fini(&a);
    assert_non_null(arena_get(&a, 50000)); // also as the first
    assert_non_null(arena_get(&a, 16));
    arena_fini(&a);
    assert_int_equal(c.out, 0);
}

static void formats_and_copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, &alloc_heap, 64, (size_t)1 << 20);
    struct str first = arena_printf(&a, "%d-%s", 42, "x"); // nothing is allocated yet
    struct str empty = arena_printf(&a, "%s", "");
    struct str copy = arena_dup(&a, str_from("ab\0c", 4));
    char text[1000];
    memset(text, 'y', sizeof text);
    struct str big = arena_printf(&a, "%.*s!", 1000, text);
    assert_string_equal(first.ptr, "42-x");
    assert_int_equal(empty.len, 0);
    assert_string_equal(empty.ptr, "");
    assert_int_equal(copy.len, 4);
    assert_memory_equal(copy.ptr, "ab\0c", 5);
    assert_int_equal(big.len, 1001);
    assert_string_equal(big.ptr + 999, "y!");
    uint32_t *numbers = arena_array(&a, uint32_t, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(numbers[i], 0);
    assert_non_null(arena_new(&a, struct str));
    // A text that just does not fit into what is left of a chunk.
    for (int i = 0; i < 200; i++) {
        struct str s = arena_printf(&a, "%0*d", i, 7);
        assert_int_equal(s.len, i ? i : 1);
        assert_int_equal(strlen(s.ptr), s.len);
    }
    assert_false(arena_failed(&a));
    arena_fini(&a);
}

// The address sanitizer sees a byte too many, though it is the arena's.
static void guards_its_pieces(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, &alloc_heap, 1024, 100000);
    static const size_t sizes[] = {5, 0, 700};
    for (int i = 0; i < 3; i++) {
        char *p = arena_zero(&a, sizes[i]);
        assert_non_null(p);
        assert_true(poisoned(p + sizes[i], 1));
    }
    struct str s = arena_printf(&a, "%s", "text");
    static char copy[5];
    memcpy(copy, s.ptr, 5);
    assert_true(poisoned((char *)a.next, 1));
    arena_fini(&a);
}

static void says_when_memory_ends(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) {
        struct counted c = {.left = n};
        const struct alloc alloc = {counted_resize, &c};
        struct arena a;
        arena_init(&a, &alloc, 64, (size_t)1 << 20);
        for (int i = 0; i < 20; i++)
            (void)arena_dup_cstr(&a, "0123456789012345678901234567890123456789");
        assert_true(arena_failed(&a));
        assert_int_equal(arena_printf(&a, "%0999d", 1).len, 0);
        arena_fini(&a);
        assert_int_equal(c.out, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_separate_pieces),
        cmocka_unit_test(stops_at_its_ceiling),
        cmocka_unit_test(refuses_absurd_sizes),
        cmocka_unit_test(large_pieces_leave_the_chunk_in_use),
        cmocka_unit_test(formats_and_copies),
        cmocka_unit_test(guards_its_pieces),
        cmocka_unit_test(says_when_memory_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
