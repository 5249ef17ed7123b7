// SPDX-License-Identifier: Apache-2.0
//
// What is added while a thread of chores is stopped is run all the same, once: by it, or by whoever
// adds it.

#include <sched.h>

#include "../unit.h"
#include "gate/chore.h"

#define ROUNDS 2000
#define EACH   20
#define BEFORE 11 // of those alike, before one that is not

struct counted {
    struct chore chore;
    int runs; // atomic
};

static struct chores first, last;
static struct counted list[EACH];

static void count(struct chore *c)
{
    struct counted *one = list_of(c, struct counted, chore);
    __atomic_add_fetch(&one->runs, 1, __ATOMIC_RELAXED);
}

// A report that has found something, as often as it does.
static void add_all(struct chore *c)
{
    (void)c;
    for (int i = 0; i < EACH; i++)
        chores_add(&last, &list[i].chore);
}

static void round_of(bool in_order)
{
    struct chore adds = {.run = add_all};
    assert_true(chores_start(&first));
    assert_true(chores_start(&last));
    for (int i = 0; i < EACH; i++)
        list[i] = (struct counted){{.run = count}, 0};
    chores_add(&first, &adds);
    chores_stop(in_order ? &first : &last);
    chores_stop(in_order ? &last : &first);
    for (int i = 0; i < EACH; i++)
        assert_int_equal(__atomic_load_n(&list[i].runs, __ATOMIC_RELAXED), 1);
}

static void each_is_run_once(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        round_of(true);
        round_of(false);
    }
}

static void nothing_is_left_after_the_end(void **state)
{
    (void)state;
    struct counted late = {{.run = count}, 0};
    assert_true(chores_start(&first));
    chores_stop(&first);
    chores_stop(&first);
    chores_add(&first, &late.chore);
    assert_int_equal(late.runs, 1);
}

static int taken[EACH], takings; // by each run of those alike
static int before_other;         // of those alike that had run

static void take_others(struct chore *c)
{
    int *own = &taken[takings++];
    const struct chore like = {.run = take_others};
    for (struct chore *one = c; one; one = chores_also(&first, &like)) {
        count(one);
        ++*own;
    }
}

static void note_place(struct chore *c)
{
    count(c);
    for (int i = 0; i < EACH; i++)
        before_other += __atomic_load_n(&list[i].runs, __ATOMIC_RELAXED);
}

static void wait_to_begin(struct chore *c)
{
    struct counted *one = list_of(c, struct counted, chore);
    while (!__atomic_load_n(&one->runs, __ATOMIC_RELAXED))
        sched_yield();
}

// One that runs takes those along that are like it, up to the first that is not, which has its own
// turn in its place.
static void those_alike_go_together(void **state)
{
    (void)state;
    struct counted begins = {{.run = wait_to_begin}, 0}, other = {{.run = note_place}, 0};
    for (int i = 0; i < EACH; i++)
        list[i] = (struct counted){{.run = take_others}, 0};
    assert_true(chores_start(&first));
    chores_add(&first, &begins.chore);
    for (int i = 0; i < EACH; i++) {
        chores_add(&first, &list[i].chore);
        if (i + 1 == BEFORE)
            chores_add(&first, &other.chore);
    }
    count(&begins.chore);
    chores_stop(&first);
    for (int i = 0; i < EACH; i++)
        assert_int_equal(list[i].runs, 1);
    assert_int_equal(other.runs, 1);
    assert_int_equal(before_other, BEFORE);
    assert_int_equal(takings, 2);
    assert_int_equal(taken[0], BEFORE);
    assert_int_equal(taken[1], EACH - BEFORE);
    assert_null(chores_also(&first, &(struct chore){.run = take_others}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_run_once),
        cmocka_unit_test(nothing_is_left_after_the_end),
        cmocka_unit_test(those_alike_go_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
