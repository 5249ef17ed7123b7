// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "core/money.h"

#define ATTO_PER_PICO 1000000

static void rounds_half_to_even(void **state)
{
    (void)state;
    static const struct {
        int64_t atto;
        int64_t pd;
    } cases[] = {
        {0, 0},       {499999, 0},  {500000, 0},  {500001, 1},   {1499999, 1},   {1500000, 2},
        {2500000, 2}, {2500001, 3}, {-500000, 0}, {-500001, -1}, {-1500000, -2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct money m = {-9};
        assert_true(money_from_atto(cases[i].atto, &m));
        assert_int_equal(m.pd, cases[i].pd);
    }
}

static void ends_where_the_range_ends(void **state)
{
    (void)state;
    struct money m = {-9};
    assert_true(money_from_atto((int128)INT64_MAX * ATTO_PER_PICO, &m));
    assert_int_equal(m.pd, INT64_MAX);
    m.pd = -9;
    assert_false(money_from_atto(((int128)INT64_MAX + 1) * ATTO_PER_PICO, &m));
    assert_false(money_from_atto(((int128)INT64_MIN - 1) * ATTO_PER_PICO, &m));
    assert_false(money_add((struct money){INT64_MAX}, (struct money){1}, &m));
    assert_false(money_add((struct money){INT64_MIN}, (struct money){-1}, &m));
    assert_int_equal(m.pd, -9);
    assert_true(money_add((struct money){INT64_MAX}, (struct money){-1}, &m));
    assert_int_equal(m.pd, INT64_MAX - 1);
}

static void reads_usd(void **state)
{
    (void)state;
    struct money m = {-9};
    assert_int_equal(money_read((struct str)STR("0.00014"), &m), STATUS_OK);
    assert_int_equal(m.pd, 140000000);
    assert_int_equal(money_read((struct str)STR("1.5e-12"), &m), STATUS_OK);
    assert_int_equal(m.pd, 2);
    assert_int_equal(money_read((struct str)STR("0.000123456789012345678901"), &m), STATUS_OK);
    assert_int_equal(m.pd, 123456789);
    assert_int_equal(money_read((struct str)STR("9223372.036854775808"), &m), STATUS_RANGE);
    assert_int_equal(money_read((struct str)STR("free"), &m), STATUS_SYNTAX);
    assert_int_equal(m.pd, 123456789);
}

static void text_is(struct buf *b, const char *want)
{
    assert_string_equal(buf_cstr(b), want);
    buf_clear(b);
}

static void writes_plain_decimals(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    money_write(&b, (struct money){123000000});
    text_is(&b, "0.000123000000");
    money_write(&b, (struct money){-1});
    text_is(&b, "-0.000000000001");
    money_write(&b, (struct money){INT64_MAX});
    text_is(&b, "9223372.036854775807");
    struct money_sum sum = {0};
    for (int i = 0; i < 3; i++)
        money_sum_add(&sum, (struct money){INT64_MAX});
    money_sum_write(&b, sum);
    text_is(&b, "27670116.110564327421");
    money_sum_write(&b, (struct money_sum){1500000000000});
    text_is(&b, "1.50");
    buf_fini(&b);
}

static void keeps_prices_as_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.003625", "0.0833333", "0.083333333333",
                                        "600",      "0",         "15"};
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct price p;
        assert_int_equal(price_read(str_of(texts[i]), 1000000, &p), STATUS_OK);
        price_write(&b, p, 1000000);
        text_is(&b, texts[i]);
    }
    struct price p = {7};
    assert_int_equal(price_read((struct str)STR("0.0833333333333"), 1000000, &p), STATUS_LIMIT);
    assert_int_equal(price_read((struct str)STR("-1"), 1000000, &p), STATUS_RANGE);
    assert_int_equal(price_read((struct str)STR("10"), 1, &p), STATUS_RANGE);
    assert_int_equal(price_read((struct str)STR("$1"), 1, &p), STATUS_SYNTAX);
    assert_int_equal(p.atto, 7);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_half_to_even),
        cmocka_unit_test(ends_where_the_range_ends),
        cmocka_unit_test(reads_usd),
        cmocka_unit_test(writes_plain_decimals),
        cmocka_unit_test(keeps_prices_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
