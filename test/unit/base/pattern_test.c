// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/alloc.h"
#include "base/pattern.h"

static bool fits(const char *expression, struct str text)
{
    struct pattern *p = NULL;
    struct why why = {0};
    if (pattern_open(str_of(expression), &p, &why) != STATUS_OK)
        fail_msg("%s: %s", expression, why.text);
    bool found = pattern_fits(p, text);
    pattern_close(p);
    return found;
}

static void finds_what_stands_there(void **state)
{
    (void)state;
    assert_true(fits("refund", str_of("I want a refund.")));
    assert_false(fits("^refund", str_of("I want a refund.")));
    assert_true(fits("(?i)REFUND|bill", str_of("I want a Refund.")));
    assert_true(fits("gr\u00fc.e", str_of("Viele gr\u00fc\u00dfe"))); // a dot is a whole character
    assert_true(fits("^$", STR_NONE));
}

static void odd_bytes_fit_nothing(void **state)
{
    (void)state;
    assert_false(fits("refund", str_of("ref\xff\xfeund")));
    assert_true(fits("refund", str_of("\xff refund")));
}

// It would take longer than the universe lasts.
static void gives_up(void **state)
{
    (void)state;
    char text[64];
    memset(text, 'a', sizeof text);
    assert_false(fits("^(a+)+$", str_from("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 48)));
    assert_true(fits("^(a+)+$", str_from(text, sizeof text)));
}

static void only_the_first_bytes_are_looked_at(void **state)
{
    (void)state;
    static char text[PATTERN_TEXT_MAX + 4];
    memset(text, ' ', sizeof text);
    memcpy(text + PATTERN_TEXT_MAX - 4, "last", 4);
    assert_true(fits("last", str_from(text, sizeof text)));
    memcpy(text + PATTERN_TEXT_MAX, "late", 4);
    assert_false(fits("late", str_from(text, sizeof text)));
    assert_false(fits("last$", str_from(text, sizeof text)));
    assert_true(fits("last$", str_from(text, PATTERN_TEXT_MAX)));
}

static void tells_what_is_wrong(void **state)
{
    (void)state;
    struct pattern *p = NULL;
    struct why why = {0};
    static char large[PATTERN_BYTES_MAX + 1];
    memset(large, 'a', sizeof large);
    assert_int_equal(pattern_open(str_of("a(b"), &p, &why), STATUS_SYNTAX);
    assert_non_null(strstr(why.text, "at character 4"));
    assert_int_equal(pattern_open(str_of("\\Ca"), &p, &why), STATUS_SYNTAX);
    assert_int_equal(pattern_open(STR_NONE, &p, &why), STATUS_LIMIT);
    assert_int_equal(pattern_open(str_from(large, sizeof large), &p, &why), STATUS_LIMIT);
    assert_null(p);
    pattern_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_stands_there),
        cmocka_unit_test(odd_bytes_fit_nothing),
        cmocka_unit_test(gives_up),
        cmocka_unit_test(only_the_first_bytes_are_looked_at),
        cmocka_unit_test(tells_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
