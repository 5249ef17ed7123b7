// SPDX-License-Identifier: Apache-2.0
//
// How models fare, as workers see it: who is barred and why, what brings them back, and that
// threads that count at once agree.

#include <pthread.h>
#include <stdio.h>

#include "../unit.h"
#include "base/limits.h"
#include "gate/standing.h"

#define SECOND INT64_C(1000000)
#define NOW    (5000 * SECOND)

static const struct breaker_terms terms = {.least = 3, .share_ppm = 500000, .turn_us = 5 * SECOND};
static const struct str gpt = STR("gpt"), house = STR("house");

static enum standing_news fails(struct standing *s, enum failure_kind kind, int64_t after_ms,
                                int64_t at_us)
{
    const struct standing_end e = {
        .failed = true, .failure = {.kind = kind, .after_ms = after_ms}, .sent_us = at_us};
    return standing_end(s, &terms, &e, at_us);
}

static enum standing_news answers(struct standing *s, int64_t ttft_us, int64_t at_us)
{
    const struct standing_end e = {
        .sent_us = at_us, .ttft_us = ttft_us, .duration_us = 2 * ttft_us};
    return standing_end(s, &terms, &e, at_us);
}

static void wards_and_models(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct ward *w = standings_ward(all, house, gpt, 1);
    assert_ptr_equal(standings_ward(all, house, gpt, 1), w);
    struct ward *newer = standings_ward(all, gpt, gpt, 1);
    assert_ptr_not_equal(newer, w);
    assert_ptr_equal(standings_current(all, gpt), newer);
    assert_ptr_equal(standings_ward(all, house, gpt, 1), w);
    assert_ptr_equal(standings_current(all, gpt), w);
    assert_null(standings_current(all, house));
    assert_null(ward_find(w, gpt));
    struct standing *s = ward_at(w, gpt);
    assert_ptr_equal(ward_find(w, gpt), s);
    assert_ptr_equal(ward_at(w, gpt), s);
    for (unsigned i = 1; i < STANDING_MODELS_MAX + 50; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "m%u", i);
        struct standing *other = ward_at(w, str_of(name));
        assert_true((other != NULL) == (i < STANDING_MODELS_MAX));
        assert_ptr_equal(ward_find(w, str_of(name)), other);
    }
    standings_free(all);
}

static void breaker_bars(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 1), gpt);
    assert_int_equal(standing_bar(NULL, NOW), BAR_NONE);
    assert_int_equal(fails(s, FAILURE_LOST, -1, NOW), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_LOST, -1, NOW), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_LOST, -1, NOW), STANDING_OPENED);
    assert_int_equal(standing_bar(s, NOW), BAR_BREAKER);
    assert_false(standing_enter(s, &terms, NOW));
    int64_t later = NOW + terms.turn_us;
    assert_int_equal(standing_bar(s, later), BAR_NONE);
    assert_true(standing_enter(s, &terms, later)); // the probe
    assert_int_equal(standing_bar(s, later), BAR_BREAKER);
    assert_false(standing_enter(s, &terms, later));
    struct standing_view v;
    standing_look(s, later, &v);
    assert_int_equal(v.breaker, BREAKER_OPEN);
    assert_int_equal(v.wait_us, 2 * terms.turn_us);
    assert_int_equal(v.opened, 1);
    assert_int_equal(v.bad, 3);
    assert_int_equal(answers(s, 1000, later + 1), STANDING_CLOSED);
    assert_int_equal(standing_bar(s, later + 1), BAR_NONE);
    assert_true(standing_enter(s, &terms, later + 1));
    standings_free(all);
}

static void rates_cool(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct ward *w = standings_ward(all, house, house, 1);
    struct standing *s = ward_at(w, gpt);
    assert_int_equal(fails(s, FAILURE_RATE, 2000, NOW), STANDING_COOLS);
    assert_int_equal(standing_bar(s, NOW), BAR_COOLING);
    assert_int_equal(standing_bar(s, NOW + 2 * SECOND), BAR_NONE);
    // What is not said doubles, until an answer comes.
    assert_int_equal(fails(s, FAILURE_RATE, -1, NOW), STANDING_COOLS);
    assert_int_equal(standing_bar(s, NOW + 2 * SECOND - 1), BAR_COOLING);
    assert_int_equal(standing_bar(s, NOW + 2 * SECOND), BAR_NONE);
    assert_int_equal(answers(s, 1, NOW + 2 * SECOND), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_RATE, -1, NOW + 2 * SECOND), STANDING_COOLS);
    assert_int_equal(standing_bar(s, NOW + 3 * SECOND), BAR_NONE);
    // A refused key: not one alone.
    assert_int_equal(fails(s, FAILURE_KEY, -1, NOW + 3 * SECOND), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_KEY, -1, NOW + 3 * SECOND), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_KEY, -1, NOW + 3 * SECOND), STANDING_COOLS);
    assert_int_equal(standing_bar(s, NOW + 3 * SECOND), BAR_COOLING);
    assert_ptr_equal(standings_ward(all, house, house, 1), w); // a reload
    assert_int_equal(standing_bar(s, NOW + 3 * SECOND), BAR_NONE);
    standings_free(all);
}

static int64_t ttft_of(const struct standing *s)
{
    struct standing_view v;
    standing_look(s, NOW, &v);
    return v.ttft_us;
}

static void latency_decays(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 1), gpt);
    assert_int_equal(ttft_of(s), 0);
    assert_int_equal(answers(s, 80000, NOW), STANDING_SAME);
    assert_int_equal(ttft_of(s), 80000);
    assert_int_equal(answers(s, 160000, NOW), STANDING_SAME);
    assert_int_equal(ttft_of(s), 90000);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(answers(s, 1000, NOW), STANDING_SAME);
    assert_in_range(ttft_of(s), 1000, 1010);
    assert_int_equal(answers(s, 0, NOW), STANDING_SAME); // no stream: nothing is said of it
    assert_in_range(ttft_of(s), 1000, 1010);
    standings_free(all);
}

// --- threads ---

#define THREADS 4
#define TURNS   2000

static struct ward *shared;

static void *count_much(void *probes)
{
    for (unsigned i = 0; i < TURNS; i++) {
        struct standing *s = ward_at(shared, gpt);
        const int64_t at_us = NOW + (int64_t)(i / 100) * 400 * SECOND; // beyond every turn
        *(unsigned *)probes += standing_enter(s, &terms, at_us) && i >= 100;
        (void)fails(s, FAILURE_TIMEOUT, -1, at_us);
    }
    return NULL;
}

// Of all threads one is the probe of a turn. (Who is late may meet a turn that is over already: it
// takes none of the next.)
static void one_probe_of_all(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    pthread_t threads[THREADS];
    unsigned probes[THREADS] = {0}, sum = 0;
    shared = standings_ward(all, house, house, 1);
    struct standing *s = ward_at(shared, gpt);
    while (fails(s, FAILURE_TIMEOUT, -1, NOW) != STANDING_OPENED)
        continue;
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_much, &probes[i]), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += probes[i];
    }
    assert_int_equal(sum, TURNS / 100 - 1);
    struct standing_view v;
    standing_look(s, NOW, &v);
    assert_int_equal(v.bad, THREADS * TURNS + 3);
    assert_int_equal(v.opened, 1);
    standings_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wards_and_models), cmocka_unit_test(breaker_bars),
        cmocka_unit_test(rates_cool),       cmocka_unit_test(latency_decays),
        cmocka_unit_test(one_probe_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
