// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <unistd.h>

#include "../meagre.h"
#include "../unit.h"
#include "base/clock.h"
#include "base/zone.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_true(civil_read(str_of(text), &us));
    return us;
}

static struct zone *zone(const char *name)
{
    struct zone *z = NULL;
    struct why why = {0};
    if (access("/usr/share/zoneinfo/Europe/Berlin", R_OK) != 0)
        skip();
    if (zone_open(str_of(name), &z, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    return z;
}

static void offset_is(const struct zone *z, const char *text, int seconds)
{
    assert_int_equal(zone_offset(z, at(text)), seconds);
}

static void berlin_changes_twice_a_year(void **state)
{
    (void)state;
    struct zone *z = zone("Europe/Berlin");
    offset_is(z, "2026-01-15T00:00:00Z", 3600);
    offset_is(z, "2026-03-29T00:59:59Z", 3600);
    offset_is(z, "2026-03-29T01:00:00Z", 7200);
    offset_is(z, "2026-10-25T00:59:59Z", 7200);
    offset_is(z, "2026-10-25T01:00:00Z", 3600);
    // Far behind the table's end, by the rule: March 29 and October 25 of 2093 are Sundays.
    offset_is(z, "2093-03-29T00:59:59Z", 3600);
    offset_is(z, "2093-03-29T01:00:00Z", 7200);
    offset_is(z, "2093-10-25T00:59:59Z", 7200);
    offset_is(z, "2093-10-25T01:00:00Z", 3600);
    assert_true(zone_whole_hours(z, at("2020-01-01"), INT64_MAX));
    zone_close(z);
}

static void the_south_saves_over_new_year(void **state)
{
    (void)state;
    struct zone *z = zone("Australia/Sydney");
    offset_is(z, "2026-01-15T00:00:00Z", 11 * 3600);
    offset_is(z, "2026-07-15T00:00:00Z", 10 * 3600);
    offset_is(z, "2090-01-15T00:00:00Z", 11 * 3600);
    offset_is(z, "2090-07-15T00:00:00Z", 10 * 3600);
    zone_close(z);
}

static void not_every_zone_has_whole_hours(void **state)
{
    (void)state;
    struct zone *z = zone("Asia/Kolkata");
    offset_is(z, "2026-01-15T00:00:00Z", 19800);
    assert_false(zone_whole_hours(z, at("2026-01-01"), at("2026-02-01")));
    zone_close(z);
    z = zone("UTC");
    offset_is(z, "2026-01-15T00:00:00Z", 0);
    assert_true(zone_whole_hours(z, 0, INT64_MAX));
    zone_close(z);
    assert_int_equal(zone_offset(NULL, 0), 0);
}

static void names_stay_in_their_folder(void **state)
{
    (void)state;
    struct zone *z;
    struct why why = {0};
    char longest[1000] = "";
    memset(longest, 'a', sizeof longest - 1);
    const char *const bad[] = {"",
                               "/etc/passwd",
                               "../../../etc/passwd",
                               "Europe/..",
                               "a b",
                               "Europe",
                               "Mars/Olympus",
                               longest,
                               "localtime",
                               "posixrules",
                               "Factory",
                               "posix/Factory"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(zone_open(str_of(bad[i]), &z, &why), STATUS_SYNTAX);
        if (!strstr(why.text, "; write it as in Europe/Berlin, or UTC"))
            fail_msg("%s", why.text);
    }
}

// Also where the system has no zones.
static void utc_needs_no_file(void **state)
{
    (void)state;
    char other;
    struct zone *z = (struct zone *)(void *)&other;
    assert_int_equal(zone_open(str_of("UTC"), &z, NULL), STATUS_OK);
    assert_null(z);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    char bytes[4096];
    struct zone *z;
    FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "r");
    if (!f)
        skip();
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 0; cut + 60 < n; cut += 7) // without its rule it is whole
        assert_int_equal(zone_read(str_from(bytes, cut), &alloc_heap, &z, NULL), STATUS_DAMAGED);
    for (size_t i = 0; i < n; i++) { // never a crash
        char kept = bytes[i];
        bytes[i] = (char)0xff;
        if (zone_read(str_from(bytes, n), &alloc_heap, &z, NULL) == STATUS_OK) {
            zone_offset(z, at("2026-07-15"));
            zone_offset(z, at("2093-07-15"));
            zone_close(z);
        }
        bytes[i] = kept;
    }
}

// A version 1 file: what changes, and when, in 32 bits, and no rule behind it.
static size_t old_file(char *bytes, char version, char leaps)
{
    static const char one[] = "TZif" // version and what is not used
                              "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\0\0\0\0\0\0\0\0\0\0\0\0" // two marks a type, leap seconds
                              "\0\0\0\1\0\0\0\2\0\0\0\4" // changes, types, letters
                              "\x80\0\0\0\1"             // 1901-12-13T20:45:52Z: the other type
                              "\0\0\0\0\0\0\0\0\x1c\x20\1\0UTC";
    memcpy(bytes, one, sizeof one);
    bytes[4] = version;
    bytes[31] = leaps;
    return sizeof one;
}

static void the_first_version_is_read(void **state)
{
    (void)state;
    char bytes[128];
    struct zone *z = NULL;
    struct why why;
    size_t n = old_file(bytes, 0, 0);
    assert_int_equal(zone_read(str_from(bytes, n), &alloc_heap, &z, &why), STATUS_OK);
    assert_int_equal(zone_offset(z, INT64_C(-2147483649) * SECOND_US), 0);
    assert_int_equal(zone_offset(z, INT64_C(-2147483648) * SECOND_US), 7200);
    assert_int_equal(zone_offset(z, INT64_MAX), 7200);
    assert_int_equal(zone_first_s(z, 7200), 0);
    zone_close(z);
    n = old_file(bytes, '4', 0);
    assert_int_equal(zone_read(str_from(bytes, n), &alloc_heap, &z, &why), STATUS_DAMAGED);
    n = old_file(bytes, 0, 1);
    assert_int_equal(zone_read(str_from(bytes, n), &alloc_heap, &z, &why), STATUS_UNSUPPORTED);
    assert_non_null(strstr(why.text, "leap seconds"));
}

static void no_memory_is_an_answer(void **state)
{
    (void)state;
    char bytes[128];
    size_t n = old_file(bytes, 0, 0);
    for (int pieces = 0; pieces <= 3; pieces++) {
        int left = pieces;
        struct alloc alloc = {meagre_resize, &left};
        struct zone *z = NULL;
        enum status want = pieces < 3 ? STATUS_NO_MEMORY : STATUS_OK;
        assert_int_equal(zone_read(str_from(bytes, n), &alloc, &z, NULL), want);
        zone_close(z);
    }
}

static void a_local_time_is_first_shown_once(void **state)
{
    (void)state;
    struct zone *z = zone("Europe/Berlin");
    static const struct {
        const char *local, *first;
    } cases[] = {
        {"2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z"},
        {"2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z"}, // there is none: the change
        {"2026-03-29T02:59:59Z", "2026-03-29T01:00:00Z"},
        {"2026-03-29T03:00:01Z", "2026-03-29T01:00:01Z"},
        {"2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"}, // there are two: the first
        {"2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"},
        {"2093-03-29T02:30:00Z", "2093-03-29T01:00:00Z"},
        {"2093-10-25T02:30:00Z", "2093-10-25T00:30:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(zone_first_s(z, at(cases[i].local) / SECOND_US),
                         at(cases[i].first) / SECOND_US);
    zone_close(z);
    assert_int_equal(zone_first_s(NULL, 86400), 86400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(berlin_changes_twice_a_year),
        cmocka_unit_test(the_south_saves_over_new_year),
        cmocka_unit_test(not_every_zone_has_whole_hours),
        cmocka_unit_test(names_stay_in_their_folder),
        cmocka_unit_test(utc_needs_no_file),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(the_first_version_is_read),
        cmocka_unit_test(no_memory_is_an_answer),
        cmocka_unit_test(a_local_time_is_first_shown_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
