// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/json_out.h"

static void sets_commas(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    struct json_out o = {&b, true};
    json_out_begin(&o, NULL, '{');
    json_out_text(&o, "a", str_of("say \"x\""));
    json_out_begin(&o, "empty", '[');
    json_out_end(&o, ']');
    json_out_begin(&o, "list", '[');
    json_out_number(&o, NULL, -5);
    json_out_begin(&o, NULL, '{');
    json_out_flag(&o, "yes", true);
    json_out_flag(&o, "no", false);
    json_out_end(&o, '}');
    json_out_end(&o, ']');
    json_out_time(&o, "at", INT64_C(1795514400000999));
    json_out_decimal(&o, "usd", 1250000, 12, 2);
    json_out_null(&o, "none");
    json_out_name(&o, "raw");
    buf_add_cstr(&b, "1.5");
    json_out_end(&o, '}');
    assert_string_equal(
        buf_cstr(&b),
        "{\"a\":\"say \\\"x\\\"\",\"empty\":[],\"list\":[-5,{\"yes\":true,"
        "\"no\":false}],\"at\":\"2026-11-24T10:00:00Z\",\"usd\":\"0.00000125\",\"none\":null,"
        "\"raw\":1.5}");
    buf_fini(&b);
}

static void lists_texts(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    struct json_out o = {&b, true};
    const struct str two[] = {str_of("a"), str_of("say \"b\"")};
    json_out_begin(&o, NULL, '{');
    json_out_texts(&o, "two", two, 2);
    json_out_texts(&o, "none", NULL, 0);
    json_out_end(&o, '}');
    assert_string_equal(buf_cstr(&b), "{\"two\":[\"a\",\"say \\\"b\\\"\"],\"none\":[]}");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sets_commas),
                                       cmocka_unit_test(lists_texts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
