// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "insight/sums.h"

// A sum of what providers counted ends at the largest number; it never turns negative.
static void sums_end_at_the_largest(void **state)
{
    (void)state;
    struct sums s;
    struct buf json;
    bool fresh;
    struct tally t = {.requests = 1, .reasoning = INT64_MAX, .made_tokens = INT64_MAX};
    t.made_us = 1;
    for (int i = 0; i < BUCKET_COUNT; i++)
        t.count[i] = INT64_MAX - 1;
    sums_init(&s);
    buf_init(&json, &alloc_heap, 0);
    struct group *g = sums_group(&s, str_of("k"), &fresh);
    assert_non_null(g);
    for (int i = 0; i < 3; i++)
        sums_add_hour(&s, g, &t, (struct money_sum){INT64_MAX}, (struct money_sum){1});
    sums_write(&s, "key", false, NULL, &json);
    assert_false(buf_failed(&json));
    const char *text = buf_cstr(&json);
    assert_null(strstr(text, ":-"));
    for (int i = 0; i < BUCKET_COUNT; i++)
        assert_int_equal(s.total.tally.count[i], INT64_MAX);
    assert_non_null(strstr(text, "\"reasoning_tokens\":9223372036854775807"));
    assert_non_null(strstr(text, "\"prompt_tokens\":9223372036854775807"));
    assert_non_null(strstr(text, "\"cost_usd\":\"27670116.110564327421\""));
    buf_fini(&json);
    sums_fini(&s);
}

// A report by user may have as many groups as there can be.
static void many_groups_take_little(void **state)
{
    (void)state;
    struct sums s;
    bool fresh;
    sums_init(&s);
    for (int i = 0; i < 2 * GROUPS_MAX; i++) {
        char key[16];
        snprintf(key, sizeof key, "user-%d", i % (GROUPS_MAX + 1));
        struct group *g = sums_group(&s, str_of(key), &fresh);
        struct entry e = {
            .duration_us = 1000 * (1 + i % 700), .ttft_us = 100 + i, .outcome = OUTCOME_OK};
        assert_non_null(g);
        sums_add_call(&s, g, &e);
    }
    assert_int_equal(s.groups.count, GROUPS_MAX);
    assert_int_equal(s.total.tally.requests, 2 * GROUPS_MAX);
    assert_false(s.failed);
    assert_true(s.arena.used <= (size_t)GROUPS_MAX * 1500);
    sums_fini(&s);
}

static void add_attempt(struct sums *s, enum price_state state, int64_t pd, bool followed)
{
    bool fresh;
    struct entry e = {.price_state = state, .cost = {pd}, .followed = followed};
    sums_add_call(s, sums_group(s, str_of("k"), &fresh), &e);
}

// Nothing that was paid is known, and something was that is not: an unknown price is no zero,
// whatever failed for nothing beside it.
static void an_unknown_price_is_not_zero(void **state)
{
    (void)state;
    struct sums s;
    struct buf json;
    sums_init(&s);
    buf_init(&json, &alloc_heap, 0);
    add_attempt(&s, PRICE_FREE, 0, true);
    add_attempt(&s, PRICE_UNPRICED, 0, false);
    sums_write(&s, "key", false, NULL, &json);
    assert_non_null(strstr(buf_cstr(&json), "\"cost_usd\":null"));
    add_attempt(&s, PRICE_PRICED, 5, false);
    buf_clear(&json);
    sums_write(&s, "key", false, NULL, &json);
    assert_non_null(strstr(buf_cstr(&json), "\"cost_usd\":\"0.000000000005\""));
    buf_fini(&json);
    sums_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_price_is_not_zero),
        cmocka_unit_test(sums_end_at_the_largest),
        cmocka_unit_test(many_groups_take_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
