// SPDX-License-Identifier: Apache-2.0
//
// What no record tells of another policy a replay says, and tells no interval that would be none.

#include "desk.h"
#include "store/pairs.h"

enum { CALLS = 40, PASSED = CALLS / 4 };

static struct decision checked(void)
{
    struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    d.cascade = true;
    return d;
}

static struct policy_route checking(void)
{
    struct policy_route p = policy_of(CHOICE_RULES);
    p.verifies = true;
    return p;
}

static void pair_up(struct world *w, const struct entry *e)
{
    const struct pair p = {.id = e->id,
                           .at_us = e->start_us,
                           .tenant = STR("default"),
                           .route = STR("desk"),
                           .weak = STR("a/small"),
                           .strong = STR("a/large"),
                           .by_score = true,
                           .propensity_ppm = PAIR_WHOLE_PPM,
                           .judged = PAIR_JUDGED_MODEL,
                           .weak_ppm = PAIR_WHOLE_PPM,
                           .strong_ppm = PAIR_WHOLE_PPM,
                           .weak_cost = {true, e->cost},
                           .strong_cost = {true, {LARGE}},
                           .judge_cost = {.known = true}};
    enum status s = STATUS_BUSY;
    struct why why;
    while (s == STATUS_BUSY) // with its writer
        s = store_pair_add(w->store, &p, &why);
    if (s != STATUS_OK)
        fail_msg("%s", why.text);
}

// A quarter of the small answers was refused.
static void put_checked(struct world *w)
{
    begin(w);
    dice_init(&dice, 41);
    for (unsigned n = 0; n < CALLS; n++) {
        const struct decision d = checked();
        struct entry e = put(w, n, &d);
        if (n >= PASSED) {
            pair_up(w, &e);
            continue;
        }
        e.attempt = 1;
        e.route = str_of("route desk: escalated");
        e.cost.pd = LARGE;
        call(w->journal, &e);
    }
}

static bool has_interval(const struct json_val *r, const char *low, const char *high)
{
    const bool is = json_type(json_path(r, low)) == JSON_STRING;
    assert_int_equal(json_type(json_path(r, high)) == JSON_STRING, is);
    return is;
}

static bool is_told(const struct json_val *r, bool costs, bool loss)
{
    return has_interval(r, "cost_usd.low", "cost_usd.high") == costs &&
           has_interval(r, "loss.would.low", "loss.would.high") == loss &&
           has_interval(r, "loss.was.low", "loss.was.high");
}

static void other_checks_refuse_nobody_knows_what(void **state)
{
    (void)state;
    struct world w;
    put_checked(&w);
    struct policy_route p = checking();
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, true, true));
    assert_int_equal(json_count(json_get(r, "notes")), 0);
    p.other_checks = true;
    r = replayed_by(&w, &p);
    assert_true(is_told(r, false, false));
    assert_true(is_noted(r, "how many of 40 small answers it would refuse is not known"));
    p.mode = CHOICE_CERTIFIED; // there is none: no small answer is checked
    r = replayed_by(&w, &p);
    assert_false(is_noted(r, "checks answers otherwise"));
    end(&w);
}

static void other_calls_are_nobodys(void **state)
{
    (void)state;
    struct world w;
    put_checked(&w);
    struct policy_route p = checking();
    p.other_match = true;
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, false, false));
    assert_true(is_noted(r, "takes other calls"));
    end(&w);
}

// What it costs is known, how bad they are is not.
static void what_was_refused_is_in_no_pair(void **state)
{
    (void)state;
    struct world w;
    put_checked(&w);
    struct policy_route p = checking();
    p.verifies = false;
    p.other_checks = true;
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(cost_pd(r, "cost_usd.would"), cost_pd(r, "cost_usd.was") - PASSED * LARGE);
    assert_true(is_told(r, true, false));
    assert_true(is_noted(r, "10 small answers that a verifier has refused would be given"));
    end(&w);
}

static void a_cascade_is_of_its_models(void **state)
{
    (void)state;
    struct world w;
    struct policy_model other = {.name = STR("a/other")};
    begin(&w);
    dice_init(&dice, 42);
    for (unsigned n = 0; n < CALLS; n++) {
        struct decision d = decided(SIDE_LARGE, CHOICE_SURE - CHOICE_TRY);
        d.call.cascade = CHOICE_CASCADE_COSTS;
        (void)put(&w, n, &d);
    }
    struct policy_route p = checking();
    const struct json_val *r = replayed_by(&w, &p);
    assert_false(is_noted(r, "has paid"));
    p.small.models = &other;
    r = replayed_by(&w, &p);
    assert_true(is_noted(r, "40 calls go by whether asking the small side first has paid"));
    assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
    p.verifies = false; // it tries no cascade
    r = replayed_by(&w, &p);
    assert_false(is_noted(r, "has paid"));
    end(&w);
}

// Two models on the small side, which are asked in that order.
static void put_two(struct world *w)
{
    begin(w);
    dice_init(&dice, 43);
    for (unsigned n = 0; n < CALLS; n++) {
        struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
        d.list[2] = d.list[1];
        d.list[1] = d.list[0];
        d.list[1].model = (struct str)STR("a/second");
        d.count = 3;
        const struct entry e = put(w, n, &d);
        pair_up(w, &e);
    }
}

static void whose_turn_it_is_no_record_tells(void **state)
{
    (void)state;
    struct world w;
    struct policy_model list[] = {{.name = STR("a/small")}, {.name = STR("a/second")}};
    struct policy_model turned[] = {{.name = STR("a/second")}, {.name = STR("a/small")}};
    put_two(&w);
    struct policy_route p = policy_of(CHOICE_RULES);
    p.small = (struct policy_side){.models = list, .count = 2};
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, true, true));
    assert_int_equal(json_count(json_get(r, "notes")), 0);
    p.small.models = turned;
    r = replayed_by(&w, &p);
    assert_true(is_told(r, false, false));
    assert_true(is_noted(r, "40 calls would find the models of a side in another order"));
    turned[0].able.out = (struct str)STR("not local"); // the other one is first in any order
    r = replayed_by(&w, &p);
    assert_true(is_told(r, true, true));
    list[0].weight = list[1].weight = 1; // as it is now
    p.small.models = list;
    assert_true(is_told(replayed_by(&w, &p), true, true));
    p.small.other_turns = true;
    assert_true(is_told(replayed_by(&w, &p), false, false));
    end(&w);
}

static void a_session_goes_where_its_calls_went(void **state)
{
    (void)state;
    struct world w;
    put_checked(&w);
    struct policy_route p = checking();
    p.sticky = (struct str)STR("1  60000");
    assert_true(is_told(replayed_by(&w, &p), true, true));
    p.other_sticky = true;
    assert_true(is_told(replayed_by(&w, &p), false, false));
    p.other_sticky = p.verifies = false; // what was escalated took its session up
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, false, false));
    assert_true(is_noted(r, "10 calls would go elsewhere, or be checked otherwise"));
    p.sticky = STR_NONE;
    assert_true(is_told(replayed_by(&w, &p), true, false));
    end(&w);
}

static void other_budgets_are_told(void **state)
{
    (void)state;
    struct world w;
    put_checked(&w);
    struct policy_route p = checking();
    p.other_limits = true;
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, true, true));
    assert_true(is_noted(r, "other budgets or keys"));
    end(&w);
}

// Calls of which the large side's model was found to be that dear, and out for it or not.
enum { DEAR_PD = 5000, BELOW_ND = 2, ABOVE_ND = 10 };

static void put_dear(struct world *w, const char *out)
{
    begin(w);
    dice_init(&dice, 44);
    for (unsigned n = 0; n < CALLS; n++) {
        struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
        d.cascade = out[0] == 0;
        d.list[1].expected.pd = DEAR_PD;
        d.list[1].out = str_of(out);
        const struct entry e = put(w, n, &d);
        pair_up(w, &e);
    }
}

// With a limit a gateway expects other costs than the record has.
static void another_limit_is_of_no_record(void **state)
{
    static const char note[] = "40 calls would go otherwise by a `max_cost`";
    (void)state;
    struct world w;
    put_dear(&w, "");
    struct policy_route p = checking();
    assert_true(is_told(replayed_by(&w, &p), true, true));
    p.max_cost.n = ABOVE_ND; // leaves nothing out
    assert_true(is_told(replayed_by(&w, &p), true, true));
    p.max_cost.n = BELOW_ND;
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, false, false));
    assert_true(is_noted(r, note));
    p.max_cost.n = ABOVE_ND;
    p.small.models = &large_model; // is taken
    p.verifies = false;
    assert_false(is_noted(replayed_by(&w, &p), note));
    p.small.models = &(struct policy_model){.name = STR("a/new")}; // nobody knows what it answers
    r = replayed_by(&w, &p);
    assert_true(is_noted(r, note));
    assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
    end(&w);
}

static void the_limit_of_the_record_is_kept(void **state)
{
    (void)state;
    struct world w;
    put_dear(&w, "cost");
    struct policy_route p = checking();
    p.max_cost.n = BELOW_ND;
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_told(r, true, true));
    assert_false(is_noted(r, "max_cost"));
    p.max_cost.n = ABOVE_ND; // small answers are checked then
    r = replayed_by(&w, &p);
    assert_true(is_told(r, false, false));
    assert_true(is_noted(r, "40 calls would go otherwise by a `max_cost`"));
    p.verifies = false; // and there nothing is decided by it
    assert_true(is_told(replayed_by(&w, &p), true, true));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_checks_refuse_nobody_knows_what),
        cmocka_unit_test(other_calls_are_nobodys),
        cmocka_unit_test(what_was_refused_is_in_no_pair),
        cmocka_unit_test(a_cascade_is_of_its_models),
        cmocka_unit_test(whose_turn_it_is_no_record_tells),
        cmocka_unit_test(a_session_goes_where_its_calls_went),
        cmocka_unit_test(other_budgets_are_told),
        cmocka_unit_test(another_limit_is_of_no_record),
        cmocka_unit_test(the_limit_of_the_record_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
