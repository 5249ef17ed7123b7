// SPDX-License-Identifier: Apache-2.0
//
// What is foreseen of a call, by what was seen of others: of its task at its model, of its task, of
// its model, of any.

#include "../unit.h"
#include "core/density.h"
#include "core/forecast.h"
#include "gate/habits.h"

static const struct habit_of small = {.provider = STR("local"), .model = STR("llama")};
static const struct habit_of large = {.provider = STR("cloud"), .model = STR("claude-opus-4-7")};

static struct habit_of doing(struct habit_of of, const char *route, uint64_t task)
{
    of.route = str_of(route);
    of.task = task;
    return of;
}

static struct habit foresee_at(struct habits *h, struct habit_of of, int64_t now_us)
{
    struct habit out;
    habits_foresee(h, &of, now_us, &out);
    return out;
}

static struct habit foresee(struct habits *h, struct habit_of of)
{
    return foresee_at(h, of, INT64_C(5000000));
}

static void see(struct habits *h, struct habit_of of, int64_t output, int times)
{
    const struct habit_seen seen = {.input = 1000, .output = output};
    for (int i = 0; i < times; i++)
        habits_learn(h, &of, &seen, INT64_C(5000000));
}

static void nothing_known(void **state)
{
    (void)state;
    struct habits *h = habits_new();
    const struct habit got = foresee(h, large);
    assert_int_equal(got.output, FORECAST_OUTPUT);
    assert_int_equal(got.cached_ppm, 0);
    assert_int_equal(got.density, density_of(large.model));
    assert_int_equal(got.busy_us, 0);
    habits_free(h);
}

static void tasks_are_apart(void **state)
{
    (void)state;
    struct habits *h = habits_new();
    for (int i = 0; i < 100; i++) {
        see(h, doing(large, "support", 1), 40, 1);
        see(h, doing(large, "support", 2), 2000, 1);
    }
    assert_in_range(foresee(h, doing(large, "support", 1)).output, 40, 140);
    assert_in_range(foresee(h, doing(large, "support", 2)).output, 1800, 2000);
    // At a model that never did it, it is as much less than what is usual there.
    see(h, doing(small, "chat", 9), 5000, 100);
    assert_in_range(foresee(h, doing(small, "support", 1)).output, 200, 500);
    assert_in_range(foresee(h, doing(small, "support", 2)).output, 8000, 10000);
    // The same number of another route is another task.
    assert_in_range(foresee(h, doing(small, "chat", 1)).output, 4000, 5000);
    habits_free(h);
}

// A task that one model of many words did alone says nothing of the other one's words.
static void wordiness_is_the_models_own(void **state)
{
    (void)state;
    struct habits *h = habits_new();
    see(h, small, 1000, 60);
    see(h, large, 100, 60);
    assert_in_range(foresee(h, doing(large, "support", 1)).output, 100, 110);
    const struct habit_seen cached = {.input = 1000, .cached = 900, .output = 1000};
    const struct habit_of task = doing(small, "support", 1);
    for (int i = 0; i < 80; i++)
        habits_learn(h, &task, &cached, INT64_C(5000000));
    const struct habit got = foresee(h, doing(large, "support", 1));
    assert_in_range(got.output, 100, 120);
    assert_in_range(got.cached_ppm, 0, 100000);
    assert_in_range(foresee(h, task).output, 950, 1000);
    habits_free(h);
}

static void text_is_measured(void **state)
{
    (void)state;
    struct habits *h = habits_new();
    struct habit_seen seen = {.input = 4000, .output = 1, .text_bytes = 10000};
    for (int i = 0; i < 200; i++)
        habits_learn(h, &small, &seen, 0);
    assert_in_range(foresee(h, small).density, 390000, 400000);
    assert_int_equal(foresee(h, large).density, density_of(large.model));
    // Where bytes tell nothing, or what cannot be, nothing is learned.
    for (int i = 0; i < 200; i++) {
        seen = (struct habit_seen){.input = 90000, .output = 1};
        habits_learn(h, &small, &seen, 0);
        seen = (struct habit_seen){.input = 90000, .output = 1, .text_bytes = 3};
        habits_learn(h, &small, &seen, 0);
        seen = (struct habit_seen){.input = INT64_MAX, .output = 1, .text_bytes = 3};
        habits_learn(h, &small, &seen, 0);
    }
    assert_in_range(foresee(h, small).density, 390000, 400000);
    habits_free(h);
}

static void caches_and_machines(void **state)
{
    (void)state;
    struct habits *h = habits_new();
    const struct habit_seen cached = {.input = 1000, .cached = 900, .output = 10};
    const struct habit_seen busy = {.input = 1000, .output = 10, .busy_us = 7000000};
    for (int i = 0; i < 300; i++) {
        habits_learn(h, &large, &cached, 0);
        habits_learn(h, &small, &busy, 0);
    }
    assert_in_range(foresee(h, large).cached_ppm, 800000, 900000);
    assert_in_range(foresee(h, small).cached_ppm, 0, 100000);
    assert_in_range(foresee(h, small).busy_us, 6900000, 7000000);
    assert_int_equal(foresee(h, large).busy_us, 0); // no other machine's
    habits_free(h);
}

// One answer that runs away, or a usage that cannot be, leaves what is foreseen near the others;
// what comes again and again is learned all the same.
static void one_answer_does_not_decide(void **state)
{
    (void)state;
    static const int before[] = {3, 20, 200};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        struct habits *h = habits_new();
        see(h, small, 100, before[i]);
        see(h, small, INT64_C(1) << 40, 1);
        assert_in_range(foresee(h, small).output, 100, 500);
        assert_in_range(foresee(h, small).output_own, 100, 450);
        see(h, small, 20000, 100);
        assert_in_range(foresee(h, small).output, 10000, 20000);
        see(h, small, 20000, 300);
        assert_in_range(foresee(h, small).output, 19000, 20000);
        habits_free(h);
    }
    struct habits *h = habits_new();
    see(h, small, INT64_C(10000000), 1); // the first of all
    assert_in_range(foresee(h, small).output_own, 2400, 2400);
    habits_free(h);
}

// A model is loaded for its first call, which takes a hundred times what any other does.
static void loading_is_no_running(void **state)
{
    (void)state;
    struct habits *h = habits_new();
    struct habit_seen seen = {.input = 1000, .output = 50, .busy_us = 6000000};
    see(h, large, 50, 30);
    habits_learn(h, &small, &seen, 0);
    assert_in_range(foresee(h, small).busy_us, 400000, 1500000);
    seen.busy_us = 100000;
    for (int i = 0; i < 10; i++)
        habits_learn(h, &small, &seen, 0);
    assert_in_range(foresee(h, small).busy_us, 100000, 250000);
    seen.busy_us = 6000000; // but where each of them takes so long
    for (int i = 0; i < 100; i++)
        habits_learn(h, &small, &seen, 0);
    assert_in_range(foresee(h, small).busy_us, 4500000, 6000000);
    habits_free(h);
}

// One that is passed over is not asked, so nothing new is seen of it: after a day that is as if it
// never had been, for its tasks, too, and it begins anew.
static void a_day_is_remembered(void **state)
{
    (void)state;
    const int64_t later_us = INT64_C(86400) * 1000000;
    const struct habit_of task = doing(small, "support", 1);
    const struct habit_seen dear = {
        .input = 4000, .output = 2000, .busy_us = 9000000, .text_bytes = 10000};
    const struct habit_seen brief = {.input = 4000, .output = 20, .busy_us = 10000};
    struct habits *h = habits_new();
    see(h, large, 50, 1);
    for (int i = 0; i < 300; i++)
        habits_learn(h, &task, &dear, later_us);
    struct habit got = foresee_at(h, task, 2 * later_us);
    assert_in_range(got.output_own, 1900, 2000);
    assert_in_range(got.busy_us, 8900000, 9000000);
    got = foresee_at(h, task, later_us - 3000000); // a call that came before, and was read slowly
    assert_in_range(got.output_own, 1900, 2000);
    got = foresee_at(h, task, 2 * later_us + 2000000);
    assert_int_equal(got.output_own, 0);
    assert_int_equal(got.busy_us, 0);
    assert_in_range(got.density, 390000, 400000); // that is no habit of its answers
    assert_int_equal(foresee_at(h, small, 2 * later_us + 2000000).output_own, 0);
    habits_learn(h, &task, &brief, 2 * later_us + 2000000);
    got = foresee_at(h, task, 2 * later_us + 2000000);
    assert_int_equal(got.output_own, 20);
    assert_int_equal(got.busy_us, 10000);
    habits_free(h);
}

// At a start the ledger tells of calls that are older than the last one: it stays the last.
static void older_calls_change_no_day(void **state)
{
    (void)state;
    const int64_t day = INT64_C(86400) * 1000000, now = 10 * day;
    const struct habit_seen seen = {.input = 1000, .output = 50};
    struct habits *h = habits_new();
    for (int i = 0; i < 50; i++)
        habits_learn(h, &small, &seen, now);
    habits_learn(h, &small, &seen, now - 4 * day);
    habits_learn(h, &small, &seen, now - 2 * day);
    assert_int_equal(foresee_at(h, small, now).output_own, 50);
    habits_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_known),
        cmocka_unit_test(tasks_are_apart),
        cmocka_unit_test(wordiness_is_the_models_own),
        cmocka_unit_test(text_is_measured),
        cmocka_unit_test(caches_and_machines),
        cmocka_unit_test(one_answer_does_not_decide),
        cmocka_unit_test(loading_is_no_running),
        cmocka_unit_test(a_day_is_remembered),
        cmocka_unit_test(older_calls_change_no_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
