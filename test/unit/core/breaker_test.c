// SPDX-License-Identifier: Apache-2.0
//
// A breaker: when it opens, how many are let through then, what closes it, and what is forgotten.

#include "../unit.h"
#include "core/breaker.h"

#define SECOND INT64_C(1000000)
#define BEGIN  (1000 * SECOND)

static const struct breaker_terms terms = {.least = 8, .share_ppm = 500000, .turn_us = 5 * SECOND};

// `count` attempts that end so, `gap_us` apart; the time after the last, or when it changed.
static int64_t run(struct breaker *b, enum breaker_end how, unsigned count, int64_t at_us,
                   int64_t gap_us)
{
    for (unsigned i = 0; i < count; i++) {
        at_us += gap_us;
        if (breaker_count(b, &terms, how, at_us, at_us))
            break;
    }
    return at_us;
}

static void opens_by_least_and_share(void **state)
{
    (void)state;
    struct breaker b = {0};
    int64_t at = run(&b, BREAKER_BAD, 7, BEGIN, SECOND);
    assert_int_equal(breaker_state(&b, at), BREAKER_CLOSED);
    at = run(&b, BREAKER_BAD, 1, at, SECOND);
    assert_int_equal(breaker_state(&b, at), BREAKER_OPEN);
    assert_int_equal(breaker_state(&b, at + terms.turn_us - 1), BREAKER_OPEN);
    assert_int_equal(breaker_state(&b, at + terms.turn_us), BREAKER_HALF_OPEN);
}

// One in three fails: never; two in three: soon.
static void share_decides(void **state)
{
    (void)state;
    struct breaker few = {0}, many = {0};
    int64_t at = BEGIN;
    for (unsigned i = 0; i < 300; i++) {
        at += SECOND / 10;
        assert_false(breaker_count(&few, &terms, i % 3 ? BREAKER_GOOD : BREAKER_BAD, at, at));
    }
    bool opened = false;
    for (unsigned i = 0; i < 30 && !opened; i++) {
        at += SECOND / 10;
        opened = breaker_count(&many, &terms, i % 3 ? BREAKER_BAD : BREAKER_GOOD, at, at);
    }
    assert_true(opened);
}

static void forgets(void **state)
{
    (void)state;
    struct breaker b = {0};
    int64_t at = run(&b, BREAKER_BAD, 100, BEGIN, 11 * SECOND);
    assert_int_equal(breaker_state(&b, at), BREAKER_OPEN);
    b = (struct breaker){0};
    at = run(&b, BREAKER_BAD, 100, BEGIN, 13 * SECOND); // never more than 7.2 lately
    assert_int_equal(breaker_state(&b, at), BREAKER_CLOSED);
    assert_false(breaker_calm(&b));
    at += 20 * 60 * SECOND;
    assert_false(breaker_count(&b, &terms, BREAKER_GOOD, at, at));
    assert_true(breaker_calm(&b));
    at = run(&b, BREAKER_BAD, 7, at + 1000 * 60 * SECOND, 1);
    assert_int_equal(breaker_state(&b, at), BREAKER_CLOSED);
}

// A long good time before does not keep it shut: successes count from the first failure on.
static void opens_at_once_after_a_good_time(void **state)
{
    (void)state;
    struct breaker b = {0};
    int64_t at = run(&b, BREAKER_GOOD, 10000, BEGIN, 1000);
    assert_true(breaker_calm(&b));
    at = run(&b, BREAKER_BAD, 8, at, 1000);
    assert_int_equal(breaker_state(&b, at), BREAKER_OPEN);
}

static struct breaker opened(int64_t *at)
{
    struct breaker b = {0};
    *at = run(&b, BREAKER_BAD, 8, BEGIN, 1000);
    assert_int_equal(breaker_state(&b, *at), BREAKER_OPEN);
    return b;
}

static void one_probe_a_turn(void **state)
{
    (void)state;
    int64_t at;
    struct breaker b = opened(&at);
    assert_false(breaker_probe(&b, &terms, at + 1));
    int64_t turn = terms.turn_us;
    for (unsigned i = 0; i < 10; i++) {
        at += turn;
        assert_int_equal(breaker_state(&b, at), BREAKER_HALF_OPEN);
        assert_true(breaker_probe(&b, &terms, at));
        assert_false(breaker_probe(&b, &terms, at));
        assert_false(breaker_count(&b, &terms, i % 2 ? BREAKER_BAD : BREAKER_UNTOLD, at, at + 1));
        turn = turn * 2 < BREAKER_TURN_MOST_US ? turn * 2 : BREAKER_TURN_MOST_US;
        assert_int_equal(breaker_state(&b, at + turn - 1), BREAKER_OPEN);
    }
}

static void answer_closes(void **state)
{
    (void)state;
    int64_t at;
    struct breaker b = opened(&at);
    assert_false(breaker_count(&b, &terms, BREAKER_GOOD, at - 5, at + 1)); // sent before it opened
    assert_int_equal(breaker_state(&b, at + 1), BREAKER_OPEN);
    at += terms.turn_us;
    assert_true(breaker_probe(&b, &terms, at));
    assert_true(breaker_count(&b, &terms, BREAKER_GOOD, at, at + SECOND));
    assert_int_equal(breaker_state(&b, at + SECOND), BREAKER_CLOSED);
    assert_true(breaker_calm(&b));
    at = run(&b, BREAKER_BAD, 7, at + SECOND, 1000); // and all of it begins anew
    assert_int_equal(breaker_state(&b, at), BREAKER_CLOSED);
}

static void off(void **state)
{
    (void)state;
    const struct breaker_terms never = {.share_ppm = 1, .turn_us = 1};
    struct breaker b = {0};
    for (unsigned i = 0; i < 1000; i++)
        assert_false(breaker_count(&b, &never, BREAKER_BAD, BEGIN, BEGIN));
}

static void kinds(void **state)
{
    (void)state;
    static const enum failure_kind bad[] = {FAILURE_BROKEN,  FAILURE_UNREACHED, FAILURE_LOST,
                                            FAILURE_TIMEOUT, FAILURE_GARBAGE,   FAILURE_BUSY,
                                            FAILURE_SERVER,  FAILURE_RUNNER};
    static const enum failure_kind good[] = {FAILURE_CALLER, FAILURE_RATE,   FAILURE_QUOTA,
                                             FAILURE_KEY,    FAILURE_MODEL,  FAILURE_LONG,
                                             FAILURE_UNDONE, FAILURE_ABSENT, FAILURE_LARGE};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(breaker_end_of(bad[i]), BREAKER_BAD);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(breaker_end_of(good[i]), BREAKER_GOOD);
    assert_int_equal(breaker_end_of(FAILURE_OURS), BREAKER_UNTOLD);
    assert_int_equal(breaker_end_of(FAILURE_STALE), BREAKER_UNTOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_by_least_and_share),
        cmocka_unit_test(share_decides),
        cmocka_unit_test(forgets),
        cmocka_unit_test(opens_at_once_after_a_good_time),
        cmocka_unit_test(one_probe_a_turn),
        cmocka_unit_test(answer_closes),
        cmocka_unit_test(off),
        cmocka_unit_test(kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
