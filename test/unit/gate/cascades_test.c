// SPDX-License-Identifier: Apache-2.0
//
// Cascades by name: each route has its own sums, each of its models its own usual sureness.

#include "../unit.h"
#include "gate/cascades.h"
#include "verify/sureness.h"

static void routes_are_apart(void **state)
{
    (void)state;
    const struct str a = STR("a"), b = STR("b"), m = STR("m");
    const struct how_sure sure = {-5000000, false};
    struct cascades *c = cascades_new();
    assert_non_null(c);
    for (int i = 0; i < BREAKEVEN_LEAST; i++) {
        cascades_count(c, a, &(struct breakeven_call){1, true, true, 10, 100, false, false});
        cascades_count(c, b, &(struct breakeven_call){1, false, true, 10, 100, false, false});
    }
    assert_true(cascades_sum(c, a).known && !cascades_sum(c, a).pays);
    assert_true(cascades_sum(c, b).known && cascades_sum(c, b).pays);
    assert_false(cascades_sum(c, m).known);
    assert_int_equal(cascades_paid(c, a), CHOICE_CASCADE_COSTS);
    assert_int_equal(cascades_paid(c, b), CHOICE_CASCADE_PAYS);
    assert_int_equal(cascades_paid(c, m), CHOICE_CASCADE_UNKNOWN);
    for (int i = 0; i < SURENESS_LEAST; i++)
        assert_false(cascades_saw(c, a, m, sure));
    assert_true(cascades_saw(c, a, m, sure));
    assert_int_equal(cascades_least(c, a, m, false, 900000), -5000000);
    assert_int_equal(cascades_least(c, b, m, false, 900000), SURENESS_START);
    assert_int_equal(cascades_least(c, STR_NONE, (struct str)STR("am"), false, 900000),
                     SURENESS_START);
    cascades_free(c);
    cascades_free(NULL);
}

// A Gemini that is asked no more how sure it is of each token tells the mean of all: that is held
// against means alone, and learned with them.
static void means_are_apart(void **state)
{
    (void)state;
    const struct str a = STR("a"), m = STR("m");
    struct cascades *c = cascades_new();
    assert_non_null(c);
    for (int i = 0; i < SURENESS_LEAST; i++)
        (void)cascades_saw(c, a, m, (struct how_sure){-3000000, false});
    assert_int_equal(cascades_least(c, a, m, true, 900000), SURENESS_START_MEAN);
    for (int i = 0; i < SURENESS_LEAST; i++)
        assert_false(cascades_saw(c, a, m, (struct how_sure){-200000, true}));
    assert_true(cascades_saw(c, a, m, (struct how_sure){-200000, true}));
    assert_int_equal(cascades_least(c, a, m, true, 900000), -200000);
    assert_int_equal(cascades_least(c, a, m, false, 900000), -3000000);
    cascades_free(c);
}

// However its answers are, and while what is usual of them is learned, too: so many calls that were
// verified, and have prices, and it is known whether it pays.
static void it_is_known_in_the_end(void **state)
{
    (void)state;
    const struct str route = STR("r"), model = STR("m");
    for (unsigned tenths = 0; tenths <= 10; tenths++) {
        struct cascades *c = cascades_new();
        assert_non_null(c);
        for (unsigned i = 0; i < SURENESS_LEAST + BREAKEVEN_LEAST; i++) {
            const bool escalated = i % 10 < tenths;
            const bool learning = !cascades_saw(c, route, model, (struct how_sure){-1, false});
            cascades_count(c, route,
                           &(struct breakeven_call){1, escalated, true, 1, 100, learning, false});
        }
        assert_int_equal(cascades_paid(c, route),
                         tenths < 10 ? CHOICE_CASCADE_PAYS : CHOICE_CASCADE_COSTS);
        cascades_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(routes_are_apart),
                                       cmocka_unit_test(means_are_apart),
                                       cmocka_unit_test(it_is_known_in_the_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
