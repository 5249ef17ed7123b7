// SPDX-License-Identifier: Apache-2.0

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "base/limits.h"
#include "shadow/judge.h"

static void its_word_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum judge_word word;
    } rows[] = {
        {"A", JUDGE_A},
        {" b.\n", JUDGE_NONE}, // an article, or a list's letter
        {"B.", JUDGE_B},
        {"TIE", JUDGE_TIE},
        {"Tie\n", JUDGE_TIE},
        {"**B**", JUDGE_B},
        {"Verdict: A", JUDGE_A},
        {"The better answer is A", JUDGE_A},
        {"B is too long, and wrong.\n\nVerdict: `A`.", JUDGE_A},
        {"", JUDGE_NONE},
        {"...", JUDGE_NONE},
        {"\n\n", JUDGE_NONE},
        {"Both are fine", JUDGE_NONE},
        {"I would have to know more before I could say which one it is: A or B", JUDGE_NONE},
        {"A\nbut B is close", JUDGE_NONE},
        {"VITAMIN A", JUDGE_NONE},
        {"Inferior: B", JUDGE_NONE},
        {"Rejected: B", JUDGE_NONE},
        {"I prefer the first to B", JUDGE_NONE},
        {"The winner isn't A", JUDGE_NONE},
        {"\xd0\xa5\xd1\x83\xd0\xb6\xd0\xb5: B",
         JUDGE_NONE}, // "worse", in letters of another script
        {"Final verdict: the better answer is **B**.", JUDGE_B},
        {"It is a tie", JUDGE_TIE},
        {"RNA", JUDGE_NONE},
        {"A is better than B", JUDGE_NONE},
        {"A > B", JUDGE_NONE},
        {"~~A~~", JUDGE_NONE}, // struck out
        {"~~A~~ B", JUDGE_NONE},
        {"A?", JUDGE_NONE},
        {"Verdict: A (?)", JUDGE_NONE},
        {"</answer A>", JUDGE_NONE},
        {"A!", JUDGE_A},
        {"[A]", JUDGE_A},
        {"Is B right? No.\n\"A\"", JUDGE_A},
        {"B >> A", JUDGE_NONE},
        {"Not A, B", JUDGE_NONE},
        {"I prefer A over B.", JUDGE_NONE},
        {"The worse answer is B", JUDGE_NONE},
        {"It isn't A", JUDGE_NONE},
        {"No TIE: A", JUDGE_NONE},
        {"A or B: TIE", JUDGE_NONE},
        {"A is better than B.\nA", JUDGE_A},
        {"A: A", JUDGE_A},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (judge_read(str_of(rows[i].text)) != rows[i].word)
            fail_msg("%s: %d", rows[i].text, judge_read(str_of(rows[i].text)));
}

static void only_the_same_answer_twice_wins(void **state)
{
    (void)state;
    static const struct {
        enum judge_word first, second;
        struct ruling ruling;
    } rows[] = {
        {JUDGE_A, JUDGE_B, {RULED_MODEL, true, false}},
        {JUDGE_B, JUDGE_A, {RULED_MODEL, false, true}},
        {JUDGE_A, JUDGE_A, {RULED_CONTRADICTED, true, true}}, // the first one, whatever it is
        {JUDGE_B, JUDGE_B, {RULED_CONTRADICTED, true, true}},
        {JUDGE_A, JUDGE_TIE, {RULED_MODEL, true, true}},
        {JUDGE_TIE, JUDGE_A, {RULED_MODEL, true, true}},
        {JUDGE_TIE, JUDGE_TIE, {RULED_MODEL, true, true}},
        {JUDGE_NONE, JUDGE_A, {RULED_NOT, false, false}},
        {JUDGE_B, JUDGE_NONE, {RULED_NOT, false, false}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct ruling r = judge_rule(rows[i].first, rows[i].second);
        assert_int_equal(r.by, rows[i].ruling.by);
        if (r.by == RULED_NOT)
            continue;
        assert_int_equal(r.weak_good, rows[i].ruling.weak_good);
        assert_int_equal(r.strong_good, rows[i].ruling.strong_good);
    }
}

struct case_ {
    struct json *request, *body;
    struct answer weak, strong;
    struct buf out;
};

// Writes the question, and reads what was written.
static enum status write_question(struct case_ *c, const char *request, enum endpoint to,
                                  bool swapped)
{
    assert_int_equal(json_open(str_of(request), &alloc_heap, &c->request, NULL), STATUS_OK);
    answer_of(&c->weak, (struct str)STR("w-answer"), &alloc_heap);
    answer_of(&c->strong, (struct str)STR("s-answer \"<b>\""), &alloc_heap);
    buf_init(&c->out, &alloc_heap, 0);
    const struct judge_question q = {.request = c->request,
                                     .source = str_of(request),
                                     .weak = &c->weak,
                                     .strong = &c->strong,
                                     .swapped = swapped,
                                     .mark = 0xabc,
                                     .model = STR("openai/judge")};
    enum status s = judge_write(&q, to, &c->out);
    if (s == STATUS_OK)
        assert_int_equal(json_open(buf_str(&c->out), &alloc_heap, &c->body, NULL), STATUS_OK);
    return s;
}

static void end(struct case_ *c)
{
    json_close(c->request);
    json_close(c->body);
    answer_fini(&c->weak);
    answer_fini(&c->strong);
    buf_fini(&c->out);
    *c = (struct case_){0};
}

static void expect_order(struct str text, const char *const parts[], size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        while (at < text.len && !str_starts(str_skip(text, at), str_of(parts[i])))
            at++;
        if (at == text.len)
            fail_msg("no %s in its place in %.*s", parts[i], STR_ARG(text));
    }
}

#define CHAT "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"why? \\u00e9\"}]}"

static void each_dialect_is_asked_in_its_own_words(void **state)
{
    (void)state;
    static const char *const parts[] = {"<request 0000000000000abc>",
                                        "\"messages\": [{",
                                        "why?",
                                        "</request 0000000000000abc>",
                                        "<answer A 0",
                                        "w-answer",
                                        "<answer B 0",
                                        "s-answer \"<b>\"",
                                        "A, B or TIE"};
    static const char *const others[] = {"<answer A 0", "s-answer", "<answer B 0", "w-answer"};
    struct case_ c = {0};
    assert_int_equal(write_question(&c, CHAT, ENDPOINT_CHAT, false), STATUS_OK);
    struct json_iter it = {0};
    const struct json_val *system = NULL, *user = NULL,
                          *list = json_get(json_root(c.body), "messages");
    assert_true(json_each(&it, list, NULL, &system) && json_each(&it, list, NULL, &user));
    assert_true(str_is(json_str(json_get(system, "role")), "system"));
    expect_order(json_str(json_get(user, "content")), parts, sizeof parts / sizeof *parts);
    end(&c);
    assert_int_equal(write_question(&c, CHAT, ENDPOINT_MESSAGES, true), STATUS_OK);
    it = (struct json_iter){0};
    assert_true(json_each(&it, json_get(json_root(c.body), "messages"), NULL, &user));
    expect_order(json_str(json_get(user, "content")), others, sizeof others / sizeof *others);
    assert_true(json_str(json_get(json_root(c.body), "system")).len > 0);
    assert_int_equal(json_type(json_get(json_root(c.body), "max_tokens")), JSON_NUMBER);
    end(&c);
    assert_int_equal(write_question(&c, CHAT, ENDPOINT_GENERATE, false), STATUS_OK);
    assert_int_equal(json_type(json_get(json_root(c.body), "contents")), JSON_ARRAY);
    assert_int_equal(json_type(json_path(json_root(c.body), "systemInstruction.parts")),
                     JSON_ARRAY);
    end(&c);
}

// Whatever a form is asked for by, the judge judges it.
static void the_form_that_was_asked_for_is_shown(void **state)
{
    (void)state;
    static const char *const members[] = {
        "tools",      "functions",     "tool_choice",   "function_call",    "response_format",
        "text",       "output_config", "output_format", "generationConfig", "generation_config",
        "toolConfig", "tool_config",   "format"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char request[200], shown[200];
        struct case_ c = {0};
        struct json_iter it = {0};
        const struct json_val *message = NULL;
        snprintf(request, sizeof request, "{\"prompt\":\"why?\",\"%s\":{\"a\":[1]}}", members[i]);
        snprintf(shown, sizeof shown, "\"%s\": {\"a\":[1]}", members[i]);
        assert_int_equal(write_question(&c, request, ENDPOINT_CHAT, false), STATUS_OK);
        const struct json_val *list = json_get(json_root(c.body), "messages");
        while (json_each(&it, list, NULL, &message))
            continue;
        expect_order(json_str(json_get(message, "content")), (const char *const[]){shown}, 1);
        end(&c);
        snprintf(request, sizeof request, "{\"%s\":{\"a\":[1]}}", members[i]);
        assert_int_equal(write_question(&c, request, ENDPOINT_CHAT, false), STATUS_LIMIT);
        end(&c);
    }
}

static void what_cannot_be_shown_is_not_asked(void **state)
{
    (void)state;
    static char request[JUDGE_QUESTION_MAX + 100];
    struct case_ c = {0};
    assert_int_equal(write_question(&c, "{\"model\":\"auto\"}", ENDPOINT_CHAT, false),
                     STATUS_LIMIT);
    end(&c);
    int n = snprintf(request, sizeof request, "{\"prompt\":\"");
    memset(request + n, 'x', JUDGE_QUESTION_MAX);
    memcpy(request + n + JUDGE_QUESTION_MAX, "\"}", 3);
    assert_int_equal(write_question(&c, request, ENDPOINT_CHAT, false), STATUS_LIMIT);
    end(&c);
}

// An answer that fills the room is shown, and one more byte is too many.
static void it_is_known_how_long_an_answer_may_be(void **state)
{
    (void)state;
    struct json *request = NULL;
    struct answer weak, strong;
    struct buf out;
    const struct str source = str_of("{\"prompt\":\"why?\"}");
    assert_int_equal(json_open(source, &alloc_heap, &request, NULL), STATUS_OK);
    answer_of(&weak, str_of("so"), &alloc_heap);
    answer_of(&strong, STR_NONE, &alloc_heap);
    buf_init(&out, &alloc_heap, 0);
    const struct judge_question q = {
        .request = request, .source = source, .weak = &weak, .strong = &strong};
    size_t room = judge_room(&q);
    assert_in_range(room, JUDGE_QUESTION_MAX - KIB, JUDGE_QUESTION_MAX);
    for (size_t i = 0; i < room; i++)
        buf_add_char(&strong.text, 'x');
    assert_int_equal(judge_room(&q), 0);
    assert_int_equal(judge_write(&q, ENDPOINT_CHAT, &out), STATUS_OK);
    buf_add_char(&strong.text, 'x');
    assert_int_equal(judge_room(&q), 0);
    assert_int_equal(judge_write(&q, ENDPOINT_CHAT, &out), STATUS_LIMIT);
    buf_fini(&out);
    answer_fini(&strong);
    answer_fini(&weak);
    json_close(request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_word_is_read),
        cmocka_unit_test(only_the_same_answer_twice_wins),
        cmocka_unit_test(each_dialect_is_asked_in_its_own_words),
        cmocka_unit_test(the_form_that_was_asked_for_is_shown),
        cmocka_unit_test(what_cannot_be_shown_is_not_asked),
        cmocka_unit_test(it_is_known_how_long_an_answer_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
