// SPDX-License-Identifier: Apache-2.0
//
// What a gateway that has just begun foresees, by what its ledger has.

#include "../store/stored.h"
#include "core/forecast.h"
#include "gate/habits.h"

#define NOW_US (20000 * DAY_US)

static const struct habit_of model = {.provider = STR("openai"), .model = STR("gpt-4o")};

static struct habit recalled(struct store *s, int64_t since_us, bool learned)
{
    struct why why = {0};
    struct habit out;
    struct habits *h = habits_new();
    const struct habit_seen seen = {.input = 100, .output = 7};
    for (int i = 0; learned && i < 1000; i++)
        habits_learn(h, &model, &seen, 0);
    assert_int_equal(habits_recall(h, s, since_us, &why), STATUS_OK);
    habits_foresee(h, &model, &out);
    habits_free(h);
    return out;
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
        e.usage.count[BUCKET_BUSY] = 2000000;
        call(j, &e);
    }
    struct entry failed = an_entry(NOW_US);
    failed.outcome = OUTCOME_ERROR;
    failed.usage = (struct usage){.sure = SURE_REPORTED};
    call(j, &failed); // one that was not answered says nothing
    assert_int_equal(store_catch_up(s, 20000), STATUS_OK);

    struct habit got = recalled(s, NOW_US - DAY_US, false);
    // 64 calls are believed, against the start's worth of four.
    assert_in_range(got.output, 300 + 3700 * 64 / 68 - 1, 300 + 3700 * 64 / 68 + 1);
    assert_in_range(got.cached_ppm, 166666 * 64 / 68 - 9, 166666 * 64 / 68 + 9);
    assert_int_equal(got.busy_us, 2000000);
    assert_int_equal(recalled(s, NOW_US + DAY_US, false).output, FORECAST_OUTPUT);
    // What was seen since the start is newer.
    assert_in_range(recalled(s, NOW_US - DAY_US, true).output, 7, 30);
    journal_close(j);
    store_close(s);
    place_remove(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_ledger_is_recalled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
