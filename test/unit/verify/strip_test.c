// SPDX-License-Identifier: Apache-2.0
//
// Log-probabilities are taken out, and nothing else changes.

#include "../unit.h"
#include "verify/strip.h"

static void check(void (*strip)(struct str, struct buf *), const char *text, const char *want)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    strip(str_of(text), &out);
    assert_string_equal(buf_cstr(&out), want);
    buf_fini(&out);
}

static void texts(void **state)
{
    (void)state;
    check(strip_text,
          "{ \"choices\": [ {\"logprobs\" : {\"content\":[{\"logprob\":-1}]} , \"index\":0},{"
          "\"logprobs\":null},{\"logprobs\":{}}], \"x\": 1.50 }\n",
          "{ \"choices\": [ {\"logprobs\" : null , \"index\":0},{"
          "\"logprobs\":null},{\"logprobs\":null}], \"x\": 1.50 }\n");
    check(strip_text, "{\"error\":{\"logprobs\":{}}}", "{\"error\":{\"logprobs\":{}}}");
    check(strip_text, "{\"done\":true,\"logprobs\":[{\"logprob\":-1}],\"x\":[1]}",
          "{\"done\":true,\"x\":[1]}");
    check(
        strip_text,
        "{\"object\":\"response\",\"output\":[{\"content\":[{\"logprobs\":[{\"logprob\":-1}]},{"
        "\"logprobs\":[{}]}]},{\"x\":1}]}",
        "{\"object\":\"response\",\"output\":[{\"content\":[{\"logprobs\":[]},{\"logprobs\":[]}]},{"
        "\"x\":1}]}");
    check(strip_text, "{\"type\":\"response.output_text.delta\",\"logprobs\":[{}],\"x\":2}",
          "{\"type\":\"response.output_text.delta\",\"logprobs\":[],\"x\":2}");
    check(
        strip_text,
        "{\"type\":\"response.content_part.done\",\"part\":{\"logprobs\":[{}]},\"item\":{"
        "\"content\":[{\"logprobs\":[3]}]},\"response\":{\"output\":[{\"content\":[{"
        "\"logprobs\":[4]}]}]}}",
        "{\"type\":\"response.content_part.done\",\"part\":{\"logprobs\":[]},\"item\":{\"content\":"
        "[{\"logprobs\":[]}]},\"response\":{\"output\":[{\"content\":[{\"logprobs\":[]}]}]}}");
    check(strip_text,
          "{\"candidates\": [{\"content\":{}, \"logprobsResult\" : {\"chosenCandidates\":[{}]} , "
          "\"avgLogprobs\":-1},{\"logprobsResult\":{}, \"index\":1},{\"logprobsResult\":{}},"
          "{\"content\":{\"logprobsResult\":1}}],\"modelVersion\":\"g\"}",
          "{\"candidates\": [{\"content\":{} , "
          "\"avgLogprobs\":-1},{ \"index\":1},{},"
          "{\"content\":{\"logprobsResult\":1}}],\"modelVersion\":\"g\"}");
    check(strip_text,
          "[{\"candidates\":[{\"logprobsResult\":{}}]},{\"candidates\":[{\"a\":1,"
          "\"logprobsResult\":{}}]}]",
          "[{\"candidates\":[{}]},{\"candidates\":[{\"a\":1}]}]");
    // Members of one name, however often, and wherever they stand.
    check(strip_text,
          "{\"choices\":[{\"logprobs\":{\"a\":1},\"logprobs\":{\"a\":2}}],\"x\":1,\"choices\":[{"
          "\"logprobs\":null,\"logprobs\":[3]}]}",
          "{\"choices\":[{\"logprobs\":null,\"logprobs\":null}],\"x\":1,\"choices\":[{"
          "\"logprobs\":null,\"logprobs\":null}]}");
    check(strip_text,
          "{\"candidates\":[{\"logprobsResult\":1,\"logprobsResult\":{},\"a\":1},{\"a\":1 , "
          "\"logprobsResult\":1 ,\"logprobsResult\":2},{\"logprobsResult\":1, "
          "\"logprobsResult\":2}],\"candidates\":[{\"logprobsResult\":3}]}",
          "{\"candidates\":[{\"a\":1},{\"a\":1  },{}],\"candidates\":[{}]}");
    check(strip_text,
          "{\"type\":\"response.x\",\"item\":{\"content\":[{\"logprobs\":[1]}],\"content\":[{"
          "\"logprobs\":[2]}]},\"logprobs\":[3],\"logprobs\":[4]}",
          "{\"type\":\"response.x\",\"item\":{\"content\":[{\"logprobs\":[]}],\"content\":[{"
          "\"logprobs\":[]}]},\"logprobs\":[],\"logprobs\":[]}");
    check(strip_text, "{\"logprobs\":[1],\"logprobs\":[2]}", "{}");
    // What no strict reader takes, though clients do.
    check(strip_text,
          "{\"choices\":[{\"text\":\"\xff\\\"{\",\"logprobs\":{\"a\":[-Infinity,NaN]}}]}",
          "{\"choices\":[{\"text\":\"\xff\\\"{\",\"logprobs\":null}]}");
    check(strip_text, "{\"choices\":[{\"log\\u0070robs\":{\"a\":1}}]}",
          "{\"choices\":[{\"log\\u0070robs\":null}]}");
    // Cut off.
    check(strip_text, "{\"choices\":[{\"logprobs\":{\"a\":1",
          "{\"choices\":[{\"logprobs\":{\"a\":1");
    check(strip_text, "{\"choices\":[{\"logprobs\":{\"a\":1}",
          "{\"choices\":[{\"logprobs\":{\"a\":1}");
    check(strip_text, "\xef\xbb\xbf {\"logprobs\":[1]}", "\xef\xbb\xbf {}");
    check(strip_text, "no JSON", "no JSON");
    check(strip_text, "", "");
}

static void events(void **state)
{
    (void)state;
    check(strip_events,
          ": hi\n\ndata: {\"choices\":[{\"logprobs\":{}}]}\r\n\r\nevent: x\ndata: "
          "{\"choices\":[{\"logprobs\":{\"a\":1},\"b\":2}]}\n\ndata: [DONE]\n\n",
          ": hi\n\ndata: {\"choices\":[{\"logprobs\":null}]}\r\n\r\nevent: x\ndata: "
          "{\"choices\":[{\"logprobs\":null,\"b\":2}]}\n\ndata: [DONE]\n\n");
    // On several lines.
    check(strip_events,
          "id: 1\ndata: {\"choices\":[\ndata: {\"logprobs\":\ndata: {\"a\":1},\"b\":2}]}\nevent: "
          "x\n\ndata: {\ndata: }\n\n",
          "id: 1\ndata: {\"choices\":[\ndata: {\"logprobs\":\ndata: null,\"b\":2}]}\nevent: "
          "x\n\ndata: {\ndata: }\n\n");
    // Whatever ends its lines.
    check(strip_events, "data: {\"choices\":[\rdata:{\"logprobs\":1}]}\r\rdata: [DONE]\r\r",
          "data: {\"choices\":[\rdata: {\"logprobs\":null}]}\r\rdata: [DONE]\r\r");
    check(strip_events, "event: x\rdata:{\"choices\":[\rdata:{\"logprobs\":1}]}\r\r",
          "event: x\rdata:{\"choices\":[\rdata: {\"logprobs\":null}]}\r\r");
    check(strip_events, "data: {\"choices\":[\r\ndata: {\"logprobs\":1}]}\r\nid: 1\r\n\r\n",
          "data: {\"choices\":[\r\ndata: {\"logprobs\":null}]}\r\nid: 1\r\n\r\n");
    // Behind a BOM, and beside lines that look like its data.
    check(strip_events,
          "\xef\xbb\xbf"
          "data: {\"choices\":[\ndata: {\"logprobs\":1}]}\n\ndata: [DONE]\n\n",
          "\xef\xbb\xbf"
          "data: {\"choices\":[\ndata: {\"logprobs\":null}]}\n\ndata: [DONE]\n\n");
    check(strip_events, ": {\"logprobs\":1}\ndata: {\"logprobs\":1}\ndatabase: x\n\n",
          ": {\"logprobs\":1}\ndata: {}\ndatabase: x\n\n");
    check(strip_events, "data\ndata: {\"logprobs\":1}\n\n", "data\ndata: {}\n\n");
    check(strip_events, "data: [DONE]\n", "data: [DONE]\n");
    check(strip_events, "", "");
}

static void lines(void **state)
{
    (void)state;
    check(strip_lines, "{\"logprobs\":[1]}\n{\"done\":true}\n\n{\"logprobs\":[]}",
          "{}\n{\"done\":true}\n\n{}");
    check(strip_lines, "", "");
}

static void elements(void **state)
{
    (void)state;
    check(strip_elements,
          "[{\"candidates\":[{\"a\":\"]}\\\"{\",\"logprobsResult\":{\"x\":[1]}}]}\r\n,\r\n{"
          "\"candidates\":"
          "[{\"logprobsResult\":{}}],\"b\":[{}]}",
          "[{\"candidates\":[{\"a\":\"]}\\\"{\"}]}\r\n,\r\n{\"candidates\":[{}],\"b\":[{}]}");
    // What is none of Gemini's, or is not whole, stays.
    check(strip_elements, ",{\"logprobs\":[1]}]", ",{\"logprobs\":[1]}]");
    check(strip_elements, ",{\"candidates\":[{\"logprobsResult\":{}",
          ",{\"candidates\":[{\"logprobsResult\":{}");
    check(strip_elements, "]\n", "]\n");
    check(strip_elements, "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(events),
                                       cmocka_unit_test(lines), cmocka_unit_test(elements)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
