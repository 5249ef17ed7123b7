// SPDX-License-Identifier: Apache-2.0
//
// Streams that no server was asked for: of every dialect, with what the standard allows between and
// inside events (each line with its own end, comments, fields of other names, data with and without
// a space, a byte order mark). What they used is known, since it was diced; each is fed whole, byte
// by byte and cut at every offset, and always the same comes out.
//
// COSTLENS_CUTS=7 takes every seventh cut only (the sanitizers are slow).

#include <stdio.h>
#include <stdlib.h>

#include "../unit/unit.h"
#include "base/random.h"
#include "meter/meter.h"

#define STREAMS 240

struct made {
    struct buf text;
    size_t dropped_from, dropped_until; // the usage chunk that only we asked for
    int64_t input, cached, output;
    int events;
    enum endpoint endpoint;
    bool drop;
};

static struct dice dice;

static bool coin(unsigned one_in)
{
    return dice_below(&dice, one_in) == 0;
}

static void line_end(struct buf *b)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    buf_add_cstr(b, ends[dice_below(&dice, 3)]);
}

static void noise(struct buf *b)
{
    static const char *const lines[] = {": ping", ":",          "retry: 3000",
                                        "id: 7",  "unknown: x", "data-like: {\"usage\":{}}"};
    while (coin(4)) {
        buf_add_cstr(b, lines[dice_below(&dice, 6)]);
        line_end(b);
    }
}

static void event(struct buf *b, const char *name, const char *data)
{
    noise(b);
    if (name) {
        buf_printf(b, "event:%s%s", coin(2) ? " " : "", name);
        line_end(b);
    }
    buf_printf(b, "data:%s%s", coin(2) ? " " : "", data);
    line_end(b);
    noise(b);
    // After a CR, a LF alone would be the rest of one line's end.
    const char *blank[] = {"\r", "\r\n", "\n"};
    buf_add_cstr(b, blank[dice_below(&dice, b->ptr[b->len - 1] == '\r' ? 2 : 3)]);
}

// Text as a model may write it: what looks like structure, escapes, and letters of several bytes.
static const char *words(void)
{
    static const char *const all[] = {"plain",
                                      "\\\"usage\\\":{\\\"output_tokens\\\":9}",
                                      "data: [DONE]\\n\\n",
                                      "\\u4f60\\ud83d\\ude00",
                                      "\xe4\xbd\xa0\xf0\x9f\x98\x80",
                                      "{\\\\\\\"}[",
                                      " ",
                                      "event: message_stop\\r\\n"};
    return all[dice_below(&dice, 8)];
}

static void text_event(struct buf *b, const char *name, const char *before, const char *after)
{
    struct buf data;
    buf_init(&data, &alloc_heap, 0);
    buf_printf(&data, "%s\"%s\"%s", before, words(), after);
    event(b, name, buf_cstr(&data));
    buf_fini(&data);
}

static void make_chat(struct made *m)
{
    char data[400];
    for (int i = 0; i < m->events; i++)
        text_event(&m->text, NULL,
                   "{\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":",
                   "},\"finish_reason\":null}],\"usage\":null}");
    event(
        &m->text, NULL,
        "{\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    snprintf(data, sizeof data,
             "{\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":%lld,"
             "\"completion_tokens\":%lld,\"prompt_tokens_details\":{\"cached_tokens\":%lld}}}",
             (long long)(m->input + m->cached), (long long)m->output, (long long)m->cached);
    m->dropped_from = m->text.len;
    event(&m->text, NULL, data);
    m->dropped_until = m->text.len;
    event(&m->text, NULL, "[DONE]");
}

static void make_messages(struct made *m)
{
    char data[400];
    snprintf(
        data, sizeof data,
        "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"m-1\",\"usage\":{"
        "\"input_tokens\":%lld,\"cache_read_input_tokens\":%lld,\"output_tokens\":1}}}",
        (long long)m->input, (long long)m->cached);
    event(&m->text, "message_start", data);
    for (int i = 0; i < m->events; i++) {
        if (coin(3))
            event(&m->text, "ping", "{\"type\": \"ping\"}");
        text_event(
            &m->text, "content_block_delta",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
            "\"text\":",
            "}}");
    }
    snprintf(data, sizeof data,
             "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{"
             "\"output_tokens\":%lld}}",
             (long long)m->output);
    event(&m->text, "message_delta", data);
    event(&m->text, "message_stop", "{\"type\":\"message_stop\"}");
}

static void make_gemini(struct made *m)
{
    char data[400];
    for (int i = 0; i < m->events; i++)
        text_event(&m->text, NULL, "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":",
                   "}]},\"index\":0}],\"modelVersion\":\"m-1\"}");
    snprintf(data, sizeof data,
             "{\"candidates\":[{\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{"
             "\"promptTokenCount\":%lld,\"cachedContentTokenCount\":%lld,"
             "\"candidatesTokenCount\":%lld,\"totalTokenCount\":%lld},\"modelVersion\":\"m-1\"}",
             (long long)(m->input + m->cached), (long long)m->cached, (long long)m->output,
             (long long)(m->input + m->cached + m->output));
    event(&m->text, NULL, data);
}

static void make_responses(struct made *m)
{
    char data[500];
    for (int i = 0; i < m->events; i++)
        text_event(&m->text, "response.output_text.delta",
                   "{\"type\":\"response.output_text.delta\",\"delta\":", "}");
    snprintf(data, sizeof data,
             "{\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"status\":"
             "\"completed\",\"model\":\"m-1\",\"usage\":{\"input_tokens\":%lld,"
             "\"input_tokens_details\":{\"cached_tokens\":%lld},\"output_tokens\":%lld}}}",
             (long long)(m->input + m->cached), (long long)m->cached, (long long)m->output);
    event(&m->text, "response.completed", data);
}

static void make(struct made *m, int i)
{
    *m = (struct made){.input = (int64_t)dice_below(&dice, 5000) + 1,
                       .cached = (int64_t)dice_below(&dice, 300),
                       .output = (int64_t)dice_below(&dice, 900) + 1,
                       .events = (int)dice_below(&dice, 5) + 1};
    buf_init(&m->text, &alloc_heap, 0);
    if (coin(4))
        buf_add_cstr(&m->text, "\xef\xbb\xbf");
    switch (i % 4) {
    case 0:
        m->endpoint = ENDPOINT_CHAT;
        m->drop = coin(2);
        make_chat(m);
        break;
    case 1:
        m->endpoint = ENDPOINT_MESSAGES;
        make_messages(m);
        break;
    case 2:
        m->endpoint = ENDPOINT_GENERATE_STREAM;
        make_gemini(m);
        break;
    default: m->endpoint = ENDPOINT_RESPONSES; make_responses(m);
    }
}

static void keep(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

// What the client must get: all of it, but for the chunk that only we asked for.
static void wanted(const struct made *m, struct buf *out)
{
    struct str text = buf_str(&m->text);
    buf_add(out, str_from(text.ptr, m->drop ? m->dropped_from : text.len));
    if (m->drop)
        buf_add(out, str_skip(text, m->dropped_until));
}

static void check(const struct made *m, struct meter *meter, const struct buf *got,
                  const struct buf *want)
{
    assert_true(meter_complete(meter));
    assert_true(meter->has_usage);
    assert_false(meter->garbage);
    assert_int_equal(meter->usage.count[BUCKET_INPUT], m->input);
    assert_int_equal(meter->usage.count[BUCKET_CACHE_READ], m->cached);
    assert_int_equal(meter->usage.count[BUCKET_OUTPUT], m->output);
    assert_int_equal(meter->events, m->events);
    assert_string_equal(meter->model, "m-1");
    assert_int_equal(got->len, want->len);
    assert_memory_equal(got->ptr, want->ptr, want->len);
}

// In pieces of `step` from `first` on.
static void feed(const struct made *m, size_t first, size_t step, const struct buf *want)
{
    struct meter_setup setup = {
        .endpoint = m->endpoint, .kind = METER_SSE, .drop_usage_chunk = m->drop};
    struct meter meter;
    struct buf got;
    struct str rest = buf_str(&m->text);
    buf_init(&got, &alloc_heap, 0);
    meter_init(&meter, &setup, &alloc_heap);
    for (size_t n = first; rest.len > 0; n = step) {
        n = n < rest.len ? n : rest.len;
        meter_feed(&meter, str_from(rest.ptr, n), keep, &got);
        rest = str_skip(rest, n);
    }
    meter_end(&meter, true);
    meter_release(&meter, keep, &got);
    check(m, &meter, &got, want);
    meter_fini(&meter);
    buf_fini(&got);
}

static void every_cut_gives_the_same(void **state)
{
    (void)state;
    const char *cuts = getenv("COSTLENS_CUTS");
    size_t step = cuts ? strtoul(cuts, NULL, 10) : 1;
    dice_init(&dice, 20);
    for (int i = 0; i < STREAMS; i++) {
        struct made m;
        struct buf want;
        make(&m, i);
        buf_init(&want, &alloc_heap, 0);
        wanted(&m, &want);
        feed(&m, m.text.len, m.text.len, &want);
        feed(&m, 1, 1, &want);
        feed(&m, 1, 2, &want);
        for (size_t at = 0; at <= m.text.len; at += step ? step : 1)
            feed(&m, at, m.text.len, &want);
        buf_fini(&want);
        buf_fini(&m.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_cut_gives_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
