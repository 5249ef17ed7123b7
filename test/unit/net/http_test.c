// SPDX-License-Identifier: Apache-2.0
//
// What may stand in a field that we write.

#include <string.h>

#include "../unit.h"
#include "base/alloc.h"
#include "net/http.h"

static bool token(int c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void each_byte_of_a_name(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char name[] = {'x', (char)c};
        assert_int_equal(field_name_safe(str_from(name, 2)), token(c));
        assert_int_equal(field_name_safe(str_from(name + 1, 1)), token(c));
    }
    assert_false(field_name_safe(STR_NONE));
}

static void each_byte_of_a_value_everywhere(void **state)
{
    (void)state;
    static const char fill[] = {'a', '\t', (char)0xff, '~'};
    for (size_t f = 0; f < sizeof fill; f++)
        for (size_t len = 1; len <= 17; len++)
            for (size_t at = 0; at < len; at++)
                for (int c = 0; c < 256; c++) {
                    char value[17];
                    memset(value, fill[f], sizeof value);
                    value[at] = (char)c;
                    bool safe = (c >= ' ' || c == '\t') && c != 0x7f;
                    assert_int_equal(field_value_safe(str_from(value, len)), safe);
                }
    assert_true(field_value_safe(STR_NONE));
}

static void lines_are_written_or_left_out(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    assert_true(field_write(&b, str_of("a"), str_of("b c")));
    assert_true(field_write(&b, str_of("empty"), STR_NONE));
    assert_false(field_write(&b, str_of("a b"), str_of("c")));
    assert_false(field_write(&b, str_of("a"), str_of("b\r\nc: d")));
    assert_true(str_is(buf_str(&b), "a: b c\r\nempty: \r\n"));
    buf_fini(&b);
    char line[HTTP_LENGTH_LINE];
    assert_true(str_is(http_length_line(0, line), "Content-Length: 0\r\n"));
    assert_true(
        str_is(http_length_line(UINT64_MAX, line), "Content-Length: 18446744073709551615\r\n"));
}

static void connection_names_fields(void **state)
{
    (void)state;
    struct field fields[] = {{STR("Connection"), STR("keep-alive")},
                             {STR("X-Mine"), STR("1")},
                             {STR("connection"), STR("")}};
    struct head h = {.field_count = 2, .fields = fields};
    assert_false(head_names_hops(&h));
    assert_false(head_hop_only(&h, str_of("x-mine")));
    h.field_count = 3; // it is not the first of them that counts
    fields[2].value = str_of("close , X-MINE");
    assert_true(head_names_hops(&h));
    assert_true(head_hop_only(&h, str_of("x-mine")));
    assert_false(head_hop_only(&h, str_of("x-min")));
    assert_false(head_has_token(&h, "connection", "x"));
    assert_true(head_has_token(&h, "connection", "Close"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_of_a_name),
        cmocka_unit_test(each_byte_of_a_value_everywhere),
        cmocka_unit_test(lines_are_written_or_left_out),
        cmocka_unit_test(connection_names_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
