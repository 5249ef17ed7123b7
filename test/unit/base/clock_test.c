// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/clock.h"

static void knows_leap_years(void **state)
{
    (void)state;
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(1972, 3, 1) - civil_days(1972, 2, 28), 2);
    assert_int_equal(civil_days(2000, 3, 1) - civil_days(2000, 2, 28), 2);
    assert_int_equal(civil_days(2100, 3, 1) - civil_days(2100, 2, 28), 1);
    assert_int_equal(civil_days(2026, 11, 24), 20781);
    assert_int_equal(civil_days(9999, 12, 31), 2932896);
}

// Each day from 1970 to 9999 follows the one before and comes back.
static void walks_every_day(void **state)
{
    (void)state;
    struct civil last = {.year = 1969, .month = 12, .day = 31, .weekday = 2};
    int64_t end = civil_days(9999, 12, 31);
    for (int64_t d = 0; d <= end; d++) {
        struct civil c;
        civil_from_us(d * DAY_US + 86399 * SECOND_US + 999999, &c);
        bool next = c.year == last.year && c.month == last.month && c.day == last.day + 1;
        bool turn = c.day == 1 && last.day >= 28 &&
                    (c.month == last.month + 1 || (c.month == 1 && c.year == last.year + 1));
        if (!(next || turn) || c.weekday != (last.weekday + 1) % 7 || c.hour != 23 ||
            c.minute != 59 || c.second != 59 || c.micro != 999999 ||
            civil_days(c.year, c.month, c.day) != d || civil_to_us(&c) != d * DAY_US + DAY_US - 1)
            fail_msg("day %lld", (long long)d);
        last = c;
    }
    assert_int_equal(last.year, 9999);
}

static void knows_what_was_before(void **state)
{
    (void)state;
    struct civil c;
    civil_from_us(-1, &c);
    assert_int_equal(c.year * 10000 + c.month * 100 + c.day, 19691231);
    assert_int_equal(c.hour * 10000 + c.minute * 100 + c.second, 235959);
    assert_int_equal(c.micro, 999999);
    assert_int_equal(c.weekday, 2);
    civil_from_us(0, &c);
    assert_int_equal(c.year * 10000 + c.month * 100 + c.day, 19700101);
    assert_int_equal(c.weekday, 3);
    civil_from_us(-DAY_US, &c);
    assert_int_equal(c.day, 31);
    assert_int_equal(c.hour, 0);
    assert_int_equal(civil_days(1600, 2, 29), -135081);
}

static void reads(const char *text, int64_t want)
{
    int64_t us = -1;
    if (!civil_read(str_of(text), &us))
        fail_msg("refused: %s", text);
    if (us != want)
        fail_msg("%s: %lld", text, (long long)us);
}

static void refuses(const char *text)
{
    int64_t us = 77;
    if (civil_read(str_of(text), &us))
        fail_msg("taken: %s", text);
    assert_int_equal(us, 77);
}

static void reads_dates(void **state)
{
    (void)state;
    int64_t ten = INT64_C(1795514400000000);
    reads("1970-01-01", 0);
    reads("2026-11-24T10:00:00Z", ten);
    reads("2026-11-24T10:00:00+00:00", ten);
    reads("2026-11-24t10:00:00-00:00", ten);
    reads("2026-11-24 10:00:00z", ten);
    reads("2026-11-24T11:00:00+01:00", ten);
    reads("2026-11-24T04:15:00-05:45", ten);
    reads("2026-11-25T00:00:00+14:00", ten);
    reads("2026-11-24T10:00Z", ten);
    reads("2026-11-24T10:00:00.5Z", ten + 500000);
    reads("2026-11-24T10:00:00.000001Z", ten + 1);
    reads("2026-11-24T10:00:00.0000019999Z", ten + 1);
    reads("2024-02-29", INT64_C(1709164800000000));
    reads("9999-12-31T23:59:59.999999Z", INT64_C(253402300799999999));
}

static void refuses_other_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "2026-11-24T10:00:00+",
                                        "2026-11-24T10:00:00+01",
                                        "2026-11-24T10:00:00+01:",
                                        "2026-11-24T10:00:00-01:0",
                                        "2026-11-24T10:",
                                        "2026-11-24T10:00:",
                                        "2026",
                                        "2026-11",
                                        "2026-1-2",
                                        "2026-11-24T",
                                        "2026-11-24T10",
                                        "2026-11-24T10:00",
                                        "2026-11-24T10:00:00",
                                        "2026-11-24T10:00:00.Z",
                                        "2026-11-24T10:00:00Zx",
                                        "2026-11-24T10:00:00+1:00",
                                        "2026-11-24T10:00:00+0100",
                                        "2026-11-24T10:00:00+24:00",
                                        "2026-11-24T10:00:00+01:60",
                                        "2026-11-24T24:00:00Z",
                                        "2026-11-24T10:60:00Z",
                                        "2026-11-24T10:00:60Z",
                                        "2026-00-24",
                                        "2026-13-24",
                                        "2026-11-00",
                                        "2026-11-31",
                                        "2026-02-29",
                                        "2100-02-29",
                                        "1969-12-31",
                                        "1970-01-01T00:00:00+00:01",
                                        "9999-12-31T23:59:59-00:01",
                                        "-026-11-24",
                                        "2026-11-24Z",
                                        "2026-11-24  10:00:00Z",
                                        " 2026-11-24",
                                        "2026/11/24",
                                        "20261124",
                                        "2026-11-2\xc3"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuses(texts[i]);
}

static void writes_and_reads_back(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    civil_write(&b, INT64_C(1795514400000999), 0);
    assert_string_equal(buf_cstr(&b), "2026-11-24T10:00:00Z");
    buf_clear(&b);
    civil_write(&b, INT64_C(1795514400012999), 3);
    assert_string_equal(buf_cstr(&b), "2026-11-24T10:00:00.012Z");
    int64_t us = 1;
    for (int i = 0; i < 58; i++, us = us * 2 + i % 3) {
        if (us > INT64_C(253402300799999999))
            break;
        buf_clear(&b);
        civil_write(&b, us, 6);
        reads(buf_cstr(&b), us);
    }
    buf_fini(&b);
}

static void writes_dates(void **state)
{
    (void)state;
    char text[CIVIL_DATE];
    assert_string_equal(civil_date(INT64_C(1795514400000999), text), "2026-11-24");
    assert_string_equal(civil_date(-1, text), "1969-12-31");
}

static void reads_spans(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; // -1: refused
    } rows[] = {{"10s", 10 * SECOND_US},
                {"0s", 0},
                {"500ms", SECOND_US / 2},
                {"6307200000001ms", -1},
                {"ms", -1},
                {"1sm", -1},
                {"30m", 1800 * SECOND_US},
                {"12h", DAY_US / 2},
                {"90d", 90 * DAY_US},
                {"2w", 14 * DAY_US},
                {"73000d", 73000 * DAY_US},
                {"73001d", -1},
                {"18446744073709551616s", -1},
                {"d", -1},
                {"", -1},
                {"-1d", -1},
                {"1 d", -1},
                {"1y", -1},
                {"1D", -1},
                {"5", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = -1;
        assert_int_equal(span_read(str_of(rows[i].text), &us), rows[i].us >= 0);
        assert_int_equal(us, rows[i].us);
    }
}

static void runs_forward(void **state)
{
    (void)state;
    int64_t last = clock_mono_us();
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_mono_us();
        assert_true(now >= last);
        last = now;
    }
    assert_true(clock_wall_us() > civil_days(2024, 1, 1) * DAY_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_was_before), cmocka_unit_test(knows_leap_years),
        cmocka_unit_test(walks_every_day),       cmocka_unit_test(reads_dates),
        cmocka_unit_test(refuses_other_text),    cmocka_unit_test(runs_forward),
        cmocka_unit_test(writes_and_reads_back), cmocka_unit_test(writes_dates),
        cmocka_unit_test(reads_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
