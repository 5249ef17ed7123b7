// SPDX-License-Identifier: Apache-2.0
//
// Every voice in every vendor's manner: what it writes must be JSON, whole and in every event, and
// the usage it names must be the usage that is billed.

#include <stdio.h>

#include "../unit.h"
#include "mock/prose.h"
#include "mock/voice.h"
#include "order_fixture.h"

static const struct {
    const char *path;
    const char *body;
} asks[] = {
    {"/v1/chat/completions",
     "{\"model\":\"gpt-5\",\"n\":2,\"logprobs\":true,\"stream_options\":{\"include_usage\":true},"
     "\"messages\":[{\"role\":\"user\",\"content\":\"a\\\"b\"}]}"},
    {"/v1/chat/completions",
     "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{\"type\":"
     "\"function\",\"function\":{\"name\":\"w\",\"parameters\":{\"type\":\"object\",\"properties\":"
     "{"
     "\"c\":{\"type\":\"string\"}}}}}]}"},
    {"/v1/completions", "{\"model\":\"m\",\"prompt\":\"a\"}"},
    {"/v1/responses", "{\"model\":\"gpt-5\",\"input\":\"a\"}"},
    {"/v1/responses", "{\"model\":\"m\",\"input\":\"a\",\"max_output_tokens\":3,\"include\":["
                      "\"message.output_text.logprobs\"]}"},
    {"/v1/responses", "{\"model\":\"m\",\"input\":\"a\",\"tools\":[{\"type\":\"function\",\"name\":"
                      "\"w\",\"parameters\":"
                      "{\"type\":\"object\",\"properties\":{\"c\":{\"type\":\"number\"}}}}]}"},
    {"/v1/messages", "{\"model\":\"m\",\"max_tokens\":99,\"thinking\":{\"type\":\"adaptive\"},"
                     "\"messages\":[{\"role\":"
                     "\"user\",\"content\":\"a\"}]}"},
    {"/v1/messages", "{\"model\":\"m\",\"max_tokens\":99,\"messages\":[{\"role\":\"user\","
                     "\"content\":\"a\"}],\"tools\":"
                     "[{\"name\":\"w\",\"input_schema\":{\"type\":\"object\"}}]}"},
    {"/v1beta/models/gemini-3:generateContent?alt=sse",
     "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]}"},
    {"/v1beta/models/g:generateContent?alt=sse",
     "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],\"generationConfig\":{"
     "\"response_logprobs\":true,\"candidateCount\":2}}"},
    {"/v1beta/models/g:generateContent?alt=sse",
     "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],\"tools\":[{\"functionDeclarations\":[{"
     "\"name\":"
     "\"w\",\"parameters\":{\"type\":\"OBJECT\",\"properties\":{\"c\":{\"type\":\"STRING\"}}}}]}]"
     "}"},
    {"/v1/embeddings", "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\"}"},
    {"/v1/embeddings", "{\"model\":\"m\",\"input\":\"a\",\"dimensions\":7}"},
    {"/v1beta/models/e:batchEmbedContents",
     "{\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}"},
    {"/v1/responses/input_tokens", "{\"model\":\"m\",\"input\":\"a\"}"},
    {"/v1/messages/count_tokens", "{\"model\":\"m\",\"messages\":[{\"content\":\"a\"}]}"},
    {"/v1beta/models/g:countTokens", "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}]}"},
};
#define ASKS (sizeof asks / sizeof *asks)

static const char *const manners[] = {
    "as=openai",     "as=deepseek", "as=mistral",    "as=groq",     "as=together",
    "as=openrouter", "as=xai",      "as=perplexity", "as=moonshot", "as=vllm",
    "as=llamacpp",   "as=azure",    "no-usage",      "no-done",     "dated"};
#define MANNERS (sizeof manners / sizeof *manners)

static void assert_json(struct str text)
{
    struct json *j = NULL;
    struct why why = {0};
    if (json_open(text, &alloc_heap, &j, &why) != STATUS_OK)
        fail_msg("%s in: %.*s", why.text, STR_ARG(text));
    json_close(j);
}

static void write_stream(struct order *o, struct buf *out)
{
    const struct voice *v = voice_of(o->wish);
    struct str text = buf_str(&o->text);
    int64_t n = 0;
    v->open(o, out);
    for (size_t at = 0; at < text.len;) {
        size_t end = prose_token(text, at);
        v->delta(o, n++, str_from(text.ptr + at, end - at), out);
        at = end;
    }
    v->close(o, n, out);
}

static void check_events(struct str stream)
{
    struct str line = STR_NONE;
    while (str_cut(&stream, '\n', &line)) {
        line = str_trim(line);
        if (str_starts(line, str_of("data: ")) && !str_is(line, "data: [DONE]"))
            assert_json(str_skip(line, 6));
    }
}

static void test_everything_is_json(void **state)
{
    for (unsigned i = 0; i < ASKS * MANNERS; i++) {
        struct order o;
        struct buf out;
        assert_true(fixture_read(&o, asks[i % ASKS].path, asks[i % ASKS].body, manners[i / ASKS]));
        buf_init(&out, &alloc_heap, 0);
        voice_of(o.wish)->whole(&o, &out);
        assert_json(buf_str(&out));
        if (voice_of(o.wish)->open) {
            buf_clear(&out);
            write_stream(&o, &out);
            check_events(buf_str(&out));
            buf_clear(&out);
            voice_of(o.wish)->error(&o, &out);
            check_events(buf_str(&out));
        }
        buf_fini(&out);
        order_fini(&o);
    }
}

static void test_gemini_array(void **state)
{
    struct order o;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    assert_true(fixture_read(&o, "/v1beta/models/g:streamGenerateContent", asks[8].body, NULL));
    write_stream(&o, &out);
    assert_json(buf_str(&out));
    order_fini(&o);
    buf_clear(&out);
    assert_true(fixture_read(&o, "/v1beta/models/g:streamGenerateContent", asks[9].body, NULL));
    write_stream(&o, &out);
    assert_json(buf_str(&out));
    order_fini(&o);
    buf_fini(&out);
}

static int64_t usage_of(struct str body, const char *path)
{
    struct json *j = NULL;
    int64_t n = -1;
    assert_int_equal(json_open(body, &alloc_heap, &j, NULL), STATUS_OK);
    if (!json_i64(json_path(json_root(j), path), &n))
        n = -1;
    json_close(j);
    return n;
}

static void test_usage_is_what_is_billed(void **state)
{
    struct order o;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    assert_true(fixture_read(&o, asks[0].path, asks[0].body, NULL));
    voice_of(o.wish)->whole(&o, &out);
    assert_int_equal(usage_of(buf_str(&out), "usage.completion_tokens"), o.billed.output);
    assert_int_equal(usage_of(buf_str(&out), "usage.prompt_tokens"), o.billed.input);
    order_fini(&o);
    buf_clear(&out);
    // xAI counts reasoning beside the completion.
    assert_true(fixture_read(&o, asks[0].path, asks[0].body, "as=xai"));
    voice_of(o.wish)->whole(&o, &out);
    assert_true(o.billed.reasoning > 0);
    assert_int_equal(usage_of(buf_str(&out), "usage.completion_tokens"),
                     o.billed.output - o.billed.reasoning);
    assert_int_equal(usage_of(buf_str(&out), "usage.cost_in_usd_ticks"), voice_charge(&o) * 10000);
    order_fini(&o);
    buf_clear(&out);
    assert_true(fixture_read(&o, asks[8].path, asks[8].body, NULL));
    voice_of(o.wish)->whole(&o, &out);
    assert_int_equal(usage_of(buf_str(&out), "usageMetadata.candidatesTokenCount") +
                         usage_of(buf_str(&out), "usageMetadata.thoughtsTokenCount"),
                     o.billed.output);
    order_fini(&o);
    buf_clear(&out);
    assert_true(fixture_read(&o, asks[6].path, asks[6].body, "wrong-usage=3"));
    voice_of(o.wish)->whole(&o, &out);
    assert_int_equal(usage_of(buf_str(&out), "usage.output_tokens"), o.billed.output);
    assert_true(o.billed.output > 2 * o.tokens);
    order_fini(&o);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_is_json),
        cmocka_unit_test(test_gemini_array),
        cmocka_unit_test(test_usage_is_what_is_billed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
