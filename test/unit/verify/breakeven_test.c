// SPDX-License-Identifier: Apache-2.0
//
// When asking the small model first pays, by the calls that were.

#include "../unit.h"
#include "verify/breakeven.h"

static void break_even(void **state)
{
    (void)state;
    struct breakeven b = {0};
    for (int i = 0; i < 100; i++) {
        const struct breakeven_call call = {.small = 1,
                                            .escalated = i % 10 < 3,
                                            .priced = true,
                                            .small_cost = 2,
                                            .large_cost = 100};
        breakeven_add(&b, &call);
        assert_int_equal(breakeven_sum(&b).known, i >= BREAKEVEN_LEAST - 1);
    }
    struct breakeven_sum s = breakeven_sum(&b);
    assert_true(s.pays);
    assert_int_equal(s.escalated_ppm, 300000);
    assert_int_equal(s.ratio_ppm, 20000);
    assert_int_equal(s.small_milli, 1000);
    assert_int_equal(s.all_ppm, 320000);
    // Two small ones at half the price, and every second call escalates: 0.5 + 2 x 0.5.
    b = (struct breakeven){0};
    for (int i = 0; i < 40; i++)
        breakeven_add(&b, &(struct breakeven_call){2, i % 2 == 0, true, 100, 100, false});
    s = breakeven_sum(&b);
    assert_int_equal(s.all_ppm, 1500000);
    assert_int_equal(s.ratio_ppm, 500000);
    assert_true(s.known && !s.pays);
    // It forgets: what was costly is outweighed by what comes after.
    for (int i = 0; i < 4 * BREAKEVEN_KEPT; i++)
        breakeven_add(&b, &(struct breakeven_call){1, false, true, 1, 100, false});
    assert_true(breakeven_sum(&b).pays);
    assert_true(b.calls <= BREAKEVEN_KEPT);
    // What came while sureness was learned does not count.
    struct breakeven before = b;
    breakeven_add(&b, &(struct breakeven_call){.escalated = true, .learning = true});
    assert_memory_equal(&b, &before, sizeof b);
    // Without prices nothing is known.
    b = (struct breakeven){0};
    for (int i = 0; i < 100; i++)
        breakeven_add(&b, &(struct breakeven_call){.small = 1});
    assert_false(breakeven_sum(&b).known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(break_even)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
