// SPDX-License-Identifier: Apache-2.0
//
// Who says what in a request, dialect by dialect.

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "wire/said.h"

static const struct {
    enum endpoint endpoint;
    const char *body;
    const char *want; // a letter a speaker, its message's number, its text
} cases[] = {
    {ENDPOINT_CHAT,
     "{\"model\":\"m\",\"messages\":[{\"role\":\"developer\",\"content\":\"Be brief.\"},"
     "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is\"},"
     "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:x\"}},{\"type\":\"text\",\"text\":"
     "\"this?\"}]},"
     "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\"}]},"
     "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"42\"}]}",
     "s1:Be brief. u2:What is u2:this? t4:42 "},
    {ENDPOINT_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\"]}", "u1:a u2:b "},
    {ENDPOINT_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2]}", ""},
    {ENDPOINT_RESPONSES, "{\"model\":\"m\",\"instructions\":\"Be kind.\",\"input\":\"Hello\"}",
     "s0:Be kind. u1:Hello "},
    {ENDPOINT_RESPONSES,
     "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\","
     "\"text\":\"Add\"}]},{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"3\"}]}",
     "u1:Add t2:3 "},
    {ENDPOINT_MESSAGES,
     "{\"model\":\"m\",\"max_tokens\":5,\"system\":[{\"type\":\"text\",\"text\":\"S\"}],"
     "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":"
     "[{\"type\":\"text\",\"text\":\"Ho\"}]}]}",
     "s0:S u1:Hi a2:Ho "},
    {ENDPOINT_GENERATE,
     "{\"model\":\"m\",\"systemInstruction\":{\"parts\":[{\"text\":\"S\"}]},\"contents\":[{"
     "\"role\":"
     "\"user\",\"parts\":[{\"text\":\"Hi\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"Ho\"}]}]}",
     "s0:S u1:Hi a2:Ho "},
    {ENDPOINT_OLLAMA_CHAT,
     "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\",\"images\":[\"eA==\"]}]"
     "}",
     "u1:Hi "},
    {ENDPOINT_OLLAMA_GENERATE, "{\"model\":\"m\",\"system\":\"S\",\"prompt\":\"Hi\"}",
     "s0:S u1:Hi "},
    {ENDPOINT_CHAT, "{\"model\":\"m\",\"messages\":{\"role\":7}}", ""},
    {ENDPOINT_CHAT, "{\"model\":\"m\",\"messages\":[7,null,[],{\"content\":7}]}", ""},
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

static void listen(enum endpoint e, const char *body, struct heard *h)
{
    struct why why;
    struct ask a;
    const struct endpoint_found found = {.endpoint = e};
    assert_int_equal(ask_open(&a, &found, str_of(body), &alloc_heap, &why), REFUSAL_NONE);
    said_each(&a, hear, h);
    ask_close(&a);
}

static void in_every_dialect(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct heard h = {.left = 100};
        listen(cases[i].endpoint, cases[i].body, &h);
        assert_string_equal(h.text, cases[i].want);
    }
}

static void ends_when_told(void **state)
{
    (void)state;
    struct heard h = {.left = 2};
    listen(cases[0].endpoint, cases[0].body, &h);
    assert_string_equal(h.text, "s1:Be brief. u2:What is ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_every_dialect),
        cmocka_unit_test(ends_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
