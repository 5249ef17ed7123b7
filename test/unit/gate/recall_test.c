// SPDX-License-Identifier: Apache-2.0
//
// What a gateway that has just begun foresees, by what its ledger has.

#include "../store/stored.h"
#include "core/decision.h"
#include "core/forecast.h"
#include "gate/recall.h"
#include "store/decided.h"
#include "verify/sureness.h"

#define NOW_US (20000 * DAY_US)

static const struct habit_of model = {.provider = STR("openai"), .model = STR("gpt-4o")};

static struct habit recalled(struct store *s, int64_t since_us, bool learned, int64_t later_us)
{
    struct why why = {0};
    struct habit out;
    struct habits *h = habits_new();
    const struct habit_seen seen = {.input = 100, .output = 7};
    const struct decided_query q = {STR("default"), since_us, NOW_US + DAY_US, 16384};
    for (int i = 0; learned && i < 1000; i++)
        habits_learn(h, &model, &seen, q.until_us);
    assert_int_equal(habits_recall(h, s, &q, q.until_us, &why), STATUS_OK);
    habits_foresee(h, &model, q.until_us + later_us, &out);
    habits_free(h);
    return out;
}

// Fifty calls of one kind.
static void call_often(struct journal *j, struct entry *e, uint8_t kind)
{
    e->id.bytes[14] = kind;
    for (uint8_t i = 0; i < 50; i++) {
        e->id.bytes[15] = i;
        call(j, e);
    }
}

static void a_ledger_is_recalled(void **state)
{
    (void)state;
    struct place p;
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    for (int i = 0; i < 200; i++) {
        struct entry e = an_entry(NOW_US + i);
        e.usage.count[BUCKET_OUTPUT] = 4000;
        call(j, &e);
    }
    struct entry failed = an_entry(NOW_US);
    failed.outcome = OUTCOME_ERROR;
    failed.usage = (struct usage){.sure = SURE_REPORTED};
    call(j, &failed); // one that was not answered says nothing
    failed.outcome = OUTCOME_OK;
    failed.usage.count[BUCKET_OUTPUT] = 900000;
    for (enum sure sure = SURE_ESTIMATED; sure <= SURE_CAPTURED; sure++) {
        failed.usage.sure = sure; // nor one that nobody counted
        call_often(j, &failed, (uint8_t)sure);
    }
    failed.usage.sure = SURE_ESTIMATED; // but for a machine's time, which was measured
    failed.usage.count[BUCKET_BUSY] = 2000000;
    call_often(j, &failed, SURE_COUNT);
    assert_int_equal(store_catch_up(s, 20000), STATUS_OK);

    struct habit got = recalled(s, NOW_US - DAY_US, false, 0);
    assert_in_range(got.output, 3900, 4000); // 64 calls are believed
    assert_in_range(got.cached_ppm, 166666 - 9, 166666 + 9);
    assert_int_equal(got.busy_us, 2000000);
    assert_int_equal(recalled(s, NOW_US + DAY_US, false, 0).output, FORECAST_OUTPUT);
    // A day after they were made they are forgotten, whenever the start was.
    got = recalled(s, NOW_US - DAY_US, false, 2000000);
    assert_int_equal(got.output, FORECAST_OUTPUT);
    assert_int_equal(got.output_own, 0);
    // What was seen since the start is newer.
    assert_in_range(recalled(s, NOW_US - DAY_US, true, 0).output, 7, 30);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

// An attempt of a call of the route "desk". `of`: another attempt of that call.
struct tried {
    struct decision_verdict verdict;
    enum side side;
    int64_t cost_pd, large_pd; // 0: no price
    const struct uuid *of;
    bool followed;
};

static struct uuid tried(struct journal *j, int64_t start_us, const struct tried *t)
{
    struct entry e = an_entry(start_us);
    struct buf packed;
    struct decision d = {.route = STR("desk"),
                         .propensity_ppm = DECISION_SURE,
                         .count = 1,
                         .list = {{.model = STR("any"), .side = t->side}},
                         .verdict = t->verdict,
                         .compared = t->large_pd > 0,
                         .large = {t->large_pd}};
    buf_init(&packed, &alloc_heap, 0);
    decision_pack(&d, &packed);
    e.decision = buf_str(&packed);
    e.cost.pd = t->cost_pd;
    e.price_state = t->cost_pd ? PRICE_PRICED : PRICE_UNPRICED;
    e.followed = t->followed;
    if (t->of) {
        e.id = *t->of;
        e.attempt = 1;
    }
    call(j, &e);
    buf_fini(&packed);
    return e.id;
}

static const struct decision_verdict good = {.there = true, .good = true, .told = true, .sure = -7},
                                     mean = {.there = true,
                                             .good = true,
                                             .told = true,
                                             .sure = -3,
                                             .mean = true},
                                     bad = {.there = true};

static void a_cascade_is_recalled(void **state)
{
    (void)state;
    struct place p;
    struct why why = {0};
    place_make(&p);
    struct store *s = store_at(&p, true);
    struct journal *j = journal_of(s, 0);
    const struct tried refused = {
        .verdict = bad, .side = SIDE_SMALL, .cost_pd = 10, .followed = true};
    // It was as sure as any, but nobody knew that yet: not counted.
    const struct tried unsure = {
        .verdict = {.there = true, .told = true, .sure = -7}, .cost_pd = 10, .followed = true};
    // Its client left while a second model was asked whether it agrees: neither kept nor escalated.
    const struct tried agreeing = {
        .verdict = {.there = true, .good = true}, .cost_pd = 10, .followed = true};
    const struct uuid left = tried(j, NOW_US - 2, &agreeing);
    tried(j, NOW_US - 2, &(struct tried){.side = SIDE_SMALL, .cost_pd = 10, .of = &left});
    const struct uuid first = tried(j, NOW_US - 1, &unsure);
    tried(j, NOW_US - 1, &(struct tried){.side = SIDE_LARGE, .cost_pd = 100, .of = &first});
    for (int i = 0; i < 40; i++)
        tried(j, NOW_US + i, &(struct tried){.verdict = good, .cost_pd = 10, .large_pd = 100});
    for (int i = 0; i < 10; i++) {
        const struct uuid id = tried(j, NOW_US + 100 + i, &refused);
        tried(j, NOW_US + 100 + i, &(struct tried){.side = SIDE_LARGE, .cost_pd = 100, .of = &id});
    }
    // Of these not all is known, or nobody has looked; the last one is of this gateway's own time.
    tried(j, NOW_US + 200, &(struct tried){.verdict = good, .large_pd = 100});
    tried(j, NOW_US + 201, &(struct tried){.verdict = good, .cost_pd = 10});
    tried(j, NOW_US + 202, &(struct tried){.cost_pd = 10, .large_pd = 100});
    tried(j, NOW_US + 300, &(struct tried){.verdict = good, .cost_pd = 10, .large_pd = 100});
    for (int i = 0; i < SURENESS_LEAST; i++)
        tried(j, NOW_US + 203 + i,
              &(struct tried){.verdict = mean, .cost_pd = 10, .large_pd = 100});
    assert_int_equal(store_catch_up(s, 20000), STATUS_OK);

    struct recall r = {s, habits_new(), cascades_new(), NOW_US + 300};
    assert_int_equal(recall(&r, &why), STATUS_OK);
    struct breakeven_sum sum = cascades_sum(r.cascades, str_of("desk"));
    assert_true(sum.known && sum.pays);
    assert_int_equal(sum.escalated_ppm, 1 + 10 * 1000000 / (52 + SURENESS_LEAST)); // or more
    assert_int_equal(sum.small_milli, 1000);
    assert_in_range(sum.ratio_ppm, 95000, 105000);
    assert_int_equal(cascades_least(r.cascades, str_of("desk"), str_of("gpt-4o"), false, 900000),
                     -7);
    assert_int_equal(cascades_least(r.cascades, str_of("desk"), str_of("gpt-4o"), true, 900000),
                     -3);
    assert_int_equal(cascades_least(r.cascades, str_of("desk"), str_of("other"), false, 900000),
                     SURENESS_START);
    cascades_free(r.cascades);
    habits_free(r.habits);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_ledger_is_recalled),
                                       cmocka_unit_test(a_cascade_is_recalled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
