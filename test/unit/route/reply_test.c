// SPDX-License-Identifier: Apache-2.0
//
// What an answer shows of itself.

#include "../unit.h"
#include "route/reply.h"

static const struct {
    const char *prompt, *text;
    enum reply_check check;
    unsigned value;
} cases[] = {
    {"", "48 / 2 = 24, so 48 + 24 = 73", REPLY_SUMS, 2},
    {"", "48 / 2 = 24, so 48 + 24 = 73", REPLY_WRONG, 1},
    {"", "48 / 2 = 24, so 48 + 24 = 72", REPLY_WRONG, 0},
    {"", "However, I am not sure. Perhaps it is 4.", REPLY_DOUBTS, 3},
    {"", "It is 4.", REPLY_DOUBTS, 0},
    {"3 boxes of 4", "3 * 4 = 12. It is 12", REPLY_NEW, 1},
    {"3 boxes of 4", "1,234 and 56", REPLY_LARGEST, 1234},
};

static void checked(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reply r;
        reply_of(str_of(cases[i].prompt), str_of(cases[i].text), -1, &r);
        if (r.value[cases[i].check] != traits_log(cases[i].value))
            fail_msg("`%s`: %u, not %u", cases[i].text, r.value[cases[i].check],
                     traits_log(cases[i].value));
    }
}

static void shares(void **state)
{
    struct reply r;
    reply_of(str_of("3 boxes of 4 for 7"), str_of("3 * 4 = 12, which is 12"), TRAIT_ONE / 2, &r);
    assert_int_equal(r.value[REPLY_UNUSED], traits_share(1, 3));
    assert_int_equal(r.value[REPLY_LAST], TRAIT_ONE); // 12 was found before
    assert_int_equal(r.value[REPLY_PART], 0);
    assert_int_equal(r.value[REPLY_AGREE], TRAIT_ONE);
    reply_of(STR_NONE, str_of("it is 3.5"), 5 * TRAIT_ONE, &r);
    assert_int_equal(r.value[REPLY_PART], TRAIT_ONE);
    assert_int_equal(r.value[REPLY_AGREE], 2 * TRAIT_ONE);
    reply_of(STR_NONE, STR_NONE, -1, &r);
    assert_int_equal(r.value[REPLY_AGREE], TRAIT_ONE); // not known
    assert_int_equal(r.value[TRAIT_WORDS], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(checked), cmocka_unit_test(shares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
