// SPDX-License-Identifier: Apache-2.0
//
// What is measured, in a world of two models whose qualities are known for every call: what it
// loses on average is no more than was allowed, and what it says that it loses is that. The dice
// are seeded.

#include <math.h>

#include "../unit.h"
#include "base/random.h"
#include "route/estimate.h"

enum { WORLD = 20000, DRAWS = 400, MOST = 1000 };

static struct evidence world[WORLD], drawn[MOST];

static double uniform(struct dice *d)
{
    return (double)(dice_next(d) >> 11) * 0x1p-53;
}

// `hard` in 0..1 lowers the small model's chance to be right. What the router expects is the truth,
// blurred.
static void make_world(double worst, double blur)
{
    struct dice d;
    dice_init(&d, 21);
    for (int i = 0; i < WORLD; i++) {
        const double hard = uniform(&d), strong = 0.95, weak = strong - worst * hard * hard;
        const double score = strong - weak + blur * (uniform(&d) - 0.5);
        world[i] = (struct evidence){(float)score, uniform(&d) < weak, uniform(&d) < strong, 1,
                                     .unjudged = false};
    }
}

struct tally {
    double share, lost, told, picked; // means: true ones; what is told; of the pairs themselves
    unsigned held;
};

// `turns`: of each call so many, which all lose what one does.
static struct tally simulate(size_t count, double loss, size_t turns)
{
    struct tally t = {.held = 0};
    struct dice d;
    dice_init(&d, 22);
    for (int i = 0; i < DRAWS; i++) {
        struct certificate c, truth, own;
        for (size_t k = 0; k < count; k++) {
            drawn[k] = k % turns ? drawn[k - 1] : world[dice_below(&d, WORLD)];
            drawn[k].group = turns > 1 ? 1 + k / turns : 0;
        }
        estimate_find(drawn, count, loss, &c);
        certificate_at(world, WORLD, c.threshold, &truth);
        certificate_at(drawn, count, c.threshold, &own);
        t.share += truth.share / DRAWS;
        t.lost += truth.loss / DRAWS;
        t.told += c.loss / DRAWS;
        t.picked += own.loss / DRAWS;
        t.held += c.holds;
    }
    print_message("%4zu pairs, %g %%: share %.2f, lost %.2f %%, told %.2f, in the pairs %.2f\n",
                  count, 100 * loss, t.share, 100 * t.lost, 100 * t.told, 100 * t.picked);
    return t;
}

// The pairs that have chosen a threshold always speak too well of it.
static void on_average_it_loses_what_was_allowed_and_says_so(void **state)
{
    static const struct {
        size_t pairs;
        double loss, share; // that it gives at least
    } cases[] = {
        {118, 0.02, 0.1}, {235, 0.02, 0.2}, {235, 0.05, 0.4}, {1000, 0.02, 0.3}, {1000, 0.01, 0.2}};
    for (int blurred = 0; blurred < 2; blurred++) {
        make_world(0.5, 0.4 * blurred);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            const struct tally t = simulate(cases[i].pairs, cases[i].loss, 1);
            assert_true(t.lost <= cases[i].loss);
            assert_true(t.share >= cases[i].share);
            assert_true(fabs(t.told - t.lost) < 0.0025);
            assert_true(t.picked < t.lost - 0.0005);
        }
    }
}

// As many conversations as there were pairs say as much.
static void conversations_are_what_is_counted(void **state)
{
    make_world(0.5, 0);
    const struct tally t = simulate(940, 0.05, 4);
    assert_true(t.lost <= 0.05 && t.share >= 0.4);
    assert_true(fabs(t.told - t.lost) < 0.0025);
}

// Where the small model is nearly as good a hundred pairs are enough to begin with.
static void the_first_day_saves_already(void **state)
{
    make_world(0.015, 0.1);
    const struct tally few = simulate(118, 0.02, 1), more = simulate(235, 0.02, 1);
    assert_true(few.held > DRAWS * 9 / 10 && few.share > 0.4);
    assert_true(more.held > DRAWS * 9 / 10 && more.share > few.share);
}

static void fill(struct evidence *pairs, size_t count, struct evidence with)
{
    for (size_t i = 0; i < count; i++)
        pairs[i] = with;
}

// The call that is not there yet is taken to be lost: so many pairs make up for it, and no fewer.
static void one_call_more_is_lost(void **state)
{
    struct certificate c;
    const struct evidence tie = {0, 1, 1, 1, .unjudged = false},
                          loses = {0, 0, 1, 1, .unjudged = false};
    fill(drawn, MOST, tie);
    estimate_find(drawn, 48, 0.02, &c);
    assert_false(c.holds);
    assert_true(c.threshold <= CERTIFICATE_NONE);
    estimate_find(drawn, 49, 0.02, &c);
    assert_true(c.holds && c.share >= 1 && fabs(c.loss) < 1e-9 && fabs(c.worth - 49) < 1e-9);
    drawn[7] = loses; // and one that is there
    estimate_find(drawn, 98, 0.02, &c);
    assert_false(c.holds);
    estimate_find(drawn, 99, 0.02, &c);
    assert_true(c.holds && c.share >= 1);
    estimate_find(drawn, 0, 0.02, &c);
    assert_false(c.holds);
}

// Nor is it alone, where calls belong to conversations: one of these is lost.
static void one_group_more_is_lost(void **state)
{
    struct certificate c;
    fill(drawn, MOST, (struct evidence){0, 1, 1, 1, .unjudged = false});
    for (size_t i = 0; i < MOST; i++)
        drawn[i].group = 1 + i / 4;
    estimate_find(drawn, 192, 0.02, &c);
    assert_false(c.holds);
    estimate_find(drawn, 196, 0.02, &c);
    assert_true(c.holds && c.share >= 1 && fabs(c.loss) < 1e-9);
}

// What a pair loses is told by the threshold of the others: without the one that wins nothing may
// go to the small model, and with it all does.
static void no_pair_chooses_for_itself(void **state)
{
    struct certificate c, own;
    const struct evidence tie = {0, 1, 1, 1, .unjudged = false},
                          wins = {0, 1, 0, 1, .unjudged = false},
                          loses = {0, 0, 1, 1, .unjudged = false};
    fill(drawn, 60, tie);
    drawn[3] = wins;
    drawn[5] = loses;
    estimate_find(drawn, 60, 0.02, &c);
    certificate_at(drawn, 60, c.threshold, &own);
    assert_true(c.holds && c.share >= 1 && fabs(own.loss) < 1e-9);
    assert_true(fabs(c.loss - 1.0 / 59) < 1e-9);
}

// Nobody knows what was lost: all of it at the small model, and nothing is won at the large one.
static void what_nobody_judged_is_lost(void **state)
{
    struct certificate c, judged;
    const struct evidence good = {-0.5F, 1, 1, 1, .unjudged = false},
                          dark = {-0.25F, 1, 1, 1, .unjudged = true};
    fill(drawn, 200, good);
    fill(drawn + 200, 50, dark);
    estimate_find(drawn, 250, 0.02, &c);
    estimate_find(drawn, 200, 0.02, &judged);
    assert_true(c.holds && c.threshold <= -0.25 && fabs(c.share - 0.8) < 1e-9);
    assert_true(fabs(c.loss) < 1e-9 && fabs(c.worth - judged.worth) < 1e-9);
    drawn[200].score = -0.75F;
    drawn[201].score = -0.75F;
    estimate_find(drawn, 250, 0.02, &c);
    assert_true(c.holds && fabs(c.loss - 2.0 / 202) < 1e-9 && fabs(c.worth - 202) < 1e-9);
}

static void the_order_of_pairs_tells_nothing(void **state)
{
    struct certificate is, again;
    struct dice d;
    make_world(0.5, 0.4);
    for (size_t k = 0; k < MOST; k++)
        drawn[k] = world[k];
    estimate_find(drawn, MOST, 0.02, &is);
    dice_init(&d, 23);
    for (size_t k = MOST; k > 1; k--) {
        const size_t at = (size_t)dice_below(&d, k);
        const struct evidence one = drawn[at];
        drawn[at] = drawn[k - 1];
        drawn[k - 1] = one;
    }
    estimate_find(drawn, MOST, 0.02, &again);
    assert_true(fabs(again.threshold - is.threshold) < 1e-9 && fabs(again.loss - is.loss) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_average_it_loses_what_was_allowed_and_says_so),
        cmocka_unit_test(conversations_are_what_is_counted),
        cmocka_unit_test(the_first_day_saves_already),
        cmocka_unit_test(one_call_more_is_lost),
        cmocka_unit_test(one_group_more_is_lost),
        cmocka_unit_test(no_pair_chooses_for_itself),
        cmocka_unit_test(what_nobody_judged_is_lost),
        cmocka_unit_test(the_order_of_pairs_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
