// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/limits.h"
#include "meter/meter.h"
#include "meter/words.h"

static const struct {
    const char *text; // inside of its quotes
    int64_t words, bytes;
} texts[] = {
    {"", 0, 0},
    {"one", 1, 3},
    {"one two  three", 3, 14},
    {" one \\n\\t two\\r\\n", 2, 13},
    {"   \\n\\n     ", 0, 10},
    {"don't-stop now", 2, 14},
    {"say \\\"yes\\\" or \\\\no", 4, 16},
    // A line end and slashes behind it are one token of o200k's.
    {"}\\n//\\n//\\n/ x", 2, 11},
    // What Unicode's blanks may begin with begins no word, nor does an escape.
    {"a \xe3\x80\x80 \xe3\x80\x80 b", 2, 11},
    {"a \xc2\xa0 \xe2\x80\x83 b", 2, 10},
    {"a \\u3000 \\u00e4 b", 2, 7},
    {"a \\u3", 1, 3},
    {"\xe6\x98\xa5\xe7\x9c\xa0\xe4\xb8\x8d\xe8\xa7\x89\xe6\x99\x93", 1, 15},
    {"\xd0\xb4\xd0\xb0 \xd0\xbd\xd0\xb5\xd1\x82 \xed\x95\x9c \xed\x95\x9c", 4, 19},
};

static struct str quoted(struct buf *b, const char *text, size_t len)
{
    b->len = 0;
    buf_add_char(b, '"');
    buf_add(b, str_from(text, len));
    buf_add_char(b, '"');
    return buf_str(b);
}

static void counts_words(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct words w = {0};
        words_add(&w, quoted(&b, texts[i].text, strlen(texts[i].text)));
        if (w.words != texts[i].words || w.bytes != texts[i].bytes)
            fail_msg("%s: %lld words, %lld bytes", texts[i].text, (long long)w.words,
                     (long long)w.bytes);
    }
    buf_fini(&b);
}

static bool inside_escape(const char *text, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (text[i] != '\\')
            continue;
        size_t len = text[i + 1] == 'u' ? 6 : 2;
        if (at < i + len)
            return true;
        i += len - 1;
    }
    return false;
}

// However a text is cut into chunks: an escape is never cut, as each chunk is a JSON string.
static void counts_over_chunks(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, &alloc_heap, 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t len = strlen(texts[i].text);
        for (size_t at = 0; at <= len; at++) {
            if (inside_escape(texts[i].text, at))
                continue;
            struct words w = {0};
            words_add(&w, quoted(&b, texts[i].text, at));
            words_add(&w, quoted(&b, texts[i].text + at, len - at));
            assert_int_equal(w.words, texts[i].words);
            assert_int_equal(w.bytes, texts[i].bytes);
        }
    }
    buf_fini(&b);
}

static void counts_long_tokens(void **state)
{
    (void)state;
    struct words w = {0};
    assert_int_equal(words_tokens(&w), 0);
    w.bytes = 1;
    assert_int_equal(words_tokens(&w), 1);
    w.bytes = 128;
    assert_int_equal(words_tokens(&w), 1);
    w.bytes = 129;
    assert_int_equal(words_tokens(&w), 2);
    w.words = 3;
    assert_int_equal(words_tokens(&w), 3);
    words_add(&w, str_of("null"));
    words_add(&w, str_of("\""));
    assert_int_equal(w.bytes, 129);
}

static void nowhere(void *context, struct str bytes)
{
    (void)context;
    (void)bytes;
}

#define CHAT(delta)  "data: {\"choices\":[{\"index\":0,\"delta\":{" delta "}}]}\n\n"
#define OTHER(delta) "data: {\"choices\":[{\"index\":1,\"delta\":{" delta "}}]}\n\n"
#define EVENT(json)  "data: {" json "}\n\n"
#define CHUNK(parts) "{\"candidates\":[{\"content\":{\"parts\":[" parts "]}}]}"

// What of each dialect's streams are output tokens, one by one.
static const struct {
    enum endpoint endpoint;
    enum meter_kind kind;
    const char *stream;
    int64_t least;
} streams[] = {
    {ENDPOINT_CHAT, METER_SSE, CHAT("\"content\":\"one tw\"") CHAT("\"content\":\"o three\""), 3},
    {ENDPOINT_CHAT, METER_SSE, CHAT("\"content\":null,\"refusal\":\"I will not\""), 3},
    {ENDPOINT_CHAT, METER_SSE,
     CHAT("\"reasoning\":\"I think\",\"reasoning_content\":\"I think\"")
         CHAT("\"content\":\" so\""),
     3},
    {ENDPOINT_CHAT, METER_SSE,
     CHAT("\"reasoning\":\"I think\",\"reasoning_details\":[{\"text\":\"I think\"}]"), 0},
    {ENDPOINT_CHAT, METER_SSE,
     CHAT("\"tool_calls\":[{\"id\":\"a b\",\"function\":{\"name\":\"a b\",\"arguments\":\"{ 1 "
          "}\"}}]"),
     3},
    {ENDPOINT_CHAT, METER_SSE, CHAT("\"function_call\":{\"name\":\"f\",\"arguments\":\"{ }\"}"), 2},
    {ENDPOINT_CHAT, METER_SSE,
     CHAT("\"content\":\"x\",\"annotations\":[{\"url_citation\":{\"title\":\"a b c d\"}}]"), 1},
    // Of several choices a chunk's first word may be another chunk's last one.
    {ENDPOINT_CHAT, METER_SSE,
     CHAT("\"content\":\"one \"") OTHER("\"content\":\"wor\"") CHAT("\"content\":\"two \"")
         OTHER("\"content\":\"ld wide\""),
     3},
    {ENDPOINT_COMPLETIONS, METER_SSE, EVENT("\"choices\":[{\"index\":0,\"text\":\"one two\"}]"), 2},
    {ENDPOINT_MESSAGES, METER_SSE,
     EVENT("\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":"
           "\"a b\"}") EVENT("\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\","
                             "\"text\":\"one two\"}")
         EVENT("\"type\":\"content_block_delta\",\"delta\":{\"type\":\"citations_delta\","
               "\"citation\":"
               "{\"cited_text\":\"a b c\"}}")
             EVENT("\"type\":\"content_block_delta\",\"delta\":{\"type\":\"input_json_delta\","
                   "\"partial_json\":\" {\"}"),
     3},
    {ENDPOINT_RESPONSES, METER_SSE,
     EVENT("\"type\":\"response.reasoning_summary_text.delta\",\"delta\":\"a b\"")
         EVENT("\"type\":\"response.output_text.delta\",\"delta\":\"one two\"")
             EVENT("\"type\":\"response.output_text.done\",\"text\":\"one two\"")
                 EVENT("\"type\":\"response.function_call_arguments.delta\",\"delta\":\" {\""),
     3},
    {ENDPOINT_GENERATE_STREAM, METER_SSE,
     EVENT("\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a b\",\"thought\":true},"
           "{\"text\":\"one two\"}]}}]"),
     2},
    {ENDPOINT_GENERATE_STREAM, METER_JSON,
     "[" CHUNK("{\"text\":\"a b\",\"thought\":true},{\"text\":\"one tw\"}") ",\r\n" CHUNK(
         "{\"text\":\"o three\"}") "]",
     3},
    {ENDPOINT_GENERATE_STREAM, METER_JSON, CHUNK("{\"text\":\"one two\"}"), 0}, // whole
    {ENDPOINT_OLLAMA_CHAT, METER_LINES,
     "{\"message\":{\"role\":\"a b\",\"thinking\":\"one\",\"content\":\"\"}}\n"
     "{\"message\":{\"content\":\" two\"}}\n",
     2},
    {ENDPOINT_OLLAMA_GENERATE, METER_LINES, "{\"response\":\"one two\"}\n", 2},
};

static void counts(size_t i, bool least, size_t piece)
{
    struct meter_setup setup = {
        .endpoint = streams[i].endpoint, .kind = streams[i].kind, .least = least};
    struct meter m;
    meter_init(&m, &setup, &alloc_heap);
    struct str rest = str_of(streams[i].stream);
    for (; rest.len; rest = str_skip(rest, piece < rest.len ? piece : rest.len))
        meter_feed(&m, str_from(rest.ptr, piece < rest.len ? piece : rest.len), nowhere, NULL);
    if (meter_least(&m) != (least ? streams[i].least : 0))
        fail_msg("%s: %lld", streams[i].stream, (long long)meter_least(&m));
    meter_fini(&m);
}

static void counts_what_is_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        for (int least = 0; least < 2; least++) {
            counts(i, least, SIZE_MAX);
            counts(i, least, 1);
        }
    }
}

static struct meter_setup array_setup = {
    .endpoint = ENDPOINT_GENERATE_STREAM, .kind = METER_JSON, .least = true};

// One that is too long to be kept is none, as of an event; the next one is.
static void counts_no_long_element(void **state)
{
    (void)state;
    struct meter m;
    struct buf text;
    buf_init(&text, &alloc_heap, 0);
    buf_add_cstr(&text, "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"");
    for (size_t n = 0; n < SSE_EVENT_BYTES_MAX; n += 2)
        buf_add_cstr(&text, "a ");
    buf_add_cstr(&text, "\"}]}}]}," CHUNK("{\"text\":\"one two\"}"));
    meter_init(&m, &array_setup, &alloc_heap);
    meter_feed(&m, buf_str(&text), nowhere, NULL);
    assert_int_equal(meter_least(&m), 2);
    assert_int_equal(m.text_bytes, SSE_EVENT_BYTES_MAX + 7);
    assert_false(m.garbage);
    meter_fini(&m);
    buf_fini(&text);
}

static void add(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

static void feed(struct meter *m, struct str text, size_t piece, struct buf *passed)
{
    for (; text.len; text = str_skip(text, piece < text.len ? piece : text.len))
        meter_feed(m, str_from(text.ptr, piece < text.len ? piece : text.len), add, passed);
}

struct array_case {
    const char *text;
    const char *passes;
    const char *before; // NULL: nowhere
};

static void goes_on(const struct array_case *c, bool least, size_t piece)
{
    struct meter m;
    struct meter_setup setup = array_setup;
    struct buf passed;
    setup.least = least;
    buf_init(&passed, &alloc_heap, 0);
    meter_init(&m, &setup, &alloc_heap);
    feed(&m, str_of(c->text), piece, &passed);
    const char *before = meter_array_next(&m);
    assert_string_equal(buf_cstr(&passed), c->passes);
    if (!before != !c->before || (before && strcmp(before, c->before) != 0))
        fail_msg("%s: %s", c->text, before ? before : "nowhere");
    meter_release(&m, add, &passed);
    assert_string_equal(buf_cstr(&passed), c->text);
    meter_fini(&m);
    buf_fini(&passed);
}

// It passes element by element, so that something may be added to it, wherever a read ends.
static void array_goes_on_between(void **state)
{
    (void)state;
    static const struct array_case cases[] = {
        {"", "", NULL},
        {" [", " [", ""},
        {"[{", "[", ""},
        {"[{\"a\":1", "[", ""},
        {"[{}", "[{}", ","},
        {"[{} ", "[{} ", ","},
        {"[{},\r\n", "[{},\r\n", ""},
        {"[{}\n,{\"a\":[{}", "[{}\n,", ""},
        {"[{},{}]", "[{},{}", ","},
        {"[{},{}]\n", "[{},{}", ","},
        {"[]", "[", ""},
        {"[{},x", "[{},x", NULL},
        {"[{\"a\"}", "[{\"a\"}", NULL},
        {"{\"a\":[", "{\"a\":[", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int least = 0; least < 2; least++) {
            goes_on(&cases[i], least, SIZE_MAX);
            goes_on(&cases[i], least, 1);
        }
    }
}

// One that is too long to be held passes as it comes.
static void long_element_passes_in_parts(void **state)
{
    (void)state;
    struct meter m;
    struct buf text, passed;
    buf_init(&text, &alloc_heap, 0);
    buf_init(&passed, &alloc_heap, 0);
    buf_add_cstr(&text, "[{},{\"a\":\"");
    while (text.len < SSE_EVENT_BYTES_MAX + 4)
        buf_add_char(&text, 'a');
    meter_init(&m, &array_setup, &alloc_heap);
    feed(&m, buf_str(&text), 1000, &passed);
    assert_int_equal(passed.len, 4);
    assert_string_equal(meter_array_next(&m), "");
    for (int i = 0; i < 2; i++) {
        feed(&m, str_of("aaa"), 1, &passed);
        buf_add_cstr(&text, "aaa");
        assert_true(str_eq(buf_str(&passed), buf_str(&text)));
        assert_null(meter_array_next(&m));
    }
    feed(&m, str_of("\"},{"), 1, &passed);
    buf_add_cstr(&text, "\"},");
    assert_true(str_eq(buf_str(&passed), buf_str(&text)));
    assert_string_equal(meter_array_next(&m), "");
    meter_fini(&m);
    buf_fini(&text);
    buf_fini(&passed);
}

#define LONG_WORD                                                      \
    "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhh" \
    "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhh" \
    "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhh" \
    "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffgggggggghhhhhhhh"

// An estimate is no more than what was asked, until that was surely not kept to.
static void estimates_beyond_what_was_asked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t asked, repeats, output;
    } cases[] = {
        {"sixteen bytes...", 4, 0, 4},  {"sixteen bytes...", 3, 0, 3},
        {"sixteen-bytes...", 1, 0, 1}, // one long word may be one token
        {"a b c d e f g h i", 9, 0, 9}, {"a b c d e f g h i", 8, 0, 9},
        {"a b c d e f g h", 3, 0, 8},   {"a b c d e f g h i", 4, 5, 4},
        {"a b c d e f g h i", 4, 4, 5}, {LONG_WORD, 16, 0, 16},
        {LONG_WORD, 15, 0, 64},         {LONG_WORD, 11, 8, 64},
        {LONG_WORD, 12, 8, 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct meter_setup setup = {.endpoint = ENDPOINT_CHAT,
                                    .kind = METER_SSE,
                                    .output_max = cases[i].asked,
                                    .repeats = cases[i].repeats,
                                    .least = true};
        struct meter m;
        struct buf b;
        buf_init(&b, &alloc_heap, 0);
        buf_printf(&b, CHAT("\"content\":\"%s\""), cases[i].text);
        meter_init(&m, &setup, &alloc_heap);
        meter_feed(&m, buf_str(&b), nowhere, NULL);
        meter_end(&m, false);
        meter_estimate(&m, 0);
        if (m.usage.count[BUCKET_OUTPUT] != cases[i].output)
            fail_msg("%s of %lld: %lld", cases[i].text, (long long)cases[i].asked,
                     (long long)m.usage.count[BUCKET_OUTPUT]);
        meter_fini(&m);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_words),
        cmocka_unit_test(counts_over_chunks),
        cmocka_unit_test(counts_long_tokens),
        cmocka_unit_test(counts_what_is_made),
        cmocka_unit_test(counts_no_long_element),
        cmocka_unit_test(array_goes_on_between),
        cmocka_unit_test(long_element_passes_in_parts),
        cmocka_unit_test(estimates_beyond_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
