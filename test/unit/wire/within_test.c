// SPDX-License-Identifier: Apache-2.0
//
// An error in the place of an answer: which status it means, and its body.

#include "../unit.h"
#include "wire/within.h"

static const struct {
    const char *text;
    int want;
} within[] = {
    {"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}", 529},
    {"{\"error\":{\"message\":\"x\",\"type\":\"server_error\",\"code\":null}}", 500},
    {"{\"error\":{\"message\":\"x\",\"type\":\"rate_limit_exceeded\",\"code\":\"rate\"}}", 429},
    {"{\"error\":{\"code\":502,\"message\":\"x\"},\"user_id\":\"u\"}", 502},
    {"{\"error\":{\"code\":1301,\"message\":\"x\"}}", 502},
    {"{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}", 503},
    {"[{\"error\":{\"status\":\"RESOURCE_EXHAUSTED\"}}]", 429},
    {"{\"error\":{\"code\":\"400\",\"message\":\"x\"}}", 400},
    {"{\"error\":{\"code\":\"429\",\"type\":\"None\"}}", 429},
    {"{\"error\":{\"code\":\"200\",\"type\":\"api_error\"}}", 500},
    {"{\"object\":\"error\",\"message\":\"x\",\"code\":400}", 0}, // no meter knows it
    {"{\"type\":\"error\",\"code\":\"server_error\",\"message\":\"x\"}", 500},
    {"{\"error\":\"llama runner process has terminated\"}", 500},
    {"{\"error\":{\"code\":502},\"choices\":[]}", 0},
    {"{\"error\":null,\"output\":[]}", 0},
    {"{\"error\":null}", 0},
    {"{\"id\":\"x\"}", 0},
    {"[]", 0},
    {"{", 0},
};

static void test_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++) {
        if (within_status(str_of(within[i].text)) != within[i].want)
            fail_msg("%s: %d", within[i].text, within_status(str_of(within[i].text)));
    }
}

static void test_code(void **state)
{
    (void)state;
    assert_int_equal(within_code(str_of("overloaded_error")), 529);
    assert_int_equal(within_code(str_of("502")), 502);
    assert_int_equal(within_code(str_of("1301")), 0);
    assert_int_equal(within_code(str_of("error")), 0);
    assert_int_equal(within_code(STR_NONE), 0);
}

static void test_body(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } bodies[] = {
        {"{\"type\":\"error\",\"message\":\"x\"}",
         "{\"error\":{\"type\":\"error\",\"message\":\"x\"}}"},
        {"{\"type\":\"error\",\"error\":{}}", "{\"type\":\"error\",\"error\":{}}"},
        {"[{\"error\":{}}]", "[{\"error\":{}}]"},
        {"{", "{"},
    };
    struct buf out;
    buf_init(&out, &alloc_heap, 1000);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        buf_clear(&out);
        within_body(str_of(bodies[i].text), &out);
        assert_string_equal(buf_cstr(&out), bodies[i].want);
    }
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_status), cmocka_unit_test(test_code),
                                       cmocka_unit_test(test_body)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
