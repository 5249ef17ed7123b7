// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/json.h"
#include "base/scan.h"

static void want(struct scan *s, size_t bytes_max)
{
    scan_init(s, &alloc_heap);
    scan_want(s, (struct str)STR("usage"), bytes_max);
    scan_want(s, (struct str)STR("model"), bytes_max);
    scan_want(s, (struct str)STR("id"), bytes_max);
}

static const char *const names[] = {"usage", "model", "id"};

// What json says each wanted member is.
static struct str by_json(const struct json *j, const char *text, const char *name)
{
    const struct json_val *key = json_key(json_root(j), name);
    size_t start;
    size_t len;
    if (!key || !json_member_at(j, key, &start, &len))
        return STR_NONE;
    return str_from(text + start, len);
}

static void compare(const struct scan *s, const struct json *j, const char *text)
{
    assert_true(s->done);
    assert_false(s->broken);
    for (int i = 0; i < 3; i++) {
        struct str got = scan_member(s, names[i]);
        struct str right = by_json(j, text, names[i]);
        if (!str_eq(got, right))
            fail_msg("%s: %s is %.*s, not %.*s", text, names[i], STR_ARG(got), STR_ARG(right));
    }
}

static const char *const good[] = {
    "{}",
    " { } ",
    "\t{\r\n\t\"usage\"\r:\t\n[1,\t2]\r,\n\"id\"\t:\r7\t,\"model\":8\r}\r\n\t",
    "{\"usage\":0,\"model\":9,\"id\":-0}",
    "{\"usage\":false,\"model\":null,\"id\":true}",
    "{\"usage\":{\"a\":1,\"b\":[2,{\"c\":\"}]\\\"\"}]},\"model\":\"m\",\"id\":17}",
    "\n{\"x\":\"\\\\\",\"usage\" : [ ] , \"y\":\"\\\"usage\\\":1\",\"model\":true\n}\n",
    "{\"usag\":1,\"usage2\":2,\"usage\":-1.5e+3 ,\"idd\":{\"id\":9},\"id\":null}",
    "{\"a\":[{\"usage\":5},[\"usage\"]],\"model\":\"\\u00e9\xc3\xa9\\\\\"}",
    "{\"id\":\"\",\"\":\"\",\"usage\":{},\"model\":[[[[[]]]]]}",
    "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaausage\":1,\"usage\":2}",
    "{\"\\\"usage\":1,\"usage\\\\\":2,\"\\\\\\\"\":3}",
};

static void cuts_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *text = good[i];
        size_t len = strlen(text);
        struct json *j = NULL;
        assert_int_equal(json_open(str_of(text), &alloc_heap, &j, NULL), STATUS_OK);
        for (size_t cut = 0; cut <= len; cut++) {
            struct scan s;
            want(&s, 1000);
            scan_feed(&s, str_from(text, cut));
            scan_feed(&s, STR_NONE);
            scan_feed(&s, str_from(text + cut, len - cut));
            compare(&s, j, text);
            scan_fini(&s);
        }
        for (size_t step = 1; step <= 7; step++) {
            struct scan s;
            want(&s, 1000);
            for (size_t at = 0; at < len; at += step)
                scan_feed(&s, str_from(text + at, at + step < len ? step : len - at));
            compare(&s, j, text);
            scan_fini(&s);
        }
        json_close(j);
    }
}

// The end is known with the last byte, and not before.
static void knows_the_end(void **state)
{
    (void)state;
    struct scan s;
    want(&s, 100);
    scan_feed(&s, str_of("{\"usage\":{\"a\":1}"));
    assert_false(s.done);
    assert_true(str_is(scan_member(&s, "usage"), "{\"a\":1}"));
    scan_feed(&s, str_of(",\"id\":12"));
    assert_int_equal(scan_member(&s, "id").len, 0);
    scan_feed(&s, str_of("3}"));
    assert_true(s.done);
    assert_true(str_is(scan_member(&s, "id"), "123"));
    assert_int_equal(scan_member(&s, "model").len, 0);
    assert_int_equal(scan_member(&s, "nobody").len, 0);
    scan_feed(&s, str_of(" \n"));
    assert_false(s.broken);
    scan_feed(&s, str_of("x"));
    assert_true(s.broken);
    assert_true(str_is(scan_member(&s, "id"), "123"));
    scan_fini(&s);
}

static void keeps_no_more_than_asked(void **state)
{
    (void)state;
    struct scan s;
    want(&s, 7);
    scan_feed(&s, str_of("{\"usage\":{\"a\":1},\"id\":{\"ab\":1},\"model\":\"12345\"}"));
    assert_true(s.done);
    assert_true(str_is(scan_member(&s, "usage"), "{\"a\":1}"));
    assert_true(str_is(scan_member(&s, "model"), "\"12345\""));
    assert_int_equal(scan_member(&s, "id").len, 0);
    assert_true(s.members[2].text.size <= 7);
    scan_fini(&s);
}

static void refuses_other_shapes(void **state)
{
    (void)state;
    static const char *const bad[] = {"[]",
                                      "1",
                                      "\"a\"",
                                      "x",
                                      "{\"a\" 1}",
                                      "{a:1}",
                                      "{\"a\":}",
                                      "{,}",
                                      "{\"a\":1,}",
                                      "{\"a\":[}]}",
                                      "{\"a\":{]}}",
                                      "{\"a\":1}}",
                                      "{\"a\":\"\" 1}",
                                      "{\"a\":+1}",
                                      "}",
                                      "{\"usage\":1,\"usage\":2}",
                                      "{\"a\":[}}",
                                      "{\"a\":{]}",
                                      "{\"a\"::1}",
                                      "{]",
                                      "{\"a\":1 2}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scan s;
        want(&s, 100);
        scan_feed(&s, str_of(bad[i]));
        if (!s.broken)
            fail_msg("not broken: %s", bad[i]);
        scan_feed(&s, str_of("{\"id\":1}"));
        assert_int_equal(scan_member(&s, "id").len, 0);
        scan_fini(&s);
    }
}

static void limits_depth(void **state)
{
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        struct scan s;
        want(&s, 1000);
        scan_feed(&s, str_of("{\"usage\":"));
        int depth = JSON_DEPTH_MAX - 1 + extra;
        for (int i = 0; i < depth; i++)
            scan_feed(&s, str_of(i % 3 ? "[" : "{\"a\":"));
        for (int i = depth - 1; i >= 0; i--)
            scan_feed(&s, str_of(i % 3 ? "]" : "}"));
        scan_feed(&s, str_of("}"));
        assert_int_equal(s.broken, extra);
        assert_int_equal(s.done, !extra);
        scan_fini(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_change_nothing),
        cmocka_unit_test(knows_the_end),
        cmocka_unit_test(keeps_no_more_than_asked),
        cmocka_unit_test(refuses_other_shapes),
        cmocka_unit_test(limits_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
