// SPDX-License-Identifier: Apache-2.0
//
// What a call is expected to use: which mean is believed, where each token goes, what it then
// costs.

#include "../unit.h"
#include "core/density.h"
#include "core/forecast.h"
#include "core/rate.h"
#include "decayed_from.h"

static void nearest_kind_wins(void **state)
{
    (void)state;
    const struct decayed none[4] = {{0}};
    assert_int_equal(forecast_mean(none, 4, 300), 300);
    // One observation against four that the start is worth.
    const struct decayed one[] = {decayed_from(800, 1)};
    assert_in_range(forecast_mean(one, 1, 300), 400, 402);
    // Much evidence of the narrowest leaves little of the others.
    const struct decayed all[] = {
        decayed_from(1000, 64), decayed_from(600, 64), {0}, decayed_from(50, 64)};
    assert_int_equal(forecast_mean(all, 4, 300), 50);
    // Where the narrowest is not known, the next one is taken.
    assert_int_equal(forecast_mean(all, 3, 300), 600);
}

static void a_task_has_a_ratio(void **state)
{
    (void)state;
    const struct decayed none = {0}, usual = decayed_from(500, 64);
    assert_int_equal(forecast_of_task(80, none, none), 80);
    // A task that is usual for those who did it is so for a model of few words, too.
    assert_int_equal(forecast_of_task(80, usual, usual), 80);
    // Of one that takes twice as much, little is believed at first, and in the end nearly all.
    assert_int_equal(forecast_of_task(100, decayed_from(1000, 1), decayed_from(500, 1)), 120);
    assert_in_range(forecast_of_task(100, decayed_from(1000, 20), usual), 170, 199);
    assert_int_equal(forecast_of_task(100, decayed_from(1000, 64), usual), 200);
    assert_int_equal(forecast_of_task(100, decayed_from(5, 64), usual), 1);
    // Those who did it have said nothing else: nothing is told.
    assert_int_equal(forecast_of_task(80, decayed_from(0, 9), decayed_from(0, 9)), 80);
    assert_true(forecast_of_task(INT64_MAX, decayed_from(INT64_MAX, 64), decayed_from(1, 64)) > 0);
}

static void input_is_split_by_the_cache(void **state)
{
    (void)state;
    const struct demand d = {.text_bytes = 40000, .images = 1, .choices = 1};
    struct forecast_call c = {.demand = &d, .density = 250000, .output = 120, .cached = -1};
    struct usage u;
    forecast_usage(&c, &u);
    assert_int_equal(u.prompt, 11000);
    assert_int_equal(u.count[BUCKET_INPUT], 11000);
    assert_int_equal(u.count[BUCKET_OUTPUT], 120);
    assert_int_equal(u.sure, SURE_ESTIMATED);
    c.cached_ppm = 500000; // the usual share
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_CACHE_READ], 5500);
    assert_int_equal(u.count[BUCKET_INPUT], 5500);
    c.cached = 8000; // what is known goes before it
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_CACHE_READ], 8000);
    c.cached = 0;
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_CACHE_READ], 0);
    c.cached = 90000; // never more than goes in
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_CACHE_READ], 11000);
    assert_int_equal(u.count[BUCKET_INPUT], 0);
}

static void what_is_not_read_is_written(void **state)
{
    (void)state;
    struct demand d = {.text_bytes = 4000, .choices = 1, .cache_write = true};
    const struct forecast_call c = {.demand = &d, .density = 250000, .cached = 400};
    struct usage u;
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_CACHE_WRITE_5M], 600);
    assert_int_equal(u.count[BUCKET_INPUT], 0);
    d.cache_hour = true;
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_CACHE_WRITE_1H], 600);
}

static void output_keeps_to_maxima(void **state)
{
    (void)state;
    struct demand d = {.text_bytes = 4, .choices = 3, .output_max = 100};
    struct forecast_call c = {.demand = &d, .density = 250000, .output = 700};
    struct usage u;
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_OUTPUT], 300);
    d.output_max = 0;
    c.output_limit = 512;
    forecast_usage(&c, &u);
    assert_int_equal(u.count[BUCKET_OUTPUT], 3 * 512);
}

static void the_tier_is_the_asked_one(void **state)
{
    (void)state;
    struct demand d = {.text_bytes = 4, .choices = 1, .hoped = SERVICE_FLEX};
    const struct forecast_call c = {.demand = &d, .density = 250000};
    struct usage u;
    forecast_usage(&c, &u);
    assert_int_equal(u.service, SERVICE_FLEX);
    d.service = SERVICE_PRIORITY;
    forecast_usage(&c, &u);
    assert_int_equal(u.service, SERVICE_PRIORITY);
}

static void absurd_sizes_do_not_wrap(void **state)
{
    (void)state;
    const struct demand d = {.text_bytes = INT64_MAX, .images = INT64_MAX, .choices = 128};
    const struct forecast_call c = {
        .demand = &d, .density = 1000000, .output = INT64_MAX, .cached = -1, .cached_ppm = 999999};
    struct usage u;
    forecast_usage(&c, &u);
    assert_int_equal(u.prompt, INT64_MAX);
    assert_int_equal(u.count[BUCKET_OUTPUT], INT64_MAX);
    assert_true(u.count[BUCKET_INPUT] >= 0 && u.count[BUCKET_CACHE_READ] >= 0);
}

// 5 USD a million in, 0.5 cached, 25 out; twice that above 200,000 tokens.
static const struct price low[] = {{5000000000000}, {500000000000}, {25000000000000}};
static const struct price high[] = {{10000000000000}, {1000000000000}, {50000000000000}};
static const struct term above = {
    .from_us = INT64_MIN,
    .until_us = INT64_MAX,
    .above = 200000,
    .minute_until = 1440,
    .weekdays = TERM_EVERY_DAY,
    .services = TERM_ANY_SERVICE,
    .rates = {1u << BUCKET_INPUT | 1u << BUCKET_CACHE_READ | 1u << BUCKET_OUTPUT, high}};
static const struct sheet sheet = {
    .rates = {1u << BUCKET_INPUT | 1u << BUCKET_CACHE_READ | 1u << BUCKET_OUTPUT, low},
    .terms = &above,
    .term_count = 1};

static int64_t price_of(const struct forecast_call *c)
{
    struct usage u;
    struct cost cost;
    forecast_usage(c, &u);
    rate(&sheet, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PRICED);
    return cost.total.pd;
}

// The same text: a denser tokenizer passes a cliff that the other stays below, and who leaves the
// model that holds a conversation pays for all of it again.
static void prices_are_of_calls(void **state)
{
    (void)state;
    const struct demand d = {.text_bytes = 600000, .choices = 1};
    struct forecast_call c = {.demand = &d, .density = 250000, .output = 1000, .cached = 0};
    assert_int_equal(price_of(&c), INT64_C(775000000000)); // 150,000 in: 0.75 + 0.025
    c.density = 371429;
    assert_int_equal(price_of(&c), INT64_C(2278570000000)); // 222,857 in, above the cliff
    c.density = 250000;
    c.cached = 140000;
    assert_int_equal(price_of(&c), INT64_C(145000000000)); // 0.07 + 0.05 + 0.025
}

// A machine of one's own at 10^-4 USD an hour: what counts is its time.
static void machines_cost_their_time(void **state)
{
    (void)state;
    static const struct price hour[] = {{100000000}}; // 10^-18 USD a millionth of an hour
    const struct sheet machine = {.rates = {1u << BUCKET_BUSY, hour}};
    const struct demand d = {.text_bytes = 600000, .choices = 1};
    struct forecast_call c = {
        .demand = &d, .density = 250000, .output = 1000, .cached = -1, .busy_us = 3000000};
    struct usage u;
    struct cost cost;
    forecast_usage(&c, &u);
    rate(&machine, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PRICED);
    assert_int_equal(cost.total.pd, INT64_C(83333)); // 3 s of 10^-4 USD an hour
    c.busy_us = 0;                                   // not known yet
    forecast_usage(&c, &u);
    rate(&machine, &u, 0, &cost);
    assert_int_equal(cost.state, PRICE_PRICED);
    assert_int_equal(cost.total.pd, INT64_C(27778)); // 1 s
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_kind_wins),
        cmocka_unit_test(a_task_has_a_ratio),
        cmocka_unit_test(input_is_split_by_the_cache),
        cmocka_unit_test(what_is_not_read_is_written),
        cmocka_unit_test(output_keeps_to_maxima),
        cmocka_unit_test(the_tier_is_the_asked_one),
        cmocka_unit_test(absurd_sizes_do_not_wrap),
        cmocka_unit_test(prices_are_of_calls),
        cmocka_unit_test(machines_cost_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
