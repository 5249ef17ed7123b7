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
    l->pairs[l->pair_count] =
        (struct doubt_pair){task, l->pair_count + 1, good, 1, l->parts.ever, 0};
    l->pair_count++;
}

// From the beginning on, as it is asked each time.
static bool is_broken(const struct life *l, struct doubt_found *out)
{
    struct doubts d;
    doubt_begin(&d, &l->parts, &ten, 0);
    for (int64_t i = 0; i < l->pair_count; i++)
        assert_true(doubt_add(&d, &l->pairs[i]));
    assert_true(doubt_tell(&d, out));
    doubt_fini(&d);
    return out->broken;
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

// --- what belongs together ---

enum { AT_ONCE = 8, TALK_PAIRS = 2400, TALK_LOOK = 200 };

static struct life talking;
static struct talking { // the conversations that are under way
    struct {
        unsigned left;
        bool good;
        uint64_t group;
    } open[AT_ONCE];
    uint64_t ever;
} talks;

static void begin_talks(void)
{
    talking = (struct life){.count = 0};
    talks = (struct talking){.ever = 0};
    look(&talking);
}

// Turns of one lose together, or none does; others are asked in between.
static void come_of_talks(unsigned turns, double lost, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const uint64_t k = dice_below(&dice, AT_ONCE);
        if (talks.open[k].left == 0) {
            talks.open[k].left = turns;
            talks.open[k].good = dice_below(&dice, 1 << 20) >= lost * (1 << 20);
            talks.open[k].group = ++talks.ever;
        }
        talks.open[k].left--;
        come(&talking, 0, talks.open[k].good ? 0 : 1);
        talking.pairs[talking.pair_count - 1].group = talks.open[k].group;
    }
}

static bool is_broken_alone(void)
{
    static struct life alone;
    struct doubt_found found;
    alone = talking;
    for (int64_t i = 0; i < alone.pair_count; i++)
        alone.pairs[i].group = 0;
    return is_broken(&alone, &found);
}

// At the loss that was promised, asked time and again while conversations are under way. Who takes
// each turn for another reason revokes most of it.
static void what_belongs_together_is_one_reason(void **state)
{
    (void)state;
    static const unsigned turns[] = {8, 16};
    enum { DRAWS = 200 };
    struct doubt_found found;
    dice_init(&dice, 5);
    for (unsigned t = 0; t < 2; t++) {
        unsigned alarms = 0, alone = 0;
        for (int run = 0; run < DRAWS; run++) {
            bool alarm = false;
            begin_talks();
            for (int n = 0; n < TALK_PAIRS; n += TALK_LOOK) {
                come_of_talks(turns[t], 0.1, TALK_LOOK);
                alarm |= is_broken(&talking, &found);
            }
            alarms += alarm;
            alone += is_broken_alone();
        }
        print_message("conversations of %u turns, at the loss that was promised: revoked in %u of "
                      "%d; each turn by itself, in %u\n",
                      turns[t], alarms, DRAWS, alone);
        assert_in_range(alarms, 0, DRAWS / 20);
        assert_true(alone > DRAWS / 4);
    }
}

static void a_change_of_conversations_is_found(void **state)
{
    (void)state;
    static const struct {
        unsigned turns;
        double after;
        unsigned within; // pairs
    } cases[] = {{8, 0.5, 600}, {16, 0.5, 1000}, {8, 0.3, 1600}, {16, 0.3, 3000}};
    for (unsigned c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct doubt_found found;
        unsigned seen = 0, near = 0;
        dice_init(&dice, 6);
        for (int run = 0; run < 100; run++) {
            begin_talks();
            come_of_talks(cases[c].turns, 0.04, 1000);
            come_of_talks(cases[c].turns, cases[c].after, cases[c].within);
            if (!is_broken(&talking, &found))
                continue;
            seen++;
            near += found.since >= 1000 - 50 * cases[c].turns;
        }
        print_message("conversations of %u turns lose %.0f %%: seen within %u pairs in %u of 100\n",
                      cases[c].turns, 100 * cases[c].after, cases[c].within, seen);
        assert_in_range(seen, 95, 100);
        assert_in_range(near, 90, 100);
    }
}

// One that all of it loses is one reason, however long it is; and so it is to a task.
static void a_long_one_is_one_reason(void **state)
{
    (void)state;
    struct doubt_found found;
    talking = (struct life){.count = 0};
    look(&talking);
    look(&talking); // task 1
    for (int i = 0; i < 400; i++) {
        come(&talking, 1, 0);
        come(&talking, 1, 1);
        talking.pairs[talking.pair_count - 1].group = 7;
    }
    assert_true(is_broken_alone());
    assert_false(is_broken(&talking, &found));
}

static void the_order_says_nothing(void **state)
{
    (void)state;
    struct doubt_found before, after;
    dice_init(&dice, 7);
    begin_talks();
    come_of_talks(8, 0.04, 1000);
    come_of_talks(8, 0.5, 800);
    assert_true(is_broken(&talking, &before));
    for (int64_t i = talking.pair_count - 1; i > 0; i--) {
        const uint64_t k = dice_below(&dice, (uint64_t)i + 1);
        const struct doubt_pair swapped = talking.pairs[i];
        talking.pairs[i] = talking.pairs[k];
        talking.pairs[k] = swapped;
    }
    assert_true(is_broken(&talking, &after));
    assert_int_equal(before.since, after.since);
}

// What the small side may have won in the calls that are not looked at keeps the promise: the rest
// may lose more than was promised. Where there was nothing to be won it may not.
static void what_is_not_looked_at_is_taken_at_its_best(void **state)
{
    (void)state;
    enum { LONG_EACH = 41, LOST_EACH = 8 };
    struct doubt_found found;
    talking = (struct life){.count = 0};
    look(&talking);
    for (int i = 0; i < LOOKS * EACH * 2; i++) {
        struct doubt_pair *p = &talking.pairs[i];
        come(&talking, 0, i % LOST_EACH == 0);
        if (i % LONG_EACH == 0) { // all together 9.97 % are lost
            p->group = 7;
            p->routed = 1;
            p->strong = 0;
        }
    }
    assert_false(is_broken(&talking, &found));
    for (int i = 0; i < LOOKS * EACH * 2; i += LONG_EACH)
        talking.pairs[i].strong = 1;
    assert_true(is_broken(&talking, &found));
}

// It came first, and is the larger part for long.
static void a_long_one_hides_no_change(void **state)
{
    (void)state;
    struct doubt_found found;
    dice_init(&dice, 8);
    talking = (struct life){.count = 0};
    look(&talking);
    for (int i = 0; i < 60; i++) {
        come(&talking, 0, 1);
        talking.pairs[talking.pair_count - 1].group = 7;
    }
    assert_false(is_broken(&talking, &found));
    for (int i = 0; i < 120; i++)
        come(&talking, 0, 0.5);
    assert_true(is_broken(&talking, &found));
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
        cmocka_unit_test(what_belongs_together_is_one_reason),
        cmocka_unit_test(a_change_of_conversations_is_found),
        cmocka_unit_test(a_long_one_is_one_reason),
        cmocka_unit_test(the_order_says_nothing),
        cmocka_unit_test(what_is_not_looked_at_is_taken_at_its_best),
        cmocka_unit_test(a_long_one_hides_no_change),
        cmocka_unit_test(what_was_asked_stays_counted),
        cmocka_unit_test(what_has_no_number_yet_begins_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
