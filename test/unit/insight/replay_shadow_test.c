// SPDX-License-Identifier: Apache-2.0
//
// Small answers that a verifier has refused are in no pair: how many they would be where calls come
// to the small side, the rows of shadows tell.

#include "desk.h"
#include "store/pairs.h"

enum { CALLS = 200, DRAWS = 20, REFUSED_PPM = 170000, SHADOW_PPM = 250000, SHORT = 10 };

static bool falls(uint32_t ppm)
{
    return dice_below(&dice, 1000000) < ppm;
}

// What the other side made of it: a row of its own, and a pair where it was not refused.
static void put_shadow(struct world *w, const struct entry *e, int64_t pd, bool refused)
{
    const struct pair p = {.id = e->id,
                           .at_us = e->start_us,
                           .tenant = STR("default"),
                           .route = STR("desk"),
                           .weak = STR("a/small"),
                           .strong = STR("a/large"),
                           .served_strong = true,
                           .by_score = true,
                           .asked = true,
                           .propensity_ppm = SHADOW_PPM,
                           .judged = PAIR_JUDGED_MODEL,
                           .weak_ppm = PAIR_WHOLE_PPM,
                           .strong_ppm = PAIR_WHOLE_PPM,
                           .weak_cost = {true, {pd}},
                           .strong_cost = {true, e->cost},
                           .judge_cost = {.known = true}};
    struct entry s = an_entry(e->start_us + 1000);
    enum status status = STATUS_BUSY;
    struct why why;
    s.id = an_id();
    s.provider = str_of("a");
    s.model = str_of("small");
    s.key = str_of("shadow:desk");
    s.route = str_of("shadow desk: small");
    s.cost.pd = pd;
    call(w->journal, &s);
    while (!refused && status == STATUS_BUSY) // with its writer
        status = store_pair_add(w->store, &p, &why);
    if (!refused && status != STATUS_OK)
        fail_msg("%s", why.text);
}

// All went to the large side; of some it is known what the small one says. `hard_ppm` of them stay
// there. What the others would cost is returned.
static int64_t put_all(struct world *w, uint32_t hard_ppm)
{
    int64_t truth = 0;
    for (unsigned n = 0; n < CALLS; n++) {
        struct decision d = decided(SIDE_LARGE, CHOICE_SURE);
        const bool hard = falls(hard_ppm);
        d.call.judged.shipped = hard ? 500000 : 10000;
        const struct entry e = put(w, n, &d);
        const bool refused = falls(hard ? 2 * REFUSED_PPM : REFUSED_PPM);
        const int64_t pd = refused ? SHORT : cost_at(SIDE_SMALL);
        truth += hard ? e.cost.pd : pd + (refused ? e.cost.pd : 0);
        if (falls(SHADOW_PPM))
            put_shadow(w, &e, pd, refused);
    }
    return truth;
}

static struct policy_route checking(void)
{
    struct policy_route p = policy_of(CHOICE_RULES);
    p.verifies = true;
    return p;
}

static bool is_covered(const struct json_val *r, int64_t truth)
{
    return cost_pd(r, "cost_usd.low") <= truth && truth <= cost_pd(r, "cost_usd.high");
}

static void what_shadows_refused_is_counted(void **state)
{
    (void)state;
    int covered = 0;
    for (unsigned draw = 0; draw < DRAWS; draw++) {
        struct world w;
        begin(&w);
        dice_init(&dice, 50 + draw);
        const int64_t truth = put_all(&w, 0);
        const struct policy_route p = checking();
        const struct json_val *r = replayed_by(&w, &p);
        assert_int_equal(count(r, "to_small"), CALLS);
        assert_true(is_noted(r, "answers that shadows had verifiers have refused"));
        assert_false(is_noted(r, "right for any"));
        assert_true(number(r, "answered_small.would") < 1);
        covered += is_covered(r, truth);
        end(&w);
    }
    assert_in_range(covered, DRAWS - 2, DRAWS);
}

// Calls that stay are refused more often: how many of the refused ones they were nobody knows.
static void those_that_stay_may_be_the_refused(void **state)
{
    (void)state;
    int covered = 0;
    for (unsigned draw = 0; draw < DRAWS; draw++) {
        struct world w;
        begin(&w);
        dice_init(&dice, 90 + draw);
        const int64_t truth = put_all(&w, 500000);
        const struct policy_route p = checking();
        const struct json_val *r = replayed_by(&w, &p);
        assert_true(is_noted(r, "right for any"));
        covered += is_covered(r, truth);
        if (draw == 0) {
            struct policy_route sways = checking();
            sways.sways = true; // then there is none
            assert_false(is_noted(replayed_by(&w, &sways), "right for any"));
        }
        end(&w);
    }
    assert_in_range(covered, DRAWS - 1, DRAWS);
}

// Of another model, or without a shadow, it is a guess.
static void nothing_is_told_of_others(void **state)
{
    (void)state;
    struct world w;
    struct policy_model other = {.name = STR("a/other"), .sheet = NULL};
    begin(&w);
    dice_init(&dice, 47);
    (void)put_all(&w, 0);
    struct policy_route p = checking();
    p.sways = true;
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
    assert_true(is_noted(r, "asked of no shadow"));
    p = checking();
    struct decision d = decided(SIDE_LARGE, CHOICE_SURE);
    d.list[d.count++] = (struct decision_candidate){
        .model = STR("a/other"), .side = SIDE_SMALL, .state = PRICE_PRICED, .expected = {60}};
    for (unsigned n = 0; n < CALLS; n++)
        (void)put(&w, CALLS + n, &d);
    p.small.models = &other;
    r = replayed_by(&w, &p);
    assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
    assert_true(is_noted(r, "400 small answers would be verified, and none was"));
    d.side = SIDE_SMALL;
    d.chosen = 0;
    d.cascade = true;
    (void)put(&w, 2 * CALLS, &d);
    p.small.models = &small_model;
    p.large.count = 0;
    r = replayed_by(&w, &p); // no side is left to escalate to
    assert_false(is_noted(r, "would be verified"));
    p = checking();
    p.small.models = &other;
    r = replayed_by(&w, &p);
    assert_true(is_noted(r, "401 small answers would be verified of a kind that was not"));
    end(&w);
}

// What they cost, and how bad they are, no pair tells.
static void refused_answers_may_be_given(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 48);
    (void)put_all(&w, 0);
    const struct policy_route p = policy_of(CHOICE_RULES);
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
    assert_int_equal(json_type(json_path(r, "loss.would.low")), JSON_NULL);
    assert_true(is_noted(r, "200 calls would go from the large side to the small one, unverified"));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_shadows_refused_is_counted),
        cmocka_unit_test(those_that_stay_may_be_the_refused),
        cmocka_unit_test(nothing_is_told_of_others),
        cmocka_unit_test(refused_answers_may_be_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
