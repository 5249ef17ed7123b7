// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/limits.h"
#include "meter/sse.h"

// What came out, as text: "name|data;" for each event, "!" for a torn-off LF, and all raw bytes.
struct log {
    struct buf events;
    struct buf raw;
};

static void note(struct log *log, const struct sse_event *e)
{
    buf_add(&log->raw, e->raw);
    if (e->tail || !e->has_data)
        return;
    buf_add(&log->events, e->name);
    buf_add_char(&log->events, '|');
    buf_add(&log->events, e->data);
    buf_add_char(&log->events, ';');
}

static void feed(struct sse *s, struct log *log, struct str piece)
{
    struct sse_event e;
    while (sse_next(s, &piece, &e))
        note(log, &e);
}

static void run(struct log *log, struct str text, size_t first, size_t second)
{
    struct sse s;
    sse_init(&s, &alloc_heap);
    buf_init(&log->events, &alloc_heap, 0);
    buf_init(&log->raw, &alloc_heap, 0);
    feed(&s, log, str_from(text.ptr, first));
    feed(&s, log, str_from(text.ptr + first, second - first));
    feed(&s, log, str_from(text.ptr + second, text.len - second));
    buf_add(&log->raw, sse_rest(&s));
    assert_false(s.failed);
    sse_fini(&s);
}

static void end(struct log *log)
{
    buf_fini(&log->events);
    buf_fini(&log->raw);
}

// Every pair of cuts gives the same events and loses no byte.
static void assert_events(const char *text, const char *want)
{
    struct str all = str_of(text);
    for (size_t i = 0; i <= all.len; i++) {
        for (size_t k = i; k <= all.len; k++) {
            struct log log;
            run(&log, all, i, k);
            assert_string_equal(buf_cstr(&log.events), want);
            assert_string_equal(buf_cstr(&log.raw), text);
            end(&log);
        }
    }
}

static void cuts_at_all_line_ends(void **state)
{
    (void)state;
    assert_events("data: a\n\nevent: x\ndata:b\n\n", "|a;x|b;");
    assert_events("data: a\r\n\r\nevent: x\r\ndata:b\r\n\r\n", "|a;x|b;");
    assert_events("data: a\r\revent: x\rdata:b\r\r", "|a;x|b;");
    assert_events("data: a\r\n\ndata: b\n\r\ndata: c\n\r", "|a;|b;|c;");
}

static void reads_as_the_standard_says(void **state)
{
    (void)state;
    assert_events("\xef\xbb\xbf"
                  "data: a\n\n",
                  "|a;");
    assert_events(": ping\n\ndata: a\n\n: x\n", "|a;");
    assert_events("data: a\ndata: b\ndata\ndata:c\n\n", "|a\nb\n\nc;");
    assert_events("data:  two\n\n\n\ndata:\n\n", "| two;|;");
    assert_events("id: 1\nretry: 5\nfoo\ndatax: no\n\ndata: y\n\nda", "|y;");
    assert_events("event: e\nevent: f\ndata: {\"a\":\"\xc3\xa4\"}\n\n", "f|{\"a\":\"\xc3\xa4\"};");
}

static void gives_slices_of_the_piece(void **state)
{
    (void)state;
    struct sse s;
    sse_init(&s, &alloc_heap);
    struct str piece = str_of("data: a\n\ndata: b\n\n");
    const char *start = piece.ptr;
    struct sse_event e;
    assert_true(sse_next(&s, &piece, &e));
    assert_ptr_equal(e.raw.ptr, start);
    assert_true(sse_next(&s, &piece, &e));
    assert_ptr_equal(e.raw.ptr, start + 9);
    assert_false(sse_next(&s, &piece, &e));
    assert_int_equal(s.carry.size, 0); // an idle stream keeps nothing
    sse_fini(&s);
}

// Long events, however they are cut: the parts are their bytes, and the data is that of all lines.
static void take_parts(struct sse *s, struct log *log, struct str piece)
{
    struct sse_event e;
    struct str data;
    while (sse_next(s, &piece, &e)) {
        struct str rest = e.raw;
        buf_add(&log->raw, e.raw);
        if (e.tail)
            continue;
        assert_true(e.part);
        while (sse_data(s, &rest, &data))
            buf_add(&log->events, data);
        if (e.end) {
            buf_add_char(&log->events, '|');
            buf_add(&log->events, e.name);
            buf_add_char(&log->events, e.has_data ? ';' : '-');
            assert_true(e.raw.len >= 2 && e.raw.len <= 4); // the last line's end and the blank line
        }
    }
}

static void assert_parts(const char *text, const char *want)
{
    struct str all = str_of(text);
    for (size_t i = 0; i <= all.len; i++) {
        for (size_t k = i; k <= all.len; k++) {
            struct log log;
            struct sse s;
            sse_init(&s, &alloc_heap);
            s.long_bytes = 3; // a BOM
            buf_init(&log.events, &alloc_heap, 0);
            buf_init(&log.raw, &alloc_heap, 0);
            take_parts(&s, &log, str_from(text, i));
            take_parts(&s, &log, str_from(text + i, k - i));
            take_parts(&s, &log, str_from(text + k, all.len - k));
            buf_add(&log.raw, sse_rest(&s));
            assert_string_equal(buf_cstr(&log.events), want);
            assert_string_equal(buf_cstr(&log.raw), text);
            end(&log);
            sse_fini(&s);
        }
    }
}

static void gives_long_events_in_parts(void **state)
{
    (void)state;
    assert_parts("data: a\n\nevent: x\ndata:b\n\n", "a|;b|x;");
    assert_parts("event:y\r\ndata:  a\r\ndata: b\r\n\r\n", " a\nb|y;");
    assert_parts("data: a\rdata\rdata\rdata:c\r\rid: 1\r\r", "a\n\n\nc|;|-");
    assert_parts("\xef\xbb\xbf"
                 "data: a: b\n\n: ping\n\ndatax: 1\ndat: 2\ndata:3\n\n",
                 "a: b|;|-3|;");
    assert_parts("event: 123456789012345678901234567890123456789012345678\ndata: a\n\n",
                 "a|123456789012345678901234567890123456789012345678;");
    assert_parts("event: 1234567890123456789012345678901234567890123456789\ndata: a\n\n", "a|;");
    assert_parts("id: 1\rdata\r\n\r\nevent:y\nevent\n\nevent:y\n\n", "|;|-|y-");
}

static void an_endless_event_needs_no_memory(void **state)
{
    (void)state;
    struct sse s;
    sse_init(&s, &alloc_heap);
    char *filler = alloc_must(64 * KIB);
    memset(filler, 'x', 64 * KIB);
    struct str piece = STR("data: ");
    struct sse_event e;
    struct str data;
    size_t parts = 0;
    size_t bytes = 0;
    assert_false(sse_next(&s, &piece, &e));
    for (int i = 0; i < 100; i++) {
        piece = str_from(filler, 64 * KIB);
        while (sse_next(&s, &piece, &e)) {
            assert_true(e.part && !e.end);
            parts++;
            for (struct str rest = e.raw; sse_data(&s, &rest, &data);)
                bytes += data.len;
        }
        assert_true(s.carry.size + s.joined.size <= SSE_EVENT_BYTES_MAX);
    }
    assert_int_equal(parts, 101); // what was carried was the first
    assert_int_equal(bytes, 100 * 64 * KIB);
    assert_true(s.carry.size <= 512);
    heap_free(filler);
    sse_fini(&s);
}

static void gives_back_the_memory_of_a_long_event(void **state)
{
    (void)state;
    struct sse s;
    sse_init(&s, &alloc_heap);
    struct buf long_event;
    buf_init(&long_event, &alloc_heap, 0);
    buf_add_cstr(&long_event, "data: ");
    for (int i = 0; i < 60000; i++)
        buf_add_char(&long_event, 'x');
    struct str piece = buf_str(&long_event);
    struct sse_event e;
    assert_false(sse_next(&s, &piece, &e));
    piece = str_of("\n\n");
    assert_true(sse_next(&s, &piece, &e));
    assert_int_equal(e.data.len, 60000);
    assert_false(sse_next(&s, &piece, &e));
    assert_int_equal(s.carry.size, 0);
    buf_fini(&long_event);
    sse_fini(&s);
}

static void gives_the_last_event_without_its_end(void **state)
{
    (void)state;
    struct sse s;
    sse_init(&s, &alloc_heap);
    struct str piece = str_of("data: [DONE]");
    struct sse_event e;
    assert_false(sse_next(&s, &piece, &e));
    assert_true(sse_last(&s, &e));
    assert_true(str_is(e.data, "[DONE]"));
    assert_false(sse_last(&s, &e));
    sse_fini(&s);
}

// Of lines that end with CR alone no LF is found: were all the rest searched for it from each, this
// would take minutes.
static void each_line_is_searched_for_itself(void **state)
{
    (void)state;
    enum { BYTES = 16 << 20 };
    struct sse s;
    struct sse_event e;
    char *text = alloc_must(BYTES);
    for (size_t at = 0; at < BYTES; at++)
        text[at] = at % 2 ? '\r' : ':';
    text[BYTES - 2] = '\r';
    sse_init(&s, &alloc_heap);
    s.long_bytes = BYTES + 1;
    struct str piece = str_from(text, BYTES);
    assert_true(sse_next(&s, &piece, &e));
    assert_int_equal(e.raw.len, BYTES - 1);
    sse_fini(&s);
    heap_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_at_all_line_ends),
        cmocka_unit_test(reads_as_the_standard_says),
        cmocka_unit_test(gives_slices_of_the_piece),
        cmocka_unit_test(gives_long_events_in_parts),
        cmocka_unit_test(an_endless_event_needs_no_memory),
        cmocka_unit_test(gives_back_the_memory_of_a_long_event),
        cmocka_unit_test(gives_the_last_event_without_its_end),
        cmocka_unit_test(each_line_is_searched_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
