// SPDX-License-Identifier: Apache-2.0
//
// How long an answer may be: what is put into a body is what it weighs then.

#include <stdio.h>

#include "../unit.h"
#include "wire/maximum.h"
#include "wire/vendor.h"
#include "wire/weigh.h"

#define LONGEST 100

static void opened(struct ask *a, enum endpoint e, struct str body)
{
    static struct why why;
    struct endpoint_found found = {.endpoint = e};
    if (endpoint_dialect(e) == DIALECT_GEMINI)
        found.model = str_of("m");
    if (ask_open(a, &found, body, &alloc_heap, &why) != REFUSAL_NONE)
        fail_msg("%.*s: %s", STR_ARG(body), why.text);
}

static struct weight weighed(enum endpoint e, unsigned flags, struct str body)
{
    struct weight w;
    struct ask a;
    opened(&a, e, body);
    weigh(&a, flags, str_of("m"), &w);
    ask_close(&a);
    return w;
}

static void lower(enum endpoint e, unsigned flags, struct str body, struct buf *out)
{
    const struct ask_edit edit = {.output_max = LONGEST, .flags = flags};
    struct ask_pieces p;
    struct arena arena;
    struct ask a;
    opened(&a, e, body);
    arena_init(&arena, &alloc_heap, 256, 4096);
    assert_true(ask_splice(&a, &edit, &arena, &p));
    buf_clear(out);
    for (unsigned i = 0; i < p.count; i++)
        buf_add(out, p.at[i]);
    assert_int_equal(out->len, p.bytes);
    arena_fini(&arena);
    ask_close(&a);
}

// --- every endpoint, every vendor, whatever is said ---

static const char *const values[] = {
    NULL,    "null",  "7",       "1e2",    "101",  "0",    "-1", "6.5",
    "100.5", "\"7\"", "\"2e3\"", "\"-1\"", "1e30", "true", "[]",
};
#define VALUES (sizeof values / sizeof values[0])

static void check(enum endpoint e, const struct vendor *v, struct str body)
{
    struct weight before = weighed(e, v->flags, body);
    struct buf sent;
    buf_init(&sent, &alloc_heap, 0);
    lower(e, v->flags, body, &sent);
    struct weight after = weighed(e, v->flags, buf_str(&sent));
    bool less = before.output_max > 0 && before.output_max < LONGEST;
    int64_t said = before.output_max > 0 ? before.output_max : before.output_unsure;
    bool fewer = said > 0 && said < LONGEST;
    if (after.output_max < (fewer ? said : LONGEST) || after.output_max > LONGEST ||
        after.output_unsure != 0 || after.reasons_beside > before.reasons_beside ||
        after.answers != before.answers || (less && !str_eq(body, buf_str(&sent))))
        fail_msg("%s at %s: %.*s becomes %.*s, %lld", endpoint_name(e), v->name, STR_ARG(body),
                 STR_ARG(buf_str(&sent)), (long long)after.output_max);
    buf_fini(&sent);
}

static void member(struct buf *body, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(body, "%s\"%s\":%s", body->ptr[body->len - 1] == '{' ? "" : ",", name, value);
}

// The two members that may say it, with each pair of values.
static void check_pairs(enum endpoint e, const struct vendor *v, const char *object,
                        const char *const names[2])
{
    struct buf body;
    buf_init(&body, &alloc_heap, 0);
    for (size_t i = 0; i < VALUES * VALUES; i++) {
        buf_clear(&body);
        buf_add_cstr(&body, "{\"model\":\"m\",\"n\":3");
        if (object)
            buf_printf(&body, ",\"%s\":{", object);
        member(&body, names[0], values[i % VALUES]);
        member(&body, names[1], values[i / VALUES]);
        buf_add_cstr(&body, object ? "}}" : "}");
        check(e, v, buf_str(&body));
    }
    buf_fini(&body);
}

static void any_body_weighs_what_is_put_in(void **state)
{
    (void)state;
    static const struct {
        enum endpoint e;
        const char *object;
        const char *names[2];
    } ways[] = {
        {ENDPOINT_CHAT, NULL, {"max_tokens", "max_completion_tokens"}},
        {ENDPOINT_COMPLETIONS, NULL, {"max_tokens", "max_output_tokens"}},
        {ENDPOINT_RESPONSES, NULL, {"max_output_tokens", "max_tokens"}},
        {ENDPOINT_MESSAGES, NULL, {"max_tokens", "max_completion_tokens"}},
        {ENDPOINT_GENERATE, "generationConfig", {"maxOutputTokens", "max_output_tokens"}},
        {ENDPOINT_GENERATE, "generation_config", {"maxOutputTokens", "max_output_tokens"}},
        {ENDPOINT_GENERATE_STREAM, "generationConfig", {"maxOutputTokens", "topK"}},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        for (size_t k = 0; k < vendor_count(); k++) {
            const struct vendor *v = vendor_at(k);
            check_pairs(ways[i].e, v, ways[i].object, ways[i].names);
            check(ways[i].e, v, (struct str)STR("{\"model\":\"m\"}"));
        }
    }
    const struct vendor *ollama = vendor_find(str_of("ollama"));
    for (size_t i = 0; i < 9; i++) { // of those that are no numbers Ollama says what is wrong
        char body[128];
        snprintf(body, sizeof body, "{\"model\":\"m\",\"options\":{\"num_predict\":%s}}",
                 values[i] ? values[i] : "null");
        check(ENDPOINT_OLLAMA_CHAT, ollama, str_of(body));
        check(ENDPOINT_OLLAMA_GENERATE, ollama, str_of(body));
    }
}

// All endpoints that give no text stay as they are.
static void what_gives_no_text_stays(void **state)
{
    (void)state;
    struct buf sent;
    buf_init(&sent, &alloc_heap, 0);
    for (int i = 0; i < ENDPOINT_COUNT; i++) {
        enum endpoint e = (enum endpoint)i;
        struct str body = STR("{\"model\":\"m\",\"input\":\"a\",\"max_tokens\":101}");
        bool text = endpoint_makes_output(e) && !endpoint_free(e);
        if (endpoint_is_get(e))
            continue;
        lower(e, 0, body, &sent);
        assert_int_equal(!str_eq(buf_str(&sent), body), text);
        assert_int_equal(weighed(e, 0, buf_str(&sent)).output_max, text ? LONGEST : 0);
        assert_int_equal(maximum_of(e, 0) != NULL, text);
        assert_true(text || maximum_told(NULL, e, 0).said == 0);
        assert_int_equal(maximum_field(NULL, e, 0) != NULL, text);
        assert_int_equal(weighed(e, 0, body).output_field != NULL, text);
    }
    buf_fini(&sent);
}

// --- the bytes ---

static void every_other_byte_is_the_callers(void **state)
{
    (void)state;
    static const struct {
        enum endpoint e;
        const char *vendor;
        const char *body;
        const char *sent;
    } cases[] = {
        {ENDPOINT_CHAT, "openai", " { \"model\" : \"m\" , \"n\":2}",
         " {\"max_completion_tokens\":100, \"model\" : \"m\" , \"n\":2}"},
        {ENDPOINT_CHAT, "deepseek", "{\"model\":\"m\"}", "{\"max_tokens\":100,\"model\":\"m\"}"},
        {ENDPOINT_CHAT, "openai", "{\"model\":\"m\", \"max_tokens\" : 4096 }",
         "{\"model\":\"m\", \"max_tokens\" : 100 }"},
        // Which it may ignore; and which it may know.
        {ENDPOINT_CHAT, "deepseek", "{\"model\":\"m\",\"max_completion_tokens\":7}",
         "{\"max_tokens\":100,\"model\":\"m\",\"max_completion_tokens\":7}"},
        {ENDPOINT_CHAT, "deepseek", "{\"model\":\"m\",\"max_completion_tokens\":4096}",
         "{\"max_tokens\":100,\"model\":\"m\",\"max_completion_tokens\":100}"},
        {ENDPOINT_CHAT, "vllm", "{\"max_tokens\":7,\"model\":\"m\",\"max_completion_tokens\":200}",
         "{\"max_tokens\":7,\"model\":\"m\",\"max_completion_tokens\":100}"},
        // Never more than what is meant.
        {ENDPOINT_CHAT, "openai", "{\"model\":\"m\",\"max_tokens\":\"20\"}",
         "{\"model\":\"m\",\"max_tokens\":20}"},
        {ENDPOINT_CHAT, "vllm",
         "{\"model\":\"m\",\"max_tokens\":\"2e1\",\"max_completion_tokens\":200}",
         "{\"model\":\"m\",\"max_tokens\":20,\"max_completion_tokens\":100}"},
        {ENDPOINT_MESSAGES, "anthropic", "{\"model\":\"m\",\"max_tokens\":\"-1\"}",
         "{\"model\":\"m\",\"max_tokens\":100}"},
        {ENDPOINT_GENERATE, "google", "{\"generationConfig\":{\"maxOutputTokens\":\"20\"}}",
         "{\"generationConfig\":{\"maxOutputTokens\":20}}"},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "{\"model\":\"m\",\"options\":{\"num_predict\":20.9}}",
         "{\"model\":\"m\",\"options\":{\"num_predict\":21}}"},
        // What xAI thinks is beside the older one alone.
        {ENDPOINT_CHAT, "xai", "{\"model\":\"m\",\"max_tokens\":null}",
         "{\"max_completion_tokens\":100,\"model\":\"m\",\"max_tokens\":null}"},
        // An empty answer that was asked for, where it is known to be one.
        {ENDPOINT_MESSAGES, "anthropic", "{\"model\":\"m\",\"max_tokens\":0}",
         "{\"model\":\"m\",\"max_tokens\":0}"},
        {ENDPOINT_COMPLETIONS, "openai", "{\"model\":\"m\",\"max_tokens\":0}",
         "{\"model\":\"m\",\"max_tokens\":0}"},
        {ENDPOINT_COMPLETIONS, "together", "{\"model\":\"m\",\"max_tokens\":0}",
         "{\"model\":\"m\",\"max_tokens\":100}"},
        {ENDPOINT_RESPONSES, "openai", "{\"model\":\"m\",\"max_output_tokens\":null}",
         "{\"model\":\"m\",\"max_output_tokens\":100}"},
        {ENDPOINT_GENERATE, "google", "{}", "{\"generationConfig\":{\"maxOutputTokens\":100}}"},
        {ENDPOINT_GENERATE, "google", "{\"generationConfig\":null}",
         "{\"generationConfig\":{\"maxOutputTokens\":100}}"},
        {ENDPOINT_GENERATE, "google", "{\"generation_config\":{ },\"generationConfig\":null}",
         "{\"generation_config\":{\"max_output_tokens\":100 },\"generationConfig\":null}"},
        {ENDPOINT_GENERATE, "google", "{\"generation_config\":{\"topK\":1}}",
         "{\"generation_config\":{\"max_output_tokens\":100,\"topK\":1}}"},
        {ENDPOINT_GENERATE, "google", "{\"generationConfig\":{\"max_output_tokens\":null}}",
         "{\"generationConfig\":{\"max_output_tokens\":100}}"},
        {ENDPOINT_GENERATE, "google", "{\"generation_config\":{\"maxOutputTokens\":200}}",
         "{\"generation_config\":{\"maxOutputTokens\":100}}"},
        {ENDPOINT_GENERATE, "google", "{\"generationConfig\":7}", "{\"generationConfig\":7}"},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "{\"model\":\"m\"}",
         "{\"options\":{\"num_predict\":100},\"model\":\"m\"}"},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "{\"model\":\"m\",\"options\":{\"num_predict\":-1}}",
         "{\"model\":\"m\",\"options\":{\"num_predict\":100}}"},
        {ENDPOINT_OLLAMA_CHAT, "ollama", "{\"model\":\"m\",\"options\":{\"num_predict\":\"7\"}}",
         "{\"model\":\"m\",\"options\":{\"num_predict\":\"7\"}}"},
    };
    struct buf sent;
    buf_init(&sent, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lower(cases[i].e, vendor_find(str_of(cases[i].vendor))->flags, str_of(cases[i].body),
              &sent);
        if (!str_is(buf_str(&sent), cases[i].sent))
            fail_msg("%s becomes %.*s", cases[i].body, STR_ARG(buf_str(&sent)));
    }
    buf_fini(&sent);
}

// Both are put in together: one object.
static void goes_with_the_other_changes(void **state)
{
    (void)state;
    const struct ask_edit edit = {.model = STR("x"),
                                  .include_usage = true,
                                  .output_max = LONGEST,
                                  .context = 2048,
                                  .no_truncate = true};
    static const struct {
        enum endpoint e;
        const char *body;
        const char *sent;
    } cases[] = {
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"stream\":true}",
         "{\"max_tokens\":100,\"stream_options\":{\"include_usage\":true},\"model\":\"x\","
         "\"stream\":true}"},
        {ENDPOINT_OLLAMA_CHAT, "{\"model\":\"m\",\"options\":{\"num_predict\":200}}",
         "{\"truncate\":false,\"model\":\"x\",\"options\":{\"num_ctx\":2048,"
         "\"num_predict\":100}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        struct ask_pieces p;
        struct buf sent;
        struct ask a;
        opened(&a, cases[i].e, str_of(cases[i].body));
        buf_init(&sent, &alloc_heap, 0);
        arena_init(&arena, &alloc_heap, 256, 4096);
        assert_true(ask_splice(&a, &edit, &arena, &p));
        for (unsigned k = 0; k < p.count; k++)
            buf_add(&sent, p.at[k]);
        assert_true(str_is(buf_str(&sent), cases[i].sent));
        arena_fini(&arena);
        buf_fini(&sent);
        ask_close(&a);
    }
}

// Without room nothing half edited is given.
static void tells_when_the_arena_is_full(void **state)
{
    (void)state;
    const struct ask_edit edit = {.output_max = LONGEST, .context = 1, .no_truncate = true};
    static const struct {
        enum endpoint e;
        const char *body;
    } cases[] = {
        {ENDPOINT_CHAT, "{\"model\":\"m\"}"},
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"max_tokens\":200}"},
        {ENDPOINT_CHAT, "{\"model\":\"m\",\"max_tokens\":null}"},
        {ENDPOINT_GENERATE, "{}"},
        {ENDPOINT_GENERATE, "{\"generationConfig\":{}}"},
        {ENDPOINT_GENERATE, "{\"generationConfig\":null}"},
        {ENDPOINT_OLLAMA_CHAT, "{\"model\":\"m\",\"options\":{\"num_ctx\":2},\"truncate\":null}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ask_pieces p;
        struct ask a;
        size_t room = 1;
        opened(&a, cases[i].e, str_of(cases[i].body));
        for (bool done = false; !done; room++) {
            struct arena arena;
            arena_init(&arena, &alloc_heap, 16, room);
            done = ask_splice(&a, &edit, &arena, &p);
            assert_true(done || room < 4096);
            arena_fini(&arena);
        }
        assert_true(room > 16);
        ask_close(&a);
    }
}

// --- what is not gone below ---

static int64_t least(enum endpoint e, const char *members)
{
    char body[512];
    snprintf(body, sizeof body, "{\"model\":\"m\"%s%s}", *members ? "," : "", members);
    return weighed(e, 0, str_of(body)).output_least;
}

static void thinking_has_its_budget(void **state)
{
    (void)state;
    static const char *const outer[] = {"generationConfig", "generation_config"};
    static const char *const inner[] = {"thinkingConfig", "thinking_config"};
    static const char *const names[] = {"thinkingBudget", "thinking_budget"};
    for (int i = 0; i < 8; i++) {
        char text[128];
        snprintf(text, sizeof text, "\"%s\":{\"%s\":{\"%s\":512}}", outer[i & 1], inner[i / 2 & 1],
                 names[i / 4]);
        assert_int_equal(least(ENDPOINT_GENERATE, text), 513);
    }
    assert_int_equal(least(ENDPOINT_GENERATE,
                           "\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":-1}}"),
                     1);
    assert_int_equal(
        least(ENDPOINT_MESSAGES, "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}"),
        1025);
    assert_int_equal(least(ENDPOINT_MESSAGES, "\"thinking\":{\"type\":\"adaptive\"}"), 1);
    assert_int_equal(least(ENDPOINT_MESSAGES, "\"thinking\":null"), 1);
    assert_int_equal(least(ENDPOINT_CHAT, "\"thinking\":{\"budget_tokens\":1024}"), 1025);
    assert_int_equal(least(ENDPOINT_CHAT, "\"reasoning\":{\"max_tokens\":2000}"), 2001);
    assert_int_equal(least(ENDPOINT_CHAT, "\"thinking_budget\":9223372036854775807"), INT64_MAX);
    assert_int_equal(least(ENDPOINT_CHAT, "\"extra_body\":{\"google\":{\"thinking_config\":{"
                                          "\"thinking_budget\":9}}},\"thinking_budget\":4"),
                     10);
    assert_int_equal(least(ENDPOINT_CHAT, ""), 1);
    assert_int_equal(least(ENDPOINT_OLLAMA_CHAT, ""), 1);
    assert_int_equal(least(ENDPOINT_RESPONSES, ""), 16); // fewer it refuses
    assert_int_equal(least(ENDPOINT_RESPONSES, "\"thinking_budget\":99"), 100);
    assert_int_equal(least(ENDPOINT_EMBEDDINGS, ""), 0);
}

static bool has_tools(enum endpoint e, const char *members)
{
    char body[512];
    snprintf(body, sizeof body, "{\"model\":\"m\",%s}", members);
    return weighed(e, 0, str_of(body)).tools;
}

static void sees_tools(void **state)
{
    (void)state;
    assert_true(has_tools(ENDPOINT_CHAT, "\"tools\":[{\"type\":\"function\"}]"));
    assert_true(has_tools(ENDPOINT_CHAT, "\"functions\":[{\"name\":\"f\"}]"));
    assert_true(has_tools(ENDPOINT_RESPONSES, "\"tools\":[{\"type\":\"web_search\"}]"));
    assert_true(has_tools(ENDPOINT_MESSAGES, "\"tools\":[{\"name\":\"f\"}]"));
    assert_true(has_tools(ENDPOINT_GENERATE, "\"tools\":[{\"functionDeclarations\":[{}]}]"));
    assert_true(has_tools(ENDPOINT_OLLAMA_CHAT, "\"tools\":[{\"type\":\"function\"}]"));
    assert_false(has_tools(ENDPOINT_CHAT, "\"tools\":[],\"functions\":null"));
    assert_false(has_tools(ENDPOINT_CHAT, "\"tool_choice\":\"none\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_body_weighs_what_is_put_in),
        cmocka_unit_test(what_gives_no_text_stays),
        cmocka_unit_test(every_other_byte_is_the_callers),
        cmocka_unit_test(goes_with_the_other_changes),
        cmocka_unit_test(tells_when_the_arena_is_full),
        cmocka_unit_test(thinking_has_its_budget),
        cmocka_unit_test(sees_tools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
