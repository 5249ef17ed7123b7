// SPDX-License-Identifier: Apache-2.0
//
// The promise by simulation: a world of two models whose qualities are known for every call, so
// that what a certified threshold really loses can be told. 200 draws of pairs, 40 where
// they show enough; at a risk of 5 % no more of them may be broken. The dice are seeded.

#include <math.h>
#include <stdlib.h>

#include "../unit.h"
#include "base/random.h"
#include "route/certificate.h"

enum { DRAWS = 200, WORLD = 40000, STEPS = 513, FEW = 40 };

static const struct promise five = {.loss = 0.05, .risk = 0.05};
static struct evidence world[WORLD];
static struct evidence drawn[5000];
// Of the world, by the threshold's step: what it would lose, and send to the small model.
static double losses[STEPS], shares[STEPS];

static double uniform(struct dice *d)
{
    return (double)(dice_next(d) >> 11) * 0x1p-53;
}

// Of all thresholds: sums over the calls whose score is below.
static void tell_truth(void)
{
    static double gain[(STEPS + 1)];
    static unsigned below[(STEPS + 1)];
    double strong = 0, lost = 0;
    unsigned weak = 0;
    for (int i = 0; i < (STEPS + 1); i++) {
        gain[i] = 0;
        below[i] = 0;
    }
    for (int i = 0; i < WORLD; i++) {
        int step = (int)floor((double)world[i].score / CERTIFICATE_STEP) + 1 + STEPS / 2;
        step = step < 0 ? 0 : step > STEPS ? STEPS : step;
        gain[step] += (double)(world[i].strong - world[i].weak);
        below[step]++;
        strong += (double)world[i].strong;
    }
    for (int i = 0; i < STEPS; i++) {
        lost += gain[i];
        weak += below[i];
        losses[i] = lost / strong;
        shares[i] = (double)weak / WORLD;
    }
}

// Calls of all kinds: `hard` in 0..1 lowers both models' chance to be right, the small one's more.
// What the router expects is the truth, blurred; or the contrary of it.
static void make_world(double blur, bool bad)
{
    struct dice d;
    dice_init(&d, 11);
    for (int i = 0; i < WORLD; i++) {
        double hard = uniform(&d);
        double strong = 0.95 - 0.25 * hard, weak = strong + 0.08 - 0.5 * hard * hard;
        double score = strong - weak + blur * (uniform(&d) - 0.5);
        world[i] = (struct evidence){.score = (float)(bad ? -score : score),
                                     .weak = uniform(&d) < weak,
                                     .strong = uniform(&d) < strong,
                                     .weight = 1};
    }
    tell_truth();
}

static double true_loss(double threshold, double *share)
{
    int step = (int)nearbyint(threshold / CERTIFICATE_STEP) + STEPS / 2;
    *share = shares[step];
    return losses[step];
}

static void draw(struct dice *d, size_t count)
{
    for (size_t i = 0; i < count; i++)
        drawn[i] = world[dice_below(d, WORLD)];
}

struct tally {
    unsigned broken, held;
    double share; // mean of the true shares
};

// `times` looks at growing numbers of pairs, up to `count`; broken when any of them was.
static struct tally simulate(int draws, size_t count, unsigned times, const struct promise *p)
{
    struct dice d;
    struct tally t = {.broken = 0};
    dice_init(&d, 5);
    for (int i = 0; i < draws; i++) {
        bool broken = false;
        struct certificate c = {.holds = false};
        double share = 0;
        draw(&d, count);
        for (unsigned k = 1; k <= times; k++) {
            const struct promise now = promise_at(p, k);
            certificate_test(drawn, count * k / times, &now, &c);
            broken |= c.holds && true_loss(c.threshold, &share) > p->loss;
        }
        t.broken += broken;
        t.held += c.holds;
        t.share += (c.holds ? share : 0) / draws;
    }
    return t;
}

// What could be promised if all were known.
static double best_share(double loss)
{
    double share = 0, most = 0;
    for (int i = -STEPS / 2; i <= STEPS / 2; i++) {
        if (true_loss(i * CERTIFICATE_STEP, &share) > loss)
            break;
        most = share;
    }
    return most;
}

static void test_the_promise_holds(void **state)
{
    for (int i = 0; i < 2; i++) {
        make_world(0.6 * i, false);
        const int draws = i ? DRAWS / 2 : DRAWS;
        struct tally t = simulate(draws, 1000, 1, &five);
        print_message("blur %.1f: broken %u of %d, share %.3f of at most %.3f\n", 0.6 * i, t.broken,
                      draws, t.share, best_share(0.05));
        assert_in_range(t.broken, 0, draws / 20);
        assert_true(t.held > (unsigned)draws * 9 / 10);
        assert_true(t.share > 0.35);
    }
}

// What is asked once may spend all of its risk, and gets more for it.
static void test_a_test_spends_the_risk_it_is_given(void **state)
{
    struct certificate once, first;
    struct dice d;
    const struct promise even = {.loss = 0.05, .risk = 0.5}, half = promise_at(&even, 1);
    double share = 0, of_first = 0;
    assert_true(fabs(half.risk - 0.25) < 1e-9 && fabs(promise_at(&even, 3).risk - 0.5 / 12) < 1e-9);
    dice_init(&d, 12);
    make_world(0.3, false);
    for (int i = 0; i < FEW; i++) {
        draw(&d, 300);
        certificate_test(drawn, 300, &even, &once);
        certificate_test(drawn, 300, &half, &first);
        share += once.share;
        of_first += first.share;
    }
    assert_true(share > of_first + 0.02 * FEW);
}

static void test_more_pairs_give_more(void **state)
{
    make_world(0.3, false);
    double few = simulate(FEW, 500, 1, &five).share, many = simulate(15, 3500, 1, &five).share;
    assert_true(few > 0.1);
    assert_true(many > few + 0.05);
}

static void test_asking_again_breaks_nothing(void **state)
{
    make_world(0.3, false);
    struct tally t = simulate(DRAWS / 2, 1000, 4, &five);
    print_message("four looks: broken %u of %d, share %.3f\n", t.broken, DRAWS / 2, t.share);
    assert_in_range(t.broken, 0, DRAWS / 2 / 20);
    assert_true(t.share > 0.25);
}

static void test_a_smaller_loss(void **state)
{
    static const struct promise two = {.loss = 0.02, .risk = 0.05};
    make_world(0, false);
    struct tally t = simulate(FEW, 2000, 1, &two);
    assert_in_range(t.broken, 0, FEW / 20);
    assert_true(t.share > 0.1);
}

// Easy calls were answered by both ten times as often as hard ones: without weights the small model
// would look better than it is.
static void test_weights_undo_unequal_odds(void **state)
{
    struct dice d;
    unsigned broken = 0, unweighed = 0;
    dice_init(&d, 3);
    make_world(0.3, false);
    for (int i = 0; i < FEW; i++) {
        size_t n = 0;
        while (n < 2000) {
            struct evidence j = world[dice_below(&d, WORLD)];
            j.weight = j.score < 0 ? 0.1F : 1; // odds of 1, and of a tenth
            if (uniform(&d) < 0.1 / (double)j.weight)
                drawn[n++] = j;
        }
        struct certificate c;
        double share;
        certificate_test(drawn, n, &five, &c);
        broken += c.holds && true_loss(c.threshold, &share) > 0.05;
        for (size_t k = 0; k < n; k++)
            drawn[k].weight = 1;
        certificate_test(drawn, n, &five, &c);
        unweighed += c.holds && true_loss(c.threshold, &share) > 0.05;
    }
    assert_in_range(broken, 0, FEW / 20);
    assert_true(unweighed > FEW / 2);
}

static void test_a_bad_router_is_not_certified_far(void **state)
{
    make_world(0, true); // what needs the large one most goes to the small one first
    struct tally t = simulate(FEW, 1000, 1, &five);
    assert_in_range(t.broken, 0, FEW / 20);
    assert_true(t.share < 0.25);
}

static void test_too_few_pairs_certify_nothing(void **state)
{
    struct certificate c;
    struct dice d;
    dice_init(&d, 1);
    make_world(0, false);
    draw(&d, 40);
    certificate_test(drawn, 40, &five, &c);
    assert_false(c.holds);
    certificate_test(drawn, 0, &five, &c);
    assert_false(c.holds);
    assert_true(c.share <= 0);
}

static void test_what_is_told_at_most_is_no_more_than_promised(void **state)
{
    struct certificate c;
    struct dice d;
    dice_init(&d, 9);
    make_world(0, false);
    draw(&d, 3000);
    certificate_test(drawn, 3000, &five, &c);
    assert_true(c.holds);
    assert_true(certificate_loss_upper(drawn, 3000, c.threshold, five.risk) <= five.loss + 1e-9);
}

// Conversations: harder ones are longer, up to `longest`, and what one turn loses all do.
static size_t turns_of(const struct evidence *e, unsigned longest)
{
    return e->weak < e->strong ? longest : 1 + (unsigned)(fabs((double)e->score) * 100) % longest;
}

static double true_loss_of_turns(double threshold, unsigned longest)
{
    double lost = 0, strong = 0;
    for (int i = 0; i < WORLD; i++) {
        const double turns = (double)turns_of(&world[i], longest);
        strong += turns * (double)world[i].strong;
        if ((double)world[i].score < threshold)
            lost += turns * (double)(world[i].strong - world[i].weak);
    }
    return lost / strong;
}

static size_t draw_turns(struct dice *d, unsigned conversations, unsigned longest)
{
    size_t n = 0;
    for (unsigned i = 1; i <= conversations; i++) {
        struct evidence one = world[dice_below(d, WORLD)];
        one.group = i * UINT64_C(0x9e3779b97f4a7c15);
        for (size_t k = turns_of(&one, longest); k > 0 && n < sizeof drawn / sizeof *drawn; k--)
            drawn[n++] = one;
    }
    return n;
}

static void test_what_belongs_together_proves_what_one_does(void **state)
{
    struct dice d;
    struct certificate c;
    unsigned broken = 0, held = 0, alone = 0;
    static const struct promise ten = {.loss = 0.10, .risk = 0.05};
    dice_init(&d, 21);
    make_world(0.3, false);
    for (int i = 0; i < DRAWS; i++) {
        const size_t n = draw_turns(&d, 400, 8);
        certificate_test(drawn, n, &ten, &c);
        held += c.holds;
        broken += c.holds && true_loss_of_turns(c.threshold, 8) > ten.loss;
        for (size_t k = 0; k < n; k++)
            drawn[k].group = 0;
        certificate_test(drawn, n, &ten, &c);
        alone += c.holds && true_loss_of_turns(c.threshold, 8) > ten.loss;
    }
    print_message("conversations: broken %u of %d, %u held; each turn by itself: %u\n", broken,
                  DRAWS, held, alone);
    assert_in_range(broken, 0, DRAWS / 20);
    assert_true(held > DRAWS / 2);
    assert_true(alone > DRAWS / 10);
}

// One that is a fifth of all pairs: so few others prove anything that it is looked at wholly; one
// that is hardly any is taken to be lost, but for its first ones.
static void test_a_large_group_is_no_proof(void **state)
{
    struct certificate c;
    struct dice d;
    const struct promise own = {.loss = 0.10, .risk = 0.05};
    dice_init(&d, 22);
    make_world(0, false);
    draw(&d, 3000);
    assert_int_equal(certificate_unit(drawn, 3000, 0.1), 1);
    assert_true(fabs(certificate_units(drawn, 3000, 0.1) - 3000) < 1e-9);
    for (int i = 0; i < 600; i++)
        drawn[i].group = 1;
    certificate_shuffle(drawn, 3000);
    assert_true(certificate_unit(drawn, 3000, 0.1) > 400); // less than 0.1 of all is beyond
    assert_true(certificate_units(drawn, 3000, 0.1) < 8);
    certificate_test(drawn, 3000, &own, &c);
    assert_false(c.holds);
    draw(&d, 3000);
    certificate_test(drawn, 3000, &own, &c);
    const double share = c.share;
    for (int i = 0; i < 40; i++)
        drawn[i].group = 1;
    certificate_test(drawn, 3000, &own, &c);
    assert_in_range(certificate_unit(drawn, 3000, 0.1), 1, 7);
    assert_true(c.holds && c.share <= share);
}

// Groups of 16, by chance: a few, and wholly lost. So how many there are says most of what is lost.
static size_t draw_runs(struct dice *d, size_t count, double part)
{
    const double alone = (0.05 - part) / (1 - part) + 1e-4, begins = part / 16 / (1 - part);
    size_t n = 0;
    for (uint64_t i = 1; n + 16 < count; i++) {
        const bool run = dice_below(d, 1 << 30) < begins * (1 << 30);
        const bool bad = run || dice_below(d, 1 << 30) < alone * (1 << 30);
        for (int k = run ? 16 : 1; k > 0; k--)
            drawn[n++] =
                (struct evidence){.weak = bad ? 0 : 1, .strong = 1, .weight = 1, .group = i};
    }
    return n;
}

static void test_how_many_are_large_is_not_known(void **state)
{
    struct dice d;
    struct certificate c;
    unsigned broken = 0, held = 0;
    static const struct promise ten = {.loss = 0.10, .risk = 0.05};
    dice_init(&d, 24);
    for (int i = 0; i < DRAWS; i++) {
        const size_t n = draw_runs(&d, 4000, 0.02);
        certificate_test(drawn, n, &five, &c);
        broken += c.holds;
        certificate_test(drawn, n, &ten, &c);
        held += c.holds;
    }
    print_message("runs: broken %u of %d; of twice the loss %u held\n", broken, DRAWS, held);
    assert_in_range(broken, 0, DRAWS / 20);
    assert_true(held > DRAWS / 3);
}

static void test_a_group_stays_together(void **state)
{
    struct dice d;
    static struct evidence turned[600];
    dice_init(&d, 23);
    make_world(0, false);
    const size_t n = draw_turns(&d, 100, 4);
    assert_true(n < 600);
    for (size_t i = 0; i < n; i++)
        turned[i] = drawn[n - 1 - i];
    certificate_shuffle(drawn, n);
    certificate_shuffle(turned, n);
    size_t groups = 0;
    for (size_t i = 0; i < n; i = certificate_group_end(drawn, n, i))
        groups++;
    assert_int_equal(groups, 100);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(drawn[i].group, turned[i].group);
}

// Nobody could judge a part of the pairs, which is the one that the small model has failed.
static void test_what_nobody_judged_wins_nothing(void **state)
{
    struct certificate c, all;
    struct dice d;
    unsigned broken = 0;
    dice_init(&d, 8);
    make_world(0.3, false);
    for (int i = 0; i < FEW; i++) {
        double share;
        draw(&d, 1000);
        for (int k = 0; k < 1000; k++)
            drawn[k].unjudged = drawn[k].weak < drawn[k].strong;
        certificate_test(drawn, 1000, &five, &c);
        broken += c.holds && true_loss(c.threshold, &share) > 0.05;
    }
    assert_in_range(broken, 0, FEW / 20);
    // Where calls go to the large model, an answer that nobody judged wins nothing for it.
    draw(&d, 1000);
    for (int k = 0; k < 1000; k++)
        drawn[k].unjudged = drawn[k].score >= 0;
    certificate_at(drawn, 1000, 0, &c);
    size_t n = 0;
    for (int k = 0; k < 1000; k++)
        if (!drawn[k].unjudged)
            drawn[n++] = drawn[k];
    certificate_at(drawn, n, 0, &all);
    assert_true(fabs(c.loss - all.loss) < 1e-9);
    assert_true(c.share < 1 && all.share > 0.99);
}

static int by_gain(const void *a, const void *b)
{
    const struct evidence *x = a, *y = b;
    double off = (double)(x->weak - x->strong) - (double)(y->weak - y->strong);
    return off > 0 ? -1 : off < 0;
}

// A file may be in any order, by benchmark for instance: what the small model is good at stands
// first.
static void test_the_order_of_pairs_tells_nothing(void **state)
{
    struct dice d;
    unsigned broken = 0;
    dice_init(&d, 4);
    make_world(0.3, false);
    for (int i = 0; i < FEW; i++) {
        struct certificate c;
        double share;
        draw(&d, 1000);
        qsort(drawn, 1000, sizeof *drawn, by_gain);
        certificate_test(drawn, 1000, &five, &c);
        broken += c.holds && true_loss(c.threshold, &share) > 0.05;
    }
    assert_in_range(broken, 0, FEW / 20);
}

// Whatever order the same pairs come in, the same is promised of them.
static void test_another_order_is_the_same_proof(void **state)
{
    struct certificate first, c;
    struct dice d;
    dice_init(&d, 4);
    make_world(0.3, false);
    draw(&d, 1000);
    certificate_test(drawn, 1000, &five, &first);
    for (int i = 0; i < 12; i++) {
        for (size_t k = 1000; k > 1; k--) {
            const size_t at = (size_t)dice_below(&d, k);
            const struct evidence one = drawn[at];
            drawn[at] = drawn[k - 1];
            drawn[k - 1] = one;
        }
        certificate_test(drawn, 1000, &five, &c);
        assert_memory_equal(&c.threshold, &first.threshold, sizeof c.threshold);
        assert_memory_equal(&c.share, &first.share, sizeof c.share);
    }
}

static void test_thresholds_are_of_the_grid(void **state)
{
    struct certificate c;
    struct dice d;
    dice_init(&d, 2);
    make_world(0.3, false);
    draw(&d, 2000);
    certificate_test(drawn, 2000, &five, &c);
    assert_true(c.holds);
    double steps = c.threshold / CERTIFICATE_STEP;
    assert_true(fabs(steps - nearbyint(steps)) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_promise_holds),
        cmocka_unit_test(test_a_test_spends_the_risk_it_is_given),
        cmocka_unit_test(test_more_pairs_give_more),
        cmocka_unit_test(test_asking_again_breaks_nothing),
        cmocka_unit_test(test_a_smaller_loss),
        cmocka_unit_test(test_weights_undo_unequal_odds),
        cmocka_unit_test(test_a_bad_router_is_not_certified_far),
        cmocka_unit_test(test_too_few_pairs_certify_nothing),
        cmocka_unit_test(test_what_is_told_at_most_is_no_more_than_promised),
        cmocka_unit_test(test_what_belongs_together_proves_what_one_does),
        cmocka_unit_test(test_a_large_group_is_no_proof),
        cmocka_unit_test(test_how_many_are_large_is_not_known),
        cmocka_unit_test(test_a_group_stays_together),
        cmocka_unit_test(test_what_nobody_judged_wins_nothing),
        cmocka_unit_test(test_the_order_of_pairs_tells_nothing),
        cmocka_unit_test(test_another_order_is_the_same_proof),
        cmocka_unit_test(test_thresholds_are_of_the_grid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
