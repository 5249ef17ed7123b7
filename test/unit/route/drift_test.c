// SPDX-License-Identifier: Apache-2.0
//
// A certificate that was right and is no more: how soon that is seen, wherever it begins, and how
// seldom it is said of one that holds.

#include <stdlib.h>

#include "../unit.h"
#include "base/random.h"
#include "route/drift.h"

#define RUNS 400

static const struct promise ten = {.loss = 0.1, .risk = 0.025}; // of the first that is asked

static double uniform(struct dice *d)
{
    return (double)dice_below(d, 1 << 20) / (1 << 20);
}

// Of the pairs, at which one it was seen; 0: never. The small side's answer is worth nothing as
// often as is said, first and from pair `good` on.
struct course {
    double before, after;
    int64_t good, count;
};

static int64_t seen_at(struct dice *dice, const struct course *c, struct drift *d)
{
    drift_begin(d, &ten);
    for (int64_t i = 1; i <= c->count; i++) {
        drift_add(d, i, uniform(dice) >= (i <= c->good ? c->before : c->after), 1);
        if (d->broken)
            return i;
    }
    return 0;
}

// Asked after each of 3,000 pairs: a loss that is just what was promised, which is the worst.
static void what_holds_is_hardly_ever_doubted(void **state)
{
    (void)state;
    struct dice dice;
    struct drift d;
    unsigned alarms[3] = {0};
    static const double losses[] = {0.1, 0.095, 0.06};
    dice_init(&dice, 1);
    for (unsigned l = 0; l < 3; l++)
        for (int i = 0; i < RUNS; i++)
            alarms[l] += seen_at(&dice, &(struct course){losses[l], 0, 3000, 3000}, &d) != 0;
    print_message("revoked of %d, at a loss of 10, 9.5, 6 %%: %u, %u, %u\n", RUNS, alarms[0],
                  alarms[1], alarms[2]);
    assert_in_range(alarms[0], 0, RUNS / 40); // the risk
    assert_in_range(alarms[1], 0, alarms[0]);
    assert_in_range(alarms[2], 0, alarms[1]);
}

static int by_number(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// However many good pairs came before.
static void a_change_is_seen_soon(void **state)
{
    (void)state;
    static const int64_t good[] = {0, 50, 99, 150, 199, 250, 1000, 5000};
    static const double after[] = {0.3, 0.2};
    static const int64_t most[] = {200, 600}; // 95 of 100 are seen by then
    struct dice dice;
    struct drift d;
    dice_init(&dice, 2);
    for (unsigned a = 0; a < 2; a++)
        for (unsigned g = 0; g < sizeof good / sizeof good[0]; g++) {
            int64_t delays[RUNS];
            for (int i = 0; i < RUNS; i++) {
                const struct course c = {0.06, after[a], good[g], good[g] + 4000};
                const int64_t at = seen_at(&dice, &c, &d);
                delays[i] = at ? (at > good[g] ? at - good[g] : 0) : INT64_MAX;
            }
            qsort(delays, RUNS, sizeof *delays, by_number);
            print_message("6 %% for %lld pairs, then %.0f %%: seen after %lld pairs (median), %lld "
                          "(95 of 100)\n",
                          (long long)good[g], 100 * after[a], (long long)delays[RUNS / 2],
                          (long long)delays[RUNS * 95 / 100]);
            assert_in_range(delays[RUNS * 95 / 100], 0, most[a]);
        }
}

// What came before it stays proof of nothing; what came after it is proof of what is now.
static void where_it_began_is_told(void **state)
{
    (void)state;
    struct dice dice;
    struct drift d;
    unsigned near = 0;
    dice_init(&dice, 3);
    for (int i = 0; i < RUNS; i++) {
        const struct course c = {0.06, 0.5, 1000, 3000};
        assert_true(seen_at(&dice, &c, &d) > 0);
        near += d.since > 1000 - 2 * DRIFT_BLOCK && d.since <= 1000 + 2 * DRIFT_BLOCK;
    }
    assert_true(near > RUNS * 9 / 10);
    const int64_t since = d.since;
    drift_add(&d, 4000, 1, 1);
    assert_true(d.broken && d.since == since);
}

// Other routes' pairs have numbers, too.
static void numbers_may_be_left_out(void **state)
{
    (void)state;
    struct drift d;
    int64_t pairs = 0;
    drift_begin(&d, &ten);
    for (int64_t i = 1; i <= 1000; i++)
        drift_add(&d, 1000 * i, 1, 1);
    for (int64_t i = 1001; !d.broken; i++, pairs++)
        drift_add(&d, 1000 * i, 0, 1);
    assert_in_range(pairs, 10, 100);
    assert_int_equal(d.since, 1001000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_is_hardly_ever_doubted),
        cmocka_unit_test(a_change_is_seen_soon),
        cmocka_unit_test(where_it_began_is_told),
        cmocka_unit_test(numbers_may_be_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
