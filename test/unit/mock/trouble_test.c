// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "mock/trouble.h"

static void test_names_and_arguments(void **state)
{
    struct trouble t = {0};
    trouble_add(&t, str_of("hang=mid+429,slow=7 + as=xai"));
    assert_true(t.on[TROUBLE_HANG]);
    assert_int_equal(t.hang_place, PLACE_MID);
    assert_true(t.on[TROUBLE_STATUS]);
    assert_int_equal(t.argument[TROUBLE_STATUS], 429);
    assert_int_equal(t.argument[TROUBLE_SLOW], 7);
    assert_int_equal(t.odd, ODD_XAI);
    assert_int_equal(t.unknown.len, 0);
    assert_false(t.on[TROUBLE_RESET]);
}

static void test_defaults_and_unknown(void **state)
{
    struct trouble t = {0};
    trouble_add(&t, str_of("wrong-usage"));
    assert_int_equal(t.argument[TROUBLE_WRONG_USAGE], 3);
    trouble_add(&t, str_of("++"));
    assert_int_equal(t.unknown.len, 0);
    static const char *const unknown[] = {"399",           "as=nobody", "as",
                                          "hang=middle",   "late=x",    "late=-1",
                                          "big=100000001", "503=twice", "=mid"};
    for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        t.unknown = STR_NONE;
        trouble_add(&t, str_of(unknown[i]));
        assert_true(str_is(t.unknown, unknown[i]));
    }
    trouble_add(&t, str_of("bogus"));
    assert_true(str_is(t.unknown, "=mid")); // the first one
}

static void test_statuses(void **state)
{
    static const char *const bad[] = {"status=0",   "status=99", "status=199", "status=600",
                                      "html=99",    "html=1000", "early=0",    "early=199",
                                      "early=1000", "early=-1",  "status=100"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct trouble t = {0};
        trouble_add(&t, str_of(bad[i]));
        assert_int_equal(t.unknown.len, strlen(bad[i]));
    }
    static const struct {
        const char *text;
        int status;
    } good[] = {{"slow=3", 200},     {"status=200", 200},
                {"status=599", 599}, {"status", 500},
                {"html", 502},       {"html=404+status=500", 404},
                {"rate", 429},       {"quota+status=500", 429},
                {"503", 503},        {"html=599", 599}};
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        struct trouble t = {0};
        trouble_add(&t, str_of(good[i].text));
        assert_int_equal(t.unknown.len, 0);
        assert_int_equal(trouble_status(&t), good[i].status);
    }
}

static void test_is(void **state)
{
    assert_true(trouble_is(str_of("hang")));
    assert_true(trouble_is(str_of("hang=head")));
    assert_true(trouble_is(str_of("503")));
    assert_false(trouble_is(str_of("gpt-4o")));
    assert_false(trouble_is(str_of("")));
    assert_false(trouble_is(str_of("gpt-4")));
    // None that there is, but meant as one: to be refused, not served.
    assert_true(trouble_is(str_of("200")));
    assert_true(trouble_is(str_of("600")));
    assert_true(trouble_is(str_of("as=nobody")));
    assert_true(trouble_is(str_of("bogus=1")));
}

static void test_calm_keeps_the_shape(void **state)
{
    struct trouble t = {0};
    trouble_add(&t, str_of("503+once+as=groq+tokens=9"));
    trouble_calm(&t);
    assert_false(t.on[TROUBLE_STATUS]);
    assert_false(t.on[TROUBLE_ONCE]);
    assert_int_equal(t.odd, ODD_GROQ);
    assert_true(t.on[TROUBLE_TOKENS]);
    assert_int_equal(t.argument[TROUBLE_TOKENS], 9);
}

static void test_every_name_has_words(void **state)
{
    unsigned n = 0;
    while (trouble_name(n)) {
        assert_true(trouble_is(str_of(trouble_name(n))));
        assert_true(trouble_words(n)[0] != 0);
        n++;
    }
    assert_int_equal(n, TROUBLE_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_arguments),
        cmocka_unit_test(test_defaults_and_unknown),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_is),
        cmocka_unit_test(test_calm_keeps_the_shape),
        cmocka_unit_test(test_every_name_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
