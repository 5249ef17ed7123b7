// SPDX-License-Identifier: Apache-2.0
//
// What stays where it is in a replay, and what does not: each attempt by its model, whichever way
// its call has come there.

#include "core/ability.h"
#include "desk.h"

// Another large model, dearer than the one that there was: the record knows it.
static struct policy_model dear_model = {.name = STR("a/dear")};
enum { DEAR = 90000 };

static struct decision checked(void)
{
    struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    d.cascade = true;
    d.list[d.count++] = (struct decision_candidate){
        .model = STR("a/dear"), .side = SIDE_LARGE, .state = PRICE_PRICED, .expected = {DEAR}};
    return d;
}

// An attempt whose own record says at which model it was.
static void put_later(struct world *w, const struct entry *first, const char *route,
                      const struct decision_candidate *at, int64_t pd)
{
    struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    struct buf packed;
    struct entry e = *first;
    d.known = false;
    d.list[0] = *at;
    d.count = 1;
    buf_init(&packed, &alloc_heap, 0);
    decision_pack(&d, &packed);
    e.attempt = 1;
    e.route = str_of(route);
    e.cost.pd = pd;
    e.decision = buf_str(&packed);
    call(w->journal, &e);
    buf_fini(&packed);
}

static void is_example(const struct json_val *r, const char *was, const char *would,
                       const char *reason)
{
    const struct json_val *one;
    struct json_iter it = {0};
    assert_true(json_each(&it, json_get(r, "examples"), NULL, &one));
    assert_true(str_is(json_str(json_get(one, "was")), was));
    assert_true(str_is(json_str(json_get(one, "would")), would));
    assert_true(str_is(json_str(json_get(one, "reason")), reason));
}

// Where an answer was escalated to, or fell back to, is a model of the policy, too: it is paid at
// that of the policy, by a forecast.
static void what_answered_leaves_with_its_model(void **state)
{
    static const char *const routes[] = {"route desk: escalated", "route desk: fallback"};
    static const char *const reasons[] = {"escalated", "fallback"};
    (void)state;
    struct world w;
    begin(&w);
    for (int i = 0; i < 2; i++) {
        dice_init(&dice, 20);
        const struct decision d = checked();
        const struct entry e = put(&w, 0, &d);
        put_later(&w, &e, routes[i], &d.list[1], 1000);
        struct policy_route p = policy_of(CHOICE_RULES);
        struct policy_model both[] = {large_model, dear_model};
        p.verifies = true;
        p.large = (struct policy_side){.models = both, .count = 2};
        const struct json_val *r = replayed_by(&w, &p); // as it was
        assert_int_equal(count(r, "changed"), 0);
        assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd + 1000);
        assert_true(number(r, "share_small.was") >= 1 && number(r, "answered_small.was") <= 0);
        assert_true(number(r, "answered_small.would") <= 0);
        p.large = (struct policy_side){.models = &dear_model, .count = 1};
        r = replayed_by(&w, &p);
        assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd + DEAR);
        assert_int_equal(json_type(json_path(r, "cost_usd.low")), JSON_NULL);
        assert_int_equal(count(r, "cost_usd.forecast"), 1);
        assert_int_equal(count(r, "to_other"), 1);
        is_example(r, "a/large", "a/dear", reasons[i]);
        dear_model.able.out = (struct str)STR("not local");
        r = replayed_by(&w, &p); // an escalation is none any more, a fallback finds nobody
        assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd);
        assert_true(is_noted(r, "no model to go on to") == (i == 1));
        dear_model.able.out = STR_NONE;
        p.large.models = &small_model; // it is asked once
        r = replayed_by(&w, &p);
        assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd);
        assert_true(is_noted(r, "no model to go on to") == (i == 1));
        assert_true((number(r, "answered_small.would") >= 1) == (i == 0));
        end(&w);
        begin(&w);
    }
    end(&w);
}

// Nothing of the small side is given but by the model that a certificate is of: where that has
// failed, or a second one that has to agree gives no answer, the large side is asked. So it was
// already where such a certificate held.
static void what_is_promised_is_of_one_model(void **state)
{
    (void)state;
    const struct choice_counsel counsel = {false, 50000, CHOICE_WHY_CERTIFIED};
    struct policy_model smalls[] = {small_model, {.name = STR("a/standin")}};
    struct policy_model larges[] = {large_model, dear_model};
    struct policy_model second = {.name = STR("a/second")};
    for (int agrees = 0; agrees < 2; agrees++) {
        struct world w;
        begin(&w);
        dice_init(&dice, 23);
        struct decision d = checked();
        d.call.judged.counsel[CHOICE_CERTIFIED] = counsel;
        const struct decision_candidate standin = {STR("a/standin"), SIDE_SMALL, {0},
                                                   PRICE_PRICED,     {60},       {0}};
        const struct decision_candidate asked = {.model = second.name, .side = SIDE_SMALL};
        d.list[d.count++] = standin;
        for (unsigned held = 0; held < 2; held++) {
            d.mode = held ? (struct str)STR("certified") : (struct str)STR("rules");
            d.reason = d.mode;
            struct entry e = put_as(&w, held, &d, agrees ? OUTCOME_OK : OUTCOME_ERROR);
            e.outcome = agrees ? OUTCOME_ERROR : OUTCOME_OK;
            e.followed = agrees; // the first one's is given
            put_later(&w, &e, agrees ? "route desk: second" : "route desk: fallback",
                      agrees ? &asked : &standin, agrees ? 0 : 50);
        }
        struct policy_route p = policy_of(CHOICE_RULES);
        p.verifies = p.agrees = agrees;
        p.small = (struct policy_side){.models = smalls, .count = 2};
        p.large = (struct policy_side){.models = larges, .count = 2};
        p.second = (struct policy_side){.models = &second, .count = agrees};
        const struct json_val *r = replayed_by(&w, &p);
        const int64_t was = cost_pd(r, "cost_usd.was");
        assert_int_equal(cost_pd(r, "cost_usd.would"), was);
        assert_true(number(r, "answered_small.was") >= 1);
        p.mode = CHOICE_CERTIFIED;
        r = replayed_by(&w, &p);
        assert_int_equal(cost_pd(r, "cost_usd.would"), was - (agrees ? 0 : 50) + LARGE * 7 / 10);
        assert_int_equal(count(r, "to_other"), 1);
        assert_true(str_is(json_str(json_path(r, "answered_small.would")), "0.5"));
        is_example(r, agrees ? "a/small" : "a/standin", "a/large", "fallback");
        end(&w);
    }
}

// A budget has sent it to the small side before anyone was asked: it stays there, by that model.
static void what_a_budget_sent_down_stays_down(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 21);
    struct decision d = decided(SIDE_LARGE, CHOICE_SURE);
    d.call.judged.shipped = 90000;
    d.chosen = 0;
    d.list[1].passed = (struct str)STR("a budget refused the call");
    d.list[d.count++] = (struct decision_candidate){
        .model = STR("a/dear"), .side = SIDE_SMALL, .state = PRICE_PRICED, .expected = {DEAR}};
    const struct entry e = put(&w, 0, &d);
    struct policy_route p = policy_of(CHOICE_RULES);
    p.small = (struct policy_side){.models = &dear_model, .count = 1};
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "to_other"), 1);
    assert_int_equal(cost_pd(r, "cost_usd.would"), DEAR);
    is_example(r, "a/small", "a/dear", "fallback");
    p = policy_of(CHOICE_RULES);
    p.large.count = 0; // only the side that has answered
    r = replayed_by(&w, &p);
    assert_int_equal(count(r, "changed"), 0);
    assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd);
    end(&w);
}

static void another_second_model_is_paid_by_a_forecast(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 22);
    struct decision d = checked();
    d.input = 100;
    const struct entry e = put(&w, 0, &d);
    struct policy_model second = {.name = STR("a/second")};
    const struct decision_candidate at = {
        .model = second.name, .side = SIDE_SMALL, .state = PRICE_UNPRICED};
    put_later(&w, &e, "route desk: second", &at, 30);
    struct policy_route p = policy_of(CHOICE_RULES);
    struct policy_model both[] = {large_model, dear_model};
    p.large = (struct policy_side){.models = both, .count = 2};
    p.verifies = p.agrees = true;
    p.second = (struct policy_side){.models = &second, .count = 1};
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd + 30);
    assert_int_equal(count(r, "cost_usd.forecast"), 0);
    struct policy_model two[] = {{.name = STR("a/third"), .able = {.out = STR("not local")}},
                                 second};
    p.second = (struct policy_side){.models = two, .count = 2};
    r = replayed_by(&w, &p); // the first that may be asked
    assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd + 30);
    p.second.count = 1;
    r = replayed_by(&w, &p); // nobody may
    assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd);
    p.second = (struct policy_side){.models = &second, .count = 1};
    second.name = (struct str)STR("a/third"); // which has no price
    r = replayed_by(&w, &p);
    assert_int_equal(count(r, "changed"), 0);
    assert_int_equal(json_type(json_get(r, "cost_usd")), JSON_NULL);
    end(&w);
}

static void a_call_stays_at_its_model_whatever_its_side(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 24);
    struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    const struct entry e = put(&w, 0, &d);
    struct policy_route p = policy_of(CHOICE_RULES);
    p.small.models = &large_model;
    p.large.models = &small_model;
    const struct json_val *r = replayed_by(&w, &p); // the large one is no dearer
    assert_int_equal(count(r, "replayed"), 1);
    assert_int_equal(count(r, "changed"), 0);
    assert_int_equal(count(r, "cost_usd.forecast"), 0);
    assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd);
    assert_true(number(r, "share_small.would") <= 0);
    assert_true(number(r, "answered_small.was") >= 1 && number(r, "answered_small.would") <= 0);
    end(&w);
}

// The large side was asked after all, and gave nothing: the small one's answer is the call's, which
// no other attempt has followed.
static void what_is_given_after_all_is_the_small_sides(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 34);
    const struct decision d = checked();
    struct entry e = put(&w, 0, &d);
    e.outcome = OUTCOME_ERROR;
    e.followed = true;
    put_later(&w, &e, "route desk: escalated", &d.list[1], 0);
    struct policy_route p = policy_of(CHOICE_RULES);
    p.verifies = true;
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "changed"), 0);
    assert_int_equal(cost_pd(r, "cost_usd.would"), e.cost.pd);
    assert_true(number(r, "answered_small.was") >= 1 && number(r, "answered_small.would") >= 1);
    end(&w);
}

// The gateway has ended while a second model was asked: as reports have it nobody has answered.
static void what_ended_unanswered_is_of_no_side(void **state)
{
    (void)state;
    struct world w;
    struct policy_model second = {.name = STR("a/second")};
    begin(&w);
    dice_init(&dice, 35);
    const struct decision d = checked();
    const struct decision_candidate at = {.model = second.name, .side = SIDE_SMALL};
    struct entry e = put(&w, 0, &d);
    e.outcome = OUTCOME_UNKNOWN;
    put_later(&w, &e, "route desk: second", &at, 30);
    struct policy_route p = policy_of(CHOICE_RULES);
    p.verifies = p.agrees = true;
    p.second = (struct policy_side){.models = &second, .count = 1};
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "changed"), 0);
    assert_int_equal(json_type(json_path(r, "answered_small.was")), JSON_NULL);
    assert_int_equal(json_type(json_path(r, "answered_small.would")), JSON_NULL);
    end(&w);
}

// Nothing is checked that could go nowhere from there: no second model is asked, as in the gateway.
static void a_model_on_both_sides_is_asked_once(void **state)
{
    (void)state;
    struct world w;
    struct policy_model second = {.name = STR("a/second")};
    struct policy_model larges[] = {small_model, dear_model};
    begin(&w);
    dice_init(&dice, 36);
    const struct decision d = checked();
    const struct decision_candidate at = {.model = second.name, .side = SIDE_SMALL};
    const struct entry e = put(&w, 0, &d);
    put_later(&w, &e, "route desk: second", &at, 30);
    const struct entry refused = put(&w, 1, &d);
    put_later(&w, &refused, "route desk: escalated", &d.list[1], 1000);
    const int64_t small = e.cost.pd + refused.cost.pd;
    struct policy_route p = policy_of(CHOICE_RULES);
    p.verifies = p.agrees = true;
    p.second = (struct policy_side){.models = &second, .count = 1};
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(cost_pd(r, "cost_usd.would"), small + 30 + 1000);
    p.large.models = &small_model;
    r = replayed_by(&w, &p);
    assert_int_equal(count(r, "changed"), 0);
    assert_int_equal(cost_pd(r, "cost_usd.would"), small);
    assert_int_equal(cost_pd(r, "cost_usd.low"), small);
    assert_true(number(r, "answered_small.would") >= 1);
    assert_true(is_noted(r, "1 small answers that a verifier has refused would be given"));
    p.large = (struct policy_side){.models = larges, .count = 2}; // the next one is asked
    r = replayed_by(&w, &p);
    assert_int_equal(cost_pd(r, "cost_usd.would"), small + 30 + DEAR);
    is_example(r, "a/large", "a/dear", "escalated");
    end(&w);
}

// What went on to the model that the policy asks first has the cost that it had there.
static void an_answer_at_the_model_is_its_cost(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 25);
    struct decision d = checked();
    const struct entry e = put(&w, 0, &d);
    put_later(&w, &e, "route desk: escalated", &d.list[1], 1234);
    struct policy_route p = policy_of(CHOICE_CERTIFIED); // there is none
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "to_large"), 1);
    assert_int_equal(count(r, "cost_usd.forecast"), 0);
    assert_int_equal(cost_pd(r, "cost_usd.would"), 1234);
    end(&w);
}

static void what_nobody_may_take_is_refused(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 26);
    const struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    for (unsigned n = 0; n < 3; n++)
        (void)put(&w, n, &d);
    struct policy_route p = policy_of(CHOICE_RULES);
    struct policy_model away = {.name = STR("a/small"), .able = {.out = STR("not local")}};
    p.small.models = &away;
    p.large.count = 0;
    const struct json_val *r = replayed_by(&w, &p);
    assert_int_equal(count(r, "replayed"), 0);
    assert_int_equal(count(json_get(r, "refused"), "not local"), 3);
    assert_int_equal(json_type(json_path(r, "share_small.was")), JSON_NULL);
    assert_int_equal(json_type(json_path(r, "answered_small.would")), JSON_NULL);
    assert_true(is_noted(r, "3 calls would be refused"));
    end(&w);
}

// What it reads and can do, as the policy's providers say it, and those that hold.
static struct policy_able told;
static void know(const void *knows, const struct policy_route *p, struct str model,
                 struct policy_able *out)
{
    (void)knows;
    (void)p;
    if (str_is(model, "a/small"))
        *out = told;
}

// So many of two calls, one of which is long and asks for tools, stay at the small side.
static int64_t stay(struct world *w, struct policy_able able)
{
    struct policy_route p = policy_of(CHOICE_RULES);
    struct policy_model small = {.name = STR("a/small"), .able = able};
    p.small = (struct policy_side){.models = &small, .count = 1};
    const int64_t named = 2 - count(replayed_by(w, &p), "to_large");
    told = able;
    p.small = (struct policy_side){.proposed = true};
    p.able = know;
    assert_int_equal(2 - count(replayed_by(w, &p), "to_large"), named);
    return named;
}

static void put_demanding(struct world *w, unsigned n, int64_t input, const struct demand *demand)
{
    static struct traits t;
    struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    struct str text = str_of("hello");
    struct buf packed;
    buf_init(&packed, &alloc_heap, 0);
    traits_of(&(struct traits_source){.demand = demand, .texts = &text, .count = 1}, &t);
    traits_pack(&t, false, &packed);
    d.traits = buf_str(&packed);
    d.input = input;
    d.files_only = demand->images == 0 && demand->files > 0;
    (void)put(w, n, &d);
    buf_fini(&packed);
}

static void put_asking(struct world *w, unsigned n, int64_t input, int64_t tools)
{
    put_demanding(w, n, input, &(struct demand){.tools = tools});
}

static void what_the_policy_tells_otherwise_is_looked_at(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 27);
    put_asking(&w, 0, 100, 0);
    put_asking(&w, 1, 5000, 2);
    const unsigned tools = ABILITY_TOOLS;
    assert_int_equal(stay(&w, (struct policy_able){.context = 4096}), 1);
    assert_int_equal(stay(&w, (struct policy_able){.context = 8192}), 2);
    assert_int_equal(stay(&w, (struct policy_able){.context = 4096, .context_now = 4096}), 2);
    assert_int_equal(stay(&w, (struct policy_able){.lacks = tools}), 1);
    assert_int_equal(stay(&w, (struct policy_able){.lacks = tools, .lacks_now = tools}), 2);
    assert_int_equal(stay(&w, (struct policy_able){.lacks = ABILITY_VISION}), 2);
    end(&w);
}

// What it reads has to hold the longest answer that the caller wants, too: an Ollama's is cut.
static void the_longest_answer_has_to_fit(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 32);
    put_demanding(&w, 0, 3000, &(struct demand){.output_max = 1000});
    put_demanding(&w, 1, 3000, &(struct demand){.output_max = 5001});
    const unsigned ollama = 1U << DIALECT_OLLAMA, other = 1U << DIALECT_OPENAI;
    assert_int_equal(stay(&w, (struct policy_able){.context = 4000}), 1);
    assert_int_equal(stay(&w, (struct policy_able){.context = 3999}), 0);
    assert_int_equal(stay(&w, (struct policy_able){.context = 8001}), 2);
    assert_int_equal(stay(&w, (struct policy_able){.context = 7990}), 1);
    assert_int_equal(
        stay(&w, (struct policy_able){.context = 4000, .dialects = other, .dialects_now = other}),
        1);
    assert_int_equal(
        stay(&w, (struct policy_able){.context = 3999, .dialects = ollama, .dialects_now = ollama}),
        2);
    end(&w);
}

// A file is none.
static void an_image_has_to_be_seen(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 33);
    const struct policy_able blind = {.lacks = ABILITY_VISION};
    put_demanding(&w, 0, 100, &(struct demand){.files = 2});
    put_demanding(&w, 1, 100, &(struct demand){.images = 1, .files = 1});
    assert_int_equal(stay(&w, blind), 1);
    end(&w);
}

static void what_a_model_has_gained_lets_it_in(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 28);
    struct decision d = decided(SIDE_LARGE, CHOICE_SURE);
    d.input = 5000;
    d.list[0].out = (struct str)STR("context");
    (void)put(&w, 0, &d);
    d.list[0].out = (struct str)STR("no tools");
    (void)put(&w, 1, &d);
    const struct policy_able both[] = {{.context = 8192, .context_now = 4096},
                                       {.context = 8192, .context_now = 8192},
                                       {.lacks_now = ABILITY_TOOLS},
                                       {.lacks = ABILITY_TOOLS, .lacks_now = ABILITY_TOOLS}};
    for (int i = 0; i < 4; i++) {
        struct policy_route p = policy_of(CHOICE_RULES);
        struct policy_model small = {.name = STR("a/small"), .able = both[i]};
        p.small.models = &small;
        assert_int_equal(count(replayed_by(&w, &p), "to_small"), i % 2 == 0);
    }
    end(&w);
}

// The calls were not offered it.
static void another_model_takes_what_fits_it(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 29);
    put_asking(&w, 0, 100, 0);
    put_asking(&w, 1, 5000, 2);
    const struct policy_able brief = {.context = 4096, .context_now = 4096};
    const struct policy_able plain = {.lacks = ABILITY_TOOLS, .lacks_now = ABILITY_TOOLS};
    for (int i = 0; i < 2; i++) {
        struct policy_route p = policy_of(CHOICE_RULES);
        struct policy_model other = {.name = STR("a/other"), .able = i ? plain : brief};
        p.small.models = &other;
        const struct json_val *r = replayed_by(&w, &p);
        assert_int_equal(count(r, "to_other"), 1);
        assert_int_equal(count(r, "to_large"), 1);
    }
    end(&w);
}

// Calls that came to /v1/chat/completions go as they are, or translated, where there is a way.
static void another_model_is_asked_in_a_dialect(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 31);
    const struct decision d = decided(SIDE_SMALL, CHOICE_SURE);
    (void)put(&w, 0, &d);
    static const unsigned fine[] = {0, 1U << DIALECT_OPENAI, 1U << DIALECT_OLLAMA};
    for (int i = 0; i < 3; i++) {
        struct policy_route p = policy_of(CHOICE_RULES);
        struct policy_model other = {.name = STR("a/other"), .able = {.dialects = fine[i]}};
        p.small.models = &other;
        assert_int_equal(count(replayed_by(&w, &p), "to_other"), 1);
        other.able.dialects = 1U << DIALECT_ANTHROPIC;
        assert_int_equal(count(replayed_by(&w, &p), "to_large"), 1);
        other.name = (struct str)STR("a/small"); // it was offered, in the dialect of now or another
        assert_int_equal(count(replayed_by(&w, &p), "to_large"), 1);
        other.able.dialects_now = other.able.dialects;
        assert_int_equal(count(replayed_by(&w, &p), "changed"), 0);
    }
    end(&w);
}

// Its session had kept it at the large side.
static void a_policy_without_sessions_has_none(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    dice_init(&dice, 30);
    struct decision d = decided(SIDE_LARGE, CHOICE_SURE);
    d.call.session = SIDE_LARGE;
    (void)put(&w, 0, &d);
    struct policy_route p = policy_of(CHOICE_RULES);
    assert_int_equal(count(replayed_by(&w, &p), "to_small"), 1);
    p.sticky = (struct str)STR("1  60000");
    assert_int_equal(count(replayed_by(&w, &p), "to_small"), 0);
    p.other_sticky = p.other_ttft = true;
    const struct json_val *r = replayed_by(&w, &p);
    assert_true(is_noted(r, "another `sticky`") && is_noted(r, "another `max_ttft`"));
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_answered_leaves_with_its_model),
        cmocka_unit_test(what_a_budget_sent_down_stays_down),
        cmocka_unit_test(what_is_promised_is_of_one_model),
        cmocka_unit_test(the_longest_answer_has_to_fit),
        cmocka_unit_test(an_image_has_to_be_seen),
        cmocka_unit_test(another_second_model_is_paid_by_a_forecast),
        cmocka_unit_test(a_call_stays_at_its_model_whatever_its_side),
        cmocka_unit_test(what_is_given_after_all_is_the_small_sides),
        cmocka_unit_test(what_ended_unanswered_is_of_no_side),
        cmocka_unit_test(a_model_on_both_sides_is_asked_once),
        cmocka_unit_test(an_answer_at_the_model_is_its_cost),
        cmocka_unit_test(what_nobody_may_take_is_refused),
        cmocka_unit_test(what_the_policy_tells_otherwise_is_looked_at),
        cmocka_unit_test(what_a_model_has_gained_lets_it_in),
        cmocka_unit_test(another_model_takes_what_fits_it),
        cmocka_unit_test(another_model_is_asked_in_a_dialect),
        cmocka_unit_test(a_policy_without_sessions_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
