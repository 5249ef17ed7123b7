// SPDX-License-Identifier: Apache-2.0
//
// The rate limits that heads tell, vendor by vendor; and what is none of them.

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
        cmocka_unit_test(of_vendors),
        cmocka_unit_test(of_nobody),
        cmocka_unit_test(beyond_all_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
