// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../unit.h"
#include "cmd/top.h"

static struct top *top;

static int begin(void **state)
{
    (void)state;
    top_widths();
    top = alloc_must(sizeof *top);
    return 0;
}

static int end(void **state)
{
    (void)state;
    heap_free(top);
    return 0;
}

static void cell(const char *text, unsigned width, bool right, const char *wanted)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    top_cell(&out, str_of(text), width, right);
    assert_string_equal(buf_cstr(&out), wanted);
    buf_fini(&out);
}

static void test_cell(void **state)
{
    (void)state;
    cell("abc", 5, false, "abc  ");
    cell("abc", 5, true, "  abc");
    cell("abcdef", 6, false, "abcdef");
    cell("abcdefg", 6, false, "abcde\xe2\x80\xa6");
    cell("\xc3\xa4\xc3\xa4", 3, false, "\xc3\xa4\xc3\xa4 ");
    cell("\xe6\x97\xa5\xe6\x9c\xac", 5, true, " \xe6\x97\xa5\xe6\x9c\xac"); // two columns each
    cell("\xe6\x97\xa5\xe6\x9c\xac", 3, false, "\xe6\x97\xa5\xe2\x80\xa6");
    cell("\xe6\x97\xa5\xe6\x9c\xac", 2, false, "\xe2\x80\xa6 "); // no half of one
    cell("e\xcc\x81x", 2, false, "e\xcc\x81x");                  // an accent of its own: none
    cell("a\033[2Jb\nc\xff", 9, false, "a?[2Jb?c?");
    cell("abc", 0, false, "");
    cell("", 2, true, "  ");
}

#define CALL(state, more)                                                                        \
    "{\"start\":\"2026-11-28T10:20:30Z\",\"key\":\"k\",\"team\":\"web\",\"user\":\"\",\"tags\":" \
    "{\"feature\":\"chat\",\"who\":\"me\"},\"endpoint\":\"chat\",\"provider\":\"p\",\"model\":"  \
    "\"m\",\"state\":"                                                                           \
    "\"" state "\",\"duration_us\":2500000,\"ttft_us\":120000,\"input_tokens\":12,\"cache_read_" \
    "tokens\":70,\"cache_write_1h_tokens\":5,\"output_tokens\":34,"                              \
    "\"price_state\":\"priced\",\"cost_usd\":\"0.000123400000\"," more "}"
#define ENDED   CALL("ended", "\"estimated\":false,\"outcome\":\"ok\",\"followed\":false")
#define RUNNING CALL("streaming", "\"estimated\":true")
#define TOTAL                                                                               \
    "{\"requests\":1234567,\"errors\":2,\"captured\":3,\"estimated\":1,\"input_tokens\":5," \
    "\"audio_input_tokens\":2,\"output_tokens\":6,\"cost_usd\":\"1."                        \
    "5\"}"
#define ANSWER                                                                                  \
    "{\"at\":\"2026-11-28T10:20:33Z\",\"cursor\":\"7-1\",\"in_flight\":1,\"running\":[" RUNNING \
    "],\"missed\":2,\"ended\":[" ENDED "," ENDED "],\"started\":" TOTAL ",\"today\":null}"

static void take(const char *text)
{
    struct json *j = NULL;
    assert_int_equal(json_open(str_of(text), &alloc_heap, &j, NULL), STATUS_OK);
    top_take(top, j);
    json_close(j);
}

static void test_take(void **state)
{
    (void)state;
    take(ANSWER);
    take(ANSWER);
    assert_int_equal(top->running_count, 1);
    assert_int_equal(top->ended_count, 4);
    assert_int_equal(top->missed, 4);
    assert_string_equal(top->cursor, "7-1");
    assert_true(top->cost == (int128)4 * 123400000 * 1000000);
    assert_null(top_ended(top, 4));
    assert_string_equal(top_ended(top, 3)->state, "ok");
    take("{}"); // what it lacks is none
    assert_int_equal(top->running_count, 0);
    top_reset(top);
    assert_int_equal(top->ended_count, 0);
    assert_string_equal(top->cursor, "");
}

// A value that looks like tags is a value; what the gateway had no room for is not "(none)".
static void test_tags(void **state)
{
    (void)state;
    struct buf out;
    char text[600];
    top->by = str_of("tag:who");
    take("{\"ended\":[{\"tags\":{\"x\":\"1,who=other\",\"who\":\"a b\"},\"outcome\":\"ok\"},"
         "{\"tags\":{\"x\":\"1,who=other\"},\"tags_cut\":true,\"outcome\":\"ok\"}]}");
    assert_int_equal(top->group_count, 2);
    assert_string_equal(top->groups[0].label, "a b");
    assert_string_equal(top->groups[1].label, "(not told)");
    assert_string_equal(top->ended[0].tags, "x=1%2Cwho%3Dother,who=a%20b");
    assert_string_equal(top->ended[1].tags, "x=1%2Cwho%3Dother,\xe2\x80\xa6");
    buf_init(&out, &alloc_heap, 0);
    for (int i = 0; i < TAG_VALUE_MAX; i++)
        buf_add_char(&out, 'v');
    snprintf(text, sizeof text, "{\"ended\":[{\"tags\":{\"who\":\"%s\"},\"outcome\":\"ok\"}]}",
             buf_cstr(&out));
    take(text);
    take(text);
    assert_int_equal(top->group_count, 3);
    assert_string_equal(top->groups[2].label, buf_cstr(&out));
    buf_fini(&out);
}

static void test_groups(void **state)
{
    (void)state;
    const char *const by[] = {"model", "team", "tag:feature", "user"};
    const char *const labels[] = {"p/m", "web", "chat", "(none)"};
    for (size_t i = 0; i < 4; i++) {
        top_reset(top);
        top->by = str_of(by[i]);
        assert_true(top_groups_by(top->by));
        take(ANSWER);
        take(ANSWER);
        assert_int_equal(top->group_count, 1);
        assert_string_equal(top->groups[0].label, labels[i]);
        assert_int_equal(top->groups[0].calls, 4);
        assert_int_equal(top->groups[0].running, 1);
        assert_int_equal(top->groups[0].tokens.out, 4 * 34);
        assert_int_equal(top->groups[0].tokens.cached, 4 * 70);
        assert_int_equal(top->groups[0].tokens.written, 4 * 5);
        assert_true(top->groups[0].cost == top->cost);
        top_idle(top);
        assert_int_equal(top->groups[0].running + top->in_flight, 0);
        assert_int_equal(top->groups[0].calls, 4);
    }
    assert_false(top_groups_by(str_of("tag:")));
    assert_false(top_groups_by(str_of("day")));
}

#define OF_MODEL(model, cost) \
    "{\"provider\":\"p\",\"model\":\"" model "\",\"outcome\":\"ok\",\"cost_usd\":" cost "}"

// An unknown price is no zero: none known, one of two, all.
static void test_unpriced_groups(void **state)
{
    (void)state;
    static const char *const pictured[] = {
        "OF THE LAST 5         NOW    CALLS  ERRORS       OUTPUT UNPRICED       COST USD",
        "p/some                  0        2       0            0        1       0.500000",
        "p/none                  0        2       0            0        2       unpriced",
        "p/free                  0        1       0            0        0       0.000000"};
    struct buf out;
    struct str rest, line;
    top->by = str_of("model");
    buf_init(&out, &alloc_heap, 0);
    take("{\"at\":\"2026-11-28T10:20:33Z\",\"started\":{\"requests\":2,\"unpriced\":2,\"cost_usd\":"
         "null},\"ended\":[" OF_MODEL("some", "\"0.5\"") "," OF_MODEL("some", "null") "," OF_MODEL(
             "none", "null") "," OF_MODEL("none", "null") "," OF_MODEL("free", "\"0\"") "]}");
    top_line_titles(top, &out);
    top_line_groups(top, &out);
    assert_string_equal(buf_cstr(&out), "at\tmodel\tof_last\tin_flight\trequests\terrors\tinput_"
                                        "tokens\tcached_tokens\twritten_tokens\toutput_tokens\t"
                                        "unpriced\tcost_usd\n"
                                        "10:20:33\tp/some\t5\t0\t2\t0\t0\t0\t0\t0\t1\t0.50\n"
                                        "10:20:33\tp/none\t5\t0\t2\t0\t0\t0\t0\t0\t2\t\n"
                                        "10:20:33\tp/free\t5\t0\t1\t0\t0\t0\t0\t0\t0\t0.00\n");
    buf_clear(&out);
    top_draw(top, 79, 8, STR_NONE, &out);
    rest = buf_str(&out);
    for (size_t i = 0; i < 7 && str_cut(&rest, '\n', &line); i++) {
        if (i == 2)
            assert_true(str_starts(line, str_of("since start  unpriced  2 calls")));
        if (i >= 3)
            assert_true(str_is(line, pictured[i - 3]));
    }
    buf_fini(&out);
}

// Labels that callers choose: however many and however long, each call is counted once.
static void test_many_groups(void **state)
{
    (void)state;
    enum { LABELS = TOP_GROUPS + 100 };
    struct buf text;
    int64_t calls = 0;
    top->by = str_of("user");
    for (int round = 0; round < 2; round++) {
        buf_init(&text, &alloc_heap, 0);
        buf_add_cstr(&text, "{\"ended\":[");
        for (int i = 0; i < LABELS; i++)
            buf_printf(&text, "%s{\"user\":\"user %d\",\"outcome\":\"ok\"}", i ? "," : "", i);
        buf_add_cstr(&text, "]}");
        take(buf_cstr(&text));
        buf_fini(&text);
    }
    assert_int_equal(top->group_count, TOP_GROUPS + 1);
    assert_string_equal(top->groups[TOP_GROUPS].label, "(others)");
    assert_int_equal(top->groups[TOP_GROUPS].calls, 2 * (LABELS - TOP_GROUPS));
    for (size_t i = 0; i < top->group_count; i++)
        calls += top->groups[i].calls;
    assert_int_equal(calls, 2 * LABELS);
}

// A sum of what nobody counted is no exact one; a wide picture tells the input's kinds.
static void test_doubts(void **state)
{
    (void)state;
    struct buf out;
    top->by = str_of("team");
    buf_init(&out, &alloc_heap, 0);
    take("{\"started\":{\"requests\":4,\"captured\":4,\"cost_usd\":\"6.96\",\"input_tokens\":3222,"
         "\"cache_read_tokens\":80000,\"cache_write_tokens\":2176,\"output_tokens\":1000},"
         "\"ended\":[" CALL("ended", "\"estimated\":true,\"outcome\":\"ok\"") "]}");
    top_draw(top, 130, 6, STR_NONE, &out);
    assert_non_null(strstr(buf_cstr(&out),
                           "since start  ~$6.960000  4 calls  4 captured  3,222 in  "
                           "80,000 cached  2,176 written  1,000 out"));
    assert_non_null(strstr(buf_cstr(&out), "INPUT       CACHED      WRITTEN       OUTPUT"));
    assert_non_null(strstr(buf_cstr(&out), "   12           70            5           34        0 "
                                           "     ~0.000123"));
    buf_clear(&out);
    top_line_groups(top, &out);
    assert_non_null(strstr(buf_cstr(&out), "\t12\t70\t5\t34\t0\t~0.0001234\n"));
    buf_fini(&out);
}

static int columns_of(struct str line)
{
    wchar_t wide[512];
    char text[512];
    assert_true(str_copy(line, text, sizeof text));
    size_t n = mbstowcs(wide, text, 512);
    assert_true(n < 512);
    return wcswidth(wide, n);
}

// Whatever the terminal's size: so many lines, and none is wider.
static void test_picture(void **state)
{
    (void)state;
    for (int groups = 0; groups < 2; groups++) {
        top->by = groups ? str_of("model") : STR_NONE;
        take(ANSWER);
        for (unsigned columns = 1; columns < 200; columns++) {
            struct buf out;
            struct str rest, line;
            unsigned count = 0;
            buf_init(&out, &alloc_heap, 0);
            top_draw(top, columns, 20, str_of("q quit"), &out);
            rest = buf_str(&out);
            while (str_cut(&rest, '\n', &line)) {
                count++;
                assert_true(columns_of(line) <= (int)columns || columns < 20);
            }
            assert_int_equal(count, 20);
            buf_fini(&out);
        }
    }
}

static void test_picture_text(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "costlens top  10:20:33 UTC  1 in flight  by newest  2 too fast to show",
        "today        the ledger cannot be read now",
        "since start  ~$1.500000  1,234,567 calls  2 errors  3 captured  1 estimated  7 in…",
        "BEGAN    WHO         MODEL              STATE         OUTPUT     COST USD     TIME",
        "10:20:30 k web feat… p/m                streaming        ~34    ~0.000123   2.50 s",
        "10:20:30 k web feat… p/m                ok                34     0.000123   2.50 s",
        "10:20:30 k web feat… p/m                ok                34     0.000123   2.50 s",
        "",
        "q quit"};
    struct buf out;
    struct str rest, line;
    buf_init(&out, &alloc_heap, 0);
    take(ANSWER);
    top_draw(top, 82, 9, str_of("q quit"), &out);
    rest = buf_str(&out);
    for (size_t i = 0; str_cut(&rest, '\n', &line); i++) {
        while (line.len && line.ptr[line.len - 1] == ' ')
            line.len--;
        char text[256];
        assert_true(str_copy(line, text, sizeof text));
        assert_string_equal(text, lines[i]);
    }
    buf_fini(&out);
}

// The running total is of all since the gateway's start, also of calls that nobody shows one by
// one; with a filter it is of those that were shown, and is called so.
static void test_total(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    take(ANSWER);
    assert_true(top_total(top) == (int128)15 * 100000000 * 1000000000);
    top_line_titles(top, &out);
    assert_true(str_ends(buf_str(&out), str_of("\ttotal_usd\n")));
    top->filter = str_of("x");
    assert_true(top_total(top) == top->cost);
    buf_clear(&out);
    top_line_titles(top, &out);
    assert_true(str_ends(buf_str(&out), str_of("\tshown_usd\n")));
    buf_fini(&out);
}

static void test_line(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    take(ANSWER);
    top_line(&top->ended[0], top->cost, &out);
    top_line(&top->running[0], 0, &out);
    assert_string_equal(
        buf_cstr(&out),
        "10:20:30\tk\tweb\t\tfeature=chat,who=me\tp/m\tok\t12\t70\t5\t34\t0.0001234\t120\t"
        "2500\t0.0002468\n"
        "10:20:30\tk\tweb\t\tfeature=chat,who=me\tp/m\tstreaming\t~12\t~70\t~5\t~34\t"
        "~0.0001234\t120\t2500\t0.00\n");
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cell, begin, end),
        cmocka_unit_test_setup_teardown(test_take, begin, end),
        cmocka_unit_test_setup_teardown(test_groups, begin, end),
        cmocka_unit_test_setup_teardown(test_doubts, begin, end),
        cmocka_unit_test_setup_teardown(test_unpriced_groups, begin, end),
        cmocka_unit_test_setup_teardown(test_tags, begin, end),
        cmocka_unit_test_setup_teardown(test_many_groups, begin, end),
        cmocka_unit_test_setup_teardown(test_picture, begin, end),
        cmocka_unit_test_setup_teardown(test_picture_text, begin, end),
        cmocka_unit_test_setup_teardown(test_total, begin, end),
        cmocka_unit_test_setup_teardown(test_line, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
