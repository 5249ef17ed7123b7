// SPDX-License-Identifier: Apache-2.0
//
// Who says what in a request, dialect by dialect.

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "core/said.h"

static const struct {
    const char *body;
    const char *want; // a letter a speaker, its message's number, its text
} cases[] = {
    {"{\"model\":\"m\",\"messages\":[{\"role\":\"developer\",\"content\":\"Be brief.\"},"
     "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is\"},"
     "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:x\"}},{\"type\":\"text\",\"text\":"
     "\"this?\"}]},"
     "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\"}]},"
     "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"42\"}]}",
     "s1:Be brief. u2:What is u2:this? t4:42 "},
    {"{\"model\":\"m\",\"prompt\":[\"a\",\"b\"]}", "u1:a u2:b "},
    {"{\"model\":\"m\",\"prompt\":[1,2]}", ""},
    {"{\"model\":\"m\",\"instructions\":\"Be kind.\",\"input\":\"Hello\"}",
     "s0:Be kind. u1:Hello "},
    {"{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
     "\"text\":\"Add\"}]},{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"3\"}]}",
     "u1:Add t2:3 "},
    {"{\"model\":\"m\",\"max_tokens\":5,\"system\":[{\"type\":\"text\",\"text\":\"S\"}],"
     "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":"
     "[{\"type\":\"text\",\"text\":\"Ho\"}]}]}",
     "s0:S u1:Hi a2:Ho "},
    {"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"content\":\"42\"},"
     "{\"type\":\"tool_result\",\"content\":[{\"type\":\"text\",\"text\":\"43\"},{\"type\":"
     "\"image\"},"
     "{\"type\":\"text\",\"text\":\"44\"}]},{\"type\":\"text\",\"text\":\"so?\"}]},{\"role\":"
     "\"user\","
     "\"content\":\"?\"}]}",
     "t1:42 t1:43 t1:44 u1:so? u2:? "},
    {"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"content\":\"42\"}]"
     ","
     "\"parts\":[{\"text\":\"so?\"}]}]}",
     "t1:42 u1:so? "},
    {"{\"model\":\"m\",\"systemInstruction\":{\"parts\":[{\"text\":\"S\"}]},\"contents\":[{"
     "\"role\":"
     "\"user\",\"parts\":[{\"text\":\"Hi\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"Ho\"}]}]}",
     "s0:S u1:Hi a2:Ho "},
    {"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\",\"images\":[\"eA==\"]}]"
     "}",
     "u1:Hi "},
    {"{\"model\":\"m\",\"system\":\"S\",\"prompt\":\"Hi\"}", "s0:S u1:Hi "},
    {"{\"messages\":[{\"role\":\"function\",\"content\":\"1\"},{\"role\":\"system\",\"content\":["
     "\"a\",\"b\"]}],\"system_instruction\":{\"parts\":[{\"text\":\"S\"}]}}",
     "s0:S t1:1 s2:a s2:b "},
    {"{\"model\":\"m\",\"messages\":{\"role\":7}}", ""},
    {"{\"model\":\"m\",\"messages\":[7,null,[],{\"content\":7}]}", ""},
};

struct heard {
    char text[512];
    unsigned left;
};

static bool hear(void *context, const struct saying *s)
{
    struct heard *h = context;
    size_t n = strlen(h->text);
    (void)snprintf(h->text + n, sizeof h->text - n, "%c%u:%.*s ", "suat"[s->by], s -> message,
                   STR_ARG(s->text));
    return --h->left > 0;
}

static void listen(const char *body, struct heard *h)
{
    struct json *j = NULL;
    assert_int_equal(json_open(str_of(body), &alloc_heap, &j, NULL), STATUS_OK);
    said_each(json_root(j), hear, h);
    json_close(j);
}

static void in_every_dialect(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heard h = {.left = 100};
        listen(cases[i].body, &h);
        assert_string_equal(h.text, cases[i].want);
    }
    struct heard h = {.left = 100};
    said_each(NULL, hear, &h);
    assert_string_equal(h.text, "");
}

// It hears no more than it wants of any of them.
static void ends_when_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (unsigned n = 1; n < 5; n++) {
            struct heard h = {.left = n};
            listen(cases[i].body, &h);
            size_t len = strlen(h.text);
            assert_true(strncmp(h.text, cases[i].want, len) == 0);
            assert_true(h.left == 0 || len == strlen(cases[i].want));
        }
    }
}

static void of_a_list_alone(void **state)
{
    (void)state;
    struct json *j = NULL;
    struct heard h = {.left = 100};
    const char *text = "{\"system\":\"S\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],"
                       "\"prompt\":\"b\"}";
    assert_int_equal(json_open(str_of(text), &alloc_heap, &j, NULL), STATUS_OK);
    said_list(json_get(json_root(j), "messages"), hear, &h);
    said_list(json_get(json_root(j), "prompt"), hear, &h);
    said_list(NULL, hear, &h);
    assert_string_equal(h.text, "u1:a u1:b ");
    json_close(j);
}

static bool is_answered(const char *body)
{
    struct json *j = NULL;
    assert_int_equal(json_open(str_of(body), &alloc_heap, &j, NULL), STATUS_OK);
    bool answered = said_answered(json_root(j));
    json_close(j);
    return answered;
}

static void knows_a_first_turn(void **state)
{
    (void)state;
    static const char *const firsts[] = {
        "{}",
        "{\"prompt\":\"a\"}",
        "{\"input\":\"a\"}",
        "{\"input\":[\"a\",\"b\"]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":"
        "\"a\"},"
        "{\"role\":\"user\",\"content\":\"b\"}]}",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":\"Hi!\"},"
        "{\"role\":\"user\",\"content\":\"a\"}]}",
    };
    static const char *const laters[] = {
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
        "{\"role\":\"assistant\",\"content\":\"b\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
        "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[]}]}",
        "{\"input\":[{\"role\":\"user\",\"content\":\"a\"},{\"type\":\"function_call\"}]}",
        "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]},{\"role\":\"model\",\"parts\":[]}]}",
    };
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        assert_false(is_answered(firsts[i]));
    for (size_t i = 0; i < sizeof laters / sizeof *laters; i++)
        assert_true(is_answered(laters[i]));
    assert_false(said_answered(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_every_dialect),
        cmocka_unit_test(ends_when_told),
        cmocka_unit_test(of_a_list_alone),
        cmocka_unit_test(knows_a_first_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
