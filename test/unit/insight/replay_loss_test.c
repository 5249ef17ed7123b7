// SPDX-License-Identifier: Apache-2.0
//
// What a policy would lose is told by the pairs of the models that it would ask, and by no others.

#include "../lone.h"
#include "desk.h"
#include "store/pairs.h"

enum { CALLS = 400 };

static struct policy_model smalls[] = {{.name = STR("a/small")}, {.name = STR("a/second")}};
static struct policy_model seconds[] = {{.name = STR("a/second")}, {.name = STR("a/third")}};

static const struct decision_candidate second = {STR("a/second"), SIDE_SMALL, {0},
                                                 PRICE_PRICED,    {60},       {0}};

// Half of the calls, whose small answers are never good, go to either side.
static struct decision half(unsigned n)
{
    struct decision d = decided(n % 2 ? SIDE_LARGE : SIDE_SMALL, CHOICE_SURE);
    d.call.judged.shipped = n % 2 ? 90000 : 10000;
    d.cascade = n % 2 == 0;
    d.list[d.count++] = d.list[1];
    d.list[1] = second;
    d.chosen = n % 2 ? 2 : 0;
    return d;
}

static void pair_up(struct world *w, const struct entry *e, enum side served, const char *weak)
{
    const struct pair p = {.id = e->id,
                           .at_us = e->start_us,
                           .tenant = STR("default"),
                           .route = STR("desk"),
                           .weak = str_of(weak),
                           .strong = STR("a/large"),
                           .served_strong = served == SIDE_LARGE,
                           .by_score = true,
                           .talk = lone_talk(&e->id),
                           .propensity_ppm = PAIR_WHOLE_PPM,
                           .judged = PAIR_JUDGED_MODEL,
                           .strong_ppm = PAIR_WHOLE_PPM,
                           .weak_cost = {true, {30}},
                           .strong_cost = {true, {LARGE}},
                           .judge_cost = {.known = true}};
    enum status s = STATUS_BUSY;
    struct why why;
    while (s == STATUS_BUSY) // with its writer
        s = store_pair_add(w->store, &p, &why);
    if (s != STATUS_OK)
        fail_msg("%s", why.text);
}

// Each with a pair, by that small model.
static void put_all(struct world *w, const char *weak)
{
    begin(w);
    dice_init(&dice, 11);
    for (unsigned n = 0; n < CALLS; n++) {
        const struct decision d = half(n);
        const struct entry e = put(w, n, &d);
        pair_up(w, &e, d.side, weak);
    }
}

static struct policy_route policy(bool agrees)
{
    struct policy_route p = policy_of(CHOICE_RULES);
    p.small = (struct policy_side){.models = smalls, .count = 2};
    p.second = (struct policy_side){.models = seconds, .count = agrees ? 1 : 0};
    p.verifies = true;
    p.agrees = agrees;
    return p;
}

static bool is_lost(const struct json_val *r, const char *as)
{
    return str_is(json_str(json_path(r, "loss.would.is")), as) &&
           str_is(json_str(json_path(r, "loss.was.is")), "0.5") &&
           count(r, "loss.would.pairs") == CALLS;
}

static bool is_unknown(const struct json_val *r)
{
    return json_type(json_path(r, "loss.would")) == JSON_NULL && is_noted(r, "is not known") &&
           is_noted(r, "400 pairs are of other models");
}

// Whichever of both small models' answers is given.
static void the_policy_that_holds_loses_what_was_lost(void **state)
{
    (void)state;
    for (int agrees = 0; agrees < 2; agrees++) {
        struct world w;
        put_all(&w, agrees ? "a/second" : "a/small");
        struct policy_route p = policy(agrees);
        const struct json_val *r = replayed_by(&w, &p);
        assert_int_equal(count(r, "changed"), 0);
        assert_true(is_lost(r, "0.5"));
        assert_false(is_noted(r, "of other models"));
        p.agrees = !p.agrees; // then it is the other's
        p.second.count = 1;
        assert_true(is_unknown(replayed_by(&w, &p)));
        end(&w);
    }
}

// Half of its calls would go to a model that nobody has compared: what is known of the others does
// not tell what is lost.
static void a_model_that_was_never_compared_is_not_known(void **state)
{
    (void)state;
    struct world w;
    put_all(&w, "a/small");
    struct policy_model other = {.name = STR("a/other")};
    struct policy_route p = policy(false);
    p.small = (struct policy_side){.models = &other, .count = 1};
    assert_true(is_unknown(replayed_by(&w, &p)));
    p = policy(false);
    p.large.models = &other;
    assert_true(is_unknown(replayed_by(&w, &p)));
    end(&w);
}

// What stood in for one that was passed over, or has failed, is the one that would be asked still.
static void what_stood_in_is_of_the_policy(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 12);
    for (unsigned n = 0; n < 4; n++) {
        struct decision d = half(n);
        d.list[0].passed = (struct str)STR("in trouble");
        d.chosen = n % 2 ? 2 : 1;
        const struct entry e = put(&w, n, &d);
        pair_up(&w, &e, d.side, "a/second");
    }
    struct policy_route p = policy(false);
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "loss.would.pairs"), 4);
    p.small.count = 1;
    r = replayed_by(&w, &p);
    assert_int_equal(json_type(json_path(r, "loss.would")), JSON_NULL);
    end(&w);
}

// One that cannot take the calls agrees with nothing; where none can it is the first, as the
// gateway has it.
static void whose_answer_is_given_is_told_as_by_the_gateway(void **state)
{
    (void)state;
    struct world w;
    put_all(&w, "a/second");
    struct policy_route p = policy(true);
    struct policy_model models[] = {smalls[0], smalls[1], {.name = STR("a/third")}};
    p.small = (struct policy_side){.models = models, .count = 3};
    p.second.count = 2;
    assert_true(is_lost(replayed_by(&w, &p), "0.5"));
    models[1].able.out = (struct str)STR("no tools");
    assert_true(is_unknown(replayed_by(&w, &p)));
    models[2].able.out = (struct str)STR("no tools");
    assert_true(is_lost(replayed_by(&w, &p), "0.5"));
    end(&w);
}

// What forecasts of the large side err by says nothing of the small one's: with `agree` a pair has
// the second model's cost, not that of the one that is asked first.
static void each_side_errs_by_itself(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 13);
    for (unsigned n = 0; n < CALLS; n++) {
        struct decision d = half(n);
        d.cascade = false;
        d.call.judged.shipped = n % 2 ? 10000 : 90000;
        const struct entry e = put(&w, n, &d);
        pair_up(&w, &e, d.side, "a/second");
    }
    const struct policy_route p = policy(true);
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "to_small"), CALLS / 2);
    assert_int_equal(count(r, "to_large"), CALLS / 2);
    assert_int_equal(count(r, "cost_usd.forecast"), CALLS);
    assert_int_equal(count(r, "cost_usd.seen"), CALLS / 2);
    assert_int_equal(cost_pd(r, "cost_usd.would"), CALLS / 2 * (SMALL * 6 / 10 + LARGE));
    assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
    assert_true(is_noted(r, "what 200 calls would cost at the small side"));
    assert_false(is_noted(r, "would cost at the large side"));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_policy_that_holds_loses_what_was_lost),
        cmocka_unit_test(a_model_that_was_never_compared_is_not_known),
        cmocka_unit_test(what_stood_in_is_of_the_policy),
        cmocka_unit_test(whose_answer_is_given_is_told_as_by_the_gateway),
        cmocka_unit_test(each_side_errs_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
