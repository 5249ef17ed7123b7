// SPDX-License-Identifier: Apache-2.0
//
// Errors as the vendors write them, and what they mean for another attempt.

#include "../unit.h"
#include "wire/failure.h"

#define NOW_US INT64_C(784111777000000) // Sun, 06 Nov 1994 08:49:37 GMT

static const struct {
    int status;
    const char *body;
    enum failure_kind want;
} bodies[] = {
    {429, "{\"error\":{\"code\":\"rate_limit_exceeded\",\"type\":\"requests\"}}", FAILURE_RATE},
    {429, "{\"error\":{\"code\":\"insufficient_quota\",\"type\":\"insufficient_quota\"}}",
     FAILURE_QUOTA},
    {429, "{\"error\":{\"code\":null,\"type\":\"insufficient_quota\"}}", FAILURE_QUOTA},
    {429, "{\"error\":{\"type\":\"exceeded_current_quota_error\",\"message\":\"x\"}}",
     FAILURE_QUOTA},
    {429, "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\"}}", FAILURE_RATE},
    {400,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"Your credit "
     "balance is too low to access the Anthropic API.\"}}",
     FAILURE_QUOTA},
    {402, "{\"error\":{\"message\":\"Insufficient Balance\"}}", FAILURE_QUOTA},
    {402, "", FAILURE_KEY},
    // Gemini says the same of a minute and of a day; the quota's name tells.
    {429,
     "{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"message\":\"You exceeded your "
     "current quota, please check your plan and billing details.\",\"details\":[{\"violations\":[{"
     "\"quotaId\":\"GenerateRequestsPerMinutePerProjectPerModel\"}]}]}}",
     FAILURE_RATE},
    {429,
     "[{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"violations\":[{"
     "\"quotaId\":\"GenerateRequestsPerDayPerProjectPerModel-FreeTier\"}]}]}}]",
     FAILURE_QUOTA},
    {400, "{\"error\":{\"code\":\"context_length_exceeded\",\"type\":\"invalid_request_error\"}}",
     FAILURE_LONG},
    {400,
     "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is "
     "too long: 210000 tokens > 200000 maximum\"}}",
     FAILURE_LONG},
    {400,
     "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":\"The input token count "
     "(1200000) exceeds the maximum number of tokens allowed (1048576).\"}}",
     FAILURE_LONG},
    {400,
     "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\",\"message\":\"the request "
     "exceeds the available context size\"}}",
     FAILURE_LONG},
    {400, "{\"error\":{\"code\":\"invalid_value\"}}", FAILURE_CALLER},
    // Gemini says of our key what it says of the caller's body; the detail's reason tells.
    {400,
     "{\"error\":{\"code\":400,\"message\":\"API key not valid. Please pass a valid API key.\","
     "\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc."
     "ErrorInfo\",\"reason\":\"API_KEY_INVALID\",\"domain\":\"googleapis.com\"}]}}",
     FAILURE_KEY},
    {400,
     "{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"details\":[{\"reason\":"
     "\"FIELD_INVALID\"}]}}",
     FAILURE_CALLER},
    {401, "{\"error\":{\"code\":\"invalid_api_key\"}}", FAILURE_KEY},
    {403, "<html>", FAILURE_KEY},
    // No such model; or no such path, or none of that name that can do what is asked.
    {404, "{\"error\":{\"code\":\"model_not_found\"}}", FAILURE_ABSENT},
    {400, "{\"error\":{\"code\":\"previous_response_not_found\"}}", FAILURE_AWAY},
    {404, "{\"error\":{\"code\":\"previous_response_not_found\"}}", FAILURE_AWAY},
    {404,
     "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\",\"message\":\"model: "
     "nine\"}}",
     FAILURE_ABSENT},
    {404,
     "{\"error\":{\"code\":404,\"message\":\"models/nine is not found for API version "
     "v1beta, "
     "or "
     "is not supported for generateContent\",\"status\":\"NOT_FOUND\"}}",
     FAILURE_ABSENT},
    {404, "{\"error\":\"model \\\"nine\\\" not found, try pulling it first\"}", FAILURE_ABSENT},
    {404, "{\"error\":{\"message\":\"No endpoints found that support tool use.\",\"code\":404}}",
     FAILURE_MODEL},
    {404, "{\"detail\":\"Not Found\"}", FAILURE_MODEL},
    {404, "{\"error\":{\"message\":\"Previous response not found.\"}}", FAILURE_MODEL},
    {404, "404 page not found", FAILURE_MODEL},
    {404,
     "{\"error\":{\"message\":\"No such File object: model-file\",\"type\":\"not_found_error\"}}",
     FAILURE_MODEL},
    {404, "{\"error\":{\"message\":\"No such File object: model nine not found\"}}", FAILURE_MODEL},
    {404, "{\"error\":{\"message\":\"model: another\",\"type\":\"not_found_error\"}}",
     FAILURE_MODEL},
    {404, "{\"error\":{\"message\":\"The model `nine` does not exist.\"}}", FAILURE_ABSENT},
    {404,
     "{\"error\":{\"code\":404,\"message\":\"Publisher Model `projects/p/locations/l/publishers/"
     "google/models/nine` was not found or your project does not have access to it.\"}}",
     FAILURE_ABSENT},
    {408, "", FAILURE_BUSY},
    {409, "{}", FAILURE_BUSY},
    {413, "", FAILURE_CALLER},
    // Larger than a whole limit: another target's may be larger, and smaller calls fit here.
    {413,
     "{\"error\":{\"message\":\"Request too large for model `nine` in organization `org_x` on "
     "tokens per minute (TPM): Limit 8000, Requested 9100\",\"type\":\"tokens\",\"code\":"
     "\"rate_limit_exceeded\"}}",
     FAILURE_LARGE},
    {400, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", FAILURE_LARGE},
    {498, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", FAILURE_LARGE},
    {429,
     "{\"error\":{\"message\":\"Request too large for nine on tokens per min (TPM): Limit 10000, "
     "Requested 12000.\",\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\"}}",
     FAILURE_LARGE},
    {429, "{\"error\":{\"message\":\"Limit reached. Request too large? No.\"}}", FAILURE_RATE},
    {422, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}", FAILURE_CALLER},
    {413, "{\"error\":{\"message\":\"Request too large\"}}", FAILURE_CALLER},
    {498, "{\"error\":{\"code\":\"capacity_exceeded\"}}", FAILURE_BUSY}, // Groq's flex tier
    {498, "", FAILURE_CALLER},
    {422, "[]", FAILURE_CALLER},
    {500, "{\"error\":{\"code\":500,\"message\":\"missing messages\",\"type\":\"server_error\"}}",
     FAILURE_SERVER},
    {500, "{\"error\":\"llama runner process has terminated: out of memory\"}", FAILURE_RUNNER},
    {500, "{\"error\":\"model requires more system memory (9 GiB) than is available (4 GiB)\"}",
     FAILURE_RUNNER},
    {500, "{\"error\":\"unable to load model: file not found: failed to load model\"}",
     FAILURE_RUNNER},
    {500, "{\"error\":\"option \\\"num_ctx\\\" must be of type integer\"}", FAILURE_CALLER},
    {500, "{\"error\":\"invalid JSON schema in format\"}", FAILURE_CALLER},
    {500, "{\"error\":\"invalid format: \\\"7\\\"; expected \\\"json\\\"\"}", FAILURE_CALLER},
    // What a model cannot do another one may; a method that no server has is the caller's.
    {400, "{\"error\":\"\\\"gemma3:270m\\\" does not support tools\"}", FAILURE_MODEL},
    {501, "{\"error\":\"this model does not support embeddings\"}", FAILURE_MODEL},
    {500,
     "{\"error\":\"Failed to create new sequence: this model is missing data required for image "
     "input\"}",
     FAILURE_MODEL},
    {501, "", FAILURE_UNDONE},
    {400, "{\"error\":\"unexpected EOF\"}", FAILURE_CALLER}, // of the request's own body
    {400, "{\"error\":{\"message\":\"Failed to load image or audio file\"}}", FAILURE_CALLER},
    {429, "{\"error\":{\"message\":\"your tier does not support it\"}}", FAILURE_RATE},
    {429, "{\"error\":\"you've reached your hourly usage limit, please upgrade to continue\"}",
     FAILURE_QUOTA},
    {400, "{\"error\":\"no such file: usage limit.txt\"}", FAILURE_CALLER},
    {502, "<html>", FAILURE_LOST},
    {520, "", FAILURE_LOST},
    {524, "<html>", FAILURE_LOST},
    {525, "", FAILURE_SERVER},
    {503, "{\"error\":\"server busy\"}", FAILURE_BUSY},
    {504, "", FAILURE_LOST},
    {529, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}", FAILURE_BUSY},
};

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct failure f = {.after_ms = -1};
        failure_read(&f, bodies[i].status, str_of(bodies[i].body), (struct str)STR("nine"));
        if (f.kind != bodies[i].want)
            fail_msg("%d %s: %d, not %d", bodies[i].status, bodies[i].body, (int)f.kind,
                     (int)bodies[i].want);
    }
}

static void test_gemini_delay(void **state)
{
    (void)state;
    struct failure f = {.after_ms = -1};
    failure_read(&f, 429,
                 str_of("{\"error\":{\"details\":[{\"@type\":\"type.googleapis.com/"
                        "google.rpc.RetryInfo\",\"retryDelay\":\"27s\"}]}}"),
                 STR_NONE);
    assert_int_equal(f.kind, FAILURE_RATE);
    assert_int_equal(f.after_ms, 27000);
}

static void test_loading(void **state)
{
    (void)state;
    static const char loading[] = "{\"error\":{\"code\":503,\"message\":\"Loading model\","
                                  "\"type\":\"unavailable_error\"}}";
    struct failure f = {.after_ms = -1};
    failure_read(&f, 503, str_of(loading), STR_NONE);
    assert_int_equal(f.kind, FAILURE_BUSY);
    assert_int_equal(f.after_ms, 3000);
    f.after_ms = 40; // its own word goes before
    failure_read(&f, 503, str_of(loading), STR_NONE);
    assert_int_equal(f.after_ms, 40);
    f.after_ms = -1;
    failure_read(&f, 503, str_of("{\"error\":{\"type\":\"unavailable_error\"}}"), STR_NONE);
    assert_int_equal(f.after_ms, -1);
}

static const struct {
    const char *name, *value;
    int64_t want;
} waits[] = {
    {"Retry-After", "7", 7000},
    {"retry-after", "0", 0},
    {"retry-after", "1.2", 2000},
    {"retry-after", "99999999999", 86400000},
    {"retry-after", "99000000000000000000", 86400000}, // beyond 64 bits
    {"retry-after-ms", "18446744073709551615.5", 86400000},
    {"retry-after", "Sun, 06 Nov 1994 08:49:42 GMT", 5001},
    {"retry-after", "Sun, 06 Nov 1994 08:49:30 GMT", 0},
    {"retry-after", "Sun, 31 Foo 1994 08:49:30 GMT", -1},
    {"retry-after", "Sunday, 06-Nov-94 08:49:42 GMT", 5001},
    {"retry-after", "Friday, 31-Dec-93 08:49:42 GMT", 0}, // not 2093
    {"retry-after", "Sun Nov  6 08:49:42 1994", 5001},
    {"retry-after", "Wed Nov 16 08:49:42 1994", 864005001},
    {"retry-after", "Sunday, 06-Nov-94 08:49:42 EST", -1},
    {"retry-after", "Sun Nov 06 08:49 1994", -1},
    {"retry-after", "Sun, 06 Nov  994 08:49:42 GMT", -1},
    {"retry-after", "Sun Nov  6 24:49:42 1994", -1},
    {"retry-after", "Sun,", -1},
    {"retry-after", "Sun", -1},
    {"retry-after", "soon", -1},
    {"retry-after", "-3", -1},
    {"retry-after", "", -1},
    {"retry-after-ms", "350", 350},
    {"retry-after-ms", "350.7", 350},
    {"retry", "7", -1},
};

static void test_waits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct failure f = {.after_ms = -1};
        failure_field(&f, str_of(waits[i].name), str_of(waits[i].value), NOW_US);
        if (f.after_ms != waits[i].want)
            fail_msg("%s: %s: %lld", waits[i].name, waits[i].value, (long long)f.after_ms);
    }
    struct failure f = {.after_ms = -1}; // the finer one wins, in either order
    failure_field(&f, str_of("retry-after-ms"), str_of("40"), NOW_US);
    failure_field(&f, str_of("retry-after"), str_of("1"), NOW_US);
    assert_int_equal(f.after_ms, 40);
    f.after_ms = -1;
    failure_field(&f, str_of("retry-after"), str_of("1"), NOW_US);
    failure_field(&f, str_of("retry-after-ms"), str_of("40"), NOW_US);
    assert_int_equal(f.after_ms, 40);
}

static void test_advice(void **state)
{
    (void)state;
    struct failure f = {.after_ms = -1};
    failure_field(&f, str_of("X-Should-Retry"), str_of("true"), NOW_US);
    assert_int_equal(f.advice, ADVICE_RETRY);
    failure_field(&f, str_of("x-should-retry"), str_of("perhaps"), NOW_US);
    assert_int_equal(f.advice, ADVICE_RETRY);
    failure_field(&f, str_of("x-should-retry"), str_of("false"), NOW_US);
    assert_int_equal(f.advice, ADVICE_STOP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),  cmocka_unit_test(test_gemini_delay),
        cmocka_unit_test(test_loading), cmocka_unit_test(test_waits),
        cmocka_unit_test(test_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
