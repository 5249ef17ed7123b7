// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <unistd.h>

#include "../unit.h"
#include "base/clock.h"
#include "insight/zone.h"

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
    static const char *const bad[] = {"",    "/etc/passwd", "../../../etc/passwd", "Europe/..",
                                      "a b", "Europe",      "Mars/Olympus"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_not_equal(zone_open(str_of(bad[i]), &z, &why), STATUS_OK);
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
        assert_int_equal(zone_read(str_from(bytes, cut), &z, NULL), STATUS_DAMAGED);
    for (size_t i = 0; i < n; i++) { // never a crash
        char kept = bytes[i];
        bytes[i] = (char)0xff;
        if (zone_read(str_from(bytes, n), &z, NULL) == STATUS_OK) {
            zone_offset(z, at("2026-07-15"));
            zone_offset(z, at("2093-07-15"));
            zone_close(z);
        }
        bytes[i] = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(berlin_changes_twice_a_year),
        cmocka_unit_test(the_south_saves_over_new_year),
        cmocka_unit_test(not_every_zone_has_whole_hours),
        cmocka_unit_test(names_stay_in_their_folder),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
