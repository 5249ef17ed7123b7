// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"

static void grows_and_formats(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%d,", i);
    buf_add_i64(&b, INT64_MIN);
    buf_add_u64(&b, UINT64_MAX);
    assert_false(buf_failed(&b));
    assert_int_equal(b.len, 3890 + 20 + 20);
    assert_true(str_ends(buf_str(&b), str_of("999,-922337203685477580818446744073709551615")));
    assert_string_equal(buf_cstr(&b) + b.len - 4, "1615");
    buf_fini(&b);
}

static void stops_at_its_ceiling(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 10);
    buf_add_cstr(&b, "0123456789");
    assert_false(buf_failed(&b));
    assert_string_equal(buf_cstr(&b), "0123456789");
    buf_add_char(&b, 'x');
    assert_true(buf_failed(&b));
    buf_add_cstr(&b, "");
    assert_int_equal(b.len, 10);
    assert_string_equal(buf_cstr(&b), "");
    buf_clear(&b);
    buf_printf(&b, "%s", "abcdefghij");
    assert_false(buf_failed(&b));
    assert_true(str_is(buf_str(&b), "abcdefghij"));
    buf_drop(&b, 9);
    assert_true(str_is(buf_str(&b), "j"));
    buf_fini(&b);
}

static void json_of(const char *text, size_t len, const char *want)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_json(&b, str_from(text, len));
    assert_string_equal(buf_cstr(&b), want);
    buf_fini(&b);
}

static void writes_json_strings(void **state)
{
    (void)state;
    json_of("", 0, "\"\"");
    json_of("a\"\\/\b\f\n\r\t\x01\x7f\0z", 13,
            "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\\u0000z\"");
    json_of("\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\"");
    json_of("\xc3(\xff", 3, "\"\xef\xbf\xbd(\xef\xbf\xbd\"");
    json_of("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); // a surrogate
    json_of("a\xe2\x82", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_formats),
        cmocka_unit_test(stops_at_its_ceiling),
        cmocka_unit_test(writes_json_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
