// SPDX-License-Identifier: Apache-2.0
//
// For how long a key is left alone, as a table.

#include "../unit.h"
#include "core/cooling.h"

static const struct {
    enum failure_kind kind;
    int64_t after_ms;
    unsigned times;
    int64_t want_ms;
} cases[] = {
    // A rate: as long as the provider says, else longer each time.
    {FAILURE_RATE, 1500, 0, 1500},
    {FAILURE_RATE, 1500, 9, 1500},
    {FAILURE_RATE, -1, 0, 1000},
    {FAILURE_RATE, 0, 0, 1000},
    {FAILURE_RATE, -1, 3, 8000},
    {FAILURE_RATE, -1, 6, 60000},
    {FAILURE_RATE, -1, 4000000000, 60000},
    {FAILURE_RATE, INT64_MAX, 0, COOLING_MOST_MS},
    {FAILURE_QUOTA, -1, 0, 60000},
    {FAILURE_QUOTA, 86400000, 0, COOLING_MOST_MS},
    // What may be about one call's content: not before the third in a row.
    {FAILURE_KEY, -1, 0, 0},
    {FAILURE_KEY, -1, 1, 0},
    {FAILURE_KEY, -1, 2, 60000},
    {FAILURE_MODEL, 1000, 5, 0},
    // A name that the provider does not know: at once.
    {FAILURE_ABSENT, -1, 0, 60000},
    {FAILURE_ABSENT, 5000, 9, 5000},
    // An overload is the breaker's, unless a time was told.
    {FAILURE_BUSY, -1, 5, 0},
    {FAILURE_BUSY, 0, 5, 0},
    {FAILURE_BUSY, 3000, 0, 3000},
    // Nothing of the key's.
    {FAILURE_CALLER, 1000, 5, 0},
    {FAILURE_OURS, 1000, 5, 0},
    {FAILURE_BROKEN, 1000, 5, 0},
    {FAILURE_UNREACHED, 1000, 5, 0},
    {FAILURE_STALE, 1000, 5, 0},
    {FAILURE_LOST, 1000, 5, 0},
    {FAILURE_TIMEOUT, 1000, 5, 0},
    {FAILURE_GARBAGE, 1000, 5, 0},
    {FAILURE_SERVER, 1000, 5, 0},
    {FAILURE_RUNNER, 1000, 5, 0},
    {FAILURE_LONG, 1000, 5, 0},
    {FAILURE_LARGE, 1000, 5, 0},
    {FAILURE_AWAY, 1000, 5, 0},
};

static void table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct failure f = {.kind = cases[i].kind, .after_ms = cases[i].after_ms};
        if (cooling_ms(&f, cases[i].times) != cases[i].want_ms)
            fail_msg("case %zu: %lld", i, (long long)cooling_ms(&f, cases[i].times));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
