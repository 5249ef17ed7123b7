// SPDX-License-Identifier: Apache-2.0
//
// What the golden cases cannot see: how pieces go on, what memory is held, and its lack.

#include "../unit.h"
#include "base/limits.h"
#include "meter/meter.h"
#include "wire/vendor.h"

struct gave {
    unsigned calls;
    struct str last;
    size_t bytes;
};

static void give(void *context, struct str bytes)
{
    struct gave *g = context;
    g->calls++;
    g->last = bytes;
    g->bytes += bytes.len;
}

#define DELTA \
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"

static void init(struct meter *m, enum endpoint e, enum meter_kind kind, bool drop)
{
    struct meter_setup setup = {.endpoint = e, .kind = kind, .drop_usage_chunk = drop};
    meter_init(m, &setup, &alloc_heap);
}

#define ELEMENT_HEAD "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\""
#define ELEMENT_TAIL "\"}]}}]}"

struct elements {
    unsigned whole, others;
};

static void count_element(void *context, struct str bytes)
{
    struct elements *e = context;
    bool whole = str_search(bytes, str_of(ELEMENT_HEAD)) < bytes.len &&
                 str_search(bytes, str_of(ELEMENT_TAIL)) < bytes.len;
    e->whole += whole;
    e->others += !whole;
}

// Where something is to be taken out of it, an array's element of 900 KiB goes on whole; of more
// than 1 MiB, and otherwise, in parts.
static void long_elements_are_held(void **state)
{
    (void)state;
    static const struct {
        bool holds;
        size_t bytes;
        bool whole;
    } cases[] = {{true, 900 * KIB, true}, {false, 100 * KIB, false}, {true, 1100 * KIB, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct meter_setup setup = {
            .endpoint = ENDPOINT_GENERATE_STREAM, .kind = METER_JSON, .holds_long = cases[i].holds};
        struct elements came = {0};
        struct meter m;
        struct buf text;
        buf_init(&text, &alloc_heap, 0);
        buf_add_cstr(&text, "[" ELEMENT_HEAD);
        while (text.len < cases[i].bytes)
            buf_add_char(&text, 'a');
        buf_add_cstr(&text, ELEMENT_TAIL ",{\"candidates\":[]}");
        meter_init(&m, &setup, &alloc_heap);
        for (size_t at = 0; at < text.len; at += 16 * KIB) {
            const struct str rest = str_skip(buf_str(&text), at);
            meter_feed(&m, str_from(rest.ptr, rest.len < 16 * KIB ? rest.len : 16 * KIB),
                       count_element, &came);
        }
        assert_int_equal(came.whole > 0, cases[i].whole);
        assert_true(!m.garbage && !m.inside);
        meter_fini(&m);
        buf_fini(&text);
    }
}

static void passes_runs_of_events_as_one_slice(void **state)
{
    (void)state;
    struct meter m;
    struct gave g = {0};
    struct str piece = str_of(DELTA DELTA DELTA);
    init(&m, ENDPOINT_CHAT, METER_SSE, true);
    meter_feed(&m, piece, give, &g);
    assert_int_equal(g.calls, 1);
    assert_ptr_equal(g.last.ptr, piece.ptr);
    assert_int_equal(g.last.len, piece.len);
    g = (struct gave){0};
    piece = str_of(DELTA DELTA USAGE "data: [DONE]\n\n");
    meter_feed(&m, piece, give, &g);
    assert_int_equal(g.calls, 1); // what is dropped and held makes no second slice
    assert_int_equal(g.bytes, 2 * strlen(DELTA));
    assert_true(m.terminal && m.has_usage);
    meter_release(&m, give, &g);
    assert_true(str_is(g.last, "data: [DONE]\n\n"));
    meter_release(&m, give, &g);
    assert_int_equal(g.calls, 2); // held bytes are given once
    meter_fini(&m);
}

static void an_idle_stream_holds_nothing(void **state)
{
    (void)state;
    struct meter m;
    struct gave g = {0};
    init(&m, ENDPOINT_CHAT, METER_SSE, true);
    for (int i = 0; i < 100; i++)
        meter_feed(&m, str_of(DELTA), give, &g);
    assert_int_equal(m.sse.carry.size + m.sse.joined.size + m.held.size, 0);
    assert_true(sizeof m <= 1120);
    meter_fini(&m);
}

// The first answer of a call in the background is whole, and says nothing of what will be made.
static void a_call_in_the_background_is_not_told_by_its_answer(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool background, tells;
    } rows[] = {
        {"{\"status\":\"queued\",\"usage\":null}", true, false},
        {"{\"status\":\"queued\",\"usage\":{\"input_tokens\":0,\"output_tokens\":0}}", true, false},
        {"{\"status\":\"in_progress\",\"usage\":{\"input_tokens\":5,\"output_tokens\":0}}", false,
         false},
        {"{\"status\":\"completed\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}", true,
         true},
        {"{\"status\":\"failed\",\"error\":{\"code\":\"x\"},\"usage\":null}", true, true},
        {"{\"status\":\"completed\",\"usage\":null}", false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct meter m;
        struct gave g = {0};
        struct meter_setup setup = {
            .endpoint = ENDPOINT_RESPONSES, .kind = METER_JSON, .background = rows[i].background};
        meter_init(&m, &setup, &alloc_heap);
        meter_feed(&m, str_of(rows[i].body), give, &g);
        meter_end(&m, true);
        assert_true(meter_complete(&m));
        assert_int_equal(meter_tells(&m), rows[i].tells);
        meter_fini(&m);
    }
}

#define ZEROS "\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}"

// A success that says nothing of what was made is no proof that nothing was.
static void an_answer_of_nothing_tells_nothing(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        enum meter_kind kind;
        const char *body;
        bool tells;
    } rows[] = {
        {ENDPOINT_CHAT, METER_JSON, "{}", false},
        {ENDPOINT_CHAT, METER_JSON, "{\"model\":\"gpt-4o\"}", false},
        {ENDPOINT_CHAT, METER_JSON, "{\"choices\":[{\"message\":{\"content\":\"a\"}}]}", true},
        {ENDPOINT_CHAT, METER_JSON, "{\"usage\":{\"total_tokens\":9}}", true},
        {ENDPOINT_CHAT, METER_SSE, "data: [DONE]\n\n", false},
        {ENDPOINT_CHAT, METER_SSE, DELTA "data: [DONE]\n\n", true},
        {ENDPOINT_CHAT, METER_SSE,
         "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
         true},
        {ENDPOINT_CHAT, METER_SSE, "data: {" ZEROS "}\n\ndata: [DONE]\n\n", false},
        {ENDPOINT_CHAT, METER_SSE,
         "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[]," ZEROS "}\n\ndata: [DONE]\n\n",
         false},
        {ENDPOINT_CHAT, METER_SSE,
         "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]," ZEROS
         "}\n\ndata: [DONE]\n\n",
         true},
        {ENDPOINT_CHAT, METER_JSON, "{" ZEROS "}", true},
        {ENDPOINT_RESPONSES, METER_JSON, "{\"status\":\"in_progress\"}", false},
        {ENDPOINT_RESPONSES, METER_JSON, "{\"status\":\"queued\",\"usage\":null}", false},
        {ENDPOINT_RESPONSES, METER_JSON, "{\"status\":\"completed\"}", true},
        {ENDPOINT_MESSAGES, METER_JSON, "{\"type\":\"message\"}", false},
        {ENDPOINT_GENERATE, METER_JSON, "{}", false},
        {ENDPOINT_GENERATE, METER_JSON, "{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}", true},
        {ENDPOINT_EMBEDDINGS, METER_JSON, "{}", true}, // no output is all there can be
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct meter m;
        struct gave g = {0};
        init(&m, rows[i].endpoint, rows[i].kind, false);
        meter_feed(&m, str_of(rows[i].body), give, &g);
        meter_end(&m, true);
        assert_true(meter_complete(&m));
        meter_estimate(&m, 100); // changes nothing of it
        if (meter_tells(&m) != rows[i].tells)
            fail_msg("%s", rows[i].body);
        meter_fini(&m);
    }
}

// What an earlier event told of the images is no part of the usage any more.
static void a_later_usage_has_its_own_shares(void **state)
{
    (void)state;
    struct meter m;
    struct gave g = {0};
    init(&m, ENDPOINT_RESPONSES, METER_SSE, false);
    meter_feed(&m,
               str_of("data: {\"type\":\"response.created\",\"response\":{\"usage\":{"
                      "\"input_tokens\":5,\"output_tokens\":1},\"tools\":[{\"type\":"
                      "\"image_generation\",\"model\":\"gpt-image-1.5\"}],\"tool_usage\":{"
                      "\"image_gen\":{\"input_tokens\":1,\"output_tokens\":1568}}}}\n\n"),
               give, &g);
    assert_non_null(meter_share_at(&m, 0));
    meter_feed(&m,
               str_of("data: {\"type\":\"response.completed\",\"response\":{\"usage\":{"
                      "\"input_tokens\":5,\"output_tokens\":7}}}\n\n"),
               give, &g);
    assert_int_equal(m.usage.count[BUCKET_IMAGE_OUTPUT], 0);
    assert_null(meter_share_at(&m, 0));
    meter_fini(&m);
}

// A search that was asked for was made where an answer was.
static void an_error_made_no_search(void **state)
{
    (void)state;
    static const struct {
        enum meter_kind kind;
        const char *text;
        int searches;
    } cases[] = {
        {METER_JSON, "{\"error\":{\"code\":\"x\"}}", 0},
        {METER_JSON, "{\"id\":\"a\"}", 1},
        {METER_SSE, "data: {\"error\":{\"code\":\"x\"}}\n\n", 0},
        {METER_SSE, DELTA "data: {\"error\":{\"code\":\"x\"}}\n\n", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct meter m;
        struct gave g = {0};
        struct meter_setup setup = {.endpoint = ENDPOINT_CHAT,
                                    .kind = cases[i].kind,
                                    .vendor_flags = VENDOR_CHAT_SEARCHES,
                                    .searches = true};
        meter_init(&m, &setup, &alloc_heap);
        meter_feed(&m, str_of(cases[i].text), give, &g);
        meter_end(&m, true);
        meter_estimate(&m, 400);
        assert_int_equal(m.usage.count[BUCKET_WEB_SEARCHES], cases[i].searches);
        meter_fini(&m);
    }
}

static void other_bodies_pass_unread(void **state)
{
    (void)state;
    struct meter m;
    struct gave g = {0};
    init(&m, ENDPOINT_CHAT, METER_OTHER, false);
    meter_feed(&m, str_of("<html>"), give, &g);
    meter_end(&m, true);
    assert_int_equal(g.bytes, 6);
    assert_true(meter_complete(&m));
    meter_estimate(&m, 7);
    assert_int_equal(m.usage.count[BUCKET_INPUT], 2);
    assert_int_equal(m.usage.count[BUCKET_OUTPUT], 2);
    assert_int_equal(m.usage.sure, SURE_ESTIMATED);
    meter_fini(&m);
}

static void at_least_a_token_an_event(void **state)
{
    (void)state;
    struct meter m;
    struct gave g = {0};
    init(&m, ENDPOINT_CHAT, METER_SSE, false);
    for (int i = 0; i < 9; i++)
        meter_feed(&m, str_of(DELTA), give, &g);
    meter_end(&m, false);
    assert_false(m.has_usage);
    meter_estimate(&m, 400);
    assert_int_equal(m.usage.count[BUCKET_OUTPUT], 9);
    assert_int_equal(m.usage.prompt, 100);
    meter_fini(&m);
}

static void estimating_leaves_reported_usage(void **state)
{
    (void)state;
    struct meter m;
    const char *body = "{\"model\":\"m\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}";
    assert_true(meter_read_json(ENDPOINT_CHAT, 0, str_of(body), &alloc_heap, &m));
    meter_estimate(&m, 4000);
    assert_int_equal(m.usage.count[BUCKET_INPUT], 3);
    assert_int_equal(m.usage.sure, SURE_REPORTED);
    meter_fini(&m);
    assert_false(meter_read_json(ENDPOINT_CHAT, 0, str_of("[]"), &alloc_heap, &m));
    meter_fini(&m);
}

// An allocator that fails from the n-th time on.
struct poor {
    unsigned left;
};

// While it passes: the marks of a whole text come with its end.
static void says_that_an_error_has_begun(void **state)
{
    (void)state;
    static const struct {
        enum endpoint endpoint;
        enum meter_kind kind;
        bool failing;
        const char *text;
    } cases[] = {
        {ENDPOINT_CHAT, METER_JSON, false,
         "{\"id\":\"a\",\"error\":null,\"choices\":[{\"error\":{"},
        {ENDPOINT_CHAT, METER_JSON, true, "{\"id\":\"a\",\"error\":{\"mess"},
        {ENDPOINT_CHAT, METER_JSON, true, "{\"error\":\"no"},
        {ENDPOINT_MESSAGES, METER_JSON, true, "{\"type\":\"error\",\"error\":{"},
        {ENDPOINT_RESPONSES, METER_JSON, true, "{\"error\":{"},
        {ENDPOINT_GENERATE_STREAM, METER_JSON, true, "[{\"candidates\":[]},{\"error\":{"},
        {ENDPOINT_CHAT, METER_SSE, false, DELTA "data: {\"error\":{\"message\":\"a\"}}\n"},
        {ENDPOINT_CHAT, METER_SSE, true, DELTA "event: error\ndata: {\"message\":\"a\"}\n\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct meter m;
        struct gave g = {0};
        init(&m, cases[i].endpoint, cases[i].kind, false);
        meter_feed(&m, str_of(cases[i].text), give, &g);
        assert_int_equal(m.failing, cases[i].failing);
        meter_fini(&m);
    }
}

static void *poor_resize(void *context, void *old, size_t size)
{
    struct poor *p = context;
    if (size > 0 && p->left == 0)
        return NULL;
    p->left -= size > 0;
    return alloc_heap.resize(alloc_heap.context, old, size);
}

static void feed_without_memory(unsigned n, enum endpoint e, enum meter_kind kind, const char *text)
{
    struct poor poor = {n};
    struct alloc alloc = {poor_resize, &poor};
    struct meter_setup setup = {.endpoint = e, .kind = kind};
    struct meter m;
    struct gave g = {0};
    meter_init(&m, &setup, &alloc);
    for (const char *p = text; *p; p++)
        meter_feed(&m, str_from(p, 1), give, &g);
    meter_end(&m, true);
    meter_estimate(&m, 100);
    meter_release(&m, give, &g);
    if (meter_kind_streams(kind) && g.bytes < strlen(text))
        assert_true(m.garbage || !meter_complete(&m)); // bytes are never lost without a word
    meter_fini(&m);
}

static void survives_the_lack_of_memory(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 60; n++) {
        feed_without_memory(n, ENDPOINT_CHAT, METER_SSE, DELTA USAGE "data: [DONE]\n\n");
        feed_without_memory(
            n, ENDPOINT_CHAT, METER_JSON,
            "{\"id\":\"x\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}");
        feed_without_memory(n, ENDPOINT_OLLAMA_CHAT, METER_LINES,
                            "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"done\":true,"
                            "\"prompt_eval_count\":3,\"eval_count\":1}\n");
        feed_without_memory(n, ENDPOINT_GENERATE_STREAM, METER_JSON,
                            "[{\"usageMetadata\":{\"promptTokenCount\":3}},{\"candidates\":[]}]");
    }
}

// The work is what the parts say, the waiting what they leave of the total.
static void time_is_work_and_waiting(void **state)
{
    (void)state;
    static const struct {
        struct meter_times times; // total, load, input, output
        struct meter_spent spent; // busy, load, queue
    } rows[] = {
        {{0, 0, 0, 0}, {0, 0, 0}},
        {{10000000, 2000000, 3000000, 4000000}, {9000, 2000, 1000}},
        {{0, 0, 106919000, 144862000}, {251781, 0, 0}},    // llama.cpp
        {{5000499, 1000500, 0, 0}, {5000, 1001, 0}},       // embeddings: the total alone
        {{1000, 5000, 5000, 5000}, {15, 5, 0}},            // parts beyond the total
        {{INT64_MAX, INT64_MAX, INT64_MAX, 1}, {0, 0, 0}}, // not believed
        {{1499, 0, 0, 1500}, {2, 0, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct meter m = {.times = rows[i].times};
        struct meter_spent got = meter_spent(&m);
        assert_int_equal(got.busy_us, rows[i].spent.busy_us);
        assert_int_equal(got.load_us, rows[i].spent.load_us);
        assert_int_equal(got.queue_us, rows[i].spent.queue_us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_is_work_and_waiting),
        cmocka_unit_test(passes_runs_of_events_as_one_slice),
        cmocka_unit_test(long_elements_are_held),
        cmocka_unit_test(an_idle_stream_holds_nothing),
        cmocka_unit_test(a_call_in_the_background_is_not_told_by_its_answer),
        cmocka_unit_test(an_answer_of_nothing_tells_nothing),
        cmocka_unit_test(a_later_usage_has_its_own_shares),
        cmocka_unit_test(an_error_made_no_search),
        cmocka_unit_test(other_bodies_pass_unread),
        cmocka_unit_test(at_least_a_token_an_event),
        cmocka_unit_test(estimating_leaves_reported_usage),
        cmocka_unit_test(says_that_an_error_has_begun),
        cmocka_unit_test(survives_the_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
