// SPDX-License-Identifier: Apache-2.0
//
// What is certified is doubted part by part, and tasks become parts look by look: all of that may
// be wrong with no more than the risk, for all times, and still finds what has changed.

#include "../unit.h"
#include "base/random.h"
#include "gate/doubt.h"

enum { RUNS = 400, LOOKS = 16, EACH = 150, TASKS_MOST = LOOKS };

static const struct promise ten = {.loss = 0.1, .risk = 0.05};
static struct dice dice;

struct life { // of a route
    struct doubt_parts parts;
    struct doubt_task tasks[TASKS_MOST + 1];
    unsigned count;
    struct doubt_pair pairs[LOOKS * EACH * 2];
    int64_t pair_count;
};

// A task more, which is certified, and the rest.
static void look(struct life *l)
{
    l->tasks[l->count] = (struct doubt_task){l->count, true};
    l->count++;
    doubt_go_on(&l->parts, l->tasks, l->count > 1 ? l->count : 0, l->pair_count);
}

// Any task's, also one's that is no part yet.
static uint64_t any_task(void)
{
    return dice_below(&dice, TASKS_MOST);
}

static void come(struct life *l, uint64_t task, double lost)
{
    const bool good = dice_below(&dice, 1 << 20) >= lost * (1 << 20);
    l->pairs[l->pair_count] = (struct doubt_pair){task, l->pair_count + 1, good, 1, l->parts.ever};
    l->pair_count++;
}

// From the beginning on, as it is asked each time.
static bool is_broken(const struct life *l, struct doubt_found *out)
{
    static struct doubts d;
    doubt_begin(&d, &l->parts, &ten, 0);
    for (int64_t i = 0; i < l->pair_count; i++)
        doubt_add(&d, &l->pairs[i]);
    *out = d.found;
    return d.found.broken;
}

// A loss that is just what was promised, of each task: the worst that still holds.
static void what_holds_is_hardly_ever_doubted(void **state)
{
    (void)state;
    static struct life l;
    struct doubt_found found;
    unsigned alarms = 0;
    dice_init(&dice, 1);
    for (int run = 0; run < RUNS; run++) {
        bool alarm = false;
        l = (struct life){.count = 0};
        for (int i = 0; i < LOOKS && !alarm; i++) {
            look(&l);
            for (int n = 0; n < EACH; n++)
                come(&l, any_task(), 0.1);
            alarm = is_broken(&l, &found);
        }
        alarms += alarm;
    }
    print_message("%d tasks, one a look, at the loss that was promised: revoked in %u of %d\n",
                  LOOKS - 1, alarms, RUNS);
    assert_in_range(alarms, 0, RUNS / 20); // the risk
}

// Of a promise that holds for all calls together a task may lose more than its share before it has
// one of its own: that is no proof against what is promised of it from then on.
static void what_came_before_it_was_a_part_is_none_of_its(void **state)
{
    (void)state;
    static struct life l;
    struct doubt_found found;
    unsigned alarms = 0;
    dice_init(&dice, 2);
    for (int run = 0; run < RUNS; run++) {
        l = (struct life){.count = 0};
        look(&l);
        for (int n = 0; n < EACH; n++) {
            come(&l, 1, 0.4);
            for (int k = 0; k < 5; k++)
                come(&l, 2, 0.04);
        }
        look(&l); // task 1 has a threshold of its own
        for (int n = 0; n < EACH; n++)
            come(&l, 1, 0.05);
        alarms += is_broken(&l, &found);
    }
    assert_in_range(alarms, 0, RUNS / 20);
}

// Nor are those that are kept later, but were chosen before: they are asked or judged still when
// the look is. Of an earlier version's pairs nobody knows when they were chosen.
static void what_is_under_way_is_none_of_its(void **state)
{
    (void)state;
    enum { UNDER_WAY = 128 };
    static struct life l;
    struct doubt_found found;
    unsigned alarms = 0, unknown = 0;
    dice_init(&dice, 4);
    for (int run = 0; run < RUNS; run++) {
        l = (struct life){.count = 0};
        look(&l);
        for (int n = 0; n < EACH; n++)
            come(&l, 2, 0.02);
        const int64_t before = l.parts.ever, from = l.pair_count;
        look(&l); // task 1 has a threshold of its own
        for (int n = 0; n < UNDER_WAY; n++) {
            come(&l, 1, 0.3); // and all calls together hold
            l.pairs[l.pair_count - 1].doubts = before;
            for (int k = 0; k < 4; k++)
                come(&l, 2, 0.02);
        }
        for (int n = 0; n < EACH; n++)
            come(&l, 1, 0.05);
        alarms += is_broken(&l, &found);
        for (int64_t i = from; i < l.pair_count; i++)
            l.pairs[i].doubts = -1;
        unknown += is_broken(&l, &found);
    }
    print_message("%d pairs under way that lose 30 %%: revoked in %u of %d; taken for its own, in "
                  "%u\n",
                  UNDER_WAY, alarms, RUNS, unknown);
    assert_in_range(alarms, 0, RUNS / 20);
    assert_true(unknown > RUNS / 2);
}

// After many tasks: one of them loses half of its answers.
static void a_change_is_found(void **state)
{
    (void)state;
    static struct life l;
    struct doubt_found found;
    unsigned seen = 0, near = 0;
    dice_init(&dice, 3);
    for (int run = 0; run < 100; run++) {
        l = (struct life){.count = 0};
        for (int i = 0; i < LOOKS; i++) {
            look(&l);
            for (int n = 0; n < EACH; n++)
                come(&l, any_task(), 0.05);
        }
        const int64_t before = l.pair_count;
        const uint64_t task = 1 + dice_below(&dice, TASKS_MOST - 1);
        for (int n = 0; n < 120; n++)
            come(&l, task, 0.5);
        if (!is_broken(&l, &found))
            continue;
        seen++;
        near += found.since >= before - 600 && found.since < l.pair_count;
    }
    print_message("120 pairs of a task that loses half: seen in %u of 100\n", seen);
    assert_in_range(seen, 95, 100);
    assert_in_range(near, 90, 100);
}

static const struct doubt_part *part_of(const struct doubt_parts *p, uint64_t task)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].task == task)
            return &p->list[i];
    fail_msg("no such part");
    return NULL;
}

// No number is given twice, and none is taken back.
static void what_was_asked_stays_counted(void **state)
{
    (void)state;
    struct doubt_parts p = {.ever = 4};
    const struct doubt_task one[] = {{0, true}, {7, true}, {8, false}};
    const struct doubt_task two[] = {{0, true}, {7, true}, {8, true}, {9, true}};
    const struct doubt_task three[] = {{0, true}, {9, true}};
    doubt_go_on(&p, one, 0, 100);
    assert_int_equal(p.whole, 5);
    assert_int_equal(p.count, 0);
    doubt_go_on(&p, one, 3, 200);
    assert_int_equal(part_of(&p, 0)->number, 6);
    assert_int_equal(part_of(&p, 7)->number, 7);
    assert_int_equal(part_of(&p, 8)->number, 0); // all of it goes to the large side
    doubt_go_on(&p, two, 4, 300);
    assert_int_equal(part_of(&p, 0)->number, 6);
    assert_int_equal(part_of(&p, 0)->from, 200);
    assert_int_equal(part_of(&p, 8)->number, 8);
    assert_int_equal(part_of(&p, 8)->from, 200);
    assert_int_equal(part_of(&p, 9)->from, 300);
    doubt_go_on(&p, three, 2, 400); // the rest has other calls from now on
    assert_int_equal(part_of(&p, 0)->number, 10);
    assert_int_equal(part_of(&p, 0)->from, 400);
    assert_int_equal(part_of(&p, 9)->number, 9);
    assert_int_equal(p.whole, 5);
    doubt_end(&p);
    assert_int_equal(p.count, 0);
    doubt_go_on(&p, three, 2, 500);
    assert_int_equal(p.whole, 11);
    assert_int_equal(p.ever, 13);
}

// What an earlier version has certified has no numbers, and does not say since when its tasks are
// parts: what they lost before is of none.
static void what_has_no_number_yet_begins_now(void **state)
{
    (void)state;
    struct doubt_parts p = {.ever = 1, .whole = 1, .count = 3, .list = {{0}, {7, 0, 0}, {8, 0, 0}}};
    const struct doubt_task tasks[] = {{0, true}, {7, true}, {8, false}};
    const struct doubt_task later[] = {{0, true}, {7, true}, {8, true}};
    doubt_go_on(&p, tasks, 3, 300);
    assert_int_equal(part_of(&p, 0)->from, 300);
    assert_int_equal(part_of(&p, 7)->from, 300);
    doubt_go_on(&p, later, 3, 400);
    assert_int_equal(part_of(&p, 7)->from, 300);
    assert_int_equal(part_of(&p, 8)->from, 400);
    assert_int_equal(p.ever, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_holds_is_hardly_ever_doubted),
        cmocka_unit_test(what_came_before_it_was_a_part_is_none_of_its),
        cmocka_unit_test(what_is_under_way_is_none_of_its),
        cmocka_unit_test(a_change_is_found),
        cmocka_unit_test(what_was_asked_stays_counted),
        cmocka_unit_test(what_has_no_number_yet_begins_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
