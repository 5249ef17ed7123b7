// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "base/clock.h"
#include "budget/window.h"

#define FOLDER TEST_ROOT "/golden/window/"

static struct zone *read_zone(struct str name)
{
    char path[256];
    static char bytes[65536];
    struct zone *z = NULL;
    struct why why = {0};
    snprintf(path, sizeof path, FOLDER "%.*s", STR_ARG(name));
    for (char *c = path + sizeof FOLDER; *c; c++)
        *c = *c == '/' ? '-' : *c;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    if (zone_read(str_from(bytes, n), &alloc_heap, &z, &why) != STATUS_OK)
        fail_msg("%s: %s", path, why.text);
    return z;
}

static int64_t number(struct str *line)
{
    struct str part;
    int64_t n = 0;
    assert_true(str_cut(line, '\t', &part) && str_i64(str_trim(part), &n));
    return n;
}

static void agrees_with_the_table(void **state)
{
    (void)state;
    char text[256];
    char last[64] = "";
    struct zone *z = NULL;
    unsigned count = 0;
    FILE *f = fopen(FOLDER "cases.tsv", "r");
    assert_non_null(f);
    while (fgets(text, sizeof text, f)) {
        struct str line = str_of(text);
        struct str name = STR_NONE;
        struct str kind = STR_NONE;
        struct window_rule rule = {0};
        assert_true(str_cut(&line, '\t', &name) && str_cut(&line, '\t', &kind));
        if (!str_is(name, last)) {
            zone_close(z);
            z = read_zone(name);
            assert_true(str_copy(name, last, sizeof last));
        }
        assert_int_equal(window_read(kind, &rule.kind, NULL), STATUS_OK);
        rule.first_day = (int)number(&line);
        rule.zone = z;
        int64_t at = number(&line);
        struct window w = window_at(&rule, at);
        int64_t start = number(&line);
        int64_t end = number(&line);
        if (w.start_us != start || w.end_us != end)
            fail_msg("line %u: %.*s %.*s at %lld: %lld to %lld", count + 1, STR_ARG(name),
                     STR_ARG(kind), (long long)at, (long long)w.start_us, (long long)w.end_us);
        count++;
    }
    fclose(f);
    zone_close(z);
    assert_in_range(count, 200, 100000);
}

static int64_t hours(struct window w)
{
    return (w.end_us - w.start_us) / (3600 * SECOND_US);
}

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_true(civil_read(str_of(text), &us));
    return us;
}

static void days_have_as_many_hours_as_they_have(void **state)
{
    (void)state;
    struct zone *z = read_zone((struct str)STR("Europe/Berlin"));
    struct window_rule day = {WINDOW_DAY, 0, z};
    assert_int_equal(hours(window_at(&day, at("2026-03-28T12:00:00Z"))), 24);
    assert_int_equal(hours(window_at(&day, at("2026-03-29T12:00:00Z"))), 23);
    assert_int_equal(hours(window_at(&day, at("2026-10-25T12:00:00Z"))), 25);
    zone_close(z);
    z = read_zone((struct str)STR("America/Sao_Paulo")); // 2018-11-04 has no midnight
    day.zone = z;
    struct window w = window_at(&day, at("2018-11-04T12:00:00Z"));
    assert_int_equal(hours(w), 23);
    assert_int_equal(w.start_us, at("2018-11-04T03:00:00Z"));
    zone_close(z);
    z = read_zone((struct str)STR("Pacific/Apia")); // 2011-12-30 was left out
    day.zone = z;
    w = window_at(&day, at("2011-12-30T10:00:00Z"));
    assert_int_equal(w.start_us, at("2011-12-30T10:00:00Z"));
    assert_int_equal(window_at(&day, w.start_us - 1).end_us, w.start_us);
    zone_close(z);
}

// Window after window, each begins where the last one ended, and its edges are in it and out of it.
static void windows_follow_each_other(void **state)
{
    (void)state;
    static const char *const places[] = {"America/St_Johns", "America/Havana", "Pacific/Kwajalein",
                                         "Europe/Berlin"};
    static const enum window_kind kinds[] = {WINDOW_DAY, WINDOW_WEEK, WINDOW_MONTH};
    for (unsigned i = 0; i < 12; i++) {
        struct zone *z = read_zone(str_of(places[i / 3]));
        struct window_rule rule = {kinds[i % 3], (int)(i % 7), z};
        struct window w = window_at(&rule, at("1970-01-01") - 400 * DAY_US);
        while (w.end_us < at("2101-01-01")) {
            struct window next = window_at(&rule, w.end_us);
            assert_int_equal(next.start_us, w.end_us);
            assert_true(next.end_us > next.start_us);
            struct window last = window_at(&rule, next.end_us - 1);
            assert_int_equal(last.start_us, next.start_us);
            assert_int_equal(last.end_us, next.end_us);
            w = next;
        }
        zone_close(z);
    }
}

static void holds_every_moment(void **state)
{
    (void)state;
    struct zone *z = read_zone((struct str)STR("Europe/Berlin"));
    static const int64_t moments[] = {INT64_MIN, INT64_MIN + 1, -DAY_US * 719528, -1, 0,
                                      1,         INT64_MAX / 2, INT64_MAX - 1};
    static const enum window_kind kinds[] = {WINDOW_LIFETIME, WINDOW_DAY, WINDOW_WEEK,
                                             WINDOW_MONTH};
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        for (unsigned k = 0; k < 8; k++) {
            struct window_rule rule = {kinds[k / 2], 6, k % 2 ? z : NULL};
            struct window w = window_at(&rule, moments[i]);
            assert_true(w.start_us <= moments[i] && moments[i] < w.end_us);
        }
    }
    struct window_rule day = {WINDOW_DAY, 0, NULL};
    assert_int_equal(window_at(&day, INT64_MAX).end_us, INT64_MAX);
    struct window first = window_at(&day, -1);
    assert_int_equal(first.start_us, -DAY_US);
    assert_int_equal(first.end_us, 0);
    struct window_rule month = {WINDOW_MONTH, 0, NULL};
    assert_int_equal(window_at(&month, at("2024-02-29T23:59:59Z")).end_us, at("2024-03-01"));
    assert_int_equal(window_at(&month, at("2100-02-28T23:59:59Z")).end_us, at("2100-03-01"));
    assert_int_equal(window_at(&month, at("2025-12-31")).end_us, at("2026-01-01"));
    zone_close(z);
}

static void has_names(void **state)
{
    (void)state;
    static const enum window_kind kinds[] = {WINDOW_LIFETIME, WINDOW_DAY, WINDOW_WEEK,
                                             WINDOW_MONTH};
    for (unsigned i = 0; i < 4; i++) {
        enum window_kind kind = WINDOW_LIFETIME;
        assert_int_equal(window_read(str_of(window_name(kinds[i])), &kind, NULL), STATUS_OK);
        assert_int_equal(kind, kinds[i]);
    }
    enum window_kind kind = WINDOW_DAY;
    struct why why;
    assert_int_equal(window_read((struct str)STR("year"), &kind, &why), STATUS_UNKNOWN);
    assert_string_equal(why.text, "no window `year`: take day, week, month or lifetime");
    assert_int_equal(kind, WINDOW_DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_table),
        cmocka_unit_test(days_have_as_many_hours_as_they_have),
        cmocka_unit_test(windows_follow_each_other),
        cmocka_unit_test(holds_every_moment),
        cmocka_unit_test(has_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
