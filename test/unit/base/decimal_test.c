// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/decimal.h"

#define ATTO ((int128)1000000000000000000)

static void text_is(int128 value, unsigned places, unsigned keep, const char *want)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    decimal_write(&b, value, places, keep);
    assert_string_equal(buf_cstr(&b), want);
    buf_fini(&b);
}

static void equal(int128 got, int128 want, const char *about)
{
    if (got == want)
        return;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    decimal_write(&b, got, 0, 0);
    buf_add_cstr(&b, " is not ");
    decimal_write(&b, want, 0, 0);
    fail_msg("%s: %s", about, buf_cstr(&b));
}

static void reads(const char *text, int128 want)
{
    int128 got = -7;
    assert_int_equal(decimal_read(str_of(text), &got), STATUS_OK);
    equal(got, want, text);
}

static void reads_exactly(void **state)
{
    (void)state;
    reads("0", 0);
    reads("-0.000", 0);
    reads("1", ATTO);
    reads("-1.5", -ATTO - ATTO / 2);
    reads(".5", ATTO / 2);
    reads("007", 7 * ATTO);
    reads("0.000000000000000001", 1);
    reads("0.0000000833333", 83333300000);
    reads("1e-18", 1);
    reads("1E-18", 1);
    reads("3e-06", 3 * ATTO / 1000000);
    reads("2.5e+3", 2500 * ATTO);
    reads("0.1e1", ATTO);
    reads("10000000000000000000e-37", 1);
    reads("100000000000000000000", ATTO * ATTO * 100);
    reads("100000000000000000000.000000000000000000", ATTO * ATTO * 100);
    reads("-1e20", -(ATTO * ATTO * 100));
    reads("0e999999999999999999999", 0);
    reads("0.000e-999999999999999999999", 0);
    reads("0.00000000000000000000000000000000000000000000001e47", ATTO);
    reads("1000000000000000000000000000000000000000000000000000e-51", ATTO);
    reads("0.100000000000000000000000000000000", ATTO / 10);
}

static void refuses(enum status want, const char *text)
{
    int128 got = 42;
    enum status status = decimal_read(str_of(text), &got);
    if (status != want)
        fail_msg("%s: %s", text, status_text(status));
    equal(got, 42, text);
}

static void refuses_debris(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",      "-",     ".",  "-.",  "+1", "1.",   "1.e3", "e3",    "1e",      "1e+", "1e-",
        "1e1.5", "--1",   "1-", " 1",  "1 ", "1,5",  "0x10", "1_000", "NaN",     "inf", "1e5x",
        "1..2",  "1.2.3", "$1", "1\n", "١",  "1e 5", "1.5e", "-e1",   "Infinity"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuses(STATUS_SYNTAX, texts[i]);
    int128 got = 42;
    assert_int_equal(decimal_read(str_from("1\0", 2), &got), STATUS_SYNTAX);
}

static void refuses_what_does_not_fit(void **state)
{
    (void)state;
    refuses(STATUS_RANGE, "100000000000000000001");
    refuses(STATUS_RANGE, "-100000000000000000000.000000000000000001");
    refuses(STATUS_RANGE, "1e21");
    refuses(STATUS_RANGE, "1e400");
    refuses(STATUS_RANGE, "1e999999999999999999999999999999");
    refuses(STATUS_RANGE, "99999999999999999999999999999999999999999999999999999999");
    refuses(STATUS_LIMIT, "1e-19");
    refuses(STATUS_LIMIT, "0.1234567890123456789");
    refuses(STATUS_LIMIT, "1e-99999999999999999999999999999");
}

static void rounds(const char *text, int128 want, bool inexact)
{
    int128 got = -7;
    bool was = !inexact;
    assert_int_equal(decimal_round(str_of(text), &got, &was), STATUS_OK);
    equal(got, want, text);
    assert_int_equal(was, inexact);
}

static void rounds_half_to_even(void **state)
{
    (void)state;
    rounds("0.0000000000000000005", 0, true);
    rounds("0.0000000000000000015", 2, true);
    rounds("0.0000000000000000025", 2, true);
    rounds("-0.0000000000000000015", -2, true);
    rounds("0.00000000000000000050000000000000000000001", 1, true);
    rounds("0.0000000000000000004999999999999999999", 0, true);
    rounds("0.0000000000000000025000", 2, true);
    rounds("0.00000000000000000205", 2, true);
    rounds("5e-19", 0, true);
    rounds("15e-19", 2, true);
    rounds("1e-19", 0, true);
    rounds("9.5e-18", 10, true);
    rounds("1.0", ATTO, false);
    rounds("9999999e-999999999", 0, true);
    rounds("0.0833333333333333333333", 83333333333333333, true);
    int128 got = 42;
    bool inexact = false;
    assert_int_equal(
        decimal_round(str_of("100000000000000000000.0000000000000000009"), &got, &inexact),
        STATUS_RANGE);
    equal(got, 42, "untouched");
}

static void writes(void **state)
{
    (void)state;
    text_is(0, 18, 0, "0");
    text_is(0, 18, 12, "0.000000000000");
    text_is(0, 0, 0, "0");
    text_is(0, 0, 2, "0.00");
    text_is(1, 18, 0, "0.000000000000000001");
    text_is(1, 18, 12, "0.000000000000000001");
    text_is(ATTO, 18, 0, "1");
    text_is(ATTO, 18, 2, "1.00");
    text_is(-ATTO / 2, 18, 0, "-0.5");
    text_is(-ATTO / 2, 18, 12, "-0.500000000000");
    text_is(1234500, 4, 0, "123.45");
    text_is(1234500, 4, 1, "123.45");
    text_is(1234500, 4, 3, "123.450");
    text_is(1234500, 4, 6, "123.450000");
    text_is(-42, 0, 0, "-42");
    text_is(100, 0, 0, "100");
    int128 least = (int128)((uint128)1 << 127);
    text_is(least, 0, 0, "-170141183460469231731687303715884105728");
    text_is(least, 38, 38, "-1.70141183460469231731687303715884105728");
}

// What is written is read again as the same.
static void comes_back(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    int128 value = 1;
    for (int i = 0; i < 500; i++) {
        value = (value % (ATTO * ATTO) * 31 + i) % (ATTO * ATTO * 100);
        int128 number = i % 2 ? -value : value;
        buf_clear(&b);
        decimal_write(&b, number, DECIMAL_PLACES, (unsigned)i % 25);
        reads(buf_cstr(&b), number);
    }
    buf_fini(&b);
}

static void divides(void **state)
{
    (void)state;
    static const int cases[][3] = {// n, d, half to even
                                   {0, 3, 0},   {1, 2, 0},    {3, 2, 2},    {5, 2, 2},
                                   {-1, 2, 0},  {-3, 2, -2},  {-5, 2, -2},  {7, 3, 2},
                                   {8, 3, 3},   {-7, 3, -2},  {-8, 3, -3},  {6, 3, 2},
                                   {-6, 3, -2}, {1, 1000, 0}, {-1, 1000, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        equal(decimal_divide(cases[i][0], cases[i][1]), cases[i][2], "divide");
    int128 most = (int128)(((uint128)1 << 127) - 1);
    equal(decimal_divide(most, most), 1, "most");
    equal(decimal_divide(most / 2, most), 0, "half of an odd number");
    equal(decimal_divide(most / 2 + 1, most), 1, "more than half");
}

static void divides_to_a_side(void **state)
{
    (void)state;
    static const int cases[][4] = {// n, d, up, down
                                   {0, 3, 0, 0}, {1, 3, 1, 0},    {2, 3, 1, 0},    {3, 3, 1, 1},
                                   {7, 3, 3, 2}, {-1, 3, 0, -1},  {-3, 3, -1, -1}, {-7, 3, -2, -3},
                                   {4, 2, 2, 2}, {-4, 2, -2, -2}, {5, 1, 5, 5},    {-5, 1, -5, -5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        equal(decimal_divide_up(cases[i][0], cases[i][1]), cases[i][2], "up");
        equal(decimal_divide_down(cases[i][0], cases[i][1]), cases[i][3], "down");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_exactly),
        cmocka_unit_test(refuses_debris),
        cmocka_unit_test(rounds_half_to_even),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(writes),
        cmocka_unit_test(comes_back),
        cmocka_unit_test(divides),
        cmocka_unit_test(divides_to_a_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
