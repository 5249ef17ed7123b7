// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>

#include "../unit.h"
#include "mock/prose.h"
#include "order_fixture.h"

#define CHAT "/v1/chat/completions"

static enum wish route(const char *method, const char *path)
{
    struct order o = {0};
    struct head head = {.method = str_of(method), .path = str_of(path)};
    order_route(&o, &head);
    return o.wish;
}

static void test_routes(void **state)
{
    assert_int_equal(route("POST", "/v1/chat/completions"), WISH_CHAT);
    assert_int_equal(route("POST", "/openai/v1/completions"), WISH_COMPLETIONS);
    assert_int_equal(route("POST", "/v1/responses"), WISH_RESPONSES);
    assert_int_equal(route("POST", "/v1/responses/input_tokens"), WISH_RESPONSES_COUNT);
    assert_int_equal(route("POST", "/v1/messages/count_tokens"), WISH_MESSAGES_COUNT);
    assert_int_equal(route("POST", "/v1beta/models/g:streamGenerateContent"), WISH_GENERATE_STREAM);
    assert_int_equal(route("GET", "/v1/models"), WISH_MODELS);
    assert_int_equal(route("GET", "/v1/models/gpt-4o"), WISH_MODEL);
    assert_int_equal(route("GET", "/v1beta/models"), WISH_GEMINI_MODELS);
    assert_int_equal(route("GET", "/v1/chat/completions"), WISH_NONE);
    assert_int_equal(route("POST", "/nothing"), WISH_NONE);
    assert_int_equal(route("HEAD", "/"), WISH_OLLAMA_ROOT);
    assert_int_equal(route("GET", "/+slow/"), WISH_OLLAMA_ROOT);
    assert_int_equal(route("HEAD", "/api/tags"), WISH_OLLAMA_TAGS);
    assert_int_equal(route("GET", "/api/chat"), WISH_NONE);
}

static void test_path_names_model_and_troubles(void **state)
{
    struct order o;
    assert_true(fixture_read(&o, "/+no-usage/v1beta/models/mock%2Fg%2Bslow:generateContent?alt=sse",
                             "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}", NULL));
    assert_int_equal(o.wish, WISH_GENERATE);
    assert_true(str_is(o.model, "g"));
    assert_true(str_is(o.answered, "mock/g"));
    assert_true(o.event_stream);
    assert_true(o.trouble.on[TROUBLE_NO_USAGE]);
    assert_true(o.trouble.on[TROUBLE_SLOW]);
    order_fini(&o);
}

#define TOOLS                                                                                  \
    "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":" \
    "\"object\","                                                                              \
    "\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"integer\"}}}}}],"
#define JSON_ASKED "\"response_format\":{\"type\":\"json_object\"},"

static void test_answers_that_are_no_good(void **state)
{
    static const struct {
        const char *fault, *more, *text;
        enum finish finish;
    } rows[] = {
        {"refuses", "", "I'm sorry, but I can't help with that.", FINISH_STOP},
        {"refuses", TOOLS, "I'm sorry, but I can't help with that.", FINISH_STOP},
        {"silent", "", "", FINISH_STOP},
        {"wrong-sum", "", "There are 12 x 12 = 145 of them.", FINISH_STOP},
        {"wrong-sum+length", "", "There are 12 x", FINISH_LENGTH},
        {"unfit", TOOLS, "{\"a\":7,\"b\":\"7\"}", FINISH_TOOL},
        {"unfit",
         "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":"
         "\"object\"}}},",
         "[\"unfit\"]", FINISH_STOP},
        {"broken-json", JSON_ASKED, "{\"answer", FINISH_STOP},
        {"length", JSON_ASKED, "{\"answer", FINISH_LENGTH},
        {"refuses+times=0", JSON_ASKED, "I'm sorry, but I can't help with that.", FINISH_STOP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct order o;
        char body[512];
        (void)snprintf(body, sizeof body, "{\"model\":\"m\",%s\"messages\":[{\"content\":\"x\"}]}",
                       rows[i].more);
        assert_true(fixture_read(&o, CHAT, body, rows[i].fault));
        if (!str_is(buf_str(&o.text), rows[i].text) || o.finish != rows[i].finish)
            fail_msg("%s: %s (%d)", rows[i].fault, buf_cstr(&o.text), (int)o.finish);
        order_fini(&o);
    }
    struct order o;
    assert_true(
        fixture_read(&o, CHAT, "{\"model\":\"m\",\"messages\":[{\"content\":\"x\"}]}", "repeats"));
    assert_true(str_starts(buf_str(&o.text), str_of("and then so on and then so on")));
    assert_true(o.tokens > 24);
    order_fini(&o);
}

static void test_each_input_of_a_list_has_to_fit(void **state)
{
    static const struct {
        const char *more;
        bool fits;
    } cases[] = {{"\"input\":[\"abcdefgh\",\"abcdefgh\",\"abcdefgh\"],\"truncate\":false", true},
                 {"\"input\":[\"abcdefghijklmnopq\",\"a\"],\"truncate\":false", false},
                 {"\"input\":[\"abcdefghijklmnopq\",\"a\"]", true},
                 {"\"input\":\"abcdefghijklmnopq\",\"truncate\":false", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct order o;
        char body[200];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"options\":{\"num_ctx\":4},%s}",
                 cases[i].more);
        assert_int_equal(fixture_read(&o, "/api/embed", body, NULL), cases[i].fits);
        order_fini(&o);
    }
}

// As long as what the context has left, unless it may be shifted.
static void test_an_answer_ends_with_its_context(void **state)
{
    static const struct {
        const char *more;
        int64_t output;
        enum finish finish;
    } cases[] = {
        {"\"options\":{\"num_ctx\":20,\"num_predict\":40}", 40, FINISH_LENGTH},
        {"\"shift\":true,\"options\":{\"num_ctx\":20,\"num_predict\":40}", 40, FINISH_LENGTH},
        {"\"shift\":false,\"options\":{\"num_ctx\":20,\"num_predict\":40}", 14, FINISH_LENGTH},
        {"\"shift\":false,\"options\":{\"num_ctx\":20}", 14, FINISH_LENGTH},
        {"\"shift\":false,\"options\":{\"num_ctx\":20,\"num_predict\":9}", 9, FINISH_LENGTH},
        {"\"shift\":false,\"options\":{\"num_ctx\":5}", 1, FINISH_LENGTH},
        {"\"shift\":false", 50, FINISH_STOP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct order o;
        char body[200];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"prompt\":\"%022d\",%s}", 0, cases[i].more);
        assert_true(fixture_read(&o, "/api/generate", body, "tokens=50"));
        assert_int_equal(o.billed.output, cases[i].output);
        assert_int_equal(o.finish, cases[i].finish);
        order_fini(&o);
    }
}

static void test_formats(void **state)
{
    static const struct {
        const char *format;
        int refused; // 0: answered
    } cases[] = {{"\"json\"", 0},
                 {"\"\"", 0},
                 {"null", 0},
                 {"{}", 0},
                 {"{\"type\":\"object\"}", 0},
                 {"{\"type\":[\"string\",\"null\"]}", 0},
                 {"{\"anyOf\":[{\"type\":\"null\"}]}", 0},
                 {"\"bogus\"", 500},
                 {"7", 500},
                 {"[]", 500},
                 {"true", 500},
                 {"{\"type\":\"nonsense\"}", 500},
                 {"{\"type\":7}", 500},
                 {"{\"name\":\"x\",\"schema\":{\"type\":\"object\"}}", 500}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct order o;
        char body[200];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"prompt\":\"a\",\"format\":%s}",
                 cases[i].format);
        bool good = fixture_read(&o, "/api/generate", body, NULL);
        if (good == (cases[i].refused != 0) || (!good && o.refused != cases[i].refused))
            fail_msg("%s: %d", cases[i].format, o.refused);
        order_fini(&o);
    }
}

// A model of embeddings has a context of its own, however large the one that is asked for.
static void test_embeddings_are_cut_at_their_own_context(void **state)
{
    static const struct {
        const char *model;
        int64_t input;
    } cases[] = {
        {"all-minilm", 512}, {"nomic-embed-text:v1", 512}, {"mock/embed", 512}, {"m", 751}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct order o;
        char body[3200];
        snprintf(body, sizeof body,
                 "{\"model\":\"%s\",\"options\":{\"num_ctx\":8192},\"input\":\"%03000d\"}",
                 cases[i].model, 0);
        assert_true(fixture_read(&o, "/api/embed", body, NULL));
        assert_int_equal(o.billed.input, cases[i].input);
        order_fini(&o);
    }
}

// What a listing names is asked for with its tag, too.
static void test_a_tag_hides_no_fault(void **state)
{
    struct order o;
    assert_true(fixture_read(&o, "/api/generate",
                             "{\"model\":\"mock/queue-full:latest\",\"prompt\":\"a\"}", NULL));
    assert_true(o.trouble.on[TROUBLE_QUEUE_FULL]);
    order_fini(&o);
}

static void test_same_request_same_answer(void **state)
{
    static const char body[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
    static const char other[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}";
    struct order a;
    struct order b;
    struct order c;
    assert_true(fixture_read(&a, CHAT, body, NULL));
    assert_true(fixture_read(&b, CHAT, body, NULL));
    assert_true(fixture_read(&c, CHAT, other, NULL));
    assert_true(str_eq(buf_str(&a.text), buf_str(&b.text)));
    assert_string_equal(a.id, b.id);
    assert_int_equal(a.billed.output, b.billed.output);
    assert_string_not_equal(a.id, c.id);
    assert_false(str_eq(buf_str(&a.text), buf_str(&c.text)));
    order_fini(&a);
    order_fini(&b);
    order_fini(&c);
}

static void test_most_tokens(void **state)
{
    static const char *const bodies[] = {
        "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        "{\"model\":\"m\",\"max_completion_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"a\"}]}"};
    struct order o;
    for (unsigned i = 0; i < 2; i++) {
        assert_true(fixture_read(&o, CHAT, bodies[i], NULL));
        assert_int_equal(o.finish, FINISH_LENGTH);
        assert_int_equal(o.billed.output, 5);
        assert_int_equal(prose_count(buf_str(&o.text)), 5);
        order_fini(&o);
    }
    assert_true(fixture_read(&o, CHAT, bodies[0], "ignore-max"));
    assert_int_equal(o.billed.output, 15);
    order_fini(&o);
    assert_true(fixture_read(&o, CHAT, bodies[0], "tokens=5"));
    assert_int_equal(o.finish, FINISH_STOP);
    order_fini(&o);
}

static void test_no_tokens_are_refused(void **state)
{
    static const char body[] =
        "{\"model\":\"m\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
    char text[200];
    struct order o;
    for (int most = -1; most < 2; most++) {
        snprintf(text, sizeof text, body, most);
        assert_int_equal(fixture_read(&o, CHAT, text, NULL), most > 0);
        assert_int_equal(o.refused, 400);
        order_fini(&o);
        assert_int_equal(fixture_read(&o, "/v1/messages", text, NULL), most > 0);
        order_fini(&o);
    }
    // Gemini's names have either spelling.
    static const char *const ways[] = {
        "\"generationConfig\":{\"max_output_tokens\":5}",
        "\"generation_config\":{\"max_output_tokens\":5}",
        "\"generation_config\":{\"maxOutputTokens\":5}",
    };
    for (unsigned i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],%s}", ways[i]);
        assert_true(fixture_read(&o, "/v1beta/models/m:generateContent", text, NULL));
        assert_int_equal(o.billed.output, 5);
        order_fini(&o);
    }
}

static void test_choices_and_reasoning(void **state)
{
    struct order o;
    assert_true(fixture_read(&o, CHAT,
                             "{\"model\":\"gpt-5-mini\",\"n\":3,\"messages\":[{\"role\":\"user\","
                             "\"content\":\"a\"}]}",
                             "tokens=10"));
    assert_true(o.billed.reasoning > 0);
    assert_int_equal(o.billed.output, 3 * 10 + o.billed.reasoning);
    order_fini(&o);
    assert_true(fixture_read(&o, CHAT,
                             "{\"model\":\"gpt-5-mini\",\"max_tokens\":20,\"messages\":[{\"role\":"
                             "\"user\",\"content\":\"a\"}]}",
                             NULL));
    assert_int_equal(o.billed.output, 20);
    order_fini(&o);
}

static void test_cache_remembers_long_prompts(void **state)
{
    static char body[20000];
    struct order o;
    int n = snprintf(body, sizeof body, "{\"model\":\"cached\",\"messages\":[{\"content\":\"");
    memset(body + n, 'x', 8192);
    snprintf(body + n + 8192, sizeof body - (size_t)n - 8192, "\"}]}");
    assert_true(fixture_read(&o, CHAT, body, NULL));
    assert_int_equal(o.billed.cache_read, 0);
    int64_t all = o.billed.input;
    order_fini(&o);
    assert_true(fixture_read(&o, CHAT, body, NULL));
    assert_int_equal(o.billed.cache_read, 2048);
    assert_int_equal(o.billed.input + o.billed.cache_read, all);
    order_fini(&o);
}

static void test_marked_cache_is_written_then_read(void **state)
{
    static char body[20000];
    struct order o;
    int n = snprintf(body, sizeof body,
                     "{\"model\":\"c\",\"max_tokens\":9,\"messages\":[{\"role\":"
                     "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"");
    memset(body + n, 'y', 8192);
    snprintf(body + n + 8192, sizeof body - (size_t)n - 8192,
             "\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}");
    assert_true(fixture_read(&o, "/v1/messages", body, NULL));
    assert_int_equal(o.billed.cache_write, 2048);
    assert_int_equal(o.billed.cache_read, 0);
    order_fini(&o);
    assert_true(fixture_read(&o, "/v1/messages", body, NULL));
    assert_int_equal(o.billed.cache_read, 2048);
    assert_int_equal(o.billed.cache_write, 0);
    order_fini(&o);
}

static void test_tools(void **state)
{
    static const char call[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":[{"
        "\"type\":"
        "\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"type\":\"object\","
        "\"properties\":{\"city\":{\"type\":\"string\"}}}}}]}";
    static const char result[] =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"tool\","
        "\"content\":\"sun\"}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
        "\"weather\"}}]}";
    struct order o;
    struct json *j = NULL;
    assert_true(fixture_read(&o, CHAT, call, NULL));
    assert_int_equal(o.finish, FINISH_TOOL);
    assert_true(str_is(o.tool, "weather"));
    assert_int_equal(json_open(buf_str(&o.text), &alloc_heap, &j, NULL), STATUS_OK);
    assert_true(json_str(json_get(json_root(j), "city")).len > 0);
    json_close(j);
    order_fini(&o);
    assert_true(fixture_read(&o, CHAT, result, NULL));
    assert_int_equal(o.tool.len, 0);
    order_fini(&o);
}

static void test_schema(void **state)
{
    static const char body[] =
        "{\"model\":\"m\",\"messages\":[{\"content\":\"a\"}],\"response_format\":{\"type\":"
        "\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"$defs\":{\"s\":{\"enum\":["
        "\"red\"]}},\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"},\"c\":{\"$"
        "ref\":"
        "\"#/$defs/s\"},\"l\":{\"type\":\"array\",\"items\":{\"type\":[\"null\",\"boolean\"]}},"
        "\"loop\":{\"$ref\":\"#\"}}}}}}";
    struct order o;
    struct json *j = NULL;
    int64_t n = 0;
    assert_true(fixture_read(&o, CHAT, body, NULL));
    assert_int_equal(json_open(buf_str(&o.text), &alloc_heap, &j, NULL), STATUS_OK);
    assert_true(json_i64(json_get(json_root(j), "n"), &n));
    assert_true(str_is(json_str(json_get(json_root(j), "c")), "red"));
    assert_int_equal(json_count(json_get(json_root(j), "l")), 1);
    json_close(j);
    order_fini(&o);
}

static void test_refuses(void **state)
{
    static const char *const bodies[] = {"",
                                         "[]",
                                         "{",
                                         "{\"model\":\"m\"}",
                                         "{\"messages\":[{\"content\":\"a\"}]}",
                                         "{\"model\":\"m\",\"messages\":[]}"};
    struct order o;
    for (unsigned i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        assert_false(fixture_read(&o, CHAT, bodies[i], NULL));
        order_fini(&o);
    }
    assert_false(fixture_read(&o, "/v1/messages",
                              "{\"model\":\"m\",\"messages\":[{\"content\":\"a\"}]}", NULL));
    order_fini(&o);
}

static void test_echo_holds_head_and_body(void **state)
{
    static const char body[] =
        "{\"model\":\"mock/echo\", \"messages\":[{\"content\":\"\\u00e9\"}]}";
    struct order o;
    assert_true(fixture_read(&o, CHAT "?a=b", body, "slow"));
    struct str text = buf_str(&o.text);
    assert_true(str_starts(text, str_of("POST " CHAT "?a=b HTTP/1.1\r\nx-mock-fault: slow\r\n")));
    assert_true(str_ends(text, str_of(body)));
    order_fini(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_path_names_model_and_troubles),
        cmocka_unit_test(test_answers_that_are_no_good),
        cmocka_unit_test(test_each_input_of_a_list_has_to_fit),
        cmocka_unit_test(test_an_answer_ends_with_its_context),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_embeddings_are_cut_at_their_own_context),
        cmocka_unit_test(test_a_tag_hides_no_fault),
        cmocka_unit_test(test_same_request_same_answer),
        cmocka_unit_test(test_most_tokens),
        cmocka_unit_test(test_no_tokens_are_refused),
        cmocka_unit_test(test_choices_and_reasoning),
        cmocka_unit_test(test_cache_remembers_long_prompts),
        cmocka_unit_test(test_marked_cache_is_written_then_read),
        cmocka_unit_test(test_tools),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_echo_holds_head_and_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
