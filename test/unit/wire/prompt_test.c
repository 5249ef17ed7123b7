// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "base/buf.h"
#include "wire/prompt.h"

// The texts with a bar between, the system prompt before a colon.
static void check(const char *body, const char *wanted)
{
    struct json *j = NULL;
    struct prompt p;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    assert_int_equal(json_open(str_of(body), &alloc_heap, &j, NULL), STATUS_OK);
    prompt_read(&p, json_root(j));
    buf_printf(&out, "%.*s:", STR_ARG(p.system));
    for (unsigned i = 0; i < p.count; i++)
        buf_printf(&out, "%s%.*s", i ? "|" : "", STR_ARG(p.texts[i]));
    assert_string_equal(buf_cstr(&out), wanted);
    buf_fini(&out);
    json_close(j);
}

static void the_newest_goes_first_in_any_dialect(void **state)
{
    (void)state;
    check("{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
          "\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":[{"
          "\"type\":\"image_url\"},{\"type\":\"text\",\"text\":\"c\"}]}]}",
          "s:c|b|a");
    check("{\"system\":[{\"type\":\"text\",\"text\":\"s\"}],\"messages\":[{\"role\":\"user\","
          "\"content\":\"a\"}]}",
          "s:a");
    check("{\"instructions\":\"s\",\"input\":\"a\"}", "s:a");
    check("{\"input\":[{\"role\":\"developer\",\"content\":\"s\"},{\"role\":\"user\",\"content\":["
          "{\"type\":\"input_text\",\"text\":\"a\"}]},{\"type\":\"reasoning\"}]}",
          "s:a");
    check("{\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"contents\":[{\"role\":\"user\","
          "\"parts\":[{\"text\":\"a\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"b\"}]}]}",
          "s:b|a");
    check("{\"prompt\":\"a\",\"system\":\"s\"}", "s:a");
    check("{\"prompt\":[\"a\",\"b\",7]}", ":b|a");
    check("{\"messages\":7,\"contents\":{},\"input\":null}", ":");
    check("[]", ":");
}

static void the_oldest_of_too_many_go(void **state)
{
    (void)state;
    struct json *j = NULL;
    struct prompt p;
    struct buf body;
    buf_init(&body, &alloc_heap, 0);
    buf_add_cstr(&body, "{\"prompt\":[");
    for (int i = 0; i < PROMPT_TEXTS_MAX + 10; i++)
        buf_printf(&body, "%s\"%d\"", i ? "," : "", i);
    buf_add_cstr(&body, "]}");
    assert_int_equal(json_open(buf_str(&body), &alloc_heap, &j, NULL), STATUS_OK);
    prompt_read(&p, json_root(j));
    assert_int_equal(p.count, PROMPT_TEXTS_MAX);
    assert_true(str_is(p.texts[0], "73"));
    assert_true(str_is(p.texts[PROMPT_TEXTS_MAX - 1], "10"));
    json_close(j);
    buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_goes_first_in_any_dialect),
        cmocka_unit_test(the_oldest_of_too_many_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
