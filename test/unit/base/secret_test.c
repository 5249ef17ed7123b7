// SPDX-License-Identifier: Apache-2.0

#include <pthread.h>
#include <time.h>

#include "../unit.h"
#include "base/limits.h"
#include "base/secret.h"

static void masked(const struct secret *s, const char *text, const char *want)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    secret_mask(s, str_of(text), &b);
    assert_string_equal(buf_cstr(&b), want);
    assert_int_equal(secret_within(s, str_of(text)), strcmp(text, want) != 0);
    buf_fini(&b);
}

static void masks(void **state)
{
    (void)state;
    struct secret *s = secret_new(str_of("sk-12345"));
    masked(s, "", "");
    masked(s, "sk-1234", "sk-1234");
    masked(s, "sk-12345", "********");
    masked(s, "key sk-12345sk-12345, or sk-12346", "key ****************, or sk-12346");
    masked(s, "sk-sk-12345", "sk-********");
    masked(s, "Sk-12345", "Sk-12345");
    secret_free(s);
}

static void part_masked(const struct secret *s, const char *text, const char *want)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    secret_mask(s, str_of(text), &b);
    assert_string_equal(buf_cstr(&b), want);
    buf_fini(&b);
}

static void masks_parts(void **state)
{
    (void)state;
    struct secret *s = secret_new(str_of("sk-123456789-abcdefghijkl")); // 25 bytes
    part_masked(s, "innocent", "innocent");
    part_masked(s, "a sk-123456789-abcdefghijkl b", "a ************************* b");
    part_masked(s, "bcdefghijkl, then", "bcdefghijkl, then");
    part_masked(s, "abcdefghijkl, then", "************, then");
    part_masked(s, "key: sk-12345678", "key: sk-12345678");
    part_masked(s, "key: sk-123456789", "key: ************");
    part_masked(s, "{\"key\":\"456789-abcde\"}", "{\"key\":\"************\"}");
    part_masked(s, "sk-123456789|-abcdefghijkl", "************|*************");
    part_masked(s, "sk-123456789-sk-123456789-", "**************************");
    part_masked(s, "sk-12345678sk-123456789", "sk-12345678************");
    secret_free(s);
    s = secret_new(str_of("ababababababab-abababababababab")); // the longer one counts
    part_masked(s, "xabababababababab!", "x****************!");
    secret_free(s);
}

// Time of a processor, which others do not take part in.
static int64_t worked_us(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

// 64 KiB of its own letters, the worst that an answer can hold: milliseconds, not seconds.
static void hostile_text_costs_little(void **state)
{
    (void)state;
    static char key[8 * KIB], text[64 * KIB];
    unsigned seed = 1;
    for (int kind = 0; kind < 3; kind++) {
        memset(key, 'a', sizeof key);
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1103515245 + 12345;
            text[i] = (char)(kind == 0 ? 'a' + (i % 11 == 10) : 33 + (seed >> 16) % 90);
            if (kind > 0)
                key[i % sizeof key] = (char)(33 + (seed >> 20) % 90);
        }
        key[sizeof key - 1] = 'b';
        for (size_t i = 0; kind == 2 && i + 11 < sizeof text; i += 11) // almost parts
            memcpy(text + i, key + i % 8000, 11);
        struct secret *s = secret_new(str_from(key, sizeof key));
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        int64_t start_us = worked_us();
        secret_mask(s, str_from(text, sizeof text), &b);
        assert_in_range(worked_us() - start_us, 0, 500000);
        assert_int_equal(b.len, sizeof text);
        buf_fini(&b);
        secret_free(s);
    }
}

static void short_ones_are_not_looked_for(void **state)
{
    (void)state;
    struct secret *s = secret_new(str_of("test123"));
    masked(s, "a test123", "a test123");
    secret_free(s);
    s = secret_new(STR_NONE);
    masked(s, "abc", "abc");
    assert_int_equal(secret_expose(s).len, 0);
    secret_free(s);
    secret_free(NULL);
}

static void keeps_all_sizes(void **state)
{
    (void)state;
    static char text[100000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i % 26);
    struct secret *all[700];
    for (size_t i = 0; i < 700; i++) {
        size_t len = i < 690 ? i : i * 142;
        all[i] = secret_new(str_from(text + i % 26, len));
        assert_non_null(all[i]);
    }
    for (size_t i = 0; i < 700; i++) {
        size_t len = i < 690 ? i : i * 142;
        assert_true(str_eq(secret_expose(all[i]), str_from(text + i % 26, len)));
        secret_free(all[i]);
    }
}

// The last owner ends it, and nothing of it is left where it was.
static void is_wiped_at_the_end(void **state)
{
    (void)state;
    struct secret *s = secret_new(str_of("a secret of some length that would be seen"));
    const char *where = secret_expose(s).ptr;
    assert_ptr_equal(secret_ref(s), s);
    secret_free(s);
    assert_true(str_is(secret_expose(s), "a secret of some length that would be seen"));
    secret_free(s);
    for (int i = 0; i < 42; i++)
        assert_int_equal(where[i], 0); // its block stays mapped
}

static void *busy(void *ptr)
{
    struct secret *shared = ptr;
    for (int i = 0; i < 5000; i++) {
        struct secret *own = secret_new(str_of("thread's own secret"));
        struct secret *also = secret_ref(shared);
        must(str_is(secret_expose(own), "thread's own secret"));
        must(str_is(secret_expose(also), "shared secret"));
        secret_free(also);
        secret_free(own);
    }
    return NULL;
}

static void is_shared_by_threads(void **state)
{
    (void)state;
    struct secret *s = secret_new(str_of("shared secret"));
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, busy, s), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_true(str_is(secret_expose(s), "shared secret"));
    secret_free(s);
}

static void is_known_by_its_hash(void **state)
{
    (void)state;
    struct secret *s = secret_new(str_of("sk-12345")), *same = secret_new(str_of("sk-12345"));
    struct secret *other = secret_new(str_of("sk-12346"));
    assert_true(secret_hash(s) == secret_hash(same));
    assert_true(secret_hash(s) != secret_hash(other));
    secret_free(s);
    secret_free(same);
    secret_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks),
        cmocka_unit_test(masks_parts),
        cmocka_unit_test(hostile_text_costs_little),
        cmocka_unit_test(short_ones_are_not_looked_for),
        cmocka_unit_test(keeps_all_sizes),
        cmocka_unit_test(is_wiped_at_the_end),
        cmocka_unit_test(is_shared_by_threads),
        cmocka_unit_test(is_known_by_its_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
