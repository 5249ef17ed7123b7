// SPDX-License-Identifier: Apache-2.0
//
// The rate limits that heads tell, vendor by vendor; and what is none of them.

#include <stdio.h>

#include "../unit.h"
#include "base/clock.h"
#include "wire/ratelimit.h"

#define NOW INT64_C(1719230340000000) // 2024-06-24T11:59:00Z

static bool add(struct ratelimit *r, const char *name, const char *value)
{
    return ratelimit_field(r, str_of(name), str_of(value), NOW);
}

static void of_vendors(void **state)
{
    (void)state;
    static const struct {
        const char *names[3], *values[3]; // limit, left, reset
        enum allowance_kind kind;
        int64_t limit, left, after_us;
    } cases[] = {
        {{"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
          "x-ratelimit-reset-requests"},
         {"60", "59", "1s"},
         ALLOWANCE_REQUESTS,
         60,
         59,
         SECOND_US},
        {{"X-RateLimit-Limit-Tokens", "X-RateLimit-Remaining-Tokens", "X-RateLimit-Reset-Tokens"},
         {"150000", "149984", "6m0s"},
         ALLOWANCE_TOKENS,
         150000,
         149984,
         360 * SECOND_US},
        {{"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"},
         {"18000", "17997", "2m59.56s"},
         ALLOWANCE_TOKENS,
         18000,
         17997,
         179560000},
        {{"x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
          "x-ratelimit-reset-requests"},
         {"5000", "4999", "12ms"},
         ALLOWANCE_REQUESTS,
         5000,
         4999,
         12000},
        {{"anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
          "anthropic-ratelimit-requests-reset"},
         {"4000", "3999", "2024-06-24T12:00:00Z"},
         ALLOWANCE_REQUESTS,
         4000,
         3999,
         60 * SECOND_US},
        {{"anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
          "anthropic-ratelimit-input-tokens-reset"},
         {"400000", "0", "2024-06-24T11:59:01Z"},
         ALLOWANCE_INPUT,
         400000,
         0,
         SECOND_US},
        {{"anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining",
          "anthropic-ratelimit-output-tokens-reset"},
         {"80000", "79000", "2024-06-24T11:58:00Z"}, // over already
         ALLOWANCE_OUTPUT,
         80000,
         79000,
         0},
        {{"x-ratelimit-limit-requests-day", "x-ratelimit-remaining-requests-day",
          "x-ratelimit-reset-requests-day"},
         {"14400", "14390", "33011.382867"},
         ALLOWANCE_DAY_REQUESTS,
         14400,
         14390,
         INT64_C(33011382867)},
        {{"x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute",
          "x-ratelimit-reset-tokens-minute"},
         {"160000", "159000", "11.38"},
         ALLOWANCE_TOKENS,
         160000,
         159000,
         11380000},
        {{"x-ratelimit-limit-tokens-day", "x-ratelimit-remaining-tokens-day",
          "x-ratelimit-reset-tokens-day"},
         {"1000000", "1", "9999999d"},
         ALLOWANCE_DAY_TOKENS,
         1000000,
         1,
         31 * DAY_US},
        {{"x-ratelimit-limit-req-minute", "x-ratelimit-remaining-req-minute", NULL},
         {"300", "299", NULL},
         ALLOWANCE_REQUESTS,
         300,
         299,
         60 * SECOND_US},
        {{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"},
         {"20", "0", "1719230400000"},
         ALLOWANCE_REQUESTS,
         20,
         0,
         60 * SECOND_US},
        {{"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
         {"20", "0", "1719230400"},
         ALLOWANCE_REQUESTS,
         20,
         0,
         60 * SECOND_US},
        {{"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"},
         {"100, 100;w=60", "9", "6"},
         ALLOWANCE_REQUESTS,
         100,
         9,
         6 * SECOND_US},
        {{"RateLimit"},
         {"limit=100, remaining=0, reset=600"},
         ALLOWANCE_REQUESTS,
         100,
         0,
         600 * SECOND_US},
        {{"RateLimit"}, {"remaining=7"}, ALLOWANCE_REQUESTS, 0, 7, 60 * SECOND_US},
        {{"RateLimit"}, {"\"default\";r=50;t=30"}, ALLOWANCE_REQUESTS, 0, 50, 30 * SECOND_US},
        {{"RateLimit"},
         {"\"minute\";r=50;t=30, \"day\"; r=0; t=4000;pk=:a:"},
         ALLOWANCE_REQUESTS,
         0,
         0,
         4000 * SECOND_US},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ratelimit r;
        ratelimit_init(&r);
        for (unsigned k = 0; k < 3 && cases[i].names[k]; k++) {
            if (!add(&r, cases[i].names[k], cases[i].values[k]))
                fail_msg("%s: %s", cases[i].names[k], cases[i].values[k]);
        }
        assert_int_equal(r.said, 1U << cases[i].kind);
        struct allowance a = ratelimit_allowance(&r, cases[i].kind, 5);
        assert_int_equal(a.limit, cases[i].limit);
        assert_int_equal(a.left, cases[i].left);
        assert_int_equal(a.read_us, 5);
        assert_int_equal(a.full_us - 5, cases[i].after_us);
    }
}

static void of_nobody(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"content-type", "1"},
        {"ratelimit", "\"default\""},
        {"ratelimit", "\"default\";r=x;t=30"},
        {"ratelimit", "limit=100, reset=600"},
        {"ratelimit", "limit=100, remaining=few, reset=600"},
        {"ratelimit", "\"default\";t=30"},
        {"ratelimit", "\"minute\";r=50;t=30, \"day\";r=x"},
        {"x-ratelimit", "1"},
        {"x-ratelimit-", "1"},
        {"x-ratelimit-requests", "1"},
        {"x-ratelimit-limit-remaining", "1"},
        {"x-ratelimit-remaining-tokens_usage_based", "1"},
        {"x-ratelimit-remaining-project-tokens", "1"},
        {"x-ratelimit-remaining-requests-hour", "1"},
        {"x-ratelimit-remaining-input", "1"},
        {"anthropic-ratelimit-unified-5h-remaining", "1"},
        {"x-ratelimit-remaining-requests", ""},
        {"x-ratelimit-remaining-requests", "-1"},
        {"x-ratelimit-remaining-requests", "many"},
        {"x-ratelimit-remaining-requests", "1x"},
        {"x-ratelimit-limit-requests", "1x"},
        {"x-ratelimit-reset-requests", "soon"},
        {"x-ratelimit-reset-requests", "1s2"},
        {"x-ratelimit-reset-requests", "1y"},
        {"x-ratelimit-reset-requests", ""},
        {"anthropic-ratelimit-requests-reset", "2024-06-24T12:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ratelimit r;
        ratelimit_init(&r);
        const struct ratelimit before = r;
        if (add(&r, cases[i][0], cases[i][1]) || memcmp(&r, &before, sizeof r) != 0)
            fail_msg("%s: %s", cases[i][0], cases[i][1]);
    }
}

// Of several limits that count the same the one of which least is left holds, in whatever order.
static void the_least_counts(void **state)
{
    (void)state;
    static const struct {
        const char *lines[6][2];
        int64_t limit, left, after_us;
    } cases[] = {
        {{{"x-ratelimit-limit-requests", "60"},
          {"x-ratelimit-remaining-requests", "0"},
          {"x-ratelimit-reset-requests", "600s"},
          {"ratelimit-limit", "1000"},
          {"ratelimit-remaining", "999"},
          {"ratelimit-reset", "1"}},
         60,
         0,
         600 * SECOND_US},
        {{{"ratelimit-limit", "1000"},
          {"x-ratelimit-remaining-requests", "0"},
          {"ratelimit-remaining", "999"},
          {"x-ratelimit-reset-requests", "600s"},
          {"ratelimit-reset", "1"},
          {"x-ratelimit-limit-requests", "60"}},
         60,
         0,
         600 * SECOND_US},
        {{{"x-ratelimit-remaining-requests", "0"},
          {"x-ratelimit-reset-requests", "600s"},
          {"x-ratelimit-remaining-requests-minute", "50"}},
         0,
         0,
         600 * SECOND_US},
        {{{"x-ratelimit-remaining", "0"},
          {"x-ratelimit-reset", "9"},
          {"x-ratelimit-remaining-requests", "5"},
          {"x-ratelimit-reset-requests", "600s"}},
         0,
         0,
         9 * SECOND_US},
        {{{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-remaining-requests", "100"}},
         0,
         0,
         60 * SECOND_US},
        {{{"RateLimit", "\"daily\";r=0;t=6000"}, {"RateLimit", "\"burst\";r=500;t=10"}},
         0,
         0,
         6000 * SECOND_US},
        {{{"RateLimit", "\"burst\";r=500;t=10"}, {"RateLimit", "\"daily\";r=0;t=6000"}},
         0,
         0,
         6000 * SECOND_US},
        // As much of both: the one that is full later.
        {{{"RateLimit", "\"a\";r=0;t=10, \"b\";r=0;t=90"}, {"RateLimit", "\"c\";r=0;t=20"}},
         0,
         0,
         90 * SECOND_US},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ratelimit r;
        ratelimit_init(&r);
        for (unsigned k = 0; k < 6 && cases[i].lines[k][0]; k++)
            assert_true(add(&r, cases[i].lines[k][0], cases[i].lines[k][1]));
        struct allowance a = ratelimit_allowance(&r, ALLOWANCE_REQUESTS, 5);
        assert_int_equal(r.said, 1U << ALLOWANCE_REQUESTS);
        if (a.limit != cases[i].limit || a.left != cases[i].left ||
            a.full_us - 5 != cases[i].after_us)
            fail_msg("case %zu: %lld of %lld, %lld us", i, (long long)a.left, (long long)a.limit,
                     (long long)(a.full_us - 5));
    }
}

// More limits than anybody tells: those that came first are kept.
static void too_many(void **state)
{
    (void)state;
    static const char *const families[] = {"x", "anthropic", ""};
    static const char *const rest[] = {"requests",      "minute", "requests-minute", "tokens",
                                       "tokens-minute", "day",    "requests-day",    "tokens-day"};
    struct ratelimit r;
    unsigned taken = 0;
    ratelimit_init(&r);
    for (unsigned i = 0; i < 3 * 8; i++) {
        char name[80];
        (void)snprintf(name, sizeof name, "%s%sratelimit-remaining-%s", families[i / 8],
                       *families[i / 8] ? "-" : "", rest[i % 8]);
        taken += add(&r, name, "9");
    }
    assert_int_equal(taken, RATELIMIT_READINGS);
    assert_int_equal(r.count, RATELIMIT_READINGS);
    assert_int_equal(ratelimit_allowance(&r, ALLOWANCE_TOKENS, 5).left, 9);
}

static void beyond_all_numbers(void **state)
{
    (void)state;
    struct ratelimit r;
    ratelimit_init(&r);
    assert_true(add(&r, "x-ratelimit-limit", "99999999999999999999999999"));
    assert_true(add(&r, "x-ratelimit-remaining", "99999999999999999999999999.9999999999"));
    assert_true(add(&r, "x-ratelimit-reset", "99999999999999999999999999d99999999999h"));
    struct allowance a = ratelimit_allowance(&r, ALLOWANCE_REQUESTS, 0);
    assert_true(a.limit > 0 && a.left == a.limit);
    assert_int_equal(a.full_us, 31 * DAY_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_vendors),         cmocka_unit_test(of_nobody),
        cmocka_unit_test(the_least_counts),   cmocka_unit_test(too_many),
        cmocka_unit_test(beyond_all_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
