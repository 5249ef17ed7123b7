// SPDX-License-Identifier: Apache-2.0
//
// How scarce a budget's money is: by what is used, and by how much of its window is over.

#include "../unit.h"
#include "budget/pressure.h"

#define HOUR INT64_C(3600000000)

static const struct window day = {.start_us = 0, .end_us = 24 * HOUR, .kind = WINDOW_DAY};
static const struct window ever = {
    .start_us = INT64_MIN, .end_us = INT64_MAX, .kind = WINDOW_LIFETIME};

static const struct {
    const struct window *window;
    int64_t used, limit, now_us, want;
} cases[] = {
    {&day, 0, 100, 0, 0},
    {&day, 50, 100, 0, 0}, // half is free at any time
    {&day, 75, 100, 0, 500000},
    {&day, 75, 100, 12 * HOUR, 500000},
    {&day, 75, 100, 18 * HOUR, 0}, // evenly spent
    {&day, 90, 100, 18 * HOUR, 600000},
    {&day, 99, 100, 24 * HOUR - 1, 0},
    {&day, 100, 100, 24 * HOUR - 1, 1000000}, // nothing is left
    {&day, 130, 100, 0, 1000000},
    {&day, 1, 0, 0, 1000000},
    {&day, 0, 0, 0, 0},
    {&day, 75, 100, -HOUR, 500000}, // a clock that was set back
    {&ever, 60, 100, 12 * HOUR, 200000},
    {&ever, INT64_MAX - 1, INT64_MAX, INT64_MAX, 999998},
};

static void as_a_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = pressure_of((struct nano){cases[i].used}, (struct nano){cases[i].limit},
                                  cases[i].window, cases[i].now_us);
        if (got != cases[i].want)
            fail_msg("case %zu: %lld", i, (long long)got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_a_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
