// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "meter/skim.h"

static struct str get(const char *json, const char *name)
{
    return skim_get(str_of(json), str_of(name));
}

static void finds_members(void **state)
{
    (void)state;
    const char *json =
        " { \"a\" : 1 , \"b\":{\"c\":[1,{\"d\":\"}\"}]},\"e\":null ,\"f\":\"x\\\"y\" } ";
    assert_true(str_is(get(json, "a"), "1"));
    assert_true(str_is(get(json, "b"), "{\"c\":[1,{\"d\":\"}\"}]}"));
    assert_true(str_is(get(json, "e"), "null"));
    assert_true(str_is(get(json, "f"), "\"x\\\"y\""));
    assert_int_equal(get(json, "d").len, 0);
    assert_true(skim_whole(str_of(json)));
}

// Text that looks like a member is a text; a member that hides behind escapes is a member.
static void is_not_deceived(void **state)
{
    (void)state;
    const char *fake = "{\"delta\":{\"content\":\"\\\",\\\"usage\\\":{\\\"prompt_tokens\\\":1}\"}}";
    assert_int_equal(get(fake, "usage").len, 0);
    assert_int_equal(get("{\"x\":\"a\\\\\",\"y\":2}", "y").len, 1);
    assert_true(str_is(get("{\"\\u0075s\\u0061ge\":7}", "usage"), "7"));
    assert_int_equal(get("{\"usage\\u0000\":7}", "usage").len, 0);
    assert_int_equal(get("{\"usag\":7,\"usages\":8}", "usage").len, 0);
}

static void notices_what_is_no_json(void **state)
{
    (void)state;
    static const char *const bad[] = {"",         " ",          "x",           "{",
                                      "{\"a\"",   "{\"a\":",    "{\"a\":1",    "{\"a\":1,}",
                                      "{a:1}",    "{\"a\":\"",  "{\"a\":\"\\", "{\"a\" 1}",
                                      "[1,2",     "{\"a\":1}x", "{,}",         "{\"a\":{\"b\":1}",
                                      "{\"a\":[}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(skim_whole(str_of(bad[i])));
    assert_true(skim_whole(str_of("[]")));
    assert_true(skim_whole(str_of("{}\n")));
}

static void unescapes_text(void **state)
{
    (void)state;
    char out[16];
    assert_true(skim_text(str_of("\"a\\/b\\u00e4\\ud83d\\ude00\""), out, sizeof out));
    assert_string_equal(out, "a/b\xc3\xa4\xf0\x9f\x98\x80");
    static const char *const bad[] = {"\"\\u000a\"",
                                      "\"a\nb\"",
                                      "\"\\ud83d\"",
                                      "\"\\ud83dx\"",
                                      "12",
                                      "\"\\q\"",
                                      "\"\\u12\"",
                                      "\"0123456789abcdef\"",
                                      "\"\xff\"",
                                      "\"",
                                      ""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(skim_text(str_of(bad[i]), out, sizeof out));
        assert_string_equal(out, "");
    }
}

static int64_t text_bytes(struct str value)
{
    bool data = false;
    return skim_text_bytes(value, &data);
}

static void measures_text(void **state)
{
    (void)state;
    assert_int_equal(text_bytes(str_of("{\"content\":\"Hello\"}")), 5);
    assert_int_equal(text_bytes(str_of("{\"role\":\"assistant\",\"content\":\"\"}")), 0);
    assert_int_equal(text_bytes(str_of("{\"content\":null}")), 0);
    assert_int_equal(text_bytes(str_of("{\"content\":\"\\u4f60\\n\\\"\"}")), 5);
    assert_int_equal(text_bytes(str_of("\"abc\"")), 3);
    assert_int_equal(
        text_bytes(str_of("{\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":"
                          "{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}")),
        8);
    assert_int_equal(text_bytes(STR_NONE), 0);
    assert_int_equal(text_bytes(str_of("{\"a\":\"x\\")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_members),           cmocka_unit_test(is_not_deceived),
        cmocka_unit_test(notices_what_is_no_json), cmocka_unit_test(unescapes_text),
        cmocka_unit_test(measures_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
