// SPDX-License-Identifier: Apache-2.0

#include <limits.h>

#include "../unit.h"
#include "base/status.h"
#include "base/str.h"

static void compares(void **state)
{
    (void)state;
    assert_true(str_eq(STR_NONE, str_of("")));
    assert_true(str_eq_nocase(str_of("AbZ[`{"), str_of("aBz[`{")));
    assert_false(str_eq_nocase(str_of("["), str_of("{")));
    assert_false(str_eq_nocase(str_of("@"), str_of("`")));
    assert_false(str_eq_nocase(str_of("\xc3\x84"), str_of("\xc3\xa4")));
    assert_true(str_starts(str_of("abc"), STR_NONE));
    assert_true(str_starts(str_of("abc"), str_of("abc")));
    assert_false(str_starts(str_of("ab"), str_of("abc")));
    assert_true(str_has_nocase(str_of("a PerDay"), str_of("perDAY")));
    assert_true(str_has_nocase(STR_NONE, STR_NONE));
    assert_false(str_has_nocase(str_of("perda"), str_of("perday")));
    assert_true(str_starts_nocase(str_of("Bearer x"), str_of("bEARER ")));
    assert_true(str_ends(str_of("abc"), str_of("bc")));
    assert_true(str_ends(STR_NONE, STR_NONE));
    assert_false(str_ends(str_of("c"), str_of("bc")));
    assert_true(str_cmp(str_of("a"), str_of("b")) < 0);
    assert_true(str_cmp(str_of("a"), str_of("aa")) < 0);
    assert_true(str_cmp(str_of("\xff"), str_of("a")) > 0);
    assert_int_equal(str_cmp(STR_NONE, str_of("")), 0);
}

static void finds(void **state)
{
    (void)state;
    assert_int_equal(str_find(str_of("abc"), 'c'), 2);
    assert_int_equal(str_find(str_of("abc"), 'd'), 3);
    assert_int_equal(str_find(STR_NONE, 'd'), 0);
    assert_int_equal(str_search(str_of("aaab"), str_of("aab")), 1);
    assert_int_equal(str_search(str_of("aaab"), str_of("aac")), 4);
    assert_int_equal(str_search(str_of("ab"), str_of("abc")), 2);
    assert_int_equal(str_search(str_of("ab"), STR_NONE), 0);
    assert_true(str_is(str_skip(str_of("abc"), 1), "bc"));
    assert_int_equal(str_skip(str_of("abc"), 9).len, 0);
    assert_true(str_is(str_trim(str_of(" \t\r\na b\n ")), "a b"));
    assert_int_equal(str_trim(str_of(" \n ")).len, 0);
}

static void cuts(void **state)
{
    (void)state;
    struct str rest = str_of("a,,b,");
    struct str part;
    assert_true(str_cut(&rest, ',', &part) && str_is(part, "a"));
    assert_true(str_cut(&rest, ',', &part) && str_is(part, ""));
    assert_true(str_cut(&rest, ',', &part) && str_is(part, "b"));
    assert_false(str_cut(&rest, ',', &part));
    rest = str_of("whole");
    assert_true(str_cut(&rest, ',', &part) && str_is(part, "whole"));
    assert_false(str_cut(&rest, ',', &part));
}

static void reads_numbers(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_true(str_u64(str_of("18446744073709551615"), &u) && u == UINT64_MAX);
    assert_true(str_u64(str_of("000"), &u) && u == 0);
    assert_true(str_i64(str_of("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_true(str_i64(str_of("9223372036854775807"), &i) && i == INT64_MAX);
    assert_true(str_i64(str_of("-0"), &i) && i == 0);
    u = 7;
    i = 7;
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "1e3",
                                      "--1",
                                      "1-",
                                      "18446744073709551616",
                                      "99999999999999999999999"};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        assert_false(str_u64(str_of(bad[k]), &u));
        assert_false(str_i64(str_of(bad[k]), &i));
    }
    assert_false(str_u64(str_of("-1"), &u));
    assert_false(str_i64(str_of("9223372036854775808"), &i));
    assert_false(str_i64(str_of("-9223372036854775809"), &i));
    assert_int_equal(u, 7);
    assert_int_equal(i, 7);
}

static void copies_what_fits(void **state)
{
    (void)state;
    char out[4] = "xyz";
    assert_true(str_copy(str_of("abc"), out, sizeof out));
    assert_string_equal(out, "abc");
    assert_false(str_copy(str_of("abcd"), out, sizeof out));
    assert_string_equal(out, "");
    assert_true(str_copy(STR_NONE, out, sizeof out));
    assert_false(str_copy(STR_NONE, out, 0));
}

static void measures_distance(void **state)
{
    (void)state;
    assert_int_equal(str_distance(str_of("kitten"), str_of("sitting"), 5), 3);
    assert_int_equal(str_distance(str_of("kitten"), str_of("sitting"), 2), 3);
    // Two that changed places are one slip, and capitals are none.
    assert_int_equal(str_distance(str_of("modle"), str_of("model"), 2), 1);
    assert_int_equal(str_distance(str_of("ba"), str_of("ab"), 1), 1);
    assert_int_equal(str_distance(str_of("badc"), str_of("abcd"), 2), 2);
    assert_int_equal(str_distance(str_of("GPT-4O"), str_of("gpt-4o"), 1), 0);
    assert_int_equal(str_distance(str_of("GPT-4O"), str_of("gpt-4"), 1), 1);
    assert_int_equal(str_distance(str_of(""), str_of("abc"), 3), 3);
    assert_int_equal(str_distance(str_of("abc"), STR_NONE, 2), 3);
    assert_int_equal(str_distance(str_of("same"), str_of("same"), 0), 0);
    assert_int_equal(str_distance(str_of("abcdef"), str_of("uvwxyz"), 2), 3);
    char text[400];
    memset(text, 'a', sizeof text);
    assert_int_equal(str_distance(str_from(text, 255), str_from(text, 254), 2), 1);
    assert_int_equal(str_distance(str_from(text, 400), str_from(text, 400), 2), 3);
}

// Each sequence of up to four bytes agrees with a decoder written another way.
static bool valid(const unsigned char *s, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    for (size_t i = 0; i < n;) {
        size_t len = s[i] < 0x80 ? 1 : (s[i] >> 5) == 6 ? 2 : (s[i] >> 4) == 14 ? 3 : 4;
        if (len == 4 && (s[i] >> 3) != 30)
            return false;
        if (i + len > n)
            return false;
        uint32_t code = len == 1 ? s[i] : s[i] & (0x7fU >> len);
        for (size_t k = 1; k < len; k++) {
            if (s[i + k] >> 6 != 2)
                return false;
            code = code << 6 | (s[i + k] & 0x3fU);
        }
        if (code < least[len] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        i += len;
    }
    return true;
}

static struct str nearest(const char *wanted, size_t too_far)
{
    static const char *const names[] = {"openai", "mistral", "opener", "groq"};
    struct str_near near = {str_of(wanted), too_far, STR_NONE};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        str_near(&near, str_of(names[i]));
    return near.name;
}

static void keeps_the_nearest(void **state)
{
    (void)state;
    assert_true(str_is(nearest("opena", 3), "openai"));
    assert_true(str_is(nearest("opena", 2), "openai"));
    assert_int_equal(nearest("opena", 1).len, 0);
    assert_int_equal(nearest("openai", 0).len, 0);
    assert_true(str_is(nearest("openeai", 3), "openai")); // the first of two as near
    assert_true(str_is(nearest("groq", 1), "groq"));
    assert_int_equal(nearest("x", 3).len, 0);
}

static void makes_small(void **state)
{
    (void)state;
    char text[] = "AZ@[az\xc3\x84";
    assert_true(str_is(str_lower(str_of(text), text), "az@[az\xc3\x84"));
    assert_int_equal(str_lower(STR_NONE, text).len, 0);
}

static void knows_utf8(void **state)
{
    (void)state;
    static const unsigned char edge[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                         0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                                         0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
    enum { N = sizeof edge };
    for (int a = 0; a < N * N * N * N; a++) {
        unsigned char s[12] = "abcdefgh";
        s[8] = edge[a % N];
        s[9] = edge[a / N % N];
        s[10] = edge[a / N / N % N];
        s[11] = edge[a / N / N / N];
        for (size_t n = 1; n <= 4; n++)
            if (str_utf8(str_from((const char *)s + 8, n)) != valid(s + 8, n))
                fail_msg("%02x %02x %02x %02x", s[8], s[9], s[10], s[11]);
        assert_int_equal(str_utf8(str_from((const char *)s, 12)), valid(s + 8, 4));
    }
    assert_true(str_utf8(STR_NONE));
    assert_int_equal(str_utf8_at(str_of("a"), 1), 0);
}

static void globs(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {{"", "", true},
                 {"", "a", false},
                 {"*", "", true},
                 {"*", "abc", true},
                 {"a", "a", true},
                 {"a", "ab", false},
                 {"a*", "a", true},
                 {"*a", "ba", true},
                 {"*a", "ab", false},
                 {"a*b*c", "aXbYc", true},
                 {"a*b*c", "abcbc", true},
                 {"a*b*c", "acb", false},
                 {"**", "x", true},
                 {"a**b", "ab", true},
                 {"gpt-4o*", "gpt-4o-mini", true},
                 {"gpt-4o*", "xgpt-4o", false},
                 {"a?c", "abc", false},
                 {"[a]", "a", false},
                 {"*ab*ab*", "abab", true},
                 {"*ab*ab*", "aba", false},
                 {".", "x", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (str_glob(str_of(cases[i].pattern), str_of(cases[i].text)) != cases[i].match)
            fail_msg("%s on %s", cases[i].pattern, cases[i].text);
    // No pattern takes exponential time.
    char text[5000];
    memset(text, 'a', sizeof text);
    assert_false(str_glob(str_of("*a*a*a*a*a*a*a*a*a*a*a*a*b"), str_from(text, sizeof text)));
}

static void why_keeps_terminals_safe(void **state)
{
    (void)state;
    struct why why;
    assert_int_equal(why_set(NULL, STATUS_RANGE, "x"), STATUS_RANGE);
    assert_int_equal(why_set(&why, STATUS_RANGE, "a%sb\nc", "\x1b[31m\x7f\r"), STATUS_RANGE);
    assert_string_equal(why.text, "a?[31m??b?c");
    assert_int_equal(why.status, STATUS_RANGE);
    assert_int_equal(why_set(&why, STATUS_RANGE, "%s",
                             "a\xc2\x9b"
                             "b\xc2\xa0\x9b\xc3\xa9"),
                     STATUS_RANGE);
    assert_string_equal(why.text, "a?b\xc2\xa0?\xc3\xa9");
    assert_string_equal(status_text(STATUS_RANGE), "out of range");
    assert_string_equal(status_text((enum status)999), "unknown failure");
    // A long text is cut between characters, wherever the cut falls.
    for (int head = 0; head < 8; head++) {
        char text[2000];
        size_t n = 0;
        for (int i = 0; i < head; i++)
            text[n++] = 'x';
        for (; n + 9 < sizeof text; n += 9)
            memcpy(text + n, "\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9", 9);
        text[n] = '\0';
        (void)why_set(&why, STATUS_LIMIT, "%s", text);
        size_t len = strlen(why.text);
        assert_in_range(len, sizeof why.text - 4, sizeof why.text - 1);
        assert_true(str_utf8(str_of(why.text)));
    }
}

static void unescapes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},     {"plain", "plain"}, {"a%2Bb%3d", "a+b="}, {"%", "%"},
        {"%4", "%4"}, {"%4g", "%4g"},     {"%%41", "%A"},       {"%25%34%31", "%41"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[16];
        size_t n = str_unescape(str_of(cases[i][0]), out);
        assert_true(str_is(str_from(out, n), cases[i][1]));
    }
}

static void reads_hexadecimal_digits(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdefABCDEF";
    for (int c = CHAR_MIN; c <= CHAR_MAX; c++) {
        const char *at = c ? strchr(digits, c) : NULL;
        long n = at ? at - digits : -1;
        assert_int_equal(str_hex((char)c), n > 15 ? n - 6 : n);
    }
    assert_int_equal(str_percent((struct str)STR("%fF.")), 255);
    assert_int_equal(str_percent((struct str)STR("%00")), 0);
    assert_int_equal(str_percent((struct str)STR("%0")), -1);
    assert_int_equal(str_percent((struct str)STR("%0g")), -1);
    assert_int_equal(str_percent((struct str)STR("a00")), -1);
    assert_int_equal(str_percent(STR_NONE), -1);
}

static void is_cut_between_characters(void **state)
{
    (void)state;
    struct str s = STR("a\xc3\xa4\xe2\x82\xac"); // 1, 2 and 3 bytes
    static const size_t lengths[] = {0, 1, 1, 3, 3, 3, 6, 6};
    char out[8];
    for (size_t most = 0; most < sizeof lengths / sizeof lengths[0]; most++) {
        assert_int_equal(str_clip(s, most).len, lengths[most]);
        assert_int_equal(str_copy_clipped(s, out, most + 1), lengths[most]);
        assert_int_equal(strlen(out), lengths[most]);
        assert_memory_equal(out, s.ptr, lengths[most]);
    }
    assert_int_equal(str_copy_clipped(STR_NONE, out, sizeof out), 0);
}

static void reads_what_yaml_calls_true(void **state)
{
    (void)state;
    static const char *const words[2][7] = {{"false", "no", "off", "False", "NO", "oFf", "FALSE"},
                                            {"true", "yes", "on", "True", "YES", "On", "TRUE"}};
    static const char *const others[] = {"", "1", "0", "y", "n", "t", "true ", "null", "truee"};
    for (unsigned i = 0; i < 14; i++) {
        bool truth = i < 7;
        assert_true(str_truth(str_of(words[i / 7][i % 7]), &truth));
        assert_int_equal(truth, i / 7);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        bool truth = true;
        assert_false(str_truth(str_of(others[i]), &truth));
        assert_true(truth);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_hexadecimal_digits),
        cmocka_unit_test(compares),
        cmocka_unit_test(finds),
        cmocka_unit_test(cuts),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(copies_what_fits),
        cmocka_unit_test(measures_distance),
        cmocka_unit_test(keeps_the_nearest),
        cmocka_unit_test(makes_small),
        cmocka_unit_test(knows_utf8),
        cmocka_unit_test(globs),
        cmocka_unit_test(unescapes),
        cmocka_unit_test(why_keeps_terminals_safe),
        cmocka_unit_test(is_cut_between_characters),
        cmocka_unit_test(reads_what_yaml_calls_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
