// SPDX-License-Identifier: Apache-2.0
//
// Rows as they are written, and what is wrong with those that are none.

#include <stdio.h>

#include "../unit.h"
#include "route/model.h"
#include "route/rows.h"

#define ASKED "\"prompt\":\"What is 3 * 60?\","

static void good(void **state)
{
    static const char *const lines[] = {
        "{" ASKED "\"weak\":0,\"strong\":1}",
        "{" ASKED "\"weak\":false,\"strong\":true,\"other\":[]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
        "\"content\":[{\"type\":\"text\",\"text\":\"What is 3 * 60?\"}]}],\"weak\":0,\"strong\":1}",
        "{" ASKED "\"weak\":0.25,\"strong\":1e0,\"task\":\"sums\",\"weak_resp\":\"180.\",\"agree\":"
        "1,\"weak_model\":\"a\",\"strong_model\":\"b\"}",
        "{" ASKED "\"weak\":0,\"strong\":1,\"task\":null,\"weak_resp\":null,\"agree\":null,"
        "\"messages\":[{\"role\":\"user\",\"content\":\"Another one.\"}]}", // the prompt counts
        "  ",
    };
    struct rows r;
    struct why why;
    rows_init(&r);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (rows_add(&r, str_of(lines[i]), &why) != STATUS_OK)
            fail_msg("%s: %s", lines[i], why.text);
    }
    assert_int_equal(r.count, 5);
    for (size_t i = 1; i < 5; i++) {
        assert_int_equal(r.at[i].gram_count, r.at[0].gram_count);
        assert_memory_equal(r.at[i].grams, r.at[0].grams, r.at[0].gram_count * sizeof(uint16_t));
    }
    assert_float_equal(r.at[1].strong, 1, 0);
    assert_false(r.at[0].answered);
    assert_true(r.at[3].answered);
    assert_int_equal(r.at[3].reply.value[REPLY_AGREE], 2 * TRAIT_ONE);
    assert_int_equal(r.at[3].reply.value[REPLY_LARGEST], traits_log(180));
    assert_true(r.at[3].pair == model_pair(str_of("a"), str_of("b")));
    assert_false(r.at[3].pair == model_pair(str_of("b"), str_of("a")));
    const struct str large = STR("openai/gpt-5.4");
    assert_false(model_pair(str_of("llama3.1:8b"), large) ==
                 model_pair(str_of("llama3.1:70b"), large));
    assert_false(model_pair(str_of("ab"), str_of("c")) == model_pair(str_of("a"), str_of("bc")));
    assert_int_equal(model_pair(STR_NONE, STR_NONE), 0);
    assert_int_equal(r.at[0].task, 0);
    assert_true(r.at[2].task ==
                traits_task(traits_template(0, str_of("Be brief.")), STR_NONE, STR_NONE));
    assert_false(r.at[4].answered);
    struct traits t;
    row_traits(&r.at[3], &t);
    assert_true(t.task == r.at[3].task);
    // Labels count as they are.
    rows_fini(&r);
    rows_init(&r);
    for (int i = 1; i <= 2; i++)
        assert_int_equal(
            rows_add(&r,
                     str_of(i == 1 ? "{" ASKED "\"weak\":0,\"strong\":1,\"task\":\"q1\"}"
                                   : "{" ASKED "\"weak\":0,\"strong\":1,\"task\":\"q2\"}"),
                     &why),
            STATUS_OK);
    assert_false(r.at[0].task == r.at[1].task);
    rows_fini(&r);
}

// Rows of one session are of one group, whatever they ask.
static void a_session_is_a_group(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{" ASKED "\"weak\":0,\"strong\":1,\"session\":\"a\"}",
        "{\"prompt\":\"Another one.\",\"weak\":1,\"strong\":1,\"session\":\"a\"}",
        "{\"prompt\":\"A third.\",\"weak\":1,\"strong\":1,\"session\":\"b\"}",
        "{\"prompt\":\"A fourth.\",\"weak\":1,\"strong\":1,\"session\":null}",
    };
    struct rows r;
    struct why why;
    rows_init(&r);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(rows_add(&r, str_of(lines[i]), &why), STATUS_OK);
    assert_true(rows_part(&r));
    assert_int_equal(r.at[0].group, r.at[1].group);
    assert_int_not_equal(r.at[0].group, r.at[2].group);
    assert_int_not_equal(r.at[2].group, r.at[3].group);
    rows_fini(&r);
}

// What is asked tells a row, not how its line is written, nor what else stands in it.
static void a_row_is_known_by_what_it_asks(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{" ASKED "\"weak\":0,\"strong\":1}", // and the same
        "{ \"strong\" : 1.0, \"weak\" : 0.0, \"prompt\" : \"What is 3 \\u002a 60?\" }",
        "{\"id\":7," ASKED "\"weak\":1,\"strong\":0,\"task\":\"sums\",\"weak_resp\":\"180\"}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"What is 3 * "
        "60?\"}],\"weak\":0,\"strong\":1,"
        "\"weak_model\":\"a\",\"strong_model\":\"b\"}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What is 3 * "
        "60?\"}]}],\"weak\":0,\"strong\":1}",
        "{\"prompt\":\"What is 3 * 61?\",\"weak\":0,\"strong\":1}", // and others
        "{\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\","
        "\"content\":\"What is 3 * 60?\"}],\"weak\":0,\"strong\":1}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"What is\"},{\"role\":\"user\",\"content\":"
        "\" 3 * 60?\"}],\"weak\":0,\"strong\":1}",
        "{\"prompt\":\"\",\"weak\":0,\"strong\":1}",
    };
    struct rows r;
    struct why why;
    rows_init(&r);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(rows_add(&r, str_of(lines[i]), &why), STATUS_OK);
    for (size_t i = 0; i < r.count; i++)
        for (size_t k = 0; k < r.count; k++)
            assert_int_equal(r.at[i].text == r.at[k].text, (i < 5 && k < 5) || i == k);
    assert_false(r.at[8].text == 0);
    rows_fini(&r);
}

static const struct {
    const char *line, *say;
} bad[] = {
    {"{" ASKED "\"weak\":0,\"strong\":1", "byte"},
    {"[1]", "no JSON object"},
    {"{\"weak\":0,\"strong\":1}", "`prompt`"},
    {"{\"prompt\":7,\"weak\":0,\"strong\":1}", "`prompt`"},
    {"{" ASKED "\"weak\":0,\"strong\":1,\"session\":7}", "`session`"},
    {"{\"messages\":[],\"weak\":0,\"strong\":1}", "`messages`"},
    {"{\"messages\":[1],\"weak\":0,\"strong\":1}", "`messages`"},
    {"{\"messages\":[{\"role\":\"user\",\"content\":5}],\"weak\":0,\"strong\":1}", "no message"},
    {"{\"messages\":[{\"role\":\"user\"}],\"weak\":0,\"strong\":1}", "says nothing"},
    {"{" ASKED "\"strong\":1}", "`weak` is missing"},
    {"{" ASKED "\"weak\":\"0\",\"strong\":1}", "`weak` is no number"},
    {"{" ASKED "\"weak\":0,\"strong\":1.01}", "between 0 and 1"},
    {"{" ASKED "\"weak\":-1,\"strong\":1}", "between 0 and 1"},
    {"{" ASKED "\"weak\":0,\"strong\":1,\"agree\":\"yes\"}", "`agree`"},
    {"{" ASKED "\"weak\":0,\"strong\":1,\"weak_resp\":5}", "`weak_resp`"},
    {"{" ASKED "\"weak\":0,\"strong\":1,\"task\":{}}", "`task`"},
    {"{" ASKED "\"weak\":0,\"weak\":1,\"strong\":1}", "weak"},
};

// Turns of a conversation, and a prompt that is asked again.
static void rows_that_belong_together_are_a_group(void **state)
{
    (void)state;
    static const char *const asked[] = {
        "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]", "\"prompt\":\"b\"",
        "\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
        "\"a\"},"
        "{\"role\":\"assistant\",\"content\":\"x\"},{\"role\":\"user\",\"content\":\"b\"}]",
        "\"prompt\":\"b\""};
    struct rows r;
    struct why why;
    rows_init(&r);
    for (unsigned i = 0; i < 4; i++) {
        char line[300];
        snprintf(line, sizeof line, "{%s,\"weak\":0,\"strong\":1}", asked[i]);
        assert_int_equal(rows_add(&r, str_of(line), &why), STATUS_OK);
        assert_int_equal(r.at[i].group, 0);
    }
    assert_true(rows_part(&r));
    assert_true(r.at[0].group && r.at[0].group == r.at[2].group);
    assert_true(r.at[1].group && r.at[1].group == r.at[3].group);
    assert_int_not_equal(r.at[0].group, r.at[1].group);
    rows_fini(&r);
}

static void refused(void **state)
{
    struct rows r;
    struct why why;
    rows_init(&r);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_not_equal(rows_add(&r, str_of(bad[i].line), &why), STATUS_OK);
        if (!strstr(why.text, bad[i].say))
            fail_msg("%s: `%s` does not say `%s`", bad[i].line, why.text, bad[i].say);
    }
    assert_int_equal(r.count, 0);
    rows_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good), cmocka_unit_test(a_session_is_a_group),
        cmocka_unit_test(a_row_is_known_by_what_it_asks),
        cmocka_unit_test(rows_that_belong_together_are_a_group), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
