// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "budget/nano.h"

static void a_cost_is_rounded_up_once(void **state)
{
    (void)state;
    static const struct {
        int64_t pd;
        int64_t n;
    } cases[] = {
        {0, 0},
        {1, 1},
        {999, 1},
        {1000, 1},
        {1001, 2},
        {-1, 0},
        {-999, 0},
        {-1000, -1},
        {-1001, -1},
        {-2000, -2},
        {1999, 2},
        {INT64_MAX, INT64_MAX / 1000 + 1},
        {INT64_MIN, INT64_MIN / 1000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(nano_from_money((struct money){cases[i].pd}).n, cases[i].n);
}

static void ends_where_the_range_ends(void **state)
{
    (void)state;
    struct nano m = {-9};
    assert_false(nano_add((struct nano){INT64_MAX}, (struct nano){1}, &m));
    assert_false(nano_add((struct nano){INT64_MIN}, (struct nano){-1}, &m));
    assert_false(nano_sub((struct nano){INT64_MIN}, (struct nano){1}, &m));
    assert_false(nano_sub((struct nano){0}, (struct nano){INT64_MIN}, &m));
    assert_int_equal(m.n, -9);
    assert_true(nano_add((struct nano){INT64_MAX}, (struct nano){-1}, &m));
    assert_int_equal(m.n, INT64_MAX - 1);
    assert_true(nano_sub((struct nano){3}, (struct nano){5}, &m));
    assert_int_equal(m.n, -2);
}

static void reads_what_a_person_writes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t n;
    } cases[] = {
        {"500.00", 500000000000},
        {"0", 0},
        {"0.000000001", 1},
        {".5", 500000000},
        {"1e3", 1000000000000},
        {"1e-9", 1},
        {"5.0000000000000000000000000", 5000000000},
        {"9223372036.854775807", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nano m = {-9};
        assert_int_equal(nano_read(str_of(cases[i].text), &m, NULL), STATUS_OK);
        assert_int_equal(m.n, cases[i].n);
    }
}

static void refuses_each_for_its_own_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum status status;
        const char *says;
    } cases[] = {
        {"", STATUS_SYNTAX, "no amount"},
        {"$5", STATUS_SYNTAX, "no amount"},
        {"5 USD", STATUS_SYNTAX, "no amount"},
        {"NaN", STATUS_SYNTAX, "no amount"},
        {"inf", STATUS_SYNTAX, "no amount"},
        {"+5", STATUS_SYNTAX, "no amount"},
        {"0x10", STATUS_SYNTAX, "no amount"},
        {"1,000", STATUS_SYNTAX, "no amount"},
        {"1e", STATUS_SYNTAX, "no amount"},
        {"-", STATUS_SYNTAX, "no amount"},
        {"-1", STATUS_RANGE, "negative"},
        {"-0", STATUS_RANGE, "negative"},
        {"-1e400", STATUS_RANGE, "negative"},
        {"0.0000000001", STATUS_LIMIT, "9 places"},
        {"1e-400", STATUS_LIMIT, "9 places"},
        {"0.0000000000000000001", STATUS_LIMIT, "9 places"},
        {"9223372036.854775808", STATUS_RANGE, "the most"},
        {"1e400", STATUS_RANGE, "the most"},
        {"1e9999999999999999999999", STATUS_RANGE, "the most"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nano m = {-9};
        struct why why = {0};
        assert_int_equal(nano_read(str_of(cases[i].text), &m, &why), cases[i].status);
        assert_int_equal(why.status, cases[i].status);
        assert_non_null(strstr(why.text, cases[i].says));
        assert_int_equal(m.n, -9);
    }
}

static void writes_what_it_reads(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *text;
    } cases[] = {
        {0, "0.00"},          {1, "0.000000001"},     {500000000000, "500.00"},
        {1230000000, "1.23"}, {-1500000000, "-1.50"}, {INT64_MAX, "9223372036.854775807"},
    };
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nano_write(&b, (struct nano){cases[i].n});
        assert_string_equal(buf_cstr(&b), cases[i].text);
        buf_clear(&b);
    }
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cost_is_rounded_up_once),
        cmocka_unit_test(ends_where_the_range_ends),
        cmocka_unit_test(reads_what_a_person_writes),
        cmocka_unit_test(refuses_each_for_its_own_reason),
        cmocka_unit_test(writes_what_it_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
