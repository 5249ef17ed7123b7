// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "../unit.h"
#include "gate/live.h"

static struct live *live;

static int begin(void **state)
{
    (void)state;
    live = alloc_must(sizeof *live);
    return 0;
}

static int end(void **state)
{
    (void)state;
    heap_free(live);
    return 0;
}

static void add(int64_t start_us, int64_t cost_pd)
{
    struct entry e = {.start_us = start_us,
                      .cost = {cost_pd},
                      .price_state = PRICE_PRICED,
                      .usage.count[BUCKET_INPUT] = 3,
                      .usage.count[BUCKET_OUTPUT] = 5};
    live_add(live, &e);
}

static void test_sums(void **state)
{
    (void)state;
    add(1, 10);
    add(2, 20);
    struct entry e = {.price_state = PRICE_UNPRICED, .cost = {5}, .outcome = OUTCOME_ERROR};
    live_add(live, &e);
    assert_int_equal(live->sums.tally.requests, 3);
    assert_int_equal(live->sums.tally.errors, 1);
    assert_int_equal(live->sums.tally.unpriced, 1);
    assert_int_equal(live->sums.tally.count[BUCKET_OUTPUT], 10);
    assert_true(live->sums.cost.pd == 30);
}

// A cursor reads on where it was, and what the ring has lost can be counted.
static void test_cursor(void **state)
{
    (void)state;
    assert_int_equal(live_oldest(live, 0), 0);
    for (int i = 0; i < LIVE_KEPT; i++)
        add(i, 0);
    assert_int_equal(live_oldest(live, 0), 0);
    assert_int_equal(live_at(live, 0)->start_us, 0);
    uint64_t cursor = live->ended;
    assert_int_equal(live_oldest(live, cursor), cursor);
    for (int i = LIVE_KEPT; i < 3 * LIVE_KEPT; i++)
        add(i, 0);
    assert_int_equal(live_oldest(live, cursor), 2 * LIVE_KEPT);
    assert_int_equal(live_at(live, 2 * LIVE_KEPT)->start_us, 2 * LIVE_KEPT);
    assert_int_equal(live_at(live, live->ended - 1)->start_us, 3 * LIVE_KEPT - 1);
    assert_int_equal(live_oldest(live, 1000 * LIVE_KEPT), live->ended); // of another gateway
}

static void test_texts(void **state)
{
    (void)state;
    char long_text[400];
    struct live_call c;
    memset(long_text, 'x', sizeof long_text);
    memcpy(long_text + 63, "\xc3\xa4", 2); // its first byte would be the last that fits
    struct entry e = {
        .key = {long_text, sizeof long_text},
        .tags = {.count = 2, .at = {{STR("feature"), STR("chat")}, {STR("who"), STR("me")}}}};
    live_fill(&c, &e);
    assert_int_equal(strlen(c.key), 63);
    assert_string_equal(c.tags, "feature=chat,who=me");
    for (size_t n = 0; n < sizeof long_text; n++) { // no length of a value is too long
        e.tags.at[0].value = str_from(long_text + 65, n < 300 ? n : 300);
        live_fill(&c, &e);
        assert_true(strlen(c.tags) < sizeof c.tags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sums, begin, end),
        cmocka_unit_test_setup_teardown(test_cursor, begin, end),
        cmocka_unit_test_setup_teardown(test_texts, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
