// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "base/buf.h"
#include "route/prompt.h"
#include "route/rows.h"

static bool hear(void *context, const struct saying *s)
{
    prompt_hear(context, s);
    return true;
}

// Of a request's body, as the gateway does it.
static void read_body(struct prompt *p, const struct json_val *body)
{
    struct prompt_reading r;
    prompt_begin(&r, p);
    said_each(body, hear, &r);
    prompt_end(&r);
}

// The texts with a bar between, before them the bytes of the instructions.
static void check(const char *body, const char *wanted)
{
    struct json *j = NULL;
    struct prompt p;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    assert_int_equal(json_open(str_of(body), &alloc_heap, &j, NULL), STATUS_OK);
    read_body(&p, json_root(j));
    buf_printf(&out, "%u:", (unsigned)p.system_bytes);
    for (unsigned i = 0; i < p.count; i++)
        buf_printf(&out, "%s%.*s", i ? "|" : "", STR_ARG(p.texts[i]));
    assert_string_equal(buf_cstr(&out), wanted);
    assert_int_equal(p.template == 0, p.system_bytes == 0);
    buf_fini(&out);
    json_close(j);
}

// What was answered is left out.
static void the_newest_goes_first_in_any_dialect(void **state)
{
    (void)state;
    check("{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
          "\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},{\"role\":\"user\",\"content\":[{"
          "\"type\":\"image_url\"},{\"type\":\"text\",\"text\":\"c\"}]}]}",
          "1:c|a");
    check("{\"system\":[{\"type\":\"text\",\"text\":\"s\"}],\"messages\":[{\"role\":\"user\","
          "\"content\":\"a\"}]}",
          "1:a");
    check("{\"instructions\":\"s\",\"input\":\"a\"}", "1:a");
    check("{\"input\":[{\"role\":\"developer\",\"content\":\"s\"},{\"role\":\"user\",\"content\":["
          "{\"type\":\"input_text\",\"text\":\"a\"}]},{\"type\":\"reasoning\"}]}",
          "1:a");
    check("{\"systemInstruction\":{\"parts\":[{\"text\":\"s\"}]},\"contents\":[{\"role\":\"user\","
          "\"parts\":[{\"text\":\"a\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"b\"}]}]}",
          "1:a");
    check("{\"prompt\":\"a\",\"system\":\"s\"}", "1:a");
    check("{\"prompt\":[\"a\",\"b\",7]}", "0:b|a");
    check("{\"messages\":7,\"contents\":{},\"input\":null}", "0:");
    check("[]", "0:");
    // Of several texts in a message the last one is the newest. What comes later is no template.
    check("{\"system\":[{\"text\":\"s\"},{\"text\":\"st\"}],\"messages\":[{\"role\":\"user\","
          "\"content\":[{"
          "\"text\":\"a\"},{\"text\":\"b\"}]},{\"role\":\"developer\",\"content\":\"later\"},{"
          "\"role\":"
          "\"user\",\"content\":[{\"type\":\"tool_result\",\"content\":\"c\"}]}]}",
          "3:c|b|a");
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
    read_body(&p, json_root(j));
    assert_int_equal(p.count, PROMPT_TEXTS_MAX);
    assert_true(str_is(p.texts[0], "73"));
    assert_true(str_is(p.texts[PROMPT_TEXTS_MAX - 1], "10"));
    json_close(j);
    buf_fini(&body);
}

static uint64_t template_of(const char *body)
{
    struct json *j = NULL;
    struct prompt p;
    assert_int_equal(json_open(str_of(body), &alloc_heap, &j, NULL), STATUS_OK);
    read_body(&p, json_root(j));
    json_close(j);
    return p.template;
}

static void a_template_is_the_same_in_any_dialect(void **state)
{
    (void)state;
    uint64_t is = traits_template(0, str_of("Be brief."));
    assert_true(template_of("{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"}]}") ==
                is);
    assert_true(template_of("{\"system\":[{\"text\":\"Be brief.\"}]}") == is);
    assert_true(template_of("{\"systemInstruction\":{\"parts\":[{\"text\":\"Be brief.\"}]}}") ==
                is);
    assert_true(template_of("{\"instructions\":\"Be brief.\",\"input\":\"a\"}") == is);
    assert_true(template_of("{\"input\":[\"a\",{\"role\":\"system\",\"content\":\"b\"}]}") == 0);
}

static void only_the_beginning_of_instructions_is_a_template(void **state)
{
    (void)state;
    static char text[2][2 * TRAITS_BYTES];
    for (int i = 0; i < 2; i++) {
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        buf_add_cstr(&b, "{\"system\":[\"x\",\"");
        for (unsigned k = 0; k < TRAITS_BYTES; k++)
            buf_add_char(&b, 'y');
        buf_printf(&b, "%c\"]}", 'a' + i);
        assert_true(str_copy(buf_str(&b), text[i], sizeof text[i]));
        buf_fini(&b);
    }
    assert_true(template_of(text[0]) == template_of(text[1]));
}

// A row and a call that say the same have the same traits.
static void rows_go_the_same_way(void **state)
{
    (void)state;
    const char *row =
        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
        "\"content\":[{\"text\":\"First.\"},{\"text\":\"And then?\"}]},{\"role\":\"assistant\","
        "\"content\":\"\"}],\"weak\":0,\"strong\":1}";
    const struct demand demand = {.messages = 3};
    struct json *j = NULL;
    struct prompt p;
    struct traits live, learned;
    struct rows rows;
    struct why why;
    rows_init(&rows);
    assert_int_equal(rows_add(&rows, str_of(row), &why), STATUS_OK);
    row_traits(&rows.at[0], &learned);
    assert_int_equal(json_open(str_of(row), &alloc_heap, &j, NULL), STATUS_OK);
    read_body(&p, json_root(j));
    prompt_traits(&p, &demand, traits_task(p.template, STR_NONE, STR_NONE), &live);
    assert_memory_equal(live.value, learned.value, sizeof live.value);
    assert_int_equal(live.gram_count, learned.gram_count);
    assert_memory_equal(live.grams, learned.grams, live.gram_count * sizeof *live.grams);
    assert_true(live.task == learned.task);
    json_close(j);
    rows_fini(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_goes_first_in_any_dialect),
        cmocka_unit_test(the_oldest_of_too_many_go),
        cmocka_unit_test(a_template_is_the_same_in_any_dialect),
        cmocka_unit_test(only_the_beginning_of_instructions_is_a_template),
        cmocka_unit_test(rows_go_the_same_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
