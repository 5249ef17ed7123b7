// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/json.h"
#include "base/limits.h"
#include "wire/fault.h"

static struct json *parse(struct str text)
{
    struct json *j = NULL;
    assert_int_equal(json_open(text, &alloc_heap, &j, NULL), STATUS_OK);
    return j;
}

static struct str at(const struct json *j, const char *path)
{
    return json_str(json_path(json_root(j), path));
}

static void every_refusal_has_its_shape(void **state)
{
    (void)state;
    for (int r = REFUSAL_NONE + 1; r < REFUSAL_COUNT; r++) {
        for (int d = 0; d < DIALECT_COUNT; d++) {
            struct buf b;
            buf_init(&b, &alloc_heap, 8 * KIB);
            fault_body((enum dialect)d, (enum refusal)r, str_of("say \"why\"\n"), str_of("req-1"),
                       &b);
            struct json *j = parse(buf_str(&b));
            struct str text = at(j, d == DIALECT_OLLAMA ? "error" : "error.message");
            assert_true(str_starts(text, str_of(refusal_text((enum refusal)r))));
            assert_true(str_ends(text, str_of(" say \"why\"\n")));
            if (d == DIALECT_OPENAI)
                assert_true(str_is(at(j, "error.code"), refusal_code((enum refusal)r)));
            json_close(j);
            buf_fini(&b);
        }
    }
}

static void speaks_each_dialect(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 8 * KIB);
    fault_body(DIALECT_ANTHROPIC, REFUSAL_OVERLOAD, STR_NONE, str_of("r9"), &b);
    struct json *j = parse(buf_str(&b));
    assert_true(str_is(at(j, "type"), "error"));
    assert_true(str_is(at(j, "error.type"), "overloaded_error"));
    assert_true(str_is(at(j, "request_id"), "r9"));
    json_close(j);
    buf_clear(&b);
    fault_body(DIALECT_GEMINI, REFUSAL_MODEL_UNKNOWN, STR_NONE, STR_NONE, &b);
    j = parse(buf_str(&b));
    int64_t code = 0;
    assert_true(json_i64(json_path(json_root(j), "error.code"), &code));
    assert_int_equal(code, 404);
    assert_true(str_is(at(j, "error.status"), "NOT_FOUND"));
    json_close(j);
    buf_clear(&b);
    fault_body(DIALECT_OLLAMA, REFUSAL_MODEL_UNKNOWN, str_of("So."), str_of("r"), &b);
    assert_string_equal(buf_cstr(&b), "{\"error\":\"No provider here has that model. So.\"}");
    buf_clear(&b);
    fault_event(ENDPOINT_OLLAMA_CHAT, REFUSAL_UPSTREAM_LOST, STR_NONE, str_of("r"), &b);
    assert_string_equal(buf_cstr(&b), "{\"error\":\"The provider's answer broke off.\"}\n");
    buf_fini(&b);
}

// The words are the status's, not the refusal's.
static void a_relayed_status_has_its_words(void **state)
{
    (void)state;
    static const struct {
        int http;
        const char *type;
        const char *status;
    } all[] = {{429, "rate_limit_error", "RESOURCE_EXHAUSTED"},
               {422, "invalid_request_error", "INVALID_ARGUMENT"},
               {529, "overloaded_error", "UNAVAILABLE"},
               {599, "api_error", "INTERNAL"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct buf b;
        int64_t code = 0;
        buf_init(&b, &alloc_heap, 8 * KIB);
        fault_coded(DIALECT_ANTHROPIC, all[i].http, STR_NONE, STR_NONE, &b);
        struct json *j = parse(buf_str(&b));
        assert_true(str_is(at(j, "error.type"), all[i].type));
        json_close(j);
        buf_clear(&b);
        fault_coded(DIALECT_GEMINI, all[i].http, STR_NONE, STR_NONE, &b);
        j = parse(buf_str(&b));
        assert_true(json_i64(json_path(json_root(j), "error.code"), &code));
        assert_int_equal(code, all[i].http);
        assert_true(str_is(at(j, "error.status"), all[i].status));
        json_close(j);
        buf_fini(&b);
    }
}

static void events_are_whole(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        const char *head;
    } cases[] = {{ENDPOINT_CHAT, "data: {\"error\":{"},
                 {ENDPOINT_MESSAGES, "event: error\ndata: {\"type\":\"error\",\"error\":{"},
                 {ENDPOINT_RESPONSES, "event: error\ndata: {\"type\":\"error\",\"code\":"},
                 {ENDPOINT_GENERATE_STREAM, "data: {\"error\":{\"code\":502"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf b;
        buf_init(&b, &alloc_heap, 16 * KIB);
        fault_event(cases[i].endpoint, REFUSAL_UPSTREAM_LOST, str_of("a\nb"), str_of("r"), &b);
        assert_true(str_starts(buf_str(&b), str_of(cases[i].head)));
        assert_true(str_ends(buf_str(&b), str_of("}\n\n")));
        buf_fini(&b);
    }
}

// A provider's words may be long and hostile: the body stays short and is JSON all the same.
static void long_details_are_cut(void **state)
{
    (void)state;
    struct buf detail;
    struct buf b;
    buf_init(&detail, &alloc_heap, 0);
    buf_init(&b, &alloc_heap, 0);
    for (int i = 0; i < 20000; i++)
        buf_add_cstr(&detail, i % 2 ? "\xc3\xa4" : "\x01");
    fault_body(DIALECT_OPENAI, REFUSAL_UPSTREAM_GARBAGE, buf_str(&detail), STR_NONE, &b);
    assert_true(b.len <= 16 * KIB);
    json_close(parse(buf_str(&b)));
    buf_fini(&b);
    buf_fini(&detail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_has_its_shape),    cmocka_unit_test(speaks_each_dialect),
        cmocka_unit_test(a_relayed_status_has_its_words), cmocka_unit_test(events_are_whole),
        cmocka_unit_test(long_details_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
