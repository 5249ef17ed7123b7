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

static bool enters(struct standing *s, int64_t now_us)
{
    const struct standing_start start = {.terms = &terms, .tokens = 1, .now_us = now_us};
    unsigned lane;
    return standing_enter(s, &start, &lane);
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
    struct standing *s = ward_at(w, gpt, STANDING_MODELS_MAX);
    assert_ptr_equal(ward_find(w, gpt), s);
    assert_ptr_equal(ward_at(w, gpt, STANDING_MODELS_MAX), s);
    for (unsigned i = 1; i < STANDING_MODELS_MAX + 50; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "m%u", i);
        struct standing *other = ward_at(w, str_of(name), STANDING_MODELS_MAX);
        assert_true((other != NULL) == (i < STANDING_MODELS_MAX));
        assert_ptr_equal(ward_find(w, str_of(name)), other);
    }
    assert_null(ward_at(newer, gpt, 0));
    assert_non_null(ward_at(newer, gpt, 1));
    assert_null(ward_at(newer, house, 1));
    assert_non_null(ward_at(newer, gpt, 1)); // what there is stays
    assert_non_null(ward_at(newer, house, 2));
    standings_free(all);
}

static void breaker_bars(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 1), gpt, STANDING_MODELS_MAX);
    assert_int_equal(standing_bar(NULL, 1, NOW), BAR_NONE);
    assert_int_equal(fails(s, FAILURE_LOST, -1, NOW), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_LOST, -1, NOW), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_LOST, -1, NOW), STANDING_OPENED);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_BREAKER);
    assert_false(enters(s, NOW));
    int64_t later = NOW + terms.turn_us;
    assert_int_equal(standing_bar(s, 1, later), BAR_NONE);
    assert_true(enters(s, later)); // the probe
    assert_int_equal(standing_bar(s, 1, later), BAR_BREAKER);
    assert_false(enters(s, later));
    struct standing_view v;
    standing_look(s, later, &v);
    assert_int_equal(v.breaker, BREAKER_OPEN);
    assert_int_equal(v.wait_us, 2 * terms.turn_us);
    assert_int_equal(v.opened, 1);
    assert_int_equal(v.bad, 3);
    assert_int_equal(answers(s, 1000, later + 1), STANDING_CLOSED);
    assert_int_equal(standing_bar(s, 1, later + 1), BAR_NONE);
    assert_true(enters(s, later + 1));
    standings_free(all);
}

static void rates_cool(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct ward *w = standings_ward(all, house, house, 1);
    struct standing *s = ward_at(w, gpt, STANDING_MODELS_MAX);
    assert_int_equal(fails(s, FAILURE_RATE, 2000, NOW), STANDING_COOLS);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_COOLING);
    assert_int_equal(standing_bar(s, 1, NOW + 2 * SECOND), BAR_NONE);
    // What is not said doubles, until an answer comes.
    assert_int_equal(fails(s, FAILURE_RATE, -1, NOW), STANDING_COOLS);
    assert_int_equal(standing_bar(s, 1, NOW + 2 * SECOND - 1), BAR_COOLING);
    assert_int_equal(standing_bar(s, 1, NOW + 2 * SECOND), BAR_NONE);
    assert_int_equal(answers(s, 1, NOW + 2 * SECOND), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_RATE, -1, NOW + 2 * SECOND), STANDING_COOLS);
    assert_int_equal(standing_bar(s, 1, NOW + 3 * SECOND), BAR_NONE);
    // A refused key: not one alone.
    assert_int_equal(fails(s, FAILURE_KEY, -1, NOW + 3 * SECOND), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_KEY, -1, NOW + 3 * SECOND), STANDING_SAME);
    assert_int_equal(fails(s, FAILURE_KEY, -1, NOW + 3 * SECOND), STANDING_REFUSED);
    assert_int_equal(standing_bar(s, 1, NOW + 3 * SECOND), BAR_COOLING);
    assert_ptr_equal(standings_ward(all, house, house, 1), w); // a reload
    assert_int_equal(standing_bar(s, 1, NOW + 3 * SECOND), BAR_NONE);
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
    struct standing *s = ward_at(standings_ward(all, house, house, 1), gpt, STANDING_MODELS_MAX);
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

static void ttft_is_of_the_last_minute(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 1), gpt, STANDING_MODELS_MAX);
    assert_int_equal(standing_ttft_us(NULL, NOW), 0);
    assert_int_equal(standing_ttft_us(s, NOW), 0);
    assert_int_equal(answers(s, 80000, NOW), STANDING_SAME);
    assert_int_equal(standing_ttft_us(s, NOW + 60 * SECOND), 80000);
    assert_int_equal(standing_ttft_us(s, NOW + 61 * SECOND), 0);
    // What is older says nothing of the next one, either.
    assert_int_equal(answers(s, 8000, NOW + 60 * SECOND), STANDING_SAME);
    assert_int_equal(standing_ttft_us(s, NOW + 60 * SECOND), 71000);
    assert_int_equal(answers(s, 8000, NOW + 121 * SECOND), STANDING_SAME);
    assert_int_equal(standing_ttft_us(s, NOW + 121 * SECOND), 8000);
    standings_free(all);
}

// --- keys ---

static unsigned lane_of(struct standing *s, const uint32_t *weights, uint64_t tried, bool *may)
{
    const struct standing_start start = {
        .terms = &terms, .weights = weights, .tried = tried, .tokens = 100, .now_us = NOW};
    unsigned lane = 99;
    *may = standing_enter(s, &start, &lane);
    return lane;
}

static void fails_with(struct standing *s, unsigned lane, enum failure_kind kind, int64_t after_ms)
{
    const struct standing_end e = {.failed = true,
                                   .failure = {.kind = kind, .after_ms = after_ms},
                                   .lane = lane,
                                   .sent_us = NOW};
    (void)standing_end(s, &terms, &e, NOW);
}

// Before a model has a standing its keys take turns all the same, and go on with theirs.
static void keys_take_turns_without_a_standing(void **state)
{
    (void)state;
    static const uint32_t weights[] = {2, 1, 1};
    struct standings *all = standings_new();
    struct ward *w = standings_ward(all, house, house, 3);
    unsigned got[3] = {0};
    bool may;
    for (unsigned i = 0; i < 399; i++)
        got[ward_lane(w, weights)]++;
    assert_null(ward_find(w, gpt));
    got[lane_of(ward_at(w, gpt, STANDING_MODELS_MAX), weights, 0, &may)]++;
    assert_int_equal(got[0], 200);
    assert_int_equal(got[1], 100);
    assert_int_equal(got[2], 100);
    assert_int_not_equal(ward_lane(w, NULL), ward_lane(w, NULL));
    standings_free(all);
}

// One key may reach a model that another does not.
static void a_name_that_is_none(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 2), gpt, STANDING_MODELS_MAX);
    assert_int_equal(fails(s, FAILURE_ABSENT, -1, NOW), STANDING_COOLS);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_NONE);
    const struct standing_end e = {
        .failed = true, .failure = {FAILURE_ABSENT, ADVICE_NONE, -1}, .lane = 1, .sent_us = NOW};
    assert_int_equal(standing_end(s, &terms, &e, NOW), STANDING_COOLS);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_ABSENT);
    assert_int_equal(standing_bar(s, 1, NOW + 60 * SECOND), BAR_NONE);
    standings_free(all);
}

static void keys_take_turns(void **state)
{
    (void)state;
    static const uint32_t weights[] = {2, 1, 1};
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 3), gpt, STANDING_MODELS_MAX);
    unsigned got[3] = {0};
    bool may;
    for (unsigned i = 0; i < 400; i++)
        got[lane_of(s, weights, 0, &may)]++;
    assert_int_equal(got[0], 200);
    assert_int_equal(got[1], 100);
    assert_int_equal(got[2], 100);
    // One that cools has none; one that was tried has none either.
    fails_with(s, 0, FAILURE_RATE, 5000);
    static const uint32_t first_only[] = {1, 0, 0};
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(lane_of(s, first_only, 0, &may), 0);
        assert_false(may);
    }
    assert_int_equal(standing_bar(s, 1, NOW), BAR_NONE);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(lane_of(s, weights, 2, &may), 2);
        assert_true(may);
    }
    assert_true(standing_other_lane(s, 1, 1, NOW));
    assert_true(standing_other_lane(s, 3, 1, NOW));
    assert_false(standing_other_lane(s, 7, 1, NOW));
    assert_false(standing_other_lane(s, 6, 1, NOW)); // the one that is left cools
    // All cool: any one is given, and it is said that it is barred.
    fails_with(s, 1, FAILURE_QUOTA, -1);
    fails_with(s, 2, FAILURE_RATE, 7000);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_COOLING);
    assert_true(lane_of(s, weights, 0, &may) < 3);
    assert_false(may);
    struct standing_view v;
    standing_look(s, NOW, &v);
    assert_int_equal(v.wait_us, 5 * SECOND);
    assert_int_equal(standing_lanes(s), 3);
    assert_int_equal(standing_lane_wait_us(s, 2, NOW), 7 * SECOND);
    standings_free(all);
}

// Told once in a row of refusals, and no answer.
static void a_refused_key_is_told(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 2), gpt, STANDING_MODELS_MAX);
    const struct standing_end refused = {
        .failed = true, .failure = {FAILURE_KEY, ADVICE_NONE, -1}, .lane = 1, .sent_us = NOW};
    const struct standing_end well = {.lane = 1, .sent_us = NOW, .duration_us = 1};
    static const enum standing_news told[] = {STANDING_SAME, STANDING_SAME, STANDING_REFUSED,
                                              STANDING_COOLS};
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(standing_end(s, &terms, &refused, NOW), told[i]);
        assert_int_equal(standing_lane_refused(s, 1), i >= 2);
    }
    struct standing_view view;
    standing_look(s, NOW, &view);
    assert_int_equal(view.good, 0);
    assert_int_equal(view.bad, 4);
    assert_int_equal(view.breaker, BREAKER_CLOSED);
    assert_false(standing_lane_refused(s, 0));
    (void)standing_end(s, &terms, &well, NOW);
    assert_false(standing_lane_refused(s, 1));
    standings_free(all);
}

static void says(struct standing *s, unsigned lane, const char *name, const char *limit,
                 const char *left, const char *reset)
{
    static const char *const parts[] = {"limit", "remaining", "reset"};
    const char *values[] = {limit, left, reset};
    char text[80];
    struct ratelimit said;
    ratelimit_init(&said);
    for (unsigned i = 0; i < 3; i++) {
        (void)snprintf(text, sizeof text, "x-ratelimit-%s-%s", parts[i], name);
        assert_true(ratelimit_field(&said, str_of(text), str_of(values[i]), NOW));
    }
    standing_heard(s, lane, &said, NOW);
}

// An hour at most, and no longer than until an answer says otherwise, or a reload is asked for.
static void a_far_reset_is_no_sentence(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 1), gpt, STANDING_MODELS_MAX);
    says(s, 0, "requests", "10", "0", "87600h");
    assert_int_equal(standing_lane_wait_us(s, 0, NOW), ALLOWANCE_MOST_US);
    assert_int_equal(standing_bar(s, 1, NOW + ALLOWANCE_MOST_US), BAR_NONE);
    standing_unsaid(s, 0, NOW); // of one that was under way
    assert_int_equal(standing_bar(s, 1, NOW), BAR_RATE);
    standing_unsaid(s, 0, NOW + 1);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_NONE);
    says(s, 0, "requests", "10", "3", "1h");
    standing_unsaid(s, 0, NOW + 1);
    assert_int_equal(standing_lane_left(s, 0, ALLOWANCE_REQUESTS, NOW), 3); // no contradiction
    says(s, 0, "requests", "10", "0", "1h");
    assert_non_null(standings_ward(all, house, house, 1));
    assert_int_equal(standing_bar(s, 1, NOW), BAR_NONE);
    standings_free(all);
}

static void rates_are_kept_before_they_bite(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 2), gpt, STANDING_MODELS_MAX);
    bool may;
    assert_int_equal(standing_lane_left(s, 0, ALLOWANCE_REQUESTS, NOW), INT64_MAX);
    says(s, 0, "requests", "60", "2", "58s"); // one a second comes back
    says(s, 1, "requests", "60", "0", "60s");
    assert_int_equal(standing_lane_left(s, 0, ALLOWANCE_REQUESTS, NOW), 2);
    assert_int_equal(lane_of(s, NULL, 0, &may), 0);
    assert_true(may);
    assert_int_equal(standing_lane_left(s, 0, ALLOWANCE_REQUESTS, NOW), 1); // no answer came yet
    assert_int_equal(lane_of(s, NULL, 0, &may), 0);
    assert_true(may);
    (void)lane_of(s, NULL, 0, &may);
    assert_false(may);
    assert_int_equal(standing_bar(s, 1, NOW), BAR_RATE);
    assert_int_equal(standing_bar(s, 1, NOW + 2 * SECOND), BAR_NONE);
    // Tokens: what is left is enough for a short call.
    says(s, 0, "requests", "60", "60", "1s");
    says(s, 0, "tokens", "60000", "500", "60s");
    assert_int_equal(standing_bar(s, 500, NOW), BAR_NONE);
    assert_int_equal(standing_bar(s, 501, NOW), BAR_RATE);
    assert_true(standing_lane_wait_us(s, 0, NOW) == 0);
    standings_free(all);
}

// --- threads ---

#define THREADS 4
#define TURNS   2000

// Not now, and not later, however much of the limit is left; with another key it may be.
static void a_call_larger_than_a_limit(void **state)
{
    (void)state;
    struct standings *all = standings_new();
    struct standing *s = ward_at(standings_ward(all, house, house, 2), gpt, STANDING_MODELS_MAX);
    unsigned lane;
    says(s, 0, "tokens", "8000", "8000", "1s");
    assert_int_equal(standing_bar(s, 12000, NOW), BAR_NONE);
    const struct standing_start start = {.terms = &terms, .tokens = 12000, .now_us = NOW};
    for (unsigned i = 0; i < 4; i++) {
        assert_true(standing_enter(s, &start, &lane));
        assert_int_equal(lane, 1);
    }
    says(s, 1, "tokens", "10000", "0", "1s");
    assert_int_equal(standing_bar(s, 12000, NOW), BAR_SIZE);
    assert_int_equal(standing_bar(s, 12000, NOW + 60 * SECOND), BAR_SIZE);
    assert_int_equal(standing_bar(s, 10000, NOW + 60 * SECOND), BAR_NONE);
    assert_int_equal(standing_bar(s, 8000, NOW), BAR_NONE);
    assert_int_equal(standing_bar(s, 12000, NOW + ALLOWANCE_MOST_US), BAR_NONE);
    assert_false(standing_other_lane(s, 1, 12000, NOW + 60 * SECOND));
    assert_string_equal(bar_text(BAR_SIZE), "the call is larger than its rate limit");
    // What a provider has cached already does not count there.
    struct standing *o = ward_at(standings_ward(all, gpt, gpt, 1), gpt, STANDING_MODELS_MAX);
    struct ratelimit said;
    ratelimit_init(&said);
    assert_true(ratelimit_field(&said, str_of("anthropic-ratelimit-input-tokens-limit"),
                                str_of("8000"), NOW));
    assert_true(ratelimit_field(&said, str_of("anthropic-ratelimit-input-tokens-remaining"),
                                str_of("8000"), NOW));
    standing_heard(o, 0, &said, NOW);
    assert_int_equal(standing_bar(o, 12000, NOW), BAR_NONE);
    standings_free(all);
}

static struct ward *shared;

static void *count_much(void *probes)
{
    for (unsigned i = 0; i < TURNS; i++) {
        struct standing *s = ward_at(shared, gpt, STANDING_MODELS_MAX);
        const int64_t at_us = NOW + (int64_t)(i / 100) * 400 * SECOND; // beyond every turn
        *(unsigned *)probes += enters(s, at_us) && i >= 100;
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
    struct standing *s = ward_at(shared, gpt, STANDING_MODELS_MAX);
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
        cmocka_unit_test(wards_and_models),
        cmocka_unit_test(breaker_bars),
        cmocka_unit_test(rates_cool),
        cmocka_unit_test(latency_decays),
        cmocka_unit_test(one_probe_of_all),
        cmocka_unit_test(ttft_is_of_the_last_minute),
        cmocka_unit_test(keys_take_turns_without_a_standing),
        cmocka_unit_test(a_name_that_is_none),
        cmocka_unit_test(keys_take_turns),
        cmocka_unit_test(a_refused_key_is_told),
        cmocka_unit_test(rates_are_kept_before_they_bite),
        cmocka_unit_test(a_call_larger_than_a_limit),
        cmocka_unit_test(a_far_reset_is_no_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
