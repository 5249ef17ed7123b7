// SPDX-License-Identifier: Apache-2.0
//
// Which tokenizer a name stands for, whoever serves it.

#include "../unit.h"
#include "core/density.h"

static const struct {
    struct str model;
    int64_t density;
} cases[] = {
    {STR("gpt-5.4"), 250000},
    {STR("gemini-3-flash"), 250000},
    {STR("llama3.2:3b"), 250000},
    {STR(""), 250000},
    {STR("claude-haiku-4-5"), 285714},
    {STR("claude-3-5-sonnet-20241022"), 285714},
    {STR("us.anthropic.claude-opus-4-6-v1:0"), 285714},
    // From Opus 4.7 on there are 30 % more.
    {STR("claude-opus-4-7"), 371429},
    {STR("anthropic/claude-opus-4.8"), 371429},
    {STR("anthropic.claude-sonnet-5"), 371429},
    {STR("claude-mythos-5"), 371429},
    {STR("DeepSeek-V3.2"), 300000},
};

static void by_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (density_of(cases[i].model) != cases[i].density)
            fail_msg("%.*s: %lld", STR_ARG(cases[i].model), (long long)density_of(cases[i].model));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(by_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
