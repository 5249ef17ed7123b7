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
        breakeven_add(&b, &(struct breakeven_call){2, i % 2 == 0, true, 100, 100, false, false});
    s = breakeven_sum(&b);
    assert_int_equal(s.all_ppm, 1500000);
    assert_int_equal(s.ratio_ppm, 500000);
    assert_true(s.known && !s.pays);
    // It forgets: what was costly is outweighed by what comes after.
    for (int i = 0; i < 4 * BREAKEVEN_KEPT; i++)
        breakeven_add(&b, &(struct breakeven_call){1, false, true, 1, 100, false, false});
    assert_true(breakeven_sum(&b).pays);
    assert_true(b.calls <= BREAKEVEN_KEPT);
    // What came while sureness was learned does not count.
    struct breakeven before = b;
    breakeven_add(&b, &(struct breakeven_call){.escalated = true, .learning = true});
    assert_memory_equal(&b, &before, sizeof b);
    // Without prices nothing is known.
    b = (struct breakeven){0};
    for (int i = 0; i < 100; i++) {
        assert_int_equal(breakeven_sum(&b).unpriced, i >= BREAKEVEN_LEAST);
        breakeven_add(&b, &(struct breakeven_call){.small = 1});
    }
    assert_false(breakeven_sum(&b).known);
    // But that what is always escalated pays at none.
    b = (struct breakeven){0};
    for (int i = 0; i < BREAKEVEN_LEAST; i++) {
        assert_false(breakeven_sum(&b).known);
        breakeven_add(&b, &(struct breakeven_call){.small = 1, .escalated = true});
    }
    s = breakeven_sum(&b);
    assert_true(s.known && !s.pays);
    assert_int_equal(s.all_ppm, 1000000);
    breakeven_add(&b, &(struct breakeven_call){.small = 1});
    assert_false(breakeven_sum(&b).known);
}

// So many calls, of which so many were escalated, that cost so much each.
static struct breakeven_sum sum_of(uint64_t calls, uint64_t escalated, uint64_t small,
                                   uint64_t large_alone)
{
    struct breakeven b = {0};
    for (uint64_t i = 0; i < calls; i++)
        breakeven_add(&b, &(struct breakeven_call){.small = 1 + (i == 0),
                                                   .escalated = i < escalated,
                                                   .priced = true,
                                                   .small_cost = small,
                                                   .large_cost = large_alone});
    return breakeven_sum(&b);
}

// What it takes is never told as less than it is, nor said to pay for that.
static void a_break_even_rounds_up(void **state)
{
    (void)state;
    const struct breakeven_sum even = sum_of(30, 10, 2, 3); // 1/3 + 2/3
    assert_int_equal(even.all_ppm, 1000000);
    assert_false(even.pays);
    assert_int_equal(even.escalated_ppm, 333334);
    assert_int_equal(even.small_milli, 1034); // 31 / 30
    assert_int_equal(even.ratio_ppm, 645162); // 2/3 x 30/31
    const struct breakeven_sum below = sum_of(30, 10, 2000000, 3000009);
    assert_true(below.pays);
    assert_int_equal(below.all_ppm, 999999);
}

// As much as a call may cost, each.
static void dear_calls_are_summed(void **state)
{
    (void)state;
    const struct breakeven_sum s = sum_of(BREAKEVEN_KEPT, 0, INT64_MAX / 10, INT64_MAX);
    assert_int_equal(s.all_ppm, 100000);
    assert_true(s.known && s.pays);
}

// What the attempts of a call say of it: a judged one costs `cost`, the large side's 100.
static const struct breakeven_attempt kept = {.judged = true,
                                              .good = true,
                                              .answered = true,
                                              .priced = true,
                                              .cost = 10,
                                              .compared = true,
                                              .large_cost = 90},
                                      large = {.large = true,
                                               .answered = true,
                                               .priced = true,
                                               .cost = 100};

static void a_call_is_kept_or_escalated(void **state)
{
    (void)state;
    struct breakeven_call call = breakeven_untried;
    assert_true(breakeven_attempt(&call, &kept));
    assert_true(call.small == 1 && !call.escalated && call.priced);
    assert_true(call.small_cost == 10 && call.large_cost == 90);

    struct breakeven_attempt refused = kept;
    refused.good = false;
    refused.followed = true;
    refused.compared = false;
    call = breakeven_untried;
    assert_false(breakeven_attempt(&call, &refused));
    assert_true(breakeven_attempt(&call, &large));
    assert_true(call.small == 1 && call.escalated && call.priced);
    assert_true(call.small_cost == 10 && call.large_cost == 100);

    // Nobody of the large side could be asked: its answer is given, and was not good all the same.
    refused.followed = false;
    refused.compared = true;
    call = breakeven_untried;
    assert_true(breakeven_attempt(&call, &refused));
    assert_true(call.escalated && call.priced && call.large_cost == 90);
}

static void what_nobody_judged_says_nothing(void **state)
{
    (void)state;
    const struct breakeven_attempt second = {.answered = true, .priced = true, .cost = 10};
    struct breakeven_attempt first = kept;
    first.followed = true;
    struct breakeven_call call = breakeven_untried;
    assert_false(breakeven_attempt(&call, &first));
    assert_false(breakeven_attempt(&call, &second)); // its client has left, or it failed
    call = breakeven_untried;
    assert_false(breakeven_attempt(&call, &second)); // no verifier was asked
    call = breakeven_untried;
    assert_false(breakeven_attempt(&call, &large)); // nor was the small side
}

static void what_has_no_price_is_said(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct breakeven_attempt small = kept, last = large;
        small.priced = i != 0;
        small.compared = i != 1;
        small.followed = i >= 2;
        last.priced = i != 2;
        last.answered = i != 3;
        struct breakeven_call call = breakeven_untried;
        assert_int_equal(breakeven_attempt(&call, &small), i < 2);
        if (i >= 2)
            assert_true(breakeven_attempt(&call, &last));
        assert_false(call.priced);
        assert_int_equal(call.unended, i == 3);
    }
}

// Its prices are known, and what it would have cost at its end is not.
static void what_came_to_no_end_is_said(void **state)
{
    (void)state;
    struct breakeven_attempt left = kept;
    left.answered = left.compared = false;
    struct breakeven b = {0};
    breakeven_add(&b, &(struct breakeven_call){.small = 1}); // this one lacks a price
    for (int i = 1; i < BREAKEVEN_LEAST; i++) {
        const struct breakeven_sum s = breakeven_sum(&b);
        assert_false(s.known || s.unpriced || s.unended);
        struct breakeven_call call = breakeven_untried;
        assert_true(breakeven_attempt(&call, &left));
        breakeven_add(&b, &call);
    }
    assert_true(breakeven_sum(&b).unended && !breakeven_sum(&b).unpriced);
    for (int i = 1; i < BREAKEVEN_LEAST; i++)
        breakeven_add(&b, &(struct breakeven_call){.small = 1});
    assert_true(breakeven_sum(&b).unpriced && !breakeven_sum(&b).unended);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(break_even),
                                       cmocka_unit_test(a_break_even_rounds_up),
                                       cmocka_unit_test(dear_calls_are_summed),
                                       cmocka_unit_test(a_call_is_kept_or_escalated),
                                       cmocka_unit_test(what_nobody_judged_says_nothing),
                                       cmocka_unit_test(what_has_no_price_is_said),
                                       cmocka_unit_test(what_came_to_no_end_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
