// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/refusal.h"
#include "core/usage.h"

static void names_go_both_ways(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        enum bucket b = BUCKET_COUNT;
        assert_true(bucket_find(str_of(bucket_name((enum bucket)i)), &b));
        assert_int_equal(b, i);
        assert_int_equal(bucket_units(b), bucket_is_token(b) || b == BUCKET_BUSY ? 1000000 : 1);
        assert_true(strlen(bucket_words(b)) > 0);
    }
    for (unsigned i = 0; i < SERVICE_COUNT; i++) {
        enum service s = SERVICE_COUNT;
        assert_true(service_find(str_of(service_name((enum service)i)), &s));
        assert_int_equal(s, i);
    }
    enum bucket b;
    assert_false(bucket_find(str_of("inputs"), &b));
    assert_true(bucket_is_token(BUCKET_IMAGE_OUTPUT));
    assert_false(bucket_is_token(BUCKET_WEB_SEARCHES));
}

static void sums_take_their_side(void **state)
{
    (void)state;
    struct usage u = {0};
    int64_t input = 0;
    int64_t output = 0;
    for (unsigned i = 0; i < BUCKET_COUNT; i++) {
        u.count[i] = (int64_t)1 << i;
        if (i <= BUCKET_IMAGE_INPUT)
            input += u.count[i];
        else if (i <= BUCKET_IMAGE_OUTPUT)
            output += u.count[i];
    }
    assert_int_equal(usage_input(&u), input);
    assert_int_equal(usage_output(&u), output);
    u.count[BUCKET_INPUT] = INT64_MAX;
    assert_int_equal(usage_input(&u), INT64_MAX);
    assert_int_equal(usage_output(&u), output);
}

// Numbers that stand in journals: none may move.
static void numbers_stay(void **state)
{
    (void)state;
    assert_int_equal(BUCKET_INPUT, 0);
    assert_int_equal(BUCKET_CACHE_WRITE_1H, 3);
    assert_int_equal(BUCKET_OUTPUT, 7);
    assert_int_equal(BUCKET_WEB_SEARCHES, 10);
    assert_int_equal(BUCKET_SECONDS, 15);
    assert_int_equal(BUCKET_BUSY, 16);
    assert_int_equal(SERVICE_FAST, 4);
    assert_int_equal(SURE_CAPTURED, 2);
}

static void refusals_are_http(void **state)
{
    (void)state;
    for (unsigned i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++) {
        enum refusal r = (enum refusal)i;
        assert_in_range(refusal_http(r), 400, 599);
        assert_true(strlen(refusal_code(r)) > 0);
        assert_int_equal(refusal_text(r)[strlen(refusal_text(r)) - 1], '.');
        for (unsigned k = REFUSAL_NONE + 1; k < i; k++)
            assert_string_not_equal(refusal_code(r), refusal_code((enum refusal)k));
    }
    assert_int_equal(refusal_http(REFUSAL_MODEL_UNKNOWN), 404);
    assert_int_equal(refusal_retry(REFUSAL_UPSTREAM_LOST), 1);
    assert_int_equal(refusal_retry(REFUSAL_BAD_KEY), 0);
}

static void counts_end_at_the_largest(void **state)
{
    (void)state;
    assert_int_equal(count_add(2, 3), 5);
    assert_int_equal(count_add(INT64_MAX, 1), INT64_MAX);
    assert_int_equal(count_times(2, 3), 6);
    assert_int_equal(count_times(INT64_MAX / 2, 3), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_end_at_the_largest), cmocka_unit_test(names_go_both_ways),
        cmocka_unit_test(sums_take_their_side),      cmocka_unit_test(numbers_stay),
        cmocka_unit_test(refusals_are_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
