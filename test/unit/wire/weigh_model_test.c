// SPDX-License-Identifier: Apache-2.0
//
// What names of models say. What comes of it for a body: weigh_test.c.

#include "../unit.h"
#include "wire/weigh_model.h"

static void models_that_weigh_alike(void **state)
{
    (void)state;
    static const char *const apart[] = {"gpt-4o",          "gpt-5",    "qwen3",
                                        "gemini-2.5-pro",  "claude-3", "gpt-5:online",
                                        "gpt-5-search-api"};
    const size_t count = sizeof apart / sizeof apart[0];
    for (size_t i = 0; i < count * count; i++)
        assert_int_equal(weigh_model_alike(str_of(apart[i / count]), str_of(apart[i % count])),
                         i / count == i % count);
    assert_true(weigh_model_alike(str_of("gpt-5"), str_of("gpt-5-mini")));
    assert_true(weigh_model_alike(str_of("small"), str_of("large")));
}

static void what_a_name_says(void **state)
{
    (void)state;
    assert_int_equal(weigh_model_growth(str_of("Qwen/QwQ-32B")), 3);
    assert_int_equal(weigh_model_growth(str_of("claude-2.1")), 11);
    assert_int_equal(weigh_model_growth(str_of("")), 1);
    assert_int_equal(weigh_model_image(str_of("openai/gpt-4o")), 1445);
    assert_int_equal(weigh_model_image(str_of("pixtral")), 0);
    assert_int_equal(weigh_model_drawn(str_of("google/gemini-3-pro-image-preview")), 32768);
    assert_int_equal(weigh_model_drawn(str_of("gemini-2.5-flash")), 0);
    assert_int_equal(weigh_model_marks(str_of("openai/gpt-5:online")), WEIGH_MODEL_ONLINE);
    assert_int_equal(weigh_model_marks(str_of("gemini-2.5-pro")), WEIGH_MODEL_BEFORE_GEMINI_3);
    assert_int_equal(weigh_model_marks(str_of("gpt-5")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_that_weigh_alike),
        cmocka_unit_test(what_a_name_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
