// SPDX-License-Identifier: Apache-2.0
//
// What a body can be at most, and each thing in it that has no most.

#include <stdio.h>

#include "../unit.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

static struct weight weighed(enum endpoint e, const char *vendor, const char *model,
                             const char *body)
{
    struct endpoint_found found = {.endpoint = e};
    struct weight w, unread;
    struct ask a;
    struct why why = {0};
    const struct vendor *v = vendor_find(str_of(vendor));
    if (endpoint_dialect(e) == DIALECT_GEMINI)
        found.model = str_of(model);
    if (ask_open(&a, &found, str_of(body), &alloc_heap, &why) != REFUSAL_NONE)
        fail_msg("%s", why.text);
    weigh(&a, v ? v->flags : 0, str_of(model), &w);
    weigh_unread(&a, v ? v->flags : 0, str_of(model), &unread);
    assert_ptr_equal(unread.boundless, w.boundless);
    assert_ptr_equal(weigh_boundless(&a, v ? v->flags : 0, str_of(model)), w.boundless);
    assert_int_equal(unread.service, w.service);
    assert_int_equal(unread.services, w.services);
    assert_int_equal(unread.output_max, w.output_max);
    assert_int_equal(unread.output_beside, w.output_beside);
    assert_int_equal(unread.prompts, w.prompts);
    assert_true(w.free || unread.vast);
    ask_close(&a);
    return w;
}

static struct weight chat(const char *members)
{
    char body[2048];
    snprintf(body, sizeof body, "{\"model\":\"m\",%s}", members);
    return weighed(ENDPOINT_CHAT, "mock", "m", body);
}

static struct weight of(enum endpoint e, const char *vendor, const char *members)
{
    char body[2048];
    snprintf(body, sizeof body, "{\"model\":\"m\",%s}", members);
    return weighed(e, vendor, "m", body);
}

static int64_t tokens_beyond(const char *members)
{
    return chat(members).tokens - chat("\"n\":1").tokens + 8 + 1 + 1;
}

static void text_is_no_more_than_its_bytes(void **state)
{
    (void)state;
    // A member has 8, its name, and its value.
    assert_int_equal(chat("\"n\":1").tokens, 512 + 8 + 1 + 1);
    assert_int_equal(tokens_beyond("\"prompt\":\"abcd\""), 8 + 6 + 4);
    assert_int_equal(tokens_beyond("\"prompt\":\"\\u00e9\""), 8 + 6 + 2);
    // A message is an array, an object, and two members.
    assert_int_equal(tokens_beyond("\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]"),
                     8 + 8 + 8 + (8 + 4 + 4) + (8 + 7 + 5));
    assert_int_equal(tokens_beyond("\"frobnicate\":\"abcd\""), 8 + 10 + 4);
    assert_int_equal(tokens_beyond("\"temperature\":0.25"), 8 + 11 + 4);
    assert_int_equal(tokens_beyond("\"top_k\":1e20,\"top_p\":1E2"), 2 * (8 + 5 + 24) + 4 + 3);
    assert_int_equal(tokens_beyond("\"store\":true"), 8 + 5);
    // What stays outside, or says nothing.
    assert_int_equal(tokens_beyond("\"metadata\":{\"a\":\"b\"},\"user\":\"u\""), 0);
    assert_int_equal(tokens_beyond("\"store\":false,\"stop\":[],\"seed\":null"), 0);
    // JSON that may be escaped: \" \n < é and a control character.
    assert_int_equal(tokens_beyond("\"format\":\"\\\"\\n<\\u00e9\\u0001\\t\\r\\\\/'>&\\u007f\""),
                     8 + 6 + 2 + 2 + 6 + 6 + 6 + 4 * 2 + 4 * 6);
}

static void tools_and_what_they_were_asked(void **state)
{
    (void)state;
    assert_int_equal(tokens_beyond("\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]"),
                     1024 + (8 + 5) + 8 + (8 + 4 + 8) + (8 + 4 + 1));
    assert_int_equal(tokens_beyond("\"functions\":[1]"), 1024 + (8 + 9) + (8 + 1));
    assert_int_equal(tokens_beyond("\"tools\":[{\"type\":\"bash_2\"}]"),
                     1024 + 1024 + (8 + 5) + 8 + (8 + 4 + 6));
    assert_int_equal(tokens_beyond("\"messages\":[{\"arguments\":\"<\"}]"),
                     (8 + 8) + 8 + (8 + 9 + 6));
    assert_int_equal(tokens_beyond("\"messages\":[{\"input\":{\"<\":\"\\\"\"}}]"),
                     (8 + 8) + 8 + (8 + 5) + (8 + 6 + 2));
    // A tool's answer may be put in as JSON by who writes the prompt.
    static const char *const answers[] = {"\"role\":\"tool\"", "\"role\":\"function\"",
                                          "\"role\":\"ipython\"", "\"type\":\"tool_result\"",
                                          "\"type\":\"function_call_output\""};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        char plain[256], odd[256];
        snprintf(plain, sizeof plain, "\"messages\":[{%s,\"content\":[{\"text\":\"a\"}]}]",
                 answers[i]);
        snprintf(odd, sizeof odd, "\"messages\":[{%s,\"content\":[{\"text\":\"<\"}]}]", answers[i]);
        assert_int_equal(tokens_beyond(odd), tokens_beyond(plain) + 5);
    }
    assert_int_equal(tokens_beyond("\"messages\":[{\"role\":\"user\",\"content\":\"<\"}]"),
                     tokens_beyond("\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]"));
    assert_int_equal(chat("\"messages\":[{\"role\":\"tool\",\"content\":[{\"type\":\"image_url\","
                          "\"image_url\":{\"url\":\"data:\"}}]}]")
                         .images,
                     1);
    // Inside of it a type is a word like others.
    struct weight w = chat("\"messages\":[{\"args\":[{\"type\":\"file\"}],\"input\":\"x\"},"
                           "{\"action\":{\"type\":\"a\"},\"actions\":[{\"type\":\"image\"}],"
                           "\"response\":{\"type\":\"b\"}}]");
    assert_null(w.vast);
    assert_int_equal(w.images, 0);
}

static void images_and_files(void **state)
{
    (void)state;
    struct weight w = chat(
        "\"messages\":[{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\","
        "\"image_url\":{\"url\":\"data:image/png;base64,AAAA\"}}]}]");
    assert_int_equal(w.images, 1);
    assert_int_equal(w.image_tokens, 0);
    assert_null(w.vast);
    // An address is none of its text; a text beside it is.
    assert_int_equal(
        chat("\"input\":[{\"type\":\"image\",\"text\":\"abc\",\"data\":\"AAAAAAAA\"}]").tokens,
        chat("\"input\":[{\"type\":\"image\",\"text\":\"abc\",\"data\":\"\"}]").tokens);
    assert_int_equal(chat("\"input\":[{\"type\":\"image\",\"text\":\"abc\"}]").tokens,
                     chat("\"input\":[{\"type\":\"image\",\"text\":\"\"}]").tokens + 3);
    static const struct {
        const char *part;
        const char *vast;
    } cases[] = {
        {"\"type\":\"file\"", "file"},
        {"\"type\":\"input_audio\"", "input_audio"},
        {"\"type\":\"video_url\"", "video_url"},
        {"\"type\":\"of_tomorrow\"", "type"},
        {"\"type\":\"item_reference\"", "item_reference"},
        {"\"type\":\"document\",\"source\":{\"type\":\"text\",\"data\":\"abc\"}", NULL},
        {"\"type\":\"document\",\"source\":{\"type\":\"content\"}", NULL},
        {"\"type\":\"document\",\"source\":{\"type\":\"base64\"}", "document"},
        {"\"type\":\"container_upload\",\"file_id\":\"f\"", "container_upload"},
        {"\"type\":\"web_search_tool_result\"", NULL},
        {"\"type\":\"function_call_output\"", NULL},
        {"\"audio\":{\"id\":\"a1\"}", "audio"},
        {"\"audio\":{\"voice\":\"v\"}", NULL},
        {"\"inlineData\":{\"mimeType\":\"application/pdf\"}", "mimeType"},
        {"\"file_data\":{\"mime_type\":\"video/mp4\"}", "mimeType"},
        {"\"inline_data\":{\"mime_type\":\"image/png\",\"data\":\"AAAA\"}", NULL},
        {"\"fileData\":{}", "mimeType"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[256];
        snprintf(body, sizeof body, "\"messages\":[{%s},{\"type\":\"input_file\"}]", cases[i].part);
        w = chat(body);
        assert_string_equal(w.vast, cases[i].vast ? cases[i].vast : "input_file");
    }
    // Without a type, its members tell.
    w = chat("\"messages\":[{\"image_url\":{\"url\":\"x\"}},{\"image\":\"x\"}]");
    assert_int_equal(w.images, 2);
    assert_null(w.vast);
    assert_string_equal(chat("\"messages\":[{\"video_url\":{\"url\":\"x\"}}]").vast, "type");
    assert_string_equal(of(ENDPOINT_EMBEDDINGS, "jina", "\"input\":[{\"image\":\"x\"}]").vast,
                        "input");
    assert_string_equal(of(ENDPOINT_EMBEDDINGS, "cohere", "\"images\":[\"x\"]").vast, "input");
    assert_null(of(ENDPOINT_EMBEDDINGS, "jina", "\"input\":[\"x\"]").vast);
    assert_string_equal(of(ENDPOINT_EMBEDDINGS, "jina", "\"input\":{\"image\":\"x\"}").vast,
                        "input");
    w = weighed(ENDPOINT_OLLAMA_CHAT, "ollama", "m",
                "{\"model\":\"m\",\"messages\":[{\"images\":[\"AAAA\",\"BBBB\"]}]}");
    assert_int_equal(w.images, 2);
    w = weighed(ENDPOINT_OLLAMA_GENERATE, "ollama", "m",
                "{\"model\":\"m\",\"images\":[\"AAAA\"],\"context\":[11111,22222]}");
    assert_int_equal(w.images, 1);
    assert_int_equal(w.tokens, 512 + (8 + 6) + (8 + 7) + 2);
}

// A part of Gemini's is what its member is: one that is not known may name a film elsewhere.
static void parts_of_tomorrow(void **state)
{
    (void)state;
    static const struct {
        const char *part;
        const char *vast;
    } cases[] = {
        {"{\"videoRef\":{\"uri\":\"gs://x\"}}", "parts"},
        {"{\"videoUri\":\"gs://x\"}", "parts"},
        {"{\"functionResponse\":{\"name\":\"f\",\"parts\":[{\"film\":1}]}}", "parts"},
        {"{\"text\":\"a\",\"thought\":true,\"film\":null}", NULL},
        {"{\"functionCall\":{\"name\":\"f\",\"args\":{\"parts\":[{\"film\":1}]}}}", NULL},
        {"{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"},\"mediaResolution\":{}}",
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[256];
        snprintf(body, sizeof body, "{\"contents\":[{\"role\":\"user\",\"parts\":[%s]}]}",
                 cases[i].part);
        struct weight w = weighed(ENDPOINT_GENERATE, "google", "gemini-3.6-flash", body);
        assert_string_equal(w.vast ? w.vast : "", cases[i].vast ? cases[i].vast : "");
    }
}

// Nobody says that Gemini's maximum ends an image, or leaves out the next.
static void images_that_are_drawn(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        int64_t tokens;
    } cases[] = {{"gemini-2.5-flash-image", 12900},
                 {"google/gemini-3-pro-image-preview", 32768},
                 {"gemini-2.5-flash", 0},
                 {"gpt-image", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            weighed(ENDPOINT_CHAT, "mock", cases[i].model, "{\"model\":\"m\",\"max_tokens\":10}")
                .output_drawn,
            cases[i].tokens);
}

// A caller is told the member that he wrote.
static void names_what_stands_there(void **state)
{
    (void)state;
    struct weight w = of(ENDPOINT_CHAT, "openai", "\"max_tokens\":7,\"n\":2");
    assert_string_equal(w.output_field, "max_tokens");
    assert_string_equal(w.answers_field, "n");
    w = of(ENDPOINT_CHAT, "openai", "\"max_tokens\":null");
    assert_string_equal(w.output_field, "max_completion_tokens");
    assert_null(w.answers_field);
    w = of(ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":7"); // which it may ignore
    assert_string_equal(w.output_field, "max_tokens");
}

static void images_of_a_model(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        int64_t tokens;
    } cases[] = {
        {"gpt-4o-mini-2024-07-18", 48169}, {"openai/gpt-4o", 1445},    {"gpt-5.6-sol", 48169},
        {"claude-opus-5-5", 5000},         {"gemini-3.6-flash", 6192}, {"pixtral", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weight w = weighed(ENDPOINT_CHAT, "mock", cases[i].model,
                                  "{\"model\":\"m\",\"messages\":[{\"type\":\"image\"}]}");
        assert_int_equal(w.images, 1);
        assert_int_equal(w.image_tokens, cases[i].tokens);
    }
}

static int64_t prompt_tokens(const char *model, const char *member)
{
    char body[128];
    snprintf(body, sizeof body, "{\"model\":\"m\",%s}", member);
    return weighed(ENDPOINT_CHAT, "mock", model, body).tokens - 512;
}

// A tokenizer that writes a text in NFC, or NFKC, first makes more letters of one; never of ASCII.
static void models_that_write_a_text_anew(void **state)
{
    (void)state;
    static const struct {
        const char *model;
        int64_t of_letter; // of two bytes
    } cases[] = {{"m", 2},         {"claude-2.1", 22},      {"bge-m3", 22}, {"Qwen/QwQ-32B", 6},
                 {"qwen-plus", 6}, {"command-a-03-2025", 6}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *model = cases[i].model;
        assert_int_equal(prompt_tokens(model, "\"prompt\":\"abc\""), 8 + 6 + 3);
        assert_int_equal(prompt_tokens(model, "\"prompt\":\"\\u00e9\""),
                         8 + 6 + cases[i].of_letter);
    }
    // Or it is escaped, and the escape stays what it is.
    assert_int_equal(prompt_tokens("m", "\"format\":\"\\u00e9\""), 8 + 6 + 2 * 3);
    assert_int_equal(prompt_tokens("qwen3", "\"format\":\"\\u00e9\""), 8 + 6 + 2 * 3);
    assert_int_equal(prompt_tokens("claude-2", "\"format\":\"\\u00e9\""), 8 + 6 + 2 * 11);
}

static void prompts_have_a_window_each(void **state)
{
    (void)state;
    assert_int_equal(of(ENDPOINT_EMBEDDINGS, "openai", "\"input\":\"a\"").prompts, 1);
    assert_int_equal(of(ENDPOINT_EMBEDDINGS, "openai", "\"input\":[\"a\",\"b\"]").prompts, 2);
    assert_int_equal(of(ENDPOINT_EMBEDDINGS, "openai", "\"input\":[1,2,3]").prompts, 1);
    assert_int_equal(of(ENDPOINT_EMBEDDINGS, "openai", "\"input\":[[1,2,3],[4]]").prompts, 2);
    struct weight w = of(ENDPOINT_EMBEDDINGS, "openai", "\"input\":[[11111,22222],[3]]");
    assert_int_equal(w.tokens, 2 * 16 + (8 + 5) + 8 + 8 + 3);
    assert_int_equal(w.answers, 0);
    assert_false(w.cache_write);
    w = of(ENDPOINT_COMPLETIONS, "openai", "\"prompt\":[\"a\",\"b\",\"c\"],\"n\":200");
    assert_int_equal(w.prompts, 3);
    assert_int_equal(w.answers, 600);
    assert_int_equal(of(ENDPOINT_GEMINI_EMBED, "google", "\"requests\":[{},{}]").prompts, 2);
    assert_int_equal(of(ENDPOINT_OLLAMA_EMBED, "ollama", "\"input\":[\"a\",\"b\"]").prompts, 2);
    assert_int_equal(of(ENDPOINT_OLLAMA_CHAT, "ollama", "\"messages\":[{},{}]").prompts, 1);
    assert_int_equal(of(ENDPOINT_RESPONSES, "openai", "\"input\":[{},{}]").prompts, 1);
    assert_int_equal(of(ENDPOINT_MESSAGES, "anthropic", "\"messages\":[{},{}]").prompts, 1);
    assert_int_equal(of(ENDPOINT_CHAT, "openai", "\"input\":[{},{}],\"prompt\":[{},{}]").prompts,
                     1);
    assert_int_equal(of(ENDPOINT_COMPLETIONS, "openai", "\"input\":[{},{}]").prompts, 1);
    assert_int_equal(of(ENDPOINT_EMBEDDINGS, "openai", "\"prompt\":[{},{}]").prompts, 1);
    assert_true(of(ENDPOINT_RESPONSES_COUNT, "openai", "\"input\":\"a\"").free);
}

static void what_is_kept_elsewhere(void **state)
{
    (void)state;
    static const char *const members[] = {"previous_response_id", "conversation", "cachedContent"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "\"%s\":\"x\"", members[i]);
        assert_string_equal(of(ENDPOINT_RESPONSES, "openai", body).vast, members[i]);
    }
    assert_string_equal(of(ENDPOINT_RESPONSES, "openai", "\"prompt\":{\"id\":\"p\"}").vast,
                        "prompt");
    assert_null(of(ENDPOINT_RESPONSES, "openai", "\"previous_response_id\":null").vast);
    static const struct {
        const char *item;
        const char *vast;
    } items[] = {
        {"\"id\":\"msg_1\"", "input[].id"},
        {"\"id\":\"msg_1\",\"type\":null", "input[].id"},
        {"\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":\"a\"", NULL},
        {"\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"user\"", NULL},
        {"\"id\":\"fc_1\",\"type\":\"function_call\"", NULL},
        {"\"role\":\"user\",\"content\":\"a\"", NULL},
        {"\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[]", "input[].id"},
        {"\"id\":\"rs_1\",\"type\":\"reasoning\",\"encrypted_content\":null", "input[].id"},
        {"\"id\":\"rs_1\",\"type\":\"reasoning\",\"encrypted_content\":\"abc\"", NULL},
        {"\"type\":\"reasoning\",\"summary\":[]", NULL},
    };
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        char body[192];
        snprintf(body, sizeof body, "\"input\":[{%s}]", items[i].item);
        const char *vast = of(ENDPOINT_RESPONSES, "openai", body).vast;
        assert_int_equal(vast != NULL, items[i].vast != NULL);
        if (vast)
            assert_string_equal(vast, items[i].vast);
    }
    assert_null(of(ENDPOINT_RESPONSES, "openai", "\"input\":\"a\"").vast);
    assert_null(chat("\"messages\":[{\"id\":\"1\"}]").vast);
}

static void has_no_limit(enum endpoint e, const char *vendor, const char *members,
                         const char *field)
{
    struct weight w = of(e, vendor, members);
    if (!w.boundless)
        fail_msg("%s has a limit", members);
    assert_string_equal(w.boundless, field);
}

// Of its tools, the one with that index.
static void tool_has_no_limit(enum endpoint e, const char *vendor, const char *members,
                              const char *field, unsigned item)
{
    has_no_limit(e, vendor, members, field);
    assert_int_equal(of(e, vendor, members).boundless_item, item);
}

static void what_has_no_limit(void **state)
{
    (void)state;
    static const char *const members[] = {
        "fallbacks",         "models",        "plugins",        "mcp_servers",
        "search_parameters", "enable_search", "providerOptions"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "\"%s\":[1]", members[i]);
        has_no_limit(ENDPOINT_CHAT, "mock", body, members[i]);
        snprintf(body, sizeof body, "\"%s\":[]", members[i]);
        assert_null(chat(body).boundless);
    }
    tool_has_no_limit(ENDPOINT_CHAT, "mock",
                      "\"tools\":[{\"type\":\"function\"},{\"type\":\"web_search\"}]", "tools[]",
                      1);
    tool_has_no_limit(ENDPOINT_RESPONSES, "mock", "\"tools\":[{\"type\":\"web_search\"}]",
                      "tools[]", 0);
    tool_has_no_limit(ENDPOINT_GENERATE, "google",
                      "\"tools\":[{\"functionDeclarations\":[]},{},{\"googleSearch\":{}}]",
                      "tools[]", 2);
    has_no_limit(ENDPOINT_GENERATE, "google", "\"tools\":{\"googleSearch\":{}}", "tools");
    has_no_limit(ENDPOINT_GENERATE, "google", "\"tools\":{\"urlContext\":{}}", "tools");
    has_no_limit(ENDPOINT_CHAT, "mock", "\"max_tokens\":10,\"n_predict\":400", "n_predict");
    assert_null(of(ENDPOINT_GENERATE, "google",
                   "\"tools\":[{\"functionDeclarations\":[]},{\"function_declarations\":[]},1]")
                    .boundless);
    has_no_limit(ENDPOINT_RESPONSES, "openai", "\"tools\":[{\"type\":\"image_generation\"}]",
                 "tools[].type");
    has_no_limit(ENDPOINT_MESSAGES, "anthropic", "\"tools\":[{\"type\":\"advisor_2026\"}]",
                 "tools[].type");
    // A container has a fee of its own.
    static const char *const dear[] = {"code_interpreter", "shell", "of_tomorrow"};
    for (size_t i = 0; i < sizeof dear / sizeof dear[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "\"max_tool_calls\":4,\"tools\":[{\"type\":\"%s\"}]", dear[i]);
        has_no_limit(ENDPOINT_RESPONSES, "openai", body, "tools[].type");
    }
    has_no_limit(ENDPOINT_MESSAGES, "anthropic",
                 "\"tools\":[{\"type\":\"code_execution_2\",\"max_uses\":3}]", "tools[].type");
    has_no_limit(ENDPOINT_CHAT, "mock", "\"n\":\"5\"", "n");
    has_no_limit(ENDPOINT_CHAT, "mock", "\"n\":18446744073709551617", "n"); // or 1, who wraps
    has_no_limit(ENDPOINT_CHAT, "mock", "\"n\":1e30", "n");
    has_no_limit(ENDPOINT_COMPLETIONS, "mock", "\"best_of\":\"5\"", "best_of");
    has_no_limit(ENDPOINT_GENERATE, "google", "\"generationConfig\":{\"candidateCount\":\"5x\"}",
                 "candidateCount");
    has_no_limit(ENDPOINT_GENERATE, "google", "\"generation_config\":{\"candidate_count\":\"5e0\"}",
                 "candidate_count");
    has_no_limit(ENDPOINT_CHAT, "mock", "\"web_search_options\":{\"a\":1}", "web_search_options");
    assert_string_equal(
        weighed(ENDPOINT_CHAT, "groq", "groq/compound", "{\"model\":\"m\"}").boundless, "model");
    assert_string_equal(
        weighed(ENDPOINT_CHAT, "perplexity", "sonar-deep-research", "{\"model\":\"m\"}").boundless,
        "model");
    assert_string_equal(
        weighed(ENDPOINT_CHAT, "openrouter", "a/b:online", "{\"model\":\"m\"}").boundless, "model");
    assert_null(weighed(ENDPOINT_CHAT, "groq", "llama", "{\"model\":\"m\"}").boundless);
    assert_null(weighed(ENDPOINT_CHAT, "mock", "compound", "{\"model\":\"m\"}").boundless);
}

// JSON of protobuf takes a whole number as a text, too.
static void answers_counted_by_a_text(void **state)
{
    (void)state;
    static const char *const members[] = {"\"generationConfig\":{\"candidateCount\":\"5\"}",
                                          "\"generation_config\":{\"candidate_count\":\"5\"}"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        struct weight w = of(ENDPOINT_GENERATE, "google", members[i]);
        assert_null(w.boundless);
        assert_int_equal(w.answers, 5);
    }
}

static void tools_that_say_how_often(void **state)
{
    (void)state;
    struct weight w = of(ENDPOINT_MESSAGES, "anthropic",
                         "\"tools\":[{\"type\":\"web_search_2\",\"max_uses\":3},"
                         "{\"type\":\"web_fetch_2\",\"max_uses\":2},{\"type\":\"custom\"}]");
    assert_null(w.boundless);
    assert_int_equal(w.rounds, 5);
    assert_int_equal(w.web_searches, 3);
    assert_true(w.output_again);
    assert_string_equal(w.rounds_of, "tools[].max_uses");
    assert_int_equal(w.rounds_item, 0);
    w = of(ENDPOINT_MESSAGES, "anthropic",
           "\"tools\":[{\"type\":\"bash_2\"},{\"type\":\"web_fetch_2\",\"max_uses\":1},"
           "{\"type\":\"web_search_2\",\"max_uses\":4611686018427387904}]");
    assert_int_equal(w.rounds_item, 2); // which asks for most
    tool_has_no_limit(
        ENDPOINT_MESSAGES, "anthropic",
        "\"tools\":[{\"type\":\"bash_2\"},{\"type\":\"web_fetch_2\"},{\"type\":\"advisor\"}]",
        "tools[].max_uses", 1);
    has_no_limit(ENDPOINT_MESSAGES, "anthropic",
                 "\"tools\":[{\"type\":\"web_search_2\",\"max_uses\":-1}]", "tools[].max_uses");
    w = of(ENDPOINT_RESPONSES, "openai",
           "\"max_tool_calls\":4,\"max_output_tokens\":9,"
           "\"tools\":[{\"type\":\"web_search_preview\"},{\"type\":\"file_search\"}]");
    assert_null(w.boundless);
    assert_int_equal(w.rounds, 4);
    assert_int_equal(w.web_searches, 4);
    assert_int_equal(w.file_searches, 4);
    assert_string_equal(w.rounds_of, "max_tool_calls");
    assert_int_equal(w.output_max, 9);
    assert_false(w.output_again);
    w = of(ENDPOINT_RESPONSES, "openai",
           "\"max_tool_calls\":4,\"tools\":[{\"type\":\"mcp\"},{\"type\":\"tool_search\"}]");
    assert_null(w.boundless);
    assert_int_equal(w.rounds, 4);
    assert_int_equal(w.web_searches + w.file_searches, 0);
    assert_true(w.output_again);
    has_no_limit(ENDPOINT_RESPONSES, "openai",
                 "\"max_tool_calls\":-1,\"tools\":[{\"type\":\"mcp\"}]", "max_tool_calls");
    w = of(ENDPOINT_MESSAGES, "anthropic",
           "\"context_management\":{\"edits\":[{\"type\":\"compact_2026\"}]}");
    assert_string_equal(w.rounds_of, "context_management");
    assert_int_equal(w.rounds, 1);
    w = of(ENDPOINT_RESPONSES, "openai", "\"context_management\":[{\"type\":\"compaction\"}]");
    assert_int_equal(w.rounds, 1);
    w = of(ENDPOINT_MESSAGES, "anthropic",
           "\"context_management\":{\"edits\":[{\"type\":\"clear_tool_uses_2025\"}]}");
    assert_int_equal(w.rounds, 0);
    assert_null(w.vast);
}

static void chats_that_search(void **state)
{
    (void)state;
    struct weight w = of(ENDPOINT_CHAT, "openai", "\"web_search_options\":{\"a\":1}");
    assert_int_equal(w.web_searches, 1);
    assert_int_equal(w.rounds, 1);
    w = of(ENDPOINT_CHAT, "openai", "\"web_search_options\":{}"); // as the SDKs send it
    assert_int_equal(w.web_searches, 1);
    assert_int_equal(w.rounds, 1);
    w = weighed(ENDPOINT_CHAT, "openai", "gpt-4o-search-preview",
                "{\"model\":\"m\",\"web_search_options\":{\"a\":1}}");
    assert_int_equal(w.web_searches, 1);
    assert_int_equal(w.rounds, 1);
    w = weighed(ENDPOINT_CHAT, "openai", "gpt-5-search-api", "{\"model\":\"m\"}");
    assert_int_equal(w.web_searches, 1);
    assert_string_equal(weighed(ENDPOINT_CHAT, "perplexity", "sonar", "{\"model\":\"m\"}").vast,
                        "model");
}

static void gemini_that_searches(void **state)
{
    (void)state;
    static const char body[] = "{\"contents\":[],\"tools\":[{\"googleSearch\":{}}]}";
    struct weight w = weighed(ENDPOINT_GENERATE, "google", "gemini-2.5-flash", body);
    assert_null(w.boundless);
    assert_int_equal(w.web_searches, 1);
    assert_int_equal(w.rounds, 1);
    w = weighed(ENDPOINT_GENERATE, "google", "gemini-3.6-flash", body);
    assert_string_equal(w.boundless, "tools[]");
    w = weighed(ENDPOINT_GENERATE, "google", "gemini-2.5-flash",
                "{\"tools\":[{\"google_search\":{}},{\"codeExecution\":{}}]}");
    assert_string_equal(w.boundless, "tools[]");
}

static void every_endpoint_weighs(void **state)
{
    (void)state;
    for (int i = 0; i < ENDPOINT_COUNT; i++) {
        enum endpoint e = (enum endpoint)i;
        struct weight w = weighed(e, "mock", "m", "{\"model\":\"m\",\"input\":\"a\"}");
        assert_int_equal(w.free, endpoint_free(e));
        if (w.free)
            continue;
        assert_null(w.vast);
        assert_null(w.boundless);
        assert_true(w.tokens > 0);
        assert_int_equal(w.prompts, 1);
        assert_int_equal(w.answers, endpoint_makes_output(e));
        assert_int_equal(w.output_field != NULL, endpoint_makes_output(e));
    }
}

static void what_comes_out(void **state)
{
    (void)state;
    static const struct {
        enum endpoint e;
        const char *vendor;
        const char *field;
    } cases[] = {{ENDPOINT_CHAT, "openai", "max_completion_tokens"},
                 {ENDPOINT_CHAT, "xai", "max_completion_tokens"},
                 {ENDPOINT_CHAT, "groq", "max_completion_tokens"},
                 {ENDPOINT_CHAT, "deepseek", "max_tokens"},
                 {ENDPOINT_CHAT, "mock", "max_tokens"},
                 {ENDPOINT_COMPLETIONS, "openai", "max_tokens"},
                 {ENDPOINT_MESSAGES, "anthropic", "max_tokens"},
                 {ENDPOINT_RESPONSES, "openai", "max_output_tokens"},
                 {ENDPOINT_GENERATE, "google", "generationConfig.maxOutputTokens"},
                 {ENDPOINT_OLLAMA_CHAT, "ollama", "options.num_predict"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(of(cases[i].e, cases[i].vendor, "\"a\":1").output_field,
                            cases[i].field);
    struct weight w = of(ENDPOINT_GENERATE, "google",
                         "\"generation_config\":{\"candidate_count\":5,"
                         "\"max_output_tokens\":9}");
    assert_int_equal(w.answers, 5);
    assert_int_equal(w.output_max, 9);
    w = of(ENDPOINT_CHAT, "mock", "\"n\":300,\"max_tokens\":7");
    assert_int_equal(w.answers, 300); // and not what one vendor allows
    assert_int_equal(w.output_max, 7);
    assert_int_equal(
        chat("\"prediction\":{\"type\":\"content\",\"content\":\"abc\"}").output_beside,
        (8 + 10) + (8 + 4 + 7) + (8 + 7 + 3));
    assert_true(of(ENDPOINT_CHAT, "xai", "\"max_tokens\":7").reasons_beside);
    assert_false(of(ENDPOINT_CHAT, "xai", "\"max_completion_tokens\":7").reasons_beside);
    assert_false(of(ENDPOINT_RESPONSES, "xai", "\"max_output_tokens\":7").reasons_beside);
    assert_true(of(ENDPOINT_CHAT, "perplexity", "\"max_completion_tokens\":7").reasons_beside);
    assert_false(of(ENDPOINT_CHAT, "openai", "\"max_tokens\":7").reasons_beside);
    assert_true(
        of(ENDPOINT_CHAT, "xai", "\"max_tokens\":7,\"max_completion_tokens\":9").reasons_beside);
    assert_true(
        of(ENDPOINT_CHAT, "xai", "\"max_tokens\":7,\"max_completion_tokens\":0").reasons_beside);
    assert_false(of(ENDPOINT_CHAT, "xai", "\"a\":1").reasons_beside);       // sent as the newer one
    assert_true(of(ENDPOINT_COMPLETIONS, "xai", "\"a\":1").reasons_beside); // which has none
    // What holds the answer and not the thinking.
    assert_true(of(ENDPOINT_CHAT, "dashscope", "\"max_tokens\":7").reasons_beside);
    assert_true(of(ENDPOINT_CHAT, "volcengine", "\"max_completion_tokens\":7").reasons_beside);
}

// What a provider may ignore holds once one that it does not is sent beside it.
static void a_maximum_that_may_be_ignored(void **state)
{
    (void)state;
    static const struct {
        enum endpoint e;
        const char *vendor;
        const char *members;
        int64_t output_unsure;
    } cases[] = {
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":7", 7},
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":7,\"max_tokens\":null", 7},
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":7,\"max_tokens\":9", 0},
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":7,\"max_tokens\":-1", 0},
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":-1", 0},
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":\"7\"", 7},
        {ENDPOINT_CHAT, "openai", "\"max_completion_tokens\":7", 0},
        // What only means a whole number, once that is sent in its place.
        {ENDPOINT_CHAT, "openai", "\"max_tokens\":\"20\"", 20},
        {ENDPOINT_CHAT, "openai", "\"max_tokens\":20.5,\"max_completion_tokens\":30", 30},
        {ENDPOINT_CHAT, "openai", "\"max_tokens\":\"20\",\"max_completion_tokens\":-1", 0},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"2e1\"", 20},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"0.001\"", 1},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"0\"", 0},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"-1\"", 0},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"\"", 0},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"NaN\"", 0},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"20 tokens\"", 0},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":1e19", 0}, // said, and kept to
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"1e19\"", INT64_MAX},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":\"-1e30\"", 0},
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":1e30", INT64_MAX},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":-0.5", 0},
        {ENDPOINT_GENERATE, "google", "\"generationConfig\":{\"maxOutputTokens\":\"20\"}", 20},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "\"options\":{\"num_predict\":20.9}", 21},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "\"options\":{\"num_predict\":\"20\"}", 0}, // refused
        {ENDPOINT_COMPLETIONS, "deepseek", "\"max_completion_tokens\":7", 0},
        {ENDPOINT_CHAT, "deepseek", "\"a\":1", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (of(cases[i].e, cases[i].vendor, cases[i].members).output_unsure !=
            cases[i].output_unsure)
            fail_msg("%s: %s", cases[i].vendor, cases[i].members);
}

// A provider ignores a member that it does not know: then nothing is said.
static void a_maximum_that_is_kept(void **state)
{
    (void)state;
    static const struct {
        enum endpoint e;
        const char *vendor;
        const char *members;
        int64_t output_max;
    } cases[] = {
        {ENDPOINT_CHAT, "deepseek", "\"max_completion_tokens\":1", 0},
        {ENDPOINT_CHAT, "deepseek", "\"max_tokens\":7", 7},
        // Whichever of both it takes.
        {ENDPOINT_CHAT, "deepseek", "\"max_tokens\":7,\"max_completion_tokens\":9", 9},
        {ENDPOINT_CHAT, "deepseek", "\"max_tokens\":9,\"max_completion_tokens\":7", 9},
        {ENDPOINT_CHAT, "openai", "\"max_completion_tokens\":7", 7},
        {ENDPOINT_CHAT, "openai", "\"max_tokens\":7", 7},
        {ENDPOINT_CHAT, "openai", "\"max_output_tokens\":7", 0},
        {ENDPOINT_CHAT, "openai", "\"max_tokens\":-7", 0},
        {ENDPOINT_CHAT, "openai", "\"max_tokens\":\"7\"", 0},
        // Of what is no whole number, or no limit, nobody knows what it is to which server.
        {ENDPOINT_CHAT, "vllm", "\"max_tokens\":7,\"max_completion_tokens\":\"999999\"", 0},
        {ENDPOINT_CHAT, "llama.cpp", "\"max_tokens\":7,\"max_completion_tokens\":-1", 0},
        // More than any answer has: nothing is put in the place of what the caller said.
        {ENDPOINT_CHAT, "mock", "\"max_tokens\":7,\"max_completion_tokens\":1e30", INT64_MAX},
        {ENDPOINT_CHAT, "mock", "\"max_tokens\":1e30", INT64_MAX},
        {ENDPOINT_CHAT, "mock", "\"max_tokens\":1e999999999999999999999", INT64_MAX},
        {ENDPOINT_CHAT, "mock", "\"max_tokens\":9223372036854775807.5", INT64_MAX},
        {ENDPOINT_CHAT, "mock", "\"max_tokens\":-1e30", 0},
        {ENDPOINT_CHAT, "openai", "\"max_completion_tokens\":99999999999999999999", INT64_MAX},
        {ENDPOINT_RESPONSES, "openai", "\"max_output_tokens\":1e30", INT64_MAX},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":1e19", INT64_MAX},
        {ENDPOINT_GENERATE, "google", "\"generationConfig\":{\"maxOutputTokens\":1e30}", INT64_MAX},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "\"options\":{\"num_predict\":1e30}", INT64_MAX},
        {ENDPOINT_CHAT, "vllm", "\"max_tokens\":7,\"max_completion_tokens\":null", 7},
        // An empty answer, or a refusal; elsewhere it may be no limit.
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":0", 1},
        {ENDPOINT_COMPLETIONS, "openai", "\"max_tokens\":0", 1},
        {ENDPOINT_COMPLETIONS, "together", "\"max_tokens\":0", 0},
        {ENDPOINT_CHAT, "openai", "\"generationConfig\":{\"maxOutputTokens\":7}", 0},
        {ENDPOINT_COMPLETIONS, "openai", "\"max_tokens\":7,\"max_completion_tokens\":9", 7},
        {ENDPOINT_COMPLETIONS, "openai", "\"max_completion_tokens\":9", 0},
        {ENDPOINT_RESPONSES, "xai", "\"max_tokens\":7", 0},
        {ENDPOINT_RESPONSES, "openai", "\"max_output_tokens\":7", 7},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_tokens\":7,\"max_output_tokens\":9", 7},
        {ENDPOINT_MESSAGES, "anthropic", "\"max_completion_tokens\":7", 0},
        {ENDPOINT_GENERATE, "google", "\"max_tokens\":7", 0},
        {ENDPOINT_GENERATE, "google", "\"generationConfig\":{\"maxOutputTokens\":7}", 7},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "\"max_tokens\":7", 0},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "\"options\":{\"num_predict\":7}", 7},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "\"options\":{\"num_predict\":-1}", 0},
        {ENDPOINT_EMBEDDINGS, "openai", "\"max_tokens\":7", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weight w = of(cases[i].e, cases[i].vendor, cases[i].members);
        if (w.output_max != cases[i].output_max)
            fail_msg("%s: %s says %lld", cases[i].vendor, cases[i].members,
                     (long long)w.output_max);
    }
    // One that Responses ignores limits its rounds as little.
    assert_true(of(ENDPOINT_RESPONSES, "openai", "\"max_tokens\":7").output_again);
}

static void at_which_prices(void **state)
{
    (void)state;
    const unsigned usual = 1u << SERVICE_STANDARD | 1u << SERVICE_FLEX | 1u << SERVICE_BATCH;
    const unsigned dear = usual | 1u << SERVICE_PRIORITY;
    assert_int_equal(of(ENDPOINT_CHAT, "openai", "\"a\":1").services, dear);
    assert_int_equal(of(ENDPOINT_CHAT, "openai", "\"service_tier\":\"auto\"").services, dear);
    assert_int_equal(of(ENDPOINT_CHAT, "openai", "\"service_tier\":\"default\"").services, usual);
    assert_int_equal(of(ENDPOINT_CHAT, "mock", "\"a\":1").services, usual);
    assert_int_equal(of(ENDPOINT_CHAT, "openai", "\"service_tier\":\"priority\"").service,
                     SERVICE_PRIORITY);
    assert_int_equal(of(ENDPOINT_GENERATE, "google", "\"serviceTier\":\"priority\"").service,
                     SERVICE_PRIORITY);
    // A header may ask for it.
    assert_int_equal(of(ENDPOINT_GENERATE, "vertex", "\"a\":1").services, dear);
    assert_int_equal(of(ENDPOINT_GENERATE, "vertex", "\"serviceTier\":\"standard\"").services,
                     dear);
    assert_true(of(ENDPOINT_MESSAGES, "anthropic", "\"a\":1").us_possible);
    assert_false(of(ENDPOINT_MESSAGES, "anthropic", "\"inference_geo\":\"global\"").us_possible);
    assert_true(of(ENDPOINT_MESSAGES, "anthropic", "\"inference_geo\":\"us\"").us);
    assert_false(of(ENDPOINT_CHAT, "openai", "\"a\":1").us_possible);
    assert_true(of(ENDPOINT_CHAT, "openai", "\"a\":1").cache_write);
    assert_false(of(ENDPOINT_MESSAGES, "anthropic", "\"a\":1").cache_write);
    struct weight w = of(ENDPOINT_MESSAGES, "anthropic",
                         "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}");
    assert_true(w.cache_write);
    assert_true(w.cache_hour);
    assert_false(of(ENDPOINT_GENERATE, "google", "\"a\":1").cache_write);
}

// It is priced and limited as such a body is.
static void a_text_that_is_not_written_yet(void **state)
{
    (void)state;
    const enum endpoint endpoints[] = {ENDPOINT_CHAT, ENDPOINT_MESSAGES, ENDPOINT_GENERATE};
    const char *vendors[] = {"openai", "anthropic", "google"};
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        const unsigned flags = vendor_find(str_of(vendors[i]))->flags;
        struct weight w, body = of(endpoints[i], vendors[i], "\"a\":1");
        weigh_text(endpoints[i], flags, str_of("m"), 1000, &w);
        assert_in_range(w.tokens, 1000 + 512, 1000 + 512 + 16);
        assert_int_equal(w.services, body.services);
        assert_int_equal(w.cache_write, body.cache_write);
        assert_int_equal(w.us_possible, body.us_possible);
        assert_int_equal(w.answers, 1);
        assert_null(w.vast);
        weigh_text(endpoints[i], flags, str_of("qwen3-8b"), 1000, &w);
        assert_in_range(w.tokens, 3000 + 512, 3000 + 512 + 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_no_more_than_its_bytes),
        cmocka_unit_test(tools_and_what_they_were_asked),
        cmocka_unit_test(images_and_files),
        cmocka_unit_test(parts_of_tomorrow),
        cmocka_unit_test(images_that_are_drawn),
        cmocka_unit_test(names_what_stands_there),
        cmocka_unit_test(images_of_a_model),
        cmocka_unit_test(models_that_write_a_text_anew),
        cmocka_unit_test(prompts_have_a_window_each),
        cmocka_unit_test(what_is_kept_elsewhere),
        cmocka_unit_test(what_has_no_limit),
        cmocka_unit_test(answers_counted_by_a_text),
        cmocka_unit_test(tools_that_say_how_often),
        cmocka_unit_test(chats_that_search),
        cmocka_unit_test(gemini_that_searches),
        cmocka_unit_test(every_endpoint_weighs),
        cmocka_unit_test(what_comes_out),
        cmocka_unit_test(a_maximum_that_is_kept),
        cmocka_unit_test(a_maximum_that_may_be_ignored),
        cmocka_unit_test(at_which_prices),
        cmocka_unit_test(a_text_that_is_not_written_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
