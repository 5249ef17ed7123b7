// SPDX-License-Identifier: Apache-2.0

#include <time.h>

#include "../meagre.h"
#include "../unit.h"
#include "base/limits.h"
#include "translate/translate.h"

#define MANY 60000

static void collect(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

static const char request[] =
    "{\"model\":\"m\",\"stream\":true,\"stop\":[\"x\"],\"messages\":[{\"role\":\"user\","
    "\"content\":[{"
    "\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]},{\"role\":"
    "\"assistant\","
    "\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":"
    "\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]}],\"tools\":[{\"type\":\"function\",\"function\":{"
    "\"name\":\"f\"}}]}";

static enum refusal send(struct ask *a, const struct alloc *alloc, size_t arena_max)
{
    struct arena arena;
    struct buf out;
    struct why why = {0};
    struct translate_wish wish = {.model = STR("m")};
    arena_init(&arena, alloc, 64, arena_max);
    buf_init(&out, alloc, 0);
    enum refusal r = translate_request(a, &wish, &arena, &out, &why);
    assert_true(r == REFUSAL_NONE || why.text[0]);
    buf_fini(&out);
    arena_fini(&arena);
    return r;
}

static void a_request_without_memory_is_refused(void **state)
{
    (void)state;
    const struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    struct ask a;
    struct why why;
    assert_int_equal(ask_open(&a, &found, str_of(request), &alloc_heap, &why), REFUSAL_NONE);
    enum refusal r = REFUSAL_INTERNAL;
    int n = 0;
    for (; r != REFUSAL_NONE && n < 100; n++) {
        int left = n;
        const struct alloc alloc = {meagre_resize, &left};
        r = send(&a, &alloc, REQUEST_ARENA_MAX);
        assert_true(r == REFUSAL_NONE || r == REFUSAL_INTERNAL);
    }
    assert_in_range(n, 5, 99);
    assert_int_equal(send(&a, &alloc_heap, 100), REFUSAL_INTERNAL);
    ask_close(&a);
}

// The processor time of a chat with so many answers of tools.
static double answers_of_tools(int count)
{
    const struct endpoint_found found = {.endpoint = ENDPOINT_CHAT};
    struct buf body;
    struct ask a;
    struct why why;
    buf_init(&body, &alloc_heap, 0);
    buf_add_cstr(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}");
    for (int i = 0; i < count; i++)
        buf_printf(&body, ",{\"role\":\"tool\",\"tool_call_id\":\"%d\",\"content\":\"x\"}", i);
    buf_add_cstr(&body, "]}");
    assert_int_equal(ask_open(&a, &found, buf_str(&body), &alloc_heap, &why), REFUSAL_NONE);
    clock_t start = clock();
    assert_int_equal(send(&a, &alloc_heap, 64 * MIB), REFUSAL_NONE);
    double took = (double)(clock() - start);
    ask_close(&a);
    buf_fini(&body);
    return took;
}

// A tool's answer is held against the calls before it, however many there are: ten times as many
// would take a hundred times as long.
static void many_answers_of_tools_take_no_longer_each(void **state)
{
    (void)state;
    double few = answers_of_tools(MANY / 10);
    assert_true(answers_of_tools(MANY) < 40 * (few + 1000));
}

static void answer(const struct translate_setup *setup, struct str text, int allocations,
                   struct buf *out, bool *done)
{
    const struct alloc alloc = {meagre_resize, &allocations};
    struct translate t;
    translate_init(&t, setup, &alloc);
    translate_feed(&t, text, collect, out);
    translate_end(&t, collect, out);
    *done = translate_done(&t);
    assert_true(*done || t.garbage);
    translate_fini(&t);
}

// A cut answer must never look like a whole one.
static void an_answer_without_memory_has_no_end(void **state)
{
    (void)state;
    static const char text[] =
        "{\"model\":\"m\",\"message\":{\"content\":\"a\",\"thinking\":\"b\",\"tool_calls\":[{"
        "\"function\":{\"name\":\"f\",\"arguments\":{}}}]},\"logprobs\":[{\"token\":\"a\","
        "\"logprob\":-1}],\"done\":true}\n";
    for (int stream = 0; stream < 2; stream++) {
        const struct translate_setup setup = {.client = ENDPOINT_CHAT,
                                              .provider = ENDPOINT_OLLAMA_CHAT,
                                              .stream = stream,
                                              .id = STR("1")};
        bool done = false;
        long n = 0;
        for (; !done && n < 100; n++) {
            struct buf out;
            buf_init(&out, &alloc_heap, 0);
            answer(&setup, str_of(text), n, &out, &done);
            bool ended = str_search(buf_str(&out), str_of("finish_reason\":\"")) < out.len;
            assert_int_equal(ended, done);
            buf_fini(&out);
        }
        assert_in_range(n, 2, 99);
    }
}

static void a_line_has_a_ceiling(void **state)
{
    (void)state;
    const struct translate_setup setup = {
        .client = ENDPOINT_CHAT, .provider = ENDPOINT_OLLAMA_CHAT, .stream = true};
    struct translate t;
    struct buf out;
    char piece[64 * KIB];
    memset(piece, 'x', sizeof piece);
    buf_init(&out, &alloc_heap, 0);
    translate_init(&t, &setup, &alloc_heap);
    for (long n = 0; n < TRANSLATED_BYTES_MAX; n += (long)sizeof piece)
        translate_feed(&t, str_from(piece, sizeof piece), collect, &out);
    assert_false(t.garbage);
    translate_feed(&t, str_from(piece, 1), collect, &out);
    assert_true(t.garbage && t.large);
    assert_int_equal(out.len, 0);
    translate_fini(&t);
    buf_fini(&out);
}

// Pads an answer in its midst to so many bytes and more.
static void answer_of(size_t bytes, struct translate *t, struct buf *out)
{
    static const char begin[] = "{\"model\":\"e\",\"embeddings\":[[1]],";
    static const char end[] = "\"prompt_eval_count\":1}";
    const struct translate_setup setup = {.client = ENDPOINT_EMBEDDINGS,
                                          .provider = ENDPOINT_OLLAMA_EMBED};
    char piece[64 * KIB];
    memset(piece, ' ', sizeof piece);
    translate_init(t, &setup, &alloc_heap);
    translate_feed(t, str_of(begin), collect, out);
    for (size_t n = 0; n < bytes; n += sizeof piece)
        translate_feed(t, str_from(piece, sizeof piece), collect, out);
    translate_feed(t, str_of(end), collect, out);
    translate_end(t, collect, out);
}

static void a_whole_answer_may_be_long(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        struct translate t;
        struct buf out;
        buf_init(&out, &alloc_heap, 0);
        answer_of(over ? TRANSLATED_BYTES_MAX : TRANSLATED_BYTES_MAX - MIB, &t, &out);
        assert_int_equal(translate_done(&t), !over);
        assert_int_equal(t.large, over);
        assert_int_equal(out.len > 0, !over);
        translate_fini(&t);
        buf_fini(&out);
    }
}

static void only_some_calls_can_be_translated(void **state)
{
    (void)state;
    enum endpoint to = ENDPOINT_COUNT;
    assert_true(translate_endpoint(ENDPOINT_CHAT, DIALECT_OLLAMA, &to));
    assert_int_equal(to, ENDPOINT_OLLAMA_CHAT);
    assert_false(translate_endpoint(ENDPOINT_RESPONSES, DIALECT_OLLAMA, &to));
    assert_false(translate_endpoint(ENDPOINT_CHAT, DIALECT_ANTHROPIC, &to));
    assert_false(translate_endpoint(ENDPOINT_OLLAMA_CHAT, DIALECT_OPENAI, &to));
}

static void the_form_is_read_of_the_request(void **state)
{
    (void)state;
    static const char body[] = "{\"model\":\"e\",\"input\":\"a\",\"encoding_format\":\"base64\"}";
    struct translate_setup setup = {0};
    struct endpoint_found found = {.endpoint = ENDPOINT_EMBEDDINGS};
    struct ask a;
    struct why why;
    assert_int_equal(ask_open(&a, &found, str_of(body), &alloc_heap, &why), REFUSAL_NONE);
    translate_read(&a, &setup);
    ask_close(&a);
    assert_true(setup.base64 && setup.vectors == 1 && !setup.stream && !setup.usage_asked);
    found.endpoint = ENDPOINT_CHAT;
    assert_int_equal(ask_open(&a, &found, str_of(request), &alloc_heap, &why), REFUSAL_NONE);
    translate_read(&a, &setup);
    ask_close(&a);
    assert_true(!setup.base64 && !setup.vectors && setup.stream && !setup.usage_asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_without_memory_is_refused),
        cmocka_unit_test(many_answers_of_tools_take_no_longer_each),
        cmocka_unit_test(an_answer_without_memory_has_no_end),
        cmocka_unit_test(a_line_has_a_ceiling),
        cmocka_unit_test(a_whole_answer_may_be_long),
        cmocka_unit_test(only_some_calls_can_be_translated),
        cmocka_unit_test(the_form_is_read_of_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
