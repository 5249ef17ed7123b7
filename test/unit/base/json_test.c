// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"

static struct json *opens(const char *text)
{
    struct json *j = NULL;
    struct why why = {0};
    if (json_open(str_of(text), &alloc_heap, &j, &why) != STATUS_OK)
        fail_msg("%s: %s", text, why.text);
    return j;
}

static void refuses(enum status want, struct str text)
{
    struct json *j = NULL;
    struct why why = {0};
    enum status status = json_open(text, &alloc_heap, &j, &why);
    if (status != want)
        fail_msg("%.*s: %s (%s)", STR_ARG(text), status_text(status), why.text);
    assert_null(j);
    assert_int_equal(why.status, want);
    assert_true(why.text[0] != '\0');
    assert_int_equal(json_open(text, &alloc_heap, &j, NULL), want);
}

static void reads_values(void **state)
{
    (void)state;
    struct json *j = opens(" {\"a\":{\"b\":[1,\"x\\ty\",null,true]},\"\":false,\"n\":-12} ");
    const struct json_val *root = json_root(j);
    assert_int_equal(json_type(root), JSON_OBJECT);
    assert_int_equal(json_count(root), 3);
    const struct json_val *b = json_path(root, "a.b");
    assert_int_equal(json_type(b), JSON_ARRAY);
    assert_int_equal(json_count(b), 4);
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v;
    assert_true(json_each(&it, b, &key, &v));
    assert_int_equal(key.len, 0);
    assert_int_equal(json_type(v), JSON_NUMBER);
    assert_true(json_each(&it, b, NULL, &v));
    assert_true(str_is(json_str(v), "x\ty"));
    assert_true(json_each(&it, b, NULL, &v));
    assert_int_equal(json_type(v), JSON_NULL);
    assert_true(json_each(&it, b, NULL, &v));
    assert_true(json_bool(v, false));
    assert_false(json_each(&it, b, NULL, &v));
    assert_false(json_each(&it, b, NULL, &v));
    assert_false(json_bool(json_get(root, ""), true));
    assert_true(json_bool(json_get(root, "n"), true));
    assert_int_equal(json_type(json_get(root, "A")), JSON_ABSENT);
    assert_null(json_path(root, "a.b.c"));
    assert_null(json_path(root, "a.x.c"));
    assert_null(json_get(b, "a"));
    assert_null(json_get(NULL, "a"));
    const struct str names[] = {STR("n"), STR("nobody"), STR("")};
    const struct json_val *picked[3];
    json_pick(root, names, 3, picked);
    assert_ptr_equal(picked[0], json_get(root, "n"));
    assert_null(picked[1]);
    assert_ptr_equal(picked[2], json_get(root, ""));
    json_pick(b, names, 3, picked);
    assert_null(picked[0]);
    json_pick(NULL, names, 3, picked);
    assert_null(picked[2]);
    assert_int_equal(json_str(b).len, 0);
    assert_int_equal(json_count(NULL), 0);
    json_close(j);
    json_close(NULL);
}

static void iterates_objects(void **state)
{
    (void)state;
    struct json *j = opens("{\"a\":{\"x\":[[],{}]},\"b\":2,\"c\":[1]}");
    struct json_iter it = {0};
    struct str key;
    const struct json_val *v;
    char seen[8] = {0};
    size_t n = 0;
    while (json_each(&it, json_root(j), &key, &v)) {
        assert_true(str_eq(json_str(it.key), key));
        seen[n++] = key.ptr[0];
    }
    assert_string_equal(seen, "abc");
    it = (struct json_iter){0};
    assert_false(json_each(&it, json_path(json_root(j), "b"), &key, &v));
    it = (struct json_iter){0};
    assert_false(json_each(&it, NULL, &key, &v));
    json_close(j);
}

static void refuses_what_is_no_json(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        "{",
                                        "[",
                                        "\"",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "{\"a\":1",
                                        "{\"a\":1,}",
                                        "[1,]",
                                        "[1 2]",
                                        "{a:1}",
                                        "{'a':1}",
                                        "01",
                                        "1.",
                                        ".5",
                                        "+1",
                                        "-",
                                        "1e",
                                        "1e+",
                                        "0x1",
                                        "NaN",
                                        "[NaN]",
                                        "Infinity",
                                        "-Infinity",
                                        "[-Inf]",
                                        "nan",
                                        "nul",
                                        "tru",
                                        "True",
                                        "{}{}",
                                        "1 2",
                                        "[1]x",
                                        "//c\n1",
                                        "[1/*c*/]",
                                        "\"\\x\"",
                                        "\"\\u12\"",
                                        "\"\\u12g4\"",
                                        "\"a\nb\"",
                                        "\"a\tb\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800\\ud800\"",
                                        "\"\\ud800x\"",
                                        "\"\\ud83d\\u0041\"",
                                        "\"\xff\"",
                                        "\"\xc0\xaf\"",
                                        "\"\xed\xa0\x80\"",
                                        "\"\xf4\x90\x80\x80\"",
                                        "\"\xe2\x82\"",
                                        "\"\xe2\x82",
                                        "\xef\xbb\xbf{}",
                                        "{\"a\":1]",
                                        "[1}",
                                        "[,1]",
                                        "{,}",
                                        "{\"a\"}",
                                        "{1:2}",
                                        "{\"a\":1 \"b\":2}",
                                        "\xe2\x80\xa8[]",
                                        "[1]\xc2\xa0",
                                        "[1\v]",
                                        "\\u007b}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuses(STATUS_SYNTAX, str_of(texts[i]));
    refuses(STATUS_SYNTAX, str_from("{}\0", 3));
    refuses(STATUS_SYNTAX, str_from("\"a\0b\"", 5));
    refuses(STATUS_SYNTAX, str_from("\0", 1));
    refuses(STATUS_SYNTAX, str_from("[1]garbage", 4));
    refuses(STATUS_SYNTAX, STR_NONE);
}

static void says_where(void **state)
{
    (void)state;
    struct json *j = NULL;
    struct why why;
    assert_int_equal(json_open(str_of("{\"a\":x}"), &alloc_heap, &j, &why), STATUS_SYNTAX);
    assert_non_null(strstr(why.text, "byte 5"));
    assert_int_equal(json_open(str_of("{\"m\":1,\"\\u006d\":2}"), &alloc_heap, &j, &why),
                     STATUS_DUPLICATE);
    assert_non_null(strstr(why.text, "\"m\""));
    assert_non_null(strstr(why.text, "byte 7"));
}

static void refuses_keys_twice(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"model\":\"cheap\",\"mod\\u0065l\":\"dear\"}",
                                        "{\"a\":1,\"a\":1}",
                                        "{\"\":1,\"\":1}",
                                        "{\"\\u0000\":1,\"\\u0000\":2}",
                                        "{\"a/\":1,\"a\\/\":2}",
                                        "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
                                        "{\"\\u00e9\":1,\"\xc3\xa9\":2}",
                                        "[1,[{\"x\":{\"y\":[{\"k\":1,\"l\":[],\"k\":{}}]}}]]",
                                        "{\"a\":{\"b\":1},\"c\":{\"b\":1,\"b\":2}}",
                                        "{\"a\":[[[]]],\"b\":{},\"a\":0}",
                                        "[{},{\"z\":1,\"y\":2,\"z\":3}]"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuses(STATUS_DUPLICATE, str_of(texts[i]));
    static const char *const fine[] = {
        "{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":1}]}", "{\"a\":1,\"A\":1}",
        "{\"a\":1,\"a\\u0000\":1,\"\":1,\"\\u0000\":1}", "{\"e\\u0301\":1,\"\\u00e9\":2}",
        "{\"a\":\"b\",\"b\":\"a\"}"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        json_close(opens(fine[i]));
}

// Objects of each size: alone, and with its first, middle or last key once more at the end.
static void finds_a_key_twice_among_many(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    static const int sizes[] = {1, 2, 3, 15, 16, 17, 18, 127, 128, 129, 130, 1000, 100000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int n = sizes[k];
        const int again[] = {-1, 0, n / 2, n - 1};
        for (size_t a = 0; a < 4; a++) {
            buf_clear(&b);
            buf_add_char(&b, '{');
            for (int i = 0; i < n; i++)
                buf_printf(&b, "%s\"k%d\":[%d]", i ? "," : "", i, i);
            if (again[a] >= 0)
                buf_printf(&b, ",\"\\u006b%d\":0", again[a]);
            buf_add_char(&b, '}');
            if (again[a] < 0)
                json_close(opens(buf_cstr(&b)));
            else
                refuses(STATUS_DUPLICATE, buf_str(&b));
        }
    }
    buf_fini(&b);
}

static void nest(struct buf *b, int depth, bool objects)
{
    buf_clear(b);
    for (int i = 0; i < depth; i++)
        buf_add_cstr(b, objects && i % 2 ? "{\"k\":" : "[");
    if (objects && depth % 2 == 0)
        buf_add_cstr(b, "1");
    for (int i = depth - 1; i >= 0; i--)
        buf_add_char(b, objects && i % 2 ? '}' : ']');
}

static void limits_depth(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (int objects = 0; objects < 2; objects++) {
        nest(&b, JSON_DEPTH_MAX, objects);
        json_close(opens(buf_cstr(&b)));
        nest(&b, JSON_DEPTH_MAX + 1, objects);
        refuses(STATUS_LIMIT, buf_str(&b));
        nest(&b, 10000, objects);
        refuses(STATUS_LIMIT, buf_str(&b));
        nest(&b, 1000000, objects);
        refuses(STATUS_LIMIT, buf_str(&b));
    }
    // Brackets that were closed do not count.
    buf_clear(&b);
    buf_add_char(&b, '[');
    for (int i = 0; i < 1000; i++)
        buf_add_cstr(&b, "[{\"a\":[[]]}],");
    buf_add_cstr(&b, "0]");
    json_close(opens(buf_cstr(&b)));
    buf_fini(&b);
}

static void whole(const char *text, int64_t want)
{
    struct json *j = opens(text);
    int64_t n = 99;
    assert_true(json_i64(json_root(j), &n));
    if (n != want)
        fail_msg("%s: %lld", text, (long long)n);
    json_close(j);
}

static void no_whole(const char *text)
{
    struct json *j = opens(text);
    int64_t n = 99;
    if (json_i64(json_root(j), &n))
        fail_msg("%s: %lld", text, (long long)n);
    assert_int_equal(n, 99);
    json_close(j);
}

static void reads_whole_numbers(void **state)
{
    (void)state;
    whole("0", 0);
    whole("-0", 0);
    whole("42", 42);
    whole("1.0", 1);
    whole("1e3", 1000);
    whole("1.5E1", 15);
    whole("-2500e-2", -25);
    whole("9223372036854775807", INT64_MAX);
    whole("-9223372036854775808", INT64_MIN);
    whole("9223372036854775807.0", INT64_MAX);
    whole("922337203685477580700e-2", INT64_MAX);
    whole("0e400", 0);
    no_whole("9223372036854775808");
    no_whole("-9223372036854775809");
    no_whole("9223372036854775808.0");
    no_whole("1.5");
    no_whole("1e-1");
    no_whole("1e19");
    no_whole("1e400");
    no_whole("1e-400");
    no_whole("0.00000000000000000000000001");
    no_whole("\"1\"");
    no_whole("null");
    no_whole("[1]");
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"0.1",
                                        "1e400",
                                        "-1E-400",
                                        "0.083333333333333333333333333",
                                        "123456789012345678901234567890",
                                        "-0.0"};
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_clear(&b);
        buf_printf(&b, "{\"a\":%s,\"b\":[%s,%s ],\"c\":%s}", texts[i], texts[i], texts[i],
                   texts[i]);
        struct json *j = opens(buf_cstr(&b));
        assert_true(str_is(json_number(j, json_get(json_root(j), "a")), texts[i]));
        assert_true(str_is(json_number(j, json_get(json_root(j), "c")), texts[i]));
        struct json_iter it = {0};
        const struct json_val *v;
        while (json_each(&it, json_get(json_root(j), "b"), NULL, &v))
            assert_true(str_is(json_number(j, v), texts[i]));
        json_close(j);
    }
    struct json *j = opens("\"1\"");
    assert_int_equal(json_number(j, json_root(j)).len, 0);
    json_close(j);
    buf_fini(&b);
}

// The members of `text`, in order, are written `want` in it.
static void members_are(const char *text, const char *const *want)
{
    struct json *j = opens(text);
    struct json_iter it = {0};
    const struct json_val *v;
    struct str key;
    size_t start;
    size_t len;
    for (; json_each(&it, json_root(j), &key, &v); want++) {
        assert_true(json_member_at(j, it.key, &start, &len));
        struct str got = str_from(text + start, len);
        if (!*want || !str_is(got, *want))
            fail_msg("%s: %.*s", text, STR_ARG(got));
        if (json_type(v) == JSON_STRING)
            assert_int_equal(json_string_at(j, v), start + 1);
    }
    assert_null(*want);
    assert_false(json_member_at(j, json_root(j), &start, &len));
    assert_false(json_member_at(j, NULL, &start, &len));
    json_close(j);
}

static void knows_places(void **state)
{
    (void)state;
    members_are("{\"model\":\"gpt\",\"n\":12,\"t\":true}",
                (const char *[]){"\"gpt\"", "12", "true", NULL});
    members_are(" {\n \"a\\\"\\\\\" : \"x\\\\\\\"y\\u0041\" ,\t\"b\":\"\" \n}\n",
                (const char *[]){"\"x\\\\\\\"y\\u0041\"", "\"\"", NULL});
    members_are("{\"a\":{\"}\":[\"]\",{}]} ,\"\\u0062:\\\"\":[ ],\"c\":-1.5e3\r\n}",
                (const char *[]){"{\"}\":[\"]\",{}]}", "[ ]", "-1.5e3", NULL});
    members_are("{\"a\":\"\\\\\",\"b\":null}", (const char *[]){"\"\\\\\"", "null", NULL});
    members_are("{\"\xc3\xa9\":\"\xe2\x82\xac\",\"b\":false}",
                (const char *[]){"\"\xe2\x82\xac\"", "false", NULL});
    members_are("{}", (const char *[]){NULL});
}

// An allocator that says no at the n-th request and counts what is out.
struct stingy {
    int left;
    int out;
};

static void *stingy_resize(void *context, void *old, size_t size)
{
    struct stingy *s = context;
    if (size == 0) {
        s->out--;
        alloc_free(&alloc_heap, old);
        return NULL;
    }
    if (s->left-- == 0)
        return NULL;
    s->out += old == NULL;
    return alloc_resize(&alloc_heap, old, size);
}

static void survives_lack_of_memory(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "[{\"k\":1");
    for (int i = 0; i < 300; i++)
        buf_printf(&b, ",\"%d\":[[],[],[],[],[]]", i);
    buf_add_cstr(&b, "}]");
    int tries = 0;
    for (enum status status = STATUS_NO_MEMORY; status != STATUS_OK; tries++) {
        struct stingy s = {.left = tries};
        const struct alloc alloc = {stingy_resize, &s};
        struct json *j = NULL;
        status = json_open(buf_str(&b), &alloc, &j, NULL);
        assert_true(status == STATUS_OK || (status == STATUS_NO_MEMORY && !j));
        json_close(j);
        assert_int_equal(s.out, 0);
    }
    assert_true(tries >= 4);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),
        cmocka_unit_test(iterates_objects),
        cmocka_unit_test(refuses_what_is_no_json),
        cmocka_unit_test(says_where),
        cmocka_unit_test(refuses_keys_twice),
        cmocka_unit_test(finds_a_key_twice_among_many),
        cmocka_unit_test(limits_depth),
        cmocka_unit_test(reads_whole_numbers),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(knows_places),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
