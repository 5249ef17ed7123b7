// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "meter/sift.h"

enum { ROOT, ITEM, DEEP };

static const struct sift_name root_names[] = {
    {STR("usage"), SIFT_KEEP, 0},   {STR("id"), SIFT_KEEP, 0},      {STR("text"), SIFT_TEXT, 0},
    {STR("list"), SIFT_INTO, ITEM}, {STR("deep"), SIFT_INTO, DEEP}, {STR("sum"), SIFT_SUM, 0},
};
static const struct sift_name item_names[] = {{STR("type"), SIFT_KEEP, 0}};
static const struct sift_name deep_names[] = {{STR("deep"), SIFT_INTO, DEEP},
                                              {STR("why"), SIFT_KEEP, 0}};
static const struct sift_level levels[] = {
    [ROOT] = {root_names, 6, SIFT_SKIP},
    [ITEM] = {item_names, 1, SIFT_SKIP},
    [DEEP] = {deep_names, 2, SIFT_TEXT},
};

static void open(struct sift *s)
{
    sift_init(s, levels, ROOT, &alloc_heap);
}

// What is known of a value's place is what a look through all that is kept finds.
static void assert_places(const struct sift *s, struct str kept)
{
    for (unsigned i = 0; i < levels[ROOT].count; i++) {
        struct str value = sift_value(s, i);
        if (!str_eq(value, skim_get(kept, root_names[i].name)))
            fail_msg("name %u of %.*s: %.*s", i, STR_ARG(kept), STR_ARG(value));
    }
}

// Every pair of cuts keeps the same.
static void assert_kept(const char *text, bool done, bool broken, const char *want)
{
    size_t len = strlen(text);
    for (size_t i = 0; i <= len; i++) {
        for (size_t k = i; k <= len; k++) {
            struct sift s;
            open(&s);
            (void)sift_feed(&s, str_from(text, i));
            (void)sift_feed(&s, str_from(text + i, k - i));
            (void)sift_feed(&s, str_from(text + k, len - k));
            assert_int_equal(s.done, done);
            assert_int_equal(s.broken, broken);
            struct str kept = sift_text(&s);
            if (!str_is(kept, want))
                fail_msg("%s at %zu and %zu: %.*s, not %s", text, i, k, STR_ARG(kept), want);
            assert_places(&s, kept);
            sift_fini(&s);
        }
    }
}

static void keeps_what_is_named(void **state)
{
    (void)state;
    assert_kept("{}", true, false, "{}");
    assert_kept(" {\"x\":[1,{\"usage\":2}], \"id\" : \"a\\\"}\" ,\"usage\":{\"n\":[1]} } ", true,
                false, "{\"id\":\"a\\\"}\",\"usage\":{\"n\":[1]}}");
    assert_kept("{\"us\\u0061ge\":-1.5e3,\"usag\":2,\"id\":null}", true, false,
                "{\"usage\":-1.5e3,\"id\":null}");
    assert_kept("{\"id\":1,\"id\":2}", true, false, "{\"id\":1,\"id\":2}");
    assert_kept(
        "{\"list\":[{\"type\":\"a\",\"data\":\"}]\"},{\"x\":{\"type\":1}},7,\"s\",[{\"type\":"
        "2}],{\"type\":[]}],\"id\":0}",
        true, false, "{\"list\":[{\"type\":\"a\"},{},0,0,0,{\"type\":[]}],\"id\":0}");
    assert_kept("{\"list\":{\"type\":3},\"deep\":true,\"list\":\"s\"}", true, false,
                "{\"list\":{\"type\":3},\"deep\":true,\"list\":\"s\"}");
}

static void counts_text(void **state)
{
    (void)state;
    assert_kept("{\"text\":\"a\\n\\u00e9\\ud83d\\ude00\xc3\xa9\"}", true, false, "{\"text\":10}");
    assert_kept("{\"text\":[{\"type\":\"x\",\"role\" : \"yy\",\"t\":\"abc\",\"id\":[\"n\",\"de\"]},"
                "\"f\"]}",
                true, false, "{\"text\":6}");
    assert_kept("{\"text\":12}", true, false, "{\"text\":0}");
    assert_kept("{\"deep\":{\"why\":1,\"a\":\"xy\",\"type\":\"no\"}}", true, false,
                "{\"deep\":{\"why\":1,\"\":2,\"\":0}}");
    assert_kept("{\"text\":\"abc", false, false, "{\"text\":0}");
    assert_kept("{\"text\":[\"abc\",\"d", false, false, "{\"text\":3}");
}

// What is summed up leaves nothing behind; of a text that was cut the whole strings count.
static void sums_text_up(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t sum;
        int64_t sums;
    } cases[] = {
        {"{\"sum\":\"ab\",\"x\":\"no\",\"sum\":[{\"type\":\"no\",\"t\":\"cde\"},\"f\\ng\"]}", 8, 2},
        {"{\"sum\":null,\"sum\":[],\"sum\":{\"t\" : \"\\u00e9\" }}", 2, 1},
        {"{\"sum\":\"\\u1\",\"sum\":\"\\u\\\"a\"}", 2, 1}, // no escape that there is
        {"{\"sum\":[\"abc\",\"d", 3, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
            struct sift s;
            open(&s);
            (void)sift_feed(&s, str_from(cases[i].text, cut));
            (void)sift_feed(&s, str_of(cases[i].text + cut));
            assert_true(str_is(sift_text(&s), "{}"));
            if (s.sum != cases[i].sum || s.sums != cases[i].sums)
                fail_msg("case %zu at %zu: %d in %d", i, cut, (int)s.sum, (int)s.sums);
            sift_fini(&s);
        }
    }
}

static void a_cut_text_keeps_what_was_whole(void **state)
{
    (void)state;
    assert_kept("", false, false, "");
    assert_kept("{\"id\":\"a\",\"usage\":{\"n\":1", false, false, "{\"id\":\"a\"}");
    assert_kept("{\"id\":\"a\",\"usage\"", false, false, "{\"id\":\"a\"}");
    assert_kept("{\"id\":\"a\",\"usage\":1", false, false, "{\"id\":\"a\"}");
    assert_kept("{\"list\":[{\"type\":1},{\"type\":\"x", false, false,
                "{\"list\":[{\"type\":1},{}]}");
    assert_kept("{\"deep\":{\"deep\":{\"why\":1", false, false, "{\"deep\":{\"deep\":{}}}");
}

static void stops_at_what_is_no_json(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "[]",
        "x",
        "\"a\"",
        "{1:2}",
        "{\"id\" 1}",
        "{\"id\":1 2}",
        "{\"id\":}",
        "{\"id\":1,}",
        "{,}",
        "{\"x\":[}}",
        "{\"x\":{]}",
        "{\"list\":[1 2]}",
        "{\"id\":1]",
        "{\"list\":[1,]}",
        "{\"list\":[,]}",
        "{\"id\":+1}",
        "{\"id\":1\"x\"}",
        "{\"id\":1{}}",
        "{\"x\":1[2]}",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        for (size_t cut = 0; cut <= strlen(broken[i]); cut++) {
            struct sift s;
            open(&s);
            (void)sift_feed(&s, str_from(broken[i], cut));
            (void)sift_feed(&s, str_of(broken[i] + cut));
            if (!s.broken || s.done)
                fail_msg("%s is taken", broken[i]);
            sift_fini(&s);
        }
    }
}

static void gives_what_follows(void **state)
{
    (void)state;
    struct sift s;
    open(&s);
    assert_int_equal(sift_feed(&s, str_of("{\"id\":1},{")), 8);
    assert_true(s.done);
    assert_int_equal(sift_feed(&s, str_of("{")), 0);
    sift_fini(&s);
}

static void a_member_may_have_to_come_once(void **state)
{
    (void)state;
    struct sift s;
    open(&s);
    s.once = true;
    (void)sift_feed(&s, str_of("{\"x\":1,\"x\":2,\"list\":[{\"type\":1,\"type\":2}],\"id\":1,"));
    assert_false(s.broken);
    (void)sift_feed(&s, str_of("\"\\u0069d\":1"));
    assert_true(s.broken);
    sift_fini(&s);
}

static void feed_times(struct sift *s, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        assert_int_equal(sift_feed(s, str_of(text)), strlen(text));
}

// Whatever comes, the count at the end is found and the memory is bounded.
static void memory_is_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *head, *part, *tail;
    } texts[] = {
        {"{\"x\":\"", "AAAAAAAAAAAAAAAA", "\""},
        {"{\"id\":\"", "AAAAAAAAAAAAAAAA", "\""},
        {"{\"id\":[0", ",{\"a\":\"b\"},1,2", "]"},
        {"{\"text\":\"", "\\u00e9AAAA\\\"AAAA", "\""},
        {"{\"list\":[0", ",{\"type\":\"xxxxxx\"}", "]"},
        {"{\"", "AAAAAAAAAAAAAAAA", "\":1"},
        {"{\"deep\":{\"a\":1", ",\"text\":\"abcdef\"", "}"},
        {"{\"deep\":{\"a\":1", ",\"why\":\"abcdef\" ", "}"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sift s;
        open(&s);
        (void)sift_feed(&s, str_of(texts[i].head));
        feed_times(&s, texts[i].part, 200000);
        (void)sift_feed(&s, str_of(texts[i].tail));
        assert_false(s.broken);
        assert_true(s.out.len <= SIFT_BYTES_MAX + 64);
        bool members = i >= 6; // a hostile number of named members leaves no room for one more
        (void)sift_feed(&s, str_of(",\"usage\":{\"n\":1}}"));
        assert_true(s.done && !s.broken);
        struct str kept = sift_text(&s);
        assert_true(members || str_ends(kept, str_of(",\"usage\":{\"n\":1}}")) ||
                    str_is(kept, "{\"usage\":{\"n\":1}}"));
        sift_fini(&s);
    }
}

static void depth_is_bounded(void **state)
{
    (void)state;
    for (unsigned depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX; depth++) {
        for (int kept = 0; kept < 2; kept++) {
            struct sift s;
            open(&s);
            (void)sift_feed(&s, str_of(kept ? "{\"id\":" : "{\"x\":"));
            for (unsigned i = 0; i < depth; i++)
                (void)sift_feed(&s, str_of("["));
            assert_int_equal(s.broken, depth == JSON_DEPTH_MAX);
            sift_fini(&s);
        }
    }
    struct sift s;
    open(&s);
    (void)sift_feed(&s, str_of("{"));
    feed_times(&s, "\"deep\":{", 100); // the table leads round, but not endlessly
    feed_times(&s, "}", 100);
    (void)sift_feed(&s, str_of(",\"id\":1}"));
    assert_true(s.done && !s.broken);
    assert_true(str_ends(sift_text(&s), str_of(",\"id\":1}")));
    sift_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_named),
        cmocka_unit_test(counts_text),
        cmocka_unit_test(sums_text_up),
        cmocka_unit_test(a_cut_text_keeps_what_was_whole),
        cmocka_unit_test(stops_at_what_is_no_json),
        cmocka_unit_test(gives_what_follows),
        cmocka_unit_test(a_member_may_have_to_come_once),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
