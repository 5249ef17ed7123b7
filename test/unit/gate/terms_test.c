// SPDX-License-Identifier: Apache-2.0
//
// What a promise is about: what changes it, and what does not.

#include "../unit.h"
#include "gate/terms.h"

static struct str small_models[] = {STR("local/small")}, large_models[] = {STR("openai/large")};
static const struct config_tier small = {.models = small_models, .model_count = 1};
static const struct config_tier large = {.models = large_models, .model_count = 1};
static struct config_route route = {.name = STR("support"),
                                    .mode = CONFIG_CERTIFIED,
                                    .max_loss_ppm = 100000,
                                    .confidence_ppm = 950000,
                                    .small = &small,
                                    .large = &large,
                                    .shadow = {.on = true, .rate_ppm = 250000}};

static bool has_terms(const char *before)
{
    char now[TERMS_BYTES + 1];
    assert_true(terms_write(&route, now));
    return strcmp(now, before) == 0;
}

// Of which calls a promise is, and by whose judgement, belongs to it; in what order that is written
// does not.
static void calls_and_judge_belong_to_the_promise(void **state)
{
    const struct config_route before = route;
    char none[TERMS_BYTES + 1], two[TERMS_BYTES + 1];
    char calls[TERMS_CALLS + 1], same[TERMS_CALLS + 1], other[TERMS_CALLS + 1];
    struct str keys[] = {STR("a"), STR("b")}, turned[] = {STR("b"), STR("a")};
    struct config_pair tags[] = {{STR("feature"), STR("sums")}};
    struct config_pair any[] = {{STR("feature"), STR("*")}};
    assert_true(terms_write(&route, none));
    route.match.keys = keys;
    route.match.key_count = 2;
    assert_false(has_terms(none));
    assert_true(terms_write(&route, two));
    route.match.keys = turned;
    assert_true(has_terms(two));
    route.match.tags = tags;
    route.match.tag_count = 1;
    assert_false(has_terms(two));
    assert_true(terms_write(&route, two));
    route.match.tags = any;
    assert_false(has_terms(two));
    route = before;
    assert_true(has_terms(none));
    route.match.tokens_most = 4000;
    assert_false(has_terms(none));
    route = before;
    route.require = 1;
    assert_false(has_terms(none));
    route = before;
    route.shadow.judge = str_of("openai/other");
    assert_false(has_terms(none));
    assert_true(terms_calls(&route, other));
    route = before;
    route.max_loss_ppm = 50000; // another promise, by the same pairs
    assert_true(terms_calls(&route, same));
    assert_false(has_terms(none));
    route = before;
    assert_true(terms_calls(&route, calls));
    assert_string_equal(calls, same);
    assert_string_not_equal(calls, other);
    assert_string_equal(calls, none + TERMS_BYTES - TERMS_CALLS);
}

// So does which of a side's models comes first for a call: their order, their weights, and what may
// be too dear. Where there is one model only there is nothing to choose.
static void who_comes_first_belongs_to_the_promise(void **state)
{
    const struct config_route before = route;
    struct str two[] = {small_models[0], STR("local/other")};
    uint32_t weights[] = {99, 1};
    struct config_tier several = {.models = two, .weights = weights, .model_count = 1};
    char one[TERMS_CALLS + 1], heavy[TERMS_CALLS + 1], now[TERMS_CALLS + 1];
    assert_true(terms_calls(&route, one));
    route.small = &several;
    assert_true(terms_calls(&route, now));
    assert_string_equal(now, one);
    several.model_count = 2;
    assert_true(terms_calls(&route, heavy));
    assert_string_not_equal(heavy, one);
    weights[0] = 1;
    weights[1] = 99;
    assert_true(terms_calls(&route, now));
    assert_string_not_equal(now, heavy);
    two[1] = two[0];
    two[0] = str_of("local/other");
    weights[0] = weights[1] = 0;
    assert_true(terms_calls(&route, now));
    several.weights = NULL; // as none were written
    assert_true(terms_calls(&route, one));
    assert_string_equal(now, one);
    two[1] = str_of("local/third");
    assert_true(terms_calls(&route, now));
    assert_string_not_equal(now, one);
    route = before;
    assert_true(terms_calls(&route, one));
    route.large = &several;
    assert_true(terms_calls(&route, now));
    assert_string_not_equal(now, one);
    route = before;
    route.max_cost = (struct nano){5000000};
    assert_true(terms_calls(&route, now));
    assert_string_not_equal(now, one);
    route = before;
}

// Whom one asks first is the same where each of them may refuse; but of models that are to agree
// the first that can be is the one that is asked.
static void order_that_says_nothing_is_none(void **state)
{
    const struct config_route before = route;
    char terms[TERMS_BYTES + 1];
    struct str keys[] = {STR("a"), STR("a"), STR("b*")};
    struct config_verifier one[] = {{.kind = VERIFIER_REFUSAL},
                                    {.kind = VERIFIER_LOGPROB, .quantile_ppm = 900000},
                                    {.kind = VERIFIER_HTTP, .url_text = STR("http://a")},
                                    {.kind = VERIFIER_HTTP, .url_text = STR("http://b")},
                                    {.kind = VERIFIER_AGREE, .model = STR("m/y")},
                                    {.kind = VERIFIER_AGREE, .model = STR("m/x")}};
    struct config_verifier turned[] = {one[3], one[4], one[1], one[2], one[0], one[5]};
    struct config_verifier other[] = {one[0], one[1], one[2], one[3], one[5], one[4]};
    route.verifiers = one;
    route.verifier_count = sizeof one / sizeof *one;
    assert_true(terms_write(&route, terms));
    route.verifiers = turned;
    assert_true(has_terms(terms));
    route.verifiers = other;
    assert_false(has_terms(terms));
    route.verifiers = one;
    one[2].timeout_ms = 1; // what did not answer by then is taken for good, or not
    assert_false(has_terms(terms));
    route = before;
    route.match.keys = keys + 1;
    route.match.key_count = 2;
    assert_true(terms_write(&route, terms));
    route.match.keys = keys;
    route.match.key_count = 3;
    assert_true(has_terms(terms));
    route.match.key_count = 2;
    assert_false(has_terms(terms));
    route = before;
}

// An Ollama lists its models in another order whenever one was changed: of a tier that is proposed
// that says nothing.
static void the_order_of_what_is_proposed_says_nothing(void **state)
{
    struct str here[] = {STR("local/a"), STR("local/b")},
               there[] = {STR("local/b"), STR("local/a")};
    struct config_tier tiers[] = {{.name = STR("small"), .models = here, .model_count = 2},
                                  {.name = STR("small"), .models = there, .model_count = 2}};
    struct config_route routes[] = {route, route};
    char terms[2][TERMS_BYTES + 1];
    for (int line = 0; line < 2; line++) {
        for (int i = 0; i < 2; i++) {
            tiers[i].line = line; // of the file, or proposed
            routes[i].small = &tiers[i];
            assert_true(terms_write(&routes[i], terms[i]));
        }
        assert_int_equal(strcmp(terms[0], terms[1]) == 0, line == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_and_judge_belong_to_the_promise),
        cmocka_unit_test(who_comes_first_belongs_to_the_promise),
        cmocka_unit_test(order_that_says_nothing_is_none),
        cmocka_unit_test(the_order_of_what_is_proposed_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
