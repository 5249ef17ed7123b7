// SPDX-License-Identifier: Apache-2.0
//
// What a model's cache has of a conversation, as its last answer told.

#include "../unit.h"
#include "gate/turns.h"

#define SECOND INT64_C(1000000)

static const struct turn_of here = {7, STR("cloud"), STR("large")};
static const struct turn_of there = {7, STR("cloud"), STR("small")};

static struct usage used(int64_t input, int64_t read, int64_t wrote)
{
    return (struct usage){
        .prompt = input + read + wrote,
        .count = {
            [BUCKET_INPUT] = input, [BUCKET_CACHE_READ] = read, [BUCKET_CACHE_WRITE_5M] = wrote}};
}

static void last_model_has_it(void **state)
{
    (void)state;
    struct turns *t = turns_new();
    assert_int_equal(turns_cached(t, &here, 0), -1);
    struct usage u = used(50, 3000, 700);
    turns_took(t, &here, &u, 0);
    assert_int_equal(turns_cached(t, &here, 300 * SECOND), 3700);
    assert_int_equal(turns_cached(t, &there, 300 * SECOND), 0);
    assert_int_equal(turns_cached(t, &here, 301 * SECOND), -1); // its entries may be gone
    // Another conversation, or the same name elsewhere.
    const struct turn_of other = {8, STR("cloud"), STR("large")};
    const struct turn_of host = {7, STR("host"), STR("large")};
    assert_int_equal(turns_cached(t, &other, 0), -1);
    assert_int_equal(turns_cached(t, &host, 0), 0);
    // The next turn is another's.
    turns_took(t, &there, &u, 10 * SECOND);
    assert_int_equal(turns_cached(t, &here, 10 * SECOND), 0);
    assert_int_equal(turns_cached(t, &there, 10 * SECOND), 3700);
    turns_free(t);
}

static void who_tells_of_reads_alone(void **state)
{
    (void)state;
    struct turns *t = turns_new();
    struct usage u = used(800, 0, 0); // it may have kept it or not
    turns_took(t, &here, &u, 0);
    assert_int_equal(turns_cached(t, &here, 0), -1);
    assert_int_equal(turns_cached(t, &there, 0), 0);
    u = used(80, 1920, 0);
    turns_took(t, &here, &u, 0);
    assert_int_equal(turns_cached(t, &here, 0), 2000);
    u.count[BUCKET_CACHE_READ] = u.prompt = INT64_MAX;
    turns_took(t, &here, &u, 0);
    assert_int_equal(turns_cached(t, &here, 0), (INT64_C(1) << 40) - 1);
    turns_free(t);
}

static void an_hour_lasts_an_hour(void **state)
{
    (void)state;
    struct turns *t = turns_new();
    struct usage u = used(50, 0, 0);
    u.count[BUCKET_CACHE_WRITE_1H] = 900;
    turns_took(t, &here, &u, 0);
    assert_int_equal(turns_cached(t, &here, 3600 * SECOND), 900);
    assert_int_equal(turns_cached(t, &here, 3601 * SECOND), -1);
    turns_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_model_has_it),
        cmocka_unit_test(who_tells_of_reads_alone),
        cmocka_unit_test(an_hour_lasts_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
