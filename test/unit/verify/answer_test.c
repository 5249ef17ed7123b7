// SPDX-License-Identifier: Apache-2.0
//
// Answers of each dialect, whole and as streams: what is read of them.

#include <stdio.h>

#include "../unit.h"
#include "verify/sureness.h"
#include "verify/verify.h"

enum rest { NOTHING, MORE, BEGUN };

static const struct {
    enum endpoint endpoint;
    enum meter_kind kind;
    const char *bytes;
    const char *text;
    enum answer_finish finish;
    const char *call, *arguments; // of its first call
    unsigned tokens;
} answers[] = {
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"index\":1,\"message\":{\"content\":\"no\"}},{\"index\":0,\"message\":{"
     "\"content\":\" yes \"},\"finish_reason\":\"stop\",\"logprobs\":{\"content\":[{\"token\":"
     "\"yes\",\"logprob\":-0.25,\"top_logprobs\":[]}]}}]}",
     "yes", ANSWER_ENDED, NULL, NULL, 1},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I won't.\"},\"finish_reason\":"
     "\"stop\"}]}",
     "I won't.", ANSWER_REFUSED, NULL, NULL, 0},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"content_filter\"}]}", "",
     ANSWER_REFUSED, NULL, NULL, 0},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":"
     "\"{\\\"a\\\":1}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
     "", ANSWER_ENDED, "f", "{\"a\":1}", 0},
    {ENDPOINT_CHAT, METER_SSE,
     "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"on\"}}]}\n\ndata: {\"choices\":[{"
     "\"index\":0,\"delta\":{\"content\":\"e\"},\"finish_reason\":\"length\"}]}\n\n"
     "data: [DONE]\n\n",
     "one", ANSWER_CUT, NULL, NULL, 0},
    {ENDPOINT_CHAT, METER_SSE,
     "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\","
     "\"arguments\":\"\"}}]}}]}\n\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
     "\"function\":{\"arguments\":\"{\\\"a\\\"\"}}]}}]}\n\ndata: {\"choices\":[{\"delta\":{"
     "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\":2}\"}}]},\"finish_reason\":"
     "\"tool_calls\"}]}\n\n",
     "", ANSWER_ENDED, "f", "{\"a\":2}", 0},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"model_length\"}]}", "x",
     ANSWER_CUT, NULL, NULL, 0},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"lenght\"}]}", "x",
     ANSWER_UNTOLD, NULL, NULL, 0},
    {ENDPOINT_COMPLETIONS, METER_JSON,
     "{\"choices\":[{\"text\":\"x\",\"finish_reason\":\"stop\",\"logprobs\":{\"token_logprobs\":["
     "null,-1,-2]}}]}",
     "x", ANSWER_ENDED, NULL, NULL, 2},
    {ENDPOINT_MESSAGES, METER_JSON,
     "{\"type\":\"message\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\"},{\"type\":"
     "\"text\",\"text\":\"a\"},{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{\"b\":[1]}}],"
     "\"stop_reason\":\"tool_use\"}",
     "a", ANSWER_ENDED, "f", "{\"b\":[1]}", 0},
    {ENDPOINT_MESSAGES, METER_SSE,
     "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,"
     "\"content_block\":{\"type\":\"tool_use\",\"name\":\"g\",\"input\":{}}}\n\ndata: {\"type\":"
     "\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
     "\"partial_json\":\"{}\"}}\n\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
     "\"type\":\"text_delta\",\"text\":\"hi\"}}\n\ndata: {\"type\":\"message_delta\",\"delta\":{"
     "\"stop_reason\":\"max_tokens\"}}\n\n",
     "hi", ANSWER_CUT, "g", "{}", 0},
    // What runs at the provider is no call of the caller's, nor are its pieces.
    {ENDPOINT_MESSAGES, METER_SSE,
     "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
     "\"server_tool_use\",\"name\":\"web_search\",\"input\":{}}}\n\ndata: {\"type\":"
     "\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\","
     "\"partial_json\":\"{\\\"query\\\":1}\"}}\n\ndata: {\"type\":\"content_block_stop\","
     "\"index\":0}\n\ndata: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{"
     "\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n",
     "hi", ANSWER_UNTOLD, NULL, NULL, 0},
    {ENDPOINT_MESSAGES, METER_JSON,
     "{\"type\":\"message\",\"content\":[],\"stop_reason\":\"refusal\"}", "", ANSWER_REFUSED, NULL,
     NULL, 0},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"object\":\"response\",\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
     "\"max_output_tokens\"},\"output\":[{\"type\":\"message\",\"content\":[{\"type\":"
     "\"output_text\",\"text\":\"ab\",\"logprobs\":[{\"logprob\":-3}]}]}]}",
     "ab", ANSWER_CUT, NULL, NULL, 1},
    {ENDPOINT_RESPONSES, METER_SSE,
     "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\ndata: {\"type\":"
     "\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[{\"type\":"
     "\"function_call\",\"name\":\"f\",\"arguments\":\"{}\"}]}}\n\n",
     "", ANSWER_ENDED, "f", "{}", 0},
    {ENDPOINT_GENERATE, METER_JSON,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"why\",\"thought\":true},{\"text\":"
     "\"ok\"},{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1}}}]},\"finishReason\":"
     "\"STOP\"}]}",
     "ok", ANSWER_ENDED, "f", "{\"a\":1}", 0},
    {ENDPOINT_GENERATE_STREAM, METER_JSON,
     "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"o\"}]}}]},{\"candidates\":[{"
     "\"content\":{\"parts\":[{\"text\":\"k\"}]},\"finishReason\":\"SAFETY\"}]}]",
     "ok", ANSWER_REFUSED, NULL, NULL, 0},
    {ENDPOINT_GENERATE, METER_JSON,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"ok\"}]},\"finishReason\":"
     "\"FINISH_REASON_UNSPECIFIED\"}]}",
     "ok", ANSWER_UNTOLD, NULL, NULL, 0},
    {ENDPOINT_OLLAMA_CHAT, METER_LINES,
     "{\"message\":{\"content\":\"o\"},\"done\":false}\n{\"message\":{\"content\":\"k\"}}\n\n{"
     "\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"length\"}\n",
     "ok", ANSWER_CUT, NULL, NULL, 0},
    {ENDPOINT_OLLAMA_GENERATE, METER_JSON,
     "{\"response\":\"<think>\\nhm\\n</think>\\n\\nok\",\"done\":true,\"done_reason\":\"stop\"}",
     "ok", ANSWER_ENDED, NULL, NULL, 0},
};

// What is neither text nor a call is something, and what has only begun is nothing yet.
static const struct {
    enum endpoint endpoint;
    enum meter_kind kind;
    const char *bytes;
    const char *text;
    enum answer_finish finish;
    enum rest rest;
} others[] = {
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"image_generation_call\"}]}", "",
     ANSWER_ENDED, MORE},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"computer_call\"}]}", "", ANSWER_ENDED,
     MORE},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"local_shell_call\"}]}", "", ANSWER_ENDED,
     MORE},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"shell_call\"}]}", "", ANSWER_ENDED, MORE},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"apply_patch_call\"}]}", "", ANSWER_ENDED,
     MORE},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"mcp_approval_request\"}]}", "",
     ANSWER_ENDED, MORE},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"reasoning\"}]}", "", ANSWER_ENDED, NOTHING},
    {ENDPOINT_RESPONSES, METER_JSON,
     "{\"status\":\"completed\",\"output\":[{\"type\":\"web_search_call\"}]}", "", ANSWER_ENDED,
     NOTHING},
    {ENDPOINT_RESPONSES, METER_JSON, "{\"status\":\"queued\",\"output\":[]}", "", ANSWER_UNTOLD,
     BEGUN},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"content\":null,\"audio\":{\"data\":\"aGk=\",\"transcript\":"
     "\"Hello\"}},\"finish_reason\":\"stop\"}]}",
     "Hello", ANSWER_ENDED, MORE},
    {ENDPOINT_CHAT, METER_SSE,
     "data: {\"choices\":[{\"delta\":{\"audio\":{\"transcript\":\"Hel\"}}}]}\n\ndata: "
     "{\"choices\":[{\"delta\":{\"audio\":{\"transcript\":\"lo\"}}}]}\n\n",
     "Hello", ANSWER_UNTOLD, MORE},
    {ENDPOINT_CHAT, METER_JSON,
     "{\"choices\":[{\"message\":{\"content\":\"\",\"images\":[{}]},\"finish_reason\":\"stop\"}]}",
     "", ANSWER_ENDED, MORE},
    {ENDPOINT_GENERATE, METER_JSON,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{\"data\":\"aGk=\"}}]},"
     "\"finishReason\":\"STOP\"}]}",
     "", ANSWER_ENDED, MORE},
    {ENDPOINT_GENERATE, METER_JSON,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"executableCode\":{\"code\":\"1\"}}]},"
     "\"finishReason\":\"STOP\"}]}",
     "", ANSWER_ENDED, MORE},
    {ENDPOINT_GENERATE, METER_JSON,
     "{\"candidates\":[{\"content\":{\"parts\":[{\"thought\":true,\"inlineData\":{\"data\":\"aGk="
     "\"}}]},\"finishReason\":\"STOP\"}]}",
     "", ANSWER_ENDED, NOTHING},
    {ENDPOINT_MESSAGES, METER_JSON,
     "{\"type\":\"message\",\"content\":[{\"type\":\"server_tool_use\",\"name\":\"web_search\","
     "\"input\":{}}],\"stop_reason\":\"pause_turn\"}",
     "", ANSWER_ENDED, BEGUN},
    {ENDPOINT_MESSAGES, METER_JSON,
     "{\"type\":\"message\",\"content\":[{\"type\":\"server_tool_use\",\"name\":\"web_search\","
     "\"input\":{}}],\"stop_reason\":\"end_turn\"}",
     "", ANSWER_ENDED, NOTHING},
};

static void looks_empty(const struct answer *a, bool silent)
{
    const struct asked asked = {.form = ASKED_TEXT};
    const struct verify_case c = {.answer = a, .asked = &asked};
    const struct asked tool = {.call_needed = true};
    const struct verify_case calls = {.answer = a, .asked = &tool};
    struct finding f;
    verify(VERIFIER_EMPTY, &c, &f);
    assert_int_equal(f.verdict, !silent || a->more ? VERDICT_GOOD
                                : a->begun         ? VERDICT_UNSURE
                                                   : VERDICT_BAD);
    verify(VERIFIER_SCHEMA, &calls, &f);
    assert_int_equal(f.verdict == VERDICT_UNSURE, a->call_count == 0 && (a->more || a->begun));
}

static void answers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct answer a;
        assert_true(answer_read(&a, answers[i].endpoint, answers[i].kind, str_of(answers[i].bytes),
                                &alloc_heap));
        struct str text = answer_text(&a);
        if (!str_is(text, answers[i].text) || a.finish != answers[i].finish || a.failed)
            fail_msg("answer %zu: \"%.*s\", %d", i, STR_ARG(text), a.finish);
        assert_int_equal(a.call_count, answers[i].call ? 1 : 0);
        if (answers[i].call) {
            assert_true(str_is(buf_str(&a.calls[0].name), answers[i].call));
            assert_true(str_is(buf_str(&a.calls[0].arguments), answers[i].arguments));
        }
        assert_int_equal(a.token_count, answers[i].tokens);
        answer_fini(&a);
    }
}

static void what_else_there_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct answer a;
        assert_true(answer_read(&a, others[i].endpoint, others[i].kind, str_of(others[i].bytes),
                                &alloc_heap));
        assert_true(str_is(answer_text(&a), others[i].text));
        assert_int_equal(a.finish, others[i].finish);
        const bool sound = strstr(others[i].bytes, "transcript");
        assert_int_equal(a.unseen, a.more && !sound);
        if (a.more != (others[i].rest == MORE) || a.begun != (others[i].rest == BEGUN))
            fail_msg("%s: %d %d", others[i].bytes, a.more, a.begun);
        looks_empty(&a, !others[i].text[0]);
        answer_fini(&a);
    }
}

static void garbage_is_none(void **state)
{
    (void)state;
    static const char *const bytes[] = {"", "{", "data: x\n\n", "<html>"};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        for (enum meter_kind k = METER_JSON; k <= METER_OTHER; k++) {
            struct answer a;
            assert_false(answer_read(&a, ENDPOINT_CHAT, k, str_of(bytes[i]), &alloc_heap));
            answer_fini(&a);
        }
    }
}

// A stream of nothing but its end has been read, and says nothing.
static void an_end_alone_is_empty(void **state)
{
    (void)state;
    struct answer a;
    assert_true(answer_read(&a, ENDPOINT_CHAT, METER_SSE, str_of("data: [DONE]\n\n"), &alloc_heap));
    assert_int_equal(answer_text(&a).len, 0);
    assert_int_equal(a.call_count, 0);
    answer_fini(&a);
}

// Beyond what is kept it says so, and does not pretend to have read all.
static void too_much_fails(void **state)
{
    (void)state;
    struct answer a;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    buf_add_cstr(&b, "{\"choices\":[{\"message\":{\"tool_calls\":[");
    for (int i = 0; i < ANSWER_CALLS_MAX + 1; i++)
        buf_printf(&b, "%s{\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}", i ? "," : "");
    buf_add_cstr(&b, "]}}]}");
    assert_true(answer_read(&a, ENDPOINT_CHAT, METER_JSON, buf_str(&b), &alloc_heap));
    assert_true(a.failed);
    answer_fini(&a);
    buf_fini(&b);
}

// As some servers write what they do not know, or what cannot be.
static void odd_tokens(void **state)
{
    (void)state;
    struct answer a;
    const char *bytes = "{\"choices\":[{\"text\":\"x\",\"logprobs\":{\"token_logprobs\":[-9999.0,"
                        "4.1e-6,-1.5e-6,\"a\",-1e300]}}]}";
    assert_true(answer_read(&a, ENDPOINT_COMPLETIONS, METER_JSON, str_of(bytes), &alloc_heap));
    assert_int_equal(a.token_count, 4);
    assert_int_equal(a.tokens[0], -1000000000);
    assert_int_equal(a.tokens[3], -1000000000);
    assert_int_equal(a.tokens[1], 0);
    assert_int_equal(a.tokens[2], -2);
    assert_false(a.token_odd); // above 0 by rounding alone
    answer_fini(&a);
}

// What is no logarithm of a probability tells nothing, nor do those beside it.
static void impossible_tokens_are_not_believed(void **state)
{
    (void)state;
    static const char *const odd[] = {"0.5", "1e308", "2", "0.001", "1e19"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct answer a;
        struct how_sure sure = {0, false};
        struct finding found = {.verdict = VERDICT_GOOD};
        char bytes[200];
        snprintf(bytes, sizeof bytes,
                 "{\"choices\":[{\"text\":\"x\",\"logprobs\":{\"token_logprobs\":[-0.01,%s]}}]}",
                 odd[i]);
        assert_true(answer_read(&a, ENDPOINT_COMPLETIONS, METER_JSON, str_of(bytes), &alloc_heap));
        assert_true(a.token_odd);
        assert_false(sureness_of(&a, &sure));
        verifier_logprob(&(struct verify_case){.answer = &a, .sure_least = SURENESS_START}, &found);
        assert_int_equal(found.verdict, VERDICT_UNSURE);
        answer_fini(&a);
    }
}

// Gemini tells of each token, or of all of them together, or both: then of each.
static void gemini_tells_tokens_or_their_mean(void **state)
{
    (void)state;
    static const struct {
        const char *candidate;
        bool told;
        int32_t sure;
        bool mean;
    } cases[] = {
        {"\"logprobsResult\":{\"chosenCandidates\":[{\"token\":\"a\",\"logProbability\":-0.5},{"
         "\"token\":\"b\",\"logProbability\":-2}]},\"avgLogprobs\":-1.25",
         true, -2000000, false},
        {"\"avgLogprobs\":-0.25", true, -250000, true},
        {"\"avgLogprobs\":0.5", false, 0, false}, // no logarithm of a probability
        {"\"avgLogprobs\":\"NaN\"", false, 0, false},
        {"\"logprobsResult\":{}", false, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct answer a;
        struct how_sure sure = {0, false};
        char bytes[300];
        snprintf(bytes, sizeof bytes,
                 "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},%s}]}",
                 cases[i].candidate);
        assert_true(answer_read(&a, ENDPOINT_GENERATE, METER_JSON, str_of(bytes), &alloc_heap));
        assert_int_equal(sureness_of(&a, &sure), cases[i].told);
        assert_int_equal(sure.ppm, cases[i].sure);
        assert_int_equal(sure.mean, cases[i].mean);
        answer_fini(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(what_else_there_is),
        cmocka_unit_test(garbage_is_none),
        cmocka_unit_test(gemini_tells_tokens_or_their_mean),
        cmocka_unit_test(an_end_alone_is_empty),
        cmocka_unit_test(too_much_fails),
        cmocka_unit_test(odd_tokens),
        cmocka_unit_test(impossible_tokens_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
