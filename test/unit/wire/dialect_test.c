// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/buf.h"
#include "wire/dialect.h"

static enum endpoint_match find(const char *method, const char *path, struct endpoint_found *f)
{
    *f = (struct endpoint_found){0};
    return endpoint_find(str_of(method), str_of(path), f);
}

static void finds_every_path(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        enum endpoint endpoint;
        const char *model;
    } cases[] = {
        {"POST", "/v1/chat/completions", ENDPOINT_CHAT, ""},
        {"POST", "/v1/completions", ENDPOINT_COMPLETIONS, ""},
        {"POST", "/v1/embeddings", ENDPOINT_EMBEDDINGS, ""},
        {"POST", "/v1/responses", ENDPOINT_RESPONSES, ""},
        {"POST", "/v1/responses/input_tokens", ENDPOINT_RESPONSES_COUNT, ""},
        {"GET", "/v1/models", ENDPOINT_MODELS, ""},
        {"GET", "/v1/models/openai/gpt-4o", ENDPOINT_MODEL, "openai/gpt-4o"},
        {"POST", "/v1/messages", ENDPOINT_MESSAGES, ""},
        {"POST", "/v1/messages/count_tokens", ENDPOINT_MESSAGES_COUNT, ""},
        {"POST", "/v1beta/models/gemini-2.5-pro:generateContent", ENDPOINT_GENERATE,
         "gemini-2.5-pro"},
        {"POST", "/v1/models/gemini-2.5-pro:streamGenerateContent", ENDPOINT_GENERATE_STREAM,
         "gemini-2.5-pro"},
        {"POST", "/v1beta/models/google/g:free:countTokens", ENDPOINT_GEMINI_COUNT,
         "google/g:free"},
        {"POST", "/v1beta/models/e%3AbatchEmbedContents", ENDPOINT_GEMINI_EMBED, "e"},
        {"POST", "/v1alpha/models/e:embedContent", ENDPOINT_GEMINI_EMBED, "e"},
        {"GET", "/v1beta/models", ENDPOINT_GEMINI_MODELS, ""},
        {"GET", "/v1beta/models/gemini-2.5-pro", ENDPOINT_GEMINI_MODELS, "gemini-2.5-pro"},
        {"POST", "/api/chat", ENDPOINT_OLLAMA_CHAT, ""},
        {"POST", "/api/generate", ENDPOINT_OLLAMA_GENERATE, ""},
        {"POST", "/api/embed", ENDPOINT_OLLAMA_EMBED, ""},
        {"POST", "/api/embeddings", ENDPOINT_OLLAMA_EMBED_ONE, ""},
        {"POST", "/api/show", ENDPOINT_OLLAMA_SHOW, ""},
        {"GET", "/api/tags", ENDPOINT_OLLAMA_TAGS, ""},
        {"GET", "/api/ps", ENDPOINT_OLLAMA_PS, ""},
        {"GET", "/api/version", ENDPOINT_OLLAMA_VERSION, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct endpoint_found f;
        assert_int_equal(find(cases[i].method, cases[i].path, &f), MATCH_FOUND);
        assert_int_equal(f.endpoint, cases[i].endpoint);
        assert_true(str_is(f.model, cases[i].model));
    }
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    struct endpoint_found f;
    assert_int_equal(find("POST", "/chat/completions", &f), MATCH_NEEDS_V1);
    assert_int_equal(find("GET", "/models/gpt-4o", &f), MATCH_NEEDS_V1);
    assert_int_equal(find("POST", "/v1/v1/messages", &f), MATCH_TWICE_V1);
    assert_int_equal(find("POST", "/v1/audio/speech", &f), MATCH_NONE);
    assert_int_equal(find("POST", "/v1/models/", &f), MATCH_NONE);
    assert_int_equal(find("POST", "", &f), MATCH_NONE);
    assert_int_equal(find("POST", "*", &f), MATCH_NONE);
    assert_int_equal(find("POST", "/v1/chat/completions/", &f), MATCH_NONE);
    assert_int_equal(find("GET", "/v1/chat/completions", &f), MATCH_METHOD);
    assert_string_equal(f.allow, "POST");
    assert_int_equal(find("POST", "/v1/models", &f), MATCH_METHOD);
    assert_string_equal(f.allow, "GET");
    assert_int_equal(find("POST", "/api/tags", &f), MATCH_METHOD);
    assert_string_equal(f.allow, "GET");
    assert_int_equal(find("POST", "/api/pull", &f), MATCH_OLLAMA);
    assert_int_equal(find("DELETE", "/api/delete", &f), MATCH_OLLAMA);
    assert_int_equal(find("POST", "/v1/api/chat", &f), MATCH_TWICE_V1);
    assert_int_equal(find("POST", "/v1beta/models/x:predict", &f), MATCH_METHOD);
}

static void assert_path(const char *method, const char *path, const char *model, const char *want)
{
    struct endpoint_found f;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    assert_int_equal(find(method, path, &f), MATCH_FOUND);
    endpoint_path(&f, str_of(model), &b);
    assert_string_equal(buf_cstr(&b), want);
    buf_fini(&b);
}

static void writes_upstream_paths(void **state)
{
    (void)state;
    assert_path("POST", "/v1/chat/completions", "m", "/chat/completions");
    assert_path("POST", "/v1/responses/input_tokens", "m", "/responses/input_tokens");
    assert_path("POST", "/v1/messages", "m", "/v1/messages");
    assert_path("POST", "/v1/models/old:generateContent", "new-1.5",
                "/v1/models/new-1.5:generateContent");
    assert_path("POST", "/api/chat", "m", "/api/chat");
    assert_path("GET", "/api/version", "", "/api/version");
    // A name must not walk elsewhere at the provider, nor start a query.
    assert_path("POST", "/v1beta/models/x:streamGenerateContent", "../a?b#c",
                "/v1beta/models/..%2Fa%3Fb%23c:streamGenerateContent");
}

static void knows_free_calls(void **state)
{
    (void)state;
    assert_true(endpoint_free(ENDPOINT_MESSAGES_COUNT));
    assert_true(endpoint_free(ENDPOINT_MODELS));
    assert_false(endpoint_free(ENDPOINT_CHAT));
    assert_false(endpoint_free(ENDPOINT_GEMINI_EMBED));
    assert_true(endpoint_free(ENDPOINT_OLLAMA_SHOW));
    assert_true(endpoint_free(ENDPOINT_OLLAMA_VERSION));
    assert_false(endpoint_free(ENDPOINT_OLLAMA_CHAT));
    assert_false(endpoint_makes_output(ENDPOINT_OLLAMA_EMBED));
    assert_true(endpoint_is_get(ENDPOINT_OLLAMA_TAGS));
    assert_false(endpoint_is_list(ENDPOINT_OLLAMA_TAGS));
    assert_int_equal(endpoint_dialect(ENDPOINT_MESSAGES), DIALECT_ANTHROPIC);
    enum dialect d;
    assert_true(dialect_read(str_of("gemini"), &d));
    assert_int_equal(d, DIALECT_GEMINI);
    assert_false(dialect_read(str_of("Gemini"), &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_every_path),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(writes_upstream_paths),
        cmocka_unit_test(knows_free_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
