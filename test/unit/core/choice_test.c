// SPDX-License-Identifier: Apache-2.0
//
// The choice of a side: what each thing that is known does to it, and that the few which try a
// cascade are as many as is told.

#include "../unit.h"
#include "core/choice.h"

static const struct choice_policy rules = {CHOICE_RULES, false};
static const struct choice_policy checked = {CHOICE_RULES, true};

// Both sides can be used, at these prices; the shipped model expects that gain, and takes up to
// 0.05 to the small side.
static struct choice_call call_of(int64_t gain)
{
    return (struct choice_call){
        .judged = {.there = true,
                   .shipped = gain,
                   .counsel = {{false, 50000, CHOICE_WHY_RULES},
                               {false, 50000, CHOICE_WHY_RULES},
                               {false, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_NONE}}},
        .small = {true, true, {10}},
        .large = {true, true, {1000}},
        .checkable = true};
}

static struct choice_made made(const struct choice_call *call, const struct choice_policy *policy)
{
    struct choice_made c;
    choice_make(call, policy, &c);
    assert_true(c.propensity_ppm > 0 && c.propensity_ppm <= CHOICE_SURE);
    return c;
}

static void is(struct choice_made c, enum side side, enum choice_why why)
{
    assert_string_equal(side_name(c.side), side_name(side));
    assert_string_equal(choice_why_text(c.why), choice_why_text(why));
}

static void a_side_alone_is_taken(void **state)
{
    (void)state;
    struct choice_call call = call_of(900000);
    call.large.usable = false;
    is(made(&call, &checked), SIDE_SMALL, CHOICE_WHY_ONLY);
    assert_false(made(&call, &checked).cascade); // nobody could follow
    call.small.usable = false;
    assert_int_equal(made(&call, &rules).side, SIDE_NONE);
    call.large.usable = true;
    is(made(&call, &rules), SIDE_LARGE, CHOICE_WHY_ONLY);
}

static void the_gain_decides(void **state)
{
    (void)state;
    struct choice_call call = call_of(49999);
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_RULES);
    assert_int_equal(made(&call, &rules).score, 49999);
    assert_int_equal(made(&call, &rules).threshold, 50000);
    assert_int_equal(made(&call, &rules).propensity_ppm, CHOICE_SURE);
    call.judged.shipped = 50001; // pressure is none: what is above it is worth it
    is(made(&call, &rules), SIDE_LARGE, CHOICE_WHY_RULES);
    // Where the small side's answers are verified, half as much again.
    is(made(&call, &checked), SIDE_SMALL, CHOICE_WHY_RULES);
    assert_int_equal(made(&call, &checked).threshold, 75000);
    assert_true(made(&call, &checked).cascade);
    call.checkable = false; // one that cannot be is as if nobody did
    is(made(&call, &checked), SIDE_LARGE, CHOICE_WHY_RULES);
    call.judged.shipped = 0;
    call.cascade = CHOICE_CASCADE_COSTS;
    is(made(&call, &checked), SIDE_SMALL, CHOICE_WHY_RULES);
    assert_false(made(&call, &checked).cascade);
    call.judged.there = false;
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_RULES);
}

static void a_mode_has_its_own_counsel(void **state)
{
    (void)state;
    struct choice_call call = call_of(0);
    const struct choice_policy certified = {CHOICE_CERTIFIED, true};
    is(made(&call, &certified), SIDE_LARGE, CHOICE_WHY_CERTIFIED_NONE);
    call.judged.shipped = -2 * CHOICE_SURE; // whatever the score
    is(made(&call, &certified), SIDE_LARGE, CHOICE_WHY_CERTIFIED_NONE);
    call.judged.has_own = true;
    call.judged.own = 30000;
    call.judged.counsel[CHOICE_CERTIFIED] =
        (struct choice_counsel){true, 30001, CHOICE_WHY_CERTIFIED};
    is(made(&call, &certified), SIDE_SMALL, CHOICE_WHY_CERTIFIED);
    call.judged.own = 30001; // a certificate's threshold is not stretched
    is(made(&call, &certified), SIDE_LARGE, CHOICE_WHY_CERTIFIED);
    assert_int_equal(made(&call, &certified).score, 30001);
}

static void scarce_money_wants_more_for_it(void **state)
{
    (void)state;
    struct choice_call call = call_of(60000);
    const struct choice_policy measured = {CHOICE_MEASURED, false};
    call.pressure_ppm = 100000;
    is(made(&call, &rules), SIDE_LARGE, CHOICE_WHY_RULES);
    assert_int_equal(made(&call, &rules).threshold, 55000); // as it was raised
    call.pressure_ppm = 200000;
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_SCARCE);
    assert_int_equal(made(&call, &rules).threshold, 60000);
    is(made(&call, &measured), SIDE_LARGE, CHOICE_WHY_RULES); // what was measured is kept
    assert_int_equal(made(&call, &measured).threshold, 50000);
    // Nothing is saved where the small side is the dearer one.
    call.small.expected.pd = 1001;
    is(made(&call, &rules), SIDE_LARGE, CHOICE_WHY_RULES);
    call.large.priced = false; // nobody knows
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_SCARCE);
}

static void what_is_no_dearer_is_taken(void **state)
{
    (void)state;
    struct choice_call call = call_of(0);
    call.small.expected.pd = 1000;
    call.large.expected.pd = 749;
    is(made(&call, &checked), SIDE_LARGE, CHOICE_WHY_NO_DEARER);
    assert_false(made(&call, &checked).cascade);
    call.large.expected.pd = 750;
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_RULES);
    call.large.expected.pd = 749;
    call.pressure_ppm = CHOICE_SURE; // least of all where money is scarce the dearer one
    is(made(&call, &rules), SIDE_LARGE, CHOICE_WHY_NO_DEARER);
    call.pressure_ppm = 0;
    call.small.priced = false;
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_RULES);
    call.small.priced = true;
    call.large.priced = false;
    is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_RULES);
}

static void a_session_rises_and_never_sinks(void **state)
{
    (void)state;
    struct choice_call call = call_of(0);
    call.session = SIDE_LARGE;
    is(made(&call, &checked), SIDE_LARGE, CHOICE_WHY_STICKY);
    assert_false(made(&call, &checked).cascade);
    call.session = SIDE_SMALL;
    is(made(&call, &checked), SIDE_SMALL, CHOICE_WHY_RULES);
    assert_true(made(&call, &checked).cascade);
    call.judged.shipped = 900000;
    is(made(&call, &checked), SIDE_LARGE, CHOICE_WHY_RULES);
}

static void few_try_a_cascade_that_does_not_pay(void **state)
{
    (void)state;
    enum { CALLS = 16000 };
    struct choice_call call = call_of(0);
    unsigned tries = 0;
    for (unsigned i = 0; i < CALLS; i++) {
        const struct uuid id = {{[13] = (uint8_t)(i >> 8), [15] = (uint8_t)i}};
        call.dice = choice_dice(&id);
        call.cascade = CHOICE_CASCADE_COSTS;
        const struct choice_made c = made(&call, &checked);
        assert_int_equal(c.propensity_ppm,
                         c.side == SIDE_SMALL ? CHOICE_TRY : CHOICE_SURE - CHOICE_TRY);
        if (c.side == SIDE_LARGE)
            assert_int_equal(c.why, CHOICE_WHY_NO_CASCADE);
        assert_int_equal(c.cascade, c.side == SIDE_SMALL);
        tries += c.side == SIDE_SMALL;
        is(made(&call, &rules), SIDE_SMALL, CHOICE_WHY_RULES); // nothing is verified
        call.cascade = i % 2 ? CHOICE_CASCADE_PAYS : CHOICE_CASCADE_UNKNOWN;
        is(made(&call, &checked), SIDE_SMALL, CHOICE_WHY_RULES);
    }
    assert_in_range(tries, 900, 1100); // 1000 are expected, 31 the deviation
}

static void what_else_decides_is_told(void **state)
{
    (void)state;
    struct choice_call call = call_of(0);
    assert_true(choice_by_score(&call));
    for (enum side s = SIDE_SMALL; s <= SIDE_LARGE; s++) {
        call.session = s;
        assert_false(choice_by_score(&call));
    }
    call.session = SIDE_NONE;
    call.small.expected.pd = 10000;
    assert_false(choice_by_score(&call));
    call.large.priced = false;
    assert_true(choice_by_score(&call));
}

// A certificate says its side by the score alone, and nothing where there is none.
static void what_a_certificate_says_is_told(void **state)
{
    (void)state;
    struct choice_judged j = {.has_own = true, .own = 50000, .shipped = 500000};
    struct choice_counsel *c = &j.counsel[CHOICE_CERTIFIED];
    *c = (struct choice_counsel){true, 60000, CHOICE_WHY_CERTIFIED};
    assert_int_equal(choice_promised(&j), SIDE_NONE);
    j.there = true;
    assert_int_equal(choice_promised(&j), SIDE_SMALL);
    c->own = false;
    assert_int_equal(choice_promised(&j), SIDE_LARGE);
    *c = (struct choice_counsel){true, CHOICE_NOTHING, CHOICE_WHY_CERTIFIED_TASK};
    assert_int_equal(choice_promised(&j), SIDE_LARGE);
    c->why = CHOICE_WHY_CERTIFIED_NONE;
    assert_int_equal(choice_promised(&j), SIDE_NONE);
}

// Without a large side no certificate sends a call to the small one: its pairs are of both.
static void certificates_need_a_large_side(void **state)
{
    (void)state;
    const struct choice_policy certified = {CHOICE_CERTIFIED, false},
                               verified = {CHOICE_CERTIFIED, true};
    struct choice_call c = call_of(20000);
    c.large.usable = false;
    is(made(&c, &rules), SIDE_SMALL, CHOICE_WHY_ONLY);
    is(made(&c, &certified), SIDE_NONE, CHOICE_WHY_CERTIFIED_NONE);
    c.judged.counsel[CHOICE_CERTIFIED] =
        (struct choice_counsel){false, 30000, CHOICE_WHY_CERTIFIED};
    is(made(&c, &certified), SIDE_NONE, CHOICE_WHY_CERTIFIED_NONE);
    is(made(&c, &verified), SIDE_NONE, CHOICE_WHY_CERTIFIED_NONE);
    c.judged.there = false;
    is(made(&c, &certified), SIDE_NONE, CHOICE_WHY_CERTIFIED_NONE);
    c.small.usable = false;
    c.large.usable = true;
    is(made(&c, &certified), SIDE_LARGE, CHOICE_WHY_ONLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_side_alone_is_taken),
        cmocka_unit_test(the_gain_decides),
        cmocka_unit_test(a_mode_has_its_own_counsel),
        cmocka_unit_test(scarce_money_wants_more_for_it),
        cmocka_unit_test(what_is_no_dearer_is_taken),
        cmocka_unit_test(a_session_rises_and_never_sinks),
        cmocka_unit_test(few_try_a_cascade_that_does_not_pay),
        cmocka_unit_test(what_else_decides_is_told),
        cmocka_unit_test(what_a_certificate_says_is_told),
        cmocka_unit_test(certificates_need_a_large_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
