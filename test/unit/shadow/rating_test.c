// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "shadow/rating.h"

#define ID "01980000-0000-7000-8000-000000000001"

static void check(const char *members, uint32_t score_ppm, const char *comment)
{
    char text[400];
    struct rating r;
    struct why why = {0};
    snprintf(text, sizeof text, "{\"request_id\":\"" ID "\",%s}", members);
    if (rating_read(str_of(text), &r, &why) != STATUS_OK)
        fail_msg("%s: %s", text, why.text);
    char id[UUID_TEXT];
    uuid_write(&r.id, id);
    assert_memory_equal(id, ID, UUID_TEXT);
    assert_int_equal(r.score_ppm, score_ppm);
    assert_true(str_is(r.comment, comment));
    json_close(r.source);
}

static void a_score_and_a_thumb_are_read(void **state)
{
    (void)state;
    check("\"score\":0.8,\"comment\":\"too \\u006cong\"", 800000, "too long");
    check("\"score\":1", 1000000, "");
    check("\"score\":0", 0, "");
    check("\"score\":25e-2", 250000, "");
    check("\"score\":1e-3,\"thumbs\":null", 1000, "");
    check("\"score\":0.33333333333333333333333333", 333333, "");
    check("\"thumbs\":\"up\"", 1000000, "");
    check("\"thumbs\":\"down\"", 0, "");
}

static void refuse(const char *text, enum status status, const char *part)
{
    struct rating r;
    struct why why = {0};
    assert_int_equal(rating_read(str_of(text), &r, &why), status);
    if (!strstr(why.text, part))
        fail_msg("%s: %s", text, why.text);
}

static void anything_else_is_refused_with_its_cause(void **state)
{
    (void)state;
    refuse("", STATUS_SYNTAX, "\"request_id\" is missing");
    refuse("[1]", STATUS_SYNTAX, "JSON object");
    refuse("{\"request_id\":\"7\",\"score\":1}", STATUS_SYNTAX, "x-costlens-request-id");
    refuse("{\"request_id\":\"" ID "\"}", STATUS_SYNTAX, "either");
    refuse("{\"request_id\":\"" ID "\",\"score\":1,\"thumbs\":\"up\"}", STATUS_SYNTAX, "either");
    refuse("{\"request_id\":\"" ID "\",\"score\":1.0000001}", STATUS_RANGE, "from 0");
    refuse("{\"request_id\":\"" ID "\",\"score\":-0.0000001}", STATUS_RANGE, "from 0");
    refuse("{\"request_id\":\"" ID "\",\"score\":1e300}", STATUS_RANGE, "from 0");
    refuse("{\"request_id\":\"" ID "\",\"score\":-1e300}", STATUS_RANGE, "\"score\"");
    static const char *const scores[] = {"\"good\"", "\"1\"", "\"\"", "\"NaN\"",
                                         "true",     "false", "[1]",  "{\"score\":1}"};
    for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, "{\"request_id\":\"" ID "\",\"score\":%s}", scores[i]);
        refuse(text, STATUS_SYNTAX, "\"score\" is to be a number");
    }
    refuse("{\"request_id\":\"" ID "\",\"score\":NaN}", STATUS_SYNTAX, "JSON");
    refuse("{\"request_id\":\"" ID "\",\"score\":Infinity}", STATUS_SYNTAX, "JSON");
    refuse("{\"request_id\":\"" ID "\",\"score\":1,\"score\":0}", STATUS_DUPLICATE, "twice");
    refuse("{\"request_id\":7,\"score\":1}", STATUS_SYNTAX, "\"request_id\" is to be a string");
    refuse("{\"request_id\":\"" ID "\",\"thumbs\":true}", STATUS_SYNTAX, "\"thumbs\" is to be");
    refuse("{\"request_id\":\"" ID "\",\"thumbs\":\"UP\"}", STATUS_SYNTAX, "\"thumbs\" is");
    refuse("{\"request_id\":\"" ID "\",\"thumbs\":\"up\",\"comment\":7}", STATUS_SYNTAX,
           "\"comment\" is to be");
    refuse("{\"request_id\":\"" ID "\",\"thumbs\":\"sideways\"}", STATUS_SYNTAX, "down");
    refuse("{\"request_id\":\"" ID "\",\"thumb\":\"up\"}", STATUS_SYNTAX, "no argument");
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    char text[RATING_BYTES_MAX + 2];
    memset(text, ' ', sizeof text);
    text[sizeof text - 1] = 0;
    refuse(text, STATUS_LIMIT, "bytes");
    int n =
        snprintf(text, sizeof text, "{\"request_id\":\"" ID "\",\"thumbs\":\"up\",\"comment\":\"");
    memset(text + n, 'x', RATING_COMMENT_MAX + 1);
    memcpy(text + n + RATING_COMMENT_MAX + 1, "\"}", 3);
    refuse(text, STATUS_LIMIT, "\"comment\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_and_a_thumb_are_read),
        cmocka_unit_test(anything_else_is_refused_with_its_cause),
        cmocka_unit_test(what_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
