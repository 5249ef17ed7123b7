// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a failed attempt, as a table; the waits; the budget.

#include "../unit.h"
#include "core/retry.h"

#define SECOND INT64_C(1000000)

static const struct {
    enum failure_kind kind;
    enum advice advice;
    int64_t after_ms;
    unsigned tried, retries;
    bool other, budget;
    enum retry_verdict want;
} cases[] = {
    // A rate, an overload: as often as is configured, then another, then the client.
    {FAILURE_RATE, ADVICE_NONE, -1, 1, 2, false, true, RETRY_SAME},
    {FAILURE_RATE, ADVICE_NONE, -1, 2, 2, true, true, RETRY_SAME},
    {FAILURE_RATE, ADVICE_NONE, -1, 3, 2, true, true, RETRY_OTHER},
    {FAILURE_RATE, ADVICE_NONE, -1, 3, 2, false, true, RETRY_END},
    {FAILURE_BUSY, ADVICE_NONE, -1, 2, 2, false, true, RETRY_SAME},
    {FAILURE_BUSY, ADVICE_NONE, -1, 1, 0, false, true, RETRY_END},
    {FAILURE_BUSY, ADVICE_NONE, -1, 1, 0, true, true, RETRY_OTHER},
    {FAILURE_BUSY, ADVICE_NONE, -1, 10, 10, false, true, RETRY_SAME},
    // The provider's word: ten seconds are waited for, more are not.
    {FAILURE_RATE, ADVICE_NONE, 10000, 1, 2, true, true, RETRY_SAME},
    {FAILURE_RATE, ADVICE_NONE, 10001, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_RATE, ADVICE_NONE, 10001, 1, 2, false, true, RETRY_END},
    {FAILURE_BUSY, ADVICE_STOP, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_BUSY, ADVICE_STOP, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_CALLER, ADVICE_RETRY, -1, 1, 2, true, true, RETRY_SAME},
    {FAILURE_SERVER, ADVICE_RETRY, -1, 2, 2, true, true, RETRY_SAME},
    {FAILURE_OURS, ADVICE_RETRY, -1, 1, 2, true, true, RETRY_END},
    {FAILURE_BROKEN, ADVICE_RETRY, -1, 1, 2, false, true, RETRY_END},
    // No budget is left.
    {FAILURE_RATE, ADVICE_NONE, -1, 1, 2, true, false, RETRY_OTHER},
    // What no waiting mends.
    {FAILURE_QUOTA, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_QUOTA, ADVICE_NONE, 1000, 1, 2, false, true, RETRY_END},
    {FAILURE_KEY, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_KEY, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_MODEL, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_MODEL, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_ABSENT, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_ABSENT, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_LARGE, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_LARGE, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_LONG, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_LONG, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_AWAY, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_AWAY, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_GARBAGE, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_GARBAGE, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_CALLER, ADVICE_NONE, -1, 1, 2, true, true, RETRY_END},
    {FAILURE_OURS, ADVICE_NONE, -1, 1, 2, true, true, RETRY_END},
    {FAILURE_BROKEN, ADVICE_NONE, -1, 1, 2, false, true, RETRY_END},
    {FAILURE_BROKEN, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    // A 500 may be the caller's fault: once more there, else nowhere.
    {FAILURE_SERVER, ADVICE_NONE, -1, 1, 2, true, true, RETRY_SAME},
    {FAILURE_SERVER, ADVICE_NONE, -1, 2, 2, true, true, RETRY_END},
    {FAILURE_SERVER, ADVICE_NONE, -1, 1, 0, true, true, RETRY_END},
    {FAILURE_UNDONE, ADVICE_NONE, -1, 1, 2, true, true, RETRY_END},
    {FAILURE_RUNNER, ADVICE_NONE, -1, 1, 2, true, true, RETRY_SAME},
    {FAILURE_RUNNER, ADVICE_NONE, -1, 2, 2, true, true, RETRY_OTHER},
    // Connections: once more there, then another; what may be billed goes to another at once.
    {FAILURE_UNREACHED, ADVICE_NONE, -1, 1, 2, true, true, RETRY_SAME},
    {FAILURE_UNREACHED, ADVICE_NONE, -1, 2, 2, true, true, RETRY_OTHER},
    {FAILURE_UNREACHED, ADVICE_NONE, -1, 2, 2, false, true, RETRY_END},
    // A kept one that was gone is no retry: whatever was tried, is configured or left.
    {FAILURE_STALE, ADVICE_NONE, -1, 1, 2, true, true, RETRY_REPEAT},
    {FAILURE_STALE, ADVICE_NONE, -1, 1, 0, false, true, RETRY_REPEAT},
    {FAILURE_STALE, ADVICE_NONE, -1, 3, 2, false, true, RETRY_REPEAT},
    {FAILURE_STALE, ADVICE_NONE, -1, 1, 2, false, false, RETRY_REPEAT},
    {FAILURE_LOST, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_LOST, ADVICE_NONE, -1, 1, 2, false, true, RETRY_SAME},
    {FAILURE_LOST, ADVICE_NONE, -1, 2, 2, false, true, RETRY_END},
    {FAILURE_TIMEOUT, ADVICE_NONE, -1, 1, 2, true, true, RETRY_OTHER},
    {FAILURE_TIMEOUT, ADVICE_NONE, -1, 1, 2, false, true, RETRY_SAME},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t delay_ms = -1;
        const struct failure f = {cases[i].kind, cases[i].advice, cases[i].after_ms};
        const struct retry_state s = {.tried = cases[i].tried,
                                      .retries = cases[i].retries,
                                      .other = cases[i].other,
                                      .budget = cases[i].budget,
                                      .left_ms = 20000};
        enum retry_verdict got = retry_decide(&f, &s, 7, &delay_ms);
        if (got != cases[i].want)
            fail_msg("case %zu: %d, not %d", i, (int)got, (int)cases[i].want);
        assert_true((delay_ms >= 0) == (got == RETRY_SAME));
    }
}

// From a route's small side: another of its models may be able to what this one is not.
static void test_small_side(void **state)
{
    (void)state;
    int64_t ms = 0;
    struct retry_state s = {
        .tried = 1, .retries = 2, .other = true, .small = true, .budget = true, .left_ms = 20000};
    struct failure f = {FAILURE_SERVER, ADVICE_NONE, -1};
    assert_int_equal(retry_decide(&f, &s, 7, &ms), RETRY_SAME);
    s.tried = 2;
    assert_int_equal(retry_decide(&f, &s, 7, &ms), RETRY_OTHER);
    f.kind = FAILURE_UNDONE;
    assert_int_equal(retry_decide(&f, &s, 7, &ms), RETRY_OTHER);
    s.small = false;
    assert_int_equal(retry_decide(&f, &s, 7, &ms), RETRY_END);
    s.small = true;
    f.kind = FAILURE_CALLER;
    assert_int_equal(retry_decide(&f, &s, 7, &ms), RETRY_END);
}

static int64_t delay(const struct failure *f, unsigned tried, uint64_t random)
{
    int64_t ms = -1;
    const struct retry_state s = {.tried = tried, .retries = 10, .budget = true, .left_ms = 20000};
    assert_int_equal(retry_decide(f, &s, random, &ms), RETRY_SAME);
    return ms;
}

static void test_waits(void **state)
{
    (void)state;
    struct failure f = {FAILURE_RATE, ADVICE_NONE, -1};
    static const int64_t most[] = {500, 1000, 2000, 4000, 8000, 8000, 8000};
    for (unsigned i = 0; i < sizeof most / sizeof most[0]; i++) {
        assert_int_equal(delay(&f, i + 1, (uint64_t)most[i]), most[i]);
        assert_int_equal(delay(&f, i + 1, (uint64_t)most[i] + 1), 0);
    }
    f.after_ms = 3000; // never before that, and not all in the same moment
    assert_int_equal(delay(&f, 1, 0), 3000);
    assert_int_equal(delay(&f, 1, 249), 3249);
    assert_int_equal(delay(&f, 1, 250), 3000);
}

static void test_repeated_once(void **state)
{
    (void)state;
    int64_t ms;
    const struct failure f = {FAILURE_STALE, ADVICE_NONE, -1};
    const struct retry_state s = {
        .tried = 1, .retries = 2, .fresh = true, .budget = true, .left_ms = 5000};
    assert_int_equal(retry_decide(&f, &s, 0, &ms), RETRY_END);
}

static void test_time_left(void **state)
{
    (void)state;
    int64_t ms = -1;
    const struct failure f = {FAILURE_RATE, ADVICE_NONE, 5000};
    struct retry_state s = {
        .tried = 1, .retries = 2, .other = true, .budget = true, .left_ms = 5001};
    assert_int_equal(retry_decide(&f, &s, 0, &ms), RETRY_SAME);
    s.left_ms = 5000;
    assert_int_equal(retry_decide(&f, &s, 0, &ms), RETRY_OTHER);
    s.other = false;
    assert_int_equal(retry_decide(&f, &s, 0, &ms), RETRY_END);
}

static unsigned take_all(struct retry_budget *b, int64_t now_us)
{
    unsigned n = 0;
    while (retry_budget_take(b, now_us))
        n++;
    return n;
}

static void test_budget(void **state)
{
    (void)state;
    struct retry_budget b = {0};
    int64_t now = 1000 * SECOND;
    assert_int_equal(take_all(&b, now), 10);
    assert_int_equal(take_all(&b, now + 30 * SECOND), 0);
    assert_int_equal(take_all(&b, now + 61 * SECOND), 10);
    now += 200 * SECOND;
    for (int i = 0; i < 500; i++)
        retry_budget_call(&b, now + i * SECOND / 10); // over 50 s
    assert_int_equal(take_all(&b, now + 50 * SECOND), 50);
    assert_int_equal(take_all(&b, now + 59 * SECOND), 0);
    assert_true(retry_budget_take(&b, now + 3600 * SECOND));
}

static void test_tempts(void **state)
{
    (void)state;
    struct failure f = {.after_ms = -1};
    static const int yes[] = {408, 409, 429, 500, 502, 503, 504, 529};
    static const int no[] = {200, 400, 401, 402, 403, 404, 413, 422};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(retry_tempts(&f, yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(retry_tempts(&f, no[i]));
    f.advice = ADVICE_RETRY; // a client obeys it, too
    assert_true(retry_tempts(&f, 400));
}

static void test_later(void **state)
{
    (void)state;
    struct failure f = {.kind = FAILURE_RATE, .after_ms = RETRY_AFTER_MAX_MS + 1};
    assert_true(retry_later(&f));
    f.advice = ADVICE_STOP;
    assert_false(retry_later(&f));
    f = (struct failure){.kind = FAILURE_RATE, .after_ms = RETRY_AFTER_MAX_MS};
    assert_false(retry_later(&f));
    f = (struct failure){.kind = FAILURE_QUOTA, .after_ms = RETRY_AFTER_MAX_MS + 1};
    assert_false(retry_later(&f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts), cmocka_unit_test(test_small_side),
        cmocka_unit_test(test_waits),    cmocka_unit_test(test_time_left),
        cmocka_unit_test(test_budget),   cmocka_unit_test(test_tempts),
        cmocka_unit_test(test_later),    cmocka_unit_test(test_repeated_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
