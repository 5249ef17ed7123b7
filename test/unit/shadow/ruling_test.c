// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "shadow/judge.h"

static void read_chat(struct answer *a, const char *message)
{
    char body[1000];
    snprintf(body, sizeof body, "{\"choices\":[{\"message\":%s,\"finish_reason\":\"stop\"}]}",
             message);
    assert_true(answer_read(a, ENDPOINT_CHAT, METER_JSON, str_of(body), &alloc_heap));
}

static void check(const char *request, const char *weak, const char *strong, struct ruling wanted)
{
    struct json *j = NULL;
    struct asked asked;
    struct answer one, other;
    assert_int_equal(json_open(str_of(request), &alloc_heap, &j, NULL), STATUS_OK);
    asked_read(&asked, ENDPOINT_CHAT, json_root(j));
    read_chat(&one, weak);
    read_chat(&other, strong);
    const struct ruling r = ruling_compare(&asked, &one, &other);
    assert_int_equal(r.by, wanted.by);
    if (wanted.by != RULED_NOT) {
        assert_int_equal(r.weak_good, wanted.weak_good);
        assert_int_equal(r.strong_good, wanted.strong_good);
    }
    answer_fini(&one);
    answer_fini(&other);
    json_close(j);
}

static const struct ruling tie = {RULED_EXACT, true, true}, open_ = {.by = RULED_NOT};

static void what_says_the_same_is_a_tie(void **state)
{
    (void)state;
    check("{}", "{\"content\":\"spam\"}", "{\"content\":\" spam\\n\"}", tie);
    check("{}", "{\"content\":\"<think>hm</think>spam\"}", "{\"content\":\"spam\"}", tie);
    check("{}", "{\"content\":\"{\\\"a\\\":1,\\\"b\\\":2.0}\"}",
          "{\"content\":\"{ \\\"b\\\": 2, \\\"a\\\": 1 }\"}", tie);
    check("{}", "{\"content\":\"spam\"}", "{\"content\":\"ham\"}", open_);
    check("{}", "{\"content\":\"spam\"}", "{\"content\":\"Spam\"}", open_);
}

#define TOOLS                                                                          \
    "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{" \
    "\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"integer\"}},\"required\":[\"x\"]}}}]}"
#define CALL(arguments)                                                                    \
    "{\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{" \
    "\"name\":\"f\",\"arguments\":\"" arguments "\"}}]}"

static void calls_of_tools_are_compared_by_name_and_value(void **state)
{
    (void)state;
    check(TOOLS, CALL("{\\\"x\\\":1}"), CALL("{ \\\"x\\\" : 1 }"), tie);
    check(TOOLS, CALL("{\\\"x\\\":1}"), CALL("{\\\"x\\\":2}"), open_);
    check("{\"tools\":[{\"function\":{\"name\":\"f\"}}]}", CALL(""), CALL(" {} "), tie);
    check(TOOLS, CALL("{\\\"x\\\":1}"), "{\"content\":\"x is 1\"}", open_);
    check(TOOLS, CALL("{\\\"x\\\":\\\"1\\\"}"), CALL("{\\\"x\\\":1}"),
          (struct ruling){RULED_SCHEMA, false, true});
}

#define JSON "{\"response_format\":{\"type\":\"json_object\"}}"

static void what_does_not_keep_to_the_form_is_beaten(void **state)
{
    (void)state;
    const char *good = "{\"content\":\"{\\\"a\\\":1}\"}", *bad = "{\"content\":\"a is 1\"}";
    check(JSON, bad, good, (struct ruling){RULED_SCHEMA, false, true});
    check(JSON, good, bad, (struct ruling){RULED_SCHEMA, true, false});
    check(JSON, bad, bad, (struct ruling){RULED_SCHEMA, false, false});
    check(JSON, good, good, tie);
    check(JSON, good, "{\"content\":\"{\\\"a\\\":2}\"}", open_);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_says_the_same_is_a_tie),
        cmocka_unit_test(calls_of_tools_are_compared_by_name_and_value),
        cmocka_unit_test(what_does_not_keep_to_the_form_is_beaten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
