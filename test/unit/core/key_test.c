// SPDX-License-Identifier: Apache-2.0

#include "../unit.h"
#include "base/limits.h"
#include "core/key.h"

static struct str token_of(uint8_t fill, char out[KEY_TOKEN_CHARS])
{
    uint8_t random[32];
    memset(random, fill, sizeof random);
    key_token_make(random, out);
    return str_from(out, KEY_TOKEN_CHARS);
}

static void makes_tokens_that_check(void **state)
{
    (void)state;
    char text[KEY_TOKEN_CHARS];
    for (int fill = 0; fill < 256; fill += 51) {
        struct str token = token_of((uint8_t)fill, text);
        assert_true(str_starts(token, str_of("sk-cl-")));
        assert_true(key_token_valid(token));
    }
    struct str zero = token_of(0, text);
    assert_memory_equal(zero.ptr + 6, "0000000000000000000000000000000000000000000", 43);
}

static void tokens_differ_in_every_bit_of_the_random(void **state)
{
    (void)state;
    uint8_t random[32] = {0};
    char base[KEY_TOKEN_CHARS];
    char other[KEY_TOKEN_CHARS];
    key_token_make(random, base);
    for (unsigned bit = 0; bit < 256; bit++) {
        random[bit / 8] ^= (uint8_t)(1u << bit % 8);
        key_token_make(random, other);
        random[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_memory_not_equal(base, other, 6 + 43);
    }
}

static void a_name_is_plain(void **state)
{
    (void)state;
    static const char *const good[] = {
        "ci", "7", "ci-day_2.x", "a b", "a/b", "ann@example.org", "a+b", "\xc3\xa9t\xc3\xa9"};
    static const char *const bad[] = {
        "",    "shadow:support", "../x", ".x",       "-x", " a", "a ", "/a", "a/", "a,b",
        "a%b", "a\"b",           "a\tb", "a\xc2\x9b"};
    char longest[NAME_BYTES_MAX + 1];
    memset(longest, 'n', sizeof longest);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(key_name_valid(str_of(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(key_name_valid(str_of(bad[i])));
    assert_true(key_name_valid(str_from(longest, NAME_BYTES_MAX)));
    assert_false(key_name_valid(str_from(longest, NAME_BYTES_MAX + 1)));
}

static void refuses_a_mistyped_token(void **state)
{
    (void)state;
    char text[KEY_TOKEN_CHARS + 1] = "";
    struct str token = token_of(0xa7, text);
    for (size_t i = 0; i < token.len; i++) {
        char kept = text[i];
        text[i] = kept == 'x' ? 'y' : 'x';
        assert_false(key_token_valid(token));
        text[i] = 0;
        assert_false(key_token_valid(token));
        text[i] = kept;
    }
    assert_true(key_token_valid(token));
    assert_false(key_token_valid(str_from(text, KEY_TOKEN_CHARS - 1)));
    assert_false(key_token_valid(str_from(text, KEY_TOKEN_CHARS + 1)));
    assert_false(key_token_valid(STR_NONE));
    assert_true(key_token_ours(str_of("sk-cl-")));
    assert_false(key_token_ours(str_of("sk-proj-1")));
}

static bool allows(const char *models, const char *full, const char *asked)
{
    struct key k = {.models = str_of(models)};
    return key_allows(&k, str_of(full), str_of(asked));
}

static void allows_by_pattern(void **state)
{
    (void)state;
    assert_true(allows("", "openai/gpt-4o", "gpt-4o"));
    assert_false(allows(" ", "openai/gpt-4o", "gpt-4o")); // nothing, not everything
    assert_true(allows("gpt-4o*", "openai/gpt-4o-mini", "gpt-4o-mini"));
    assert_true(allows("gpt-4o*", "openai/gpt-4o-mini", "openai/gpt-4o-mini"));
    assert_true(allows("x, openai/*", "openai/gpt-4o", "gpt-4o"));
    assert_true(allows("fast", "openai/gpt-4o", "fast"));
    assert_false(allows("gpt-4o", "openai/gpt-4o-mini", "gpt-4o-mini"));
    assert_false(allows("anthropic/*", "openai/gpt-4o", "gpt-4o"));
    assert_false(allows("gpt-4o", "openai/gpt-5", "fast"));
    assert_false(allows(",", "openai/gpt-4o", "gpt-4o"));
}

static void knows_the_runs_around_a_run(void **state)
{
    (void)state;
    const struct str outer = STR("1a2b3c4d"), inner = STR("1a2b3c4d.99aabbcc");
    assert_true(str_eq(key_run(str_of("run-my-app-1a2b3c4d")), outer));
    assert_true(str_eq(key_run(str_of("run-x-1a2b3c4d.99aabbcc")), inner));
    static const char *const none[] = {"run-1a2b3c4",
                                       "ci-1a2b3c4d",
                                       "run-x-1a2b3c4d.",
                                       "run-x-1A2b3c4d",
                                       "run-x-1a2b3c4d99aabbcc0",
                                       "run-x-.1a2b3c4d",
                                       "run-"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(key_run(str_of(none[i])).len, 0);
    assert_true(key_run_inside(str_of("run-x-1a2b3c4d.99aabbcc"), outer));
    assert_true(key_run_inside(str_of("run-x-1a2b3c4d.99aabbcc.00000000"), inner));
    assert_false(key_run_inside(str_of("run-x-1a2b3c4d"), outer));
    assert_false(key_run_inside(str_of("run-x-99aabbcc.1a2b3c4d"), outer));
    assert_false(key_run_inside(str_of("run-x-1a2b3c4d.99aabbcc"), STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_tokens_that_check),
        cmocka_unit_test(tokens_differ_in_every_bit_of_the_random),
        cmocka_unit_test(a_name_is_plain),
        cmocka_unit_test(refuses_a_mistyped_token),
        cmocka_unit_test(allows_by_pattern),
        cmocka_unit_test(knows_the_runs_around_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
