// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

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
    struct str rest = buf_str(&b);
    for (uint64_t i = 0; i < 1000; i++) {
        struct str part;
        uint64_t n;
        assert_true(str_cut(&rest, ',', &part) && str_u64(part, &n) && n == i);
    }
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

static void fills_what_it_was_given(void **state)
{
    (void)state;
    struct buf b;
    char bytes[10 + 1];
    buf_fixed(&b, bytes, 10);
    buf_add_cstr(&b, "0123456789");
    assert_false(buf_failed(&b));
    assert_string_equal(buf_cstr(&b), "0123456789");
    assert_ptr_equal(b.ptr, bytes);
    assert_null(buf_room(&b, 1));
    assert_true(buf_failed(&b));
    buf_clear(&b);
    assert_non_null(buf_room(&b, 10));
}

// Texts that fit just so, or by one not.
static void formats_any_length(void **state)
{
    (void)state;
    for (int len = 0; len < 300; len++) {
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        buf_add_cstr(&b, "0123456789");
        buf_printf(&b, "%0*d", len + 1, 7);
        assert_int_equal(b.len, 10 + len + 1);
        assert_int_equal(strlen(buf_cstr(&b)), b.len);
        assert_int_equal(b.ptr[b.len - 1], '7');
        buf_fini(&b);
    }
}

static void *no_memory(void *context, void *old, size_t size)
{
    return context && size <= 200 ? alloc_resize(&alloc_heap, old, size)
           : size == 0            ? alloc_resize(&alloc_heap, old, 0)
                                  : NULL;
}

static void says_when_memory_ends(void **state)
{
    (void)state;
    char some = 0;
    const struct alloc none = {no_memory, NULL};
    const struct alloc little = {no_memory, &some};
    struct buf b;
    buf_init(&b, &none, 0);
    buf_add_char(&b, 'x');
    assert_true(buf_failed(&b));
    assert_int_equal(b.len, 0);
    assert_string_equal(buf_cstr(&b), "");
    buf_fini(&b);
    buf_init(&b, &little, 0);
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%d", i % 10);
    assert_true(buf_failed(&b));
    assert_in_range(b.len, 100, 199);
    assert_null(buf_room(&b, 0));
    buf_fini(&b);
    buf_init(&b, &alloc_heap, 0);
    assert_null(buf_room(&b, SIZE_MAX));
    buf_fini(&b);
}

static void json_of(const char *text, size_t len, const char *want)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_json(&b, str_from(text, len));
    assert_string_equal(buf_cstr(&b), want);
    bool same = b.len == len + 2 && memcmp(b.ptr + 1, text, len) == 0;
    assert_int_equal(buf_json_plain(str_from(text, len)), same);
    buf_fini(&b);
}

static void writes_json_strings(void **state)
{
    (void)state;
    json_of("", 0, "\"\"");
    json_of("a\"\\/\b\f\n\r\t\x01\x7f\0z", 13,
            "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\\u0000z\"");
    json_of("\xc3\xa9\xf0\x9f\x98\x80", 6, "\"\xc3\xa9\xf0\x9f\x98\x80\"");
    json_of("a\xc2\x9b\xe2\x80\xae\xe2\x81\xa9z", 10, "\"a\\u009b\\u202e\\u2069z\"");
    json_of("\xe2\x80\xa7\xe2\x81\xaa", 6, "\"\xe2\x80\xa7\xe2\x81\xaa\"");
    json_of("\xc3(\xff", 3, "\"\xef\xbf\xbd(\xef\xbf\xbd\"");
    json_of("\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); // a surrogate
    json_of("a\xe2\x82", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

// Each byte at each place of a text of which all else is plain.
static void sees_each_byte_everywhere(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        for (size_t at = 0; at < 20; at++) {
            char text[20];
            memset(text, 'a', sizeof text);
            text[at] = (char)byte;
            struct buf b;
            buf_init(&b, &alloc_heap, 0);
            buf_add_json(&b, str_from(text, sizeof text));
            bool same = b.len == sizeof text + 2 && memcmp(b.ptr + 1, text, sizeof text) == 0;
            assert_int_equal(buf_json_plain(str_from(text, sizeof text)), same);
            struct str got = str_skip(buf_str(&b), at + 1);
            got.len -= 20 - at;
            char escaped[8];
            const char *want = escaped;
            snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)byte);
            static const char letters[] = "\"\"\\\\\bb\tt\nn\ff\rr";
            const char *letter = byte ? strchr(letters, byte) : NULL;
            if (letter && (letter - letters) % 2 == 0)
                snprintf(escaped, sizeof escaped, "\\%c", letter[1]);
            else if (byte >= 0x80)
                want = "\xef\xbf\xbd";
            else if (byte >= 0x20 && byte < 0x7f)
                snprintf(escaped, sizeof escaped, "%c", byte);
            if (!str_is(got, want))
                fail_msg("byte %d at %zu: %.*s", byte, at, STR_ARG(got));
            buf_fini(&b);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_formats),       cmocka_unit_test(stops_at_its_ceiling),
        cmocka_unit_test(formats_any_length),      cmocka_unit_test(says_when_memory_ends),
        cmocka_unit_test(writes_json_strings),     cmocka_unit_test(sees_each_byte_everywhere),
        cmocka_unit_test(fills_what_it_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
