// SPDX-License-Identifier: Apache-2.0
//
// Fixed sequence: P. Bauer, "Multiple testing in clinical trials", Stat. Med. 10 (1991); its use
// for thresholds: A. Angelopoulos et al., "Learn then Test" (2021). The loss is a ratio of two
// means, and is at most e just when the mean of  routed - (1 - e) · strong  is not below 0.

#include "route/certificate.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/must.h"
#include "base/random.h"
#include "route/wager.h"

#define LOSS_STEPS 1000 // of 0.1 %
// What is supposed where the size of groups is chosen.
#define LOSS_LEAST 0.01 // where less is asked
#define QUALITY    0.8  // of the large model
#define VARIANCE   0.1  // of what a call has above what was promised
#define STAKE_MOST 0.9  // as in wager.c
#define SPREADS    2.0  // that a number of calls may be off its mean: 97.7 of 100 times it is less
#define LOWEST     (-2) // a score that goes to the small model, if anything does

static bool goes_weak(const struct evidence *p, double threshold)
{
    return (double)p->score < threshold;
}

// What the pair has above what was promised: loss - 1 to 1. Of one that nobody has judged the least
// that it may have, or with `most` the most.
static double margin(const struct evidence *p, double threshold, double loss, bool most)
{
    if (p->unjudged && goes_weak(p, threshold))
        return most ? 1 : loss - 1;
    if (p->unjudged)
        return most ? fmax(0, loss) : fmin(0, loss);
    double routed = (double)(goes_weak(p, threshold) ? p->weak : p->strong);
    return routed - (1 - loss) * (double)p->strong;
}

// --- groups ---

size_t certificate_group_end(const struct evidence *pairs, size_t count, size_t from)
{
    size_t end = from + 1;
    while (end < count && pairs[from].group && pairs[end].group == pairs[from].group)
        end++;
    return end;
}

size_t certificate_largest(const struct evidence *pairs, size_t count)
{
    size_t largest = 0;
    for (size_t i = 0, end; i < count; i = end) {
        end = certificate_group_end(pairs, count, i);
        largest = end - i > largest ? end - i : largest;
    }
    return largest;
}

// Pairs that no group of that size has room for.
struct beyond {
    size_t sum;
    double more; // that there may be, by chance, of as many calls
};

static struct beyond beyond(const struct evidence *pairs, size_t count, size_t size)
{
    struct beyond b = {0, 0};
    double squares = 0, most = 0;
    for (size_t i = 0, end; i < count; i = end) {
        end = certificate_group_end(pairs, count, i);
        const size_t over = end - i > size ? end - i - size : 0;
        b.sum += over;
        squares += (double)over * (double)over;
        most = fmax(most, (double)over);
    }
    b.more = most + SPREADS * sqrt(squares);
    return b;
}

// How much the logarithm of a fortune may grow at best, a call: of a size of groups, and what may
// be lost in the mean of all calls beside what is taken to be beyond it. A gambler who knew that
// would stake what J. L. Kelly says, "A new interpretation of information rate" (1956).
static double growth(double size, double left)
{
    if (left <= 0)
        return 0;
    const double stake = fmin(STAKE_MOST, left * size / VARIANCE) / size;
    return stake * left - stake * stake * VARIANCE / 2;
}

double certificate_beyond(const struct evidence *pairs, size_t count, size_t unit)
{
    const struct beyond b = beyond(pairs, count, unit);
    return (double)b.sum + b.more;
}

// By their sizes alone: of large ones few are wagered on, and of small ones much is beyond.
size_t certificate_unit(const struct evidence *pairs, size_t count, double loss)
{
    const double may = QUALITY * fmax(LOSS_LEAST, fabs(loss));
    double best = -1;
    double over = 1;
    size_t unit = 1;
    for (size_t size = 1; over > 0 && size <= count; size += 1 + size / 8) {
        over = certificate_beyond(pairs, count, size);
        const double grows = growth((double)size, may - over / (double)count);
        if (grows > best) {
            best = grows;
            unit = size;
        }
    }
    return unit;
}

double certificate_units(const struct evidence *pairs, size_t count, double loss)
{
    const size_t unit = certificate_unit(pairs, count, loss);
    size_t sum = 0;
    for (size_t i = 0, end; i < count; i = end) {
        size_t judged = 0;
        end = certificate_group_end(pairs, count, i);
        for (size_t k = i; k < end; k++)
            judged += !pairs[k].unjudged;
        sum += judged < unit ? judged : unit;
    }
    return (double)sum / (double)unit;
}

// --- the wager ---

struct test {
    const struct evidence *pairs;
    size_t count;
    double risk;
    size_t unit; // how many of a group are looked at
    // By the sizes of groups alone, whatever the threshold.
    size_t groups;
    double usual; // how large one is, as far as it is looked at: the root of the mean of its square
    double more;  // beyond: what there may be by chance
};

struct question { // whether the loss is below `loss`; with `sign` -1: above
    double threshold, loss, sign;
};

static double weighed(const struct evidence *p, const struct question *q)
{
    must(p->weight > 0 && p->weight <= 1);
    return q->sign * margin(p, q->threshold, q->loss, q->sign < 0) * (double)p->weight;
}

static struct test test_of(const struct evidence *pairs, size_t count, double risk, size_t unit)
{
    struct test t = {pairs, count, risk, unit, 0, 1, beyond(pairs, count, unit).more};
    double squares = 0;
    for (size_t i = 0, end; i < count; i = end, t.groups++) {
        end = certificate_group_end(pairs, count, i);
        const double size = fmin((double)(end - i), (double)unit);
        squares += size * size;
    }
    if (t.groups)
        t.usual = sqrt(squares / (double)t.groups);
    return t;
}

// What each group bears of the pairs that are beyond, and of those that there may be, by chance,
// with a small answer each.
static double burden(const struct test *t, const struct question *q)
{
    const struct evidence lost = {.score = LOWEST, .weight = 1, .unjudged = true};
    double sum = t->more * weighed(&lost, q);
    for (size_t i = 0, end; i < t->count; i = end) {
        end = certificate_group_end(t->pairs, t->count, i);
        for (size_t k = i + t->unit; k < end; k++) {
            struct evidence worst = t->pairs[k];
            worst.unjudged = true;
            sum += weighed(&worst, q);
        }
    }
    return t->groups ? sum / (double)t->groups : 0;
}

// All margins are by one scale, so that they stay within -1..1.
static bool is_proved(const struct test *t, double threshold, double loss, double sign)
{
    const struct question q = {threshold, loss, sign};
    const double borne = burden(t, &q);
    const double most = fmax(1, 1 - loss) * (double)t->unit - borne;
    struct wager w;
    wager_begin(&w, t->groups, t->risk, t->usual / most);
    for (size_t i = 0, end; i < t->count && !wager_won(&w); i = end) {
        double sum = borne;
        end = certificate_group_end(t->pairs, t->count, i);
        for (size_t k = i; k < end && k < i + t->unit; k++)
            sum += weighed(&t->pairs[k], &q);
        wager_add(&w, fmin(1, fmax(-1, sum / most))); // sums of that scale may be a little beyond
    }
    return wager_won(&w);
}

static size_t count_weak(const struct evidence *pairs, size_t count, double threshold)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += goes_weak(&pairs[i], threshold);
    return n;
}

static void estimate(const struct evidence *pairs, size_t count, double threshold,
                     struct certificate *out)
{
    double all = 0, weak = 0, routed = 0, strong = 0;
    for (size_t i = 0; i < count; i++) {
        const struct evidence *p = &pairs[i];
        const bool to_weak = goes_weak(p, threshold);
        const double weight = (double)p->weight;
        all += weight;
        weak += to_weak ? weight : 0;
        if (p->unjudged) {
            strong += to_weak ? weight : 0;
            continue;
        }
        routed += weight * (double)(to_weak ? p->weak : p->strong);
        strong += weight * (double)p->strong;
    }
    out->threshold = threshold;
    out->share = all > 0 ? weak / all : 0;
    out->loss = strong > 0 ? 1 - routed / strong : 0;
    out->worth = strong;
}

static int compare(float a, float b)
{
    return (a > b) - (a < b);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int first_of(const int *in_order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (in_order[i] != 0)
            return in_order[i];
    return 0;
}

static int by_content(const void *a, const void *b)
{
    const struct evidence *x = a, *y = b;
    const int in_order[] = {
        compare_numbers(x->group, y->group), compare(x->score, y->score),
        compare(x->weak, y->weak),           compare(x->strong, y->strong),
        compare(x->weight, y->weight),       (int)x->unjudged - (int)y->unjudged};
    return first_of(in_order, sizeof in_order / sizeof in_order[0]);
}

static int by_place(const void *a, const void *b)
{
    const struct evidence *x = a, *y = b;
    const int in_order[] = {compare_numbers(x->place[0], y->place[0]),
                            compare_numbers(x->group, y->group),
                            compare_numbers(x->place[1], y->place[1]), by_content(x, y)};
    return first_of(in_order, sizeof in_order / sizeof in_order[0]);
}

// What the dice begin with: another number for other pairs, or where something stands among the
// sorted would tell when it is drawn.
static uint64_t seed_of(const struct evidence *pairs, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        const struct evidence *p = &pairs[i];
        const float part[] = {p->score, p->weak, p->strong, p->weight, p->unjudged ? 1 : 0};
        sum = digest_crc32(sum, part, sizeof part);
    }
    return sum;
}

void certificate_shuffle(struct evidence *pairs, size_t count)
{
    struct dice dice;
    if (count < 2)
        return;
    qsort(pairs, count, sizeof *pairs, by_content);
    dice_init(&dice, seed_of(pairs, count));
    for (size_t i = 0, end; i < count; i = end) {
        const uint32_t place = (uint32_t)(dice_next(&dice) >> 32);
        end = certificate_group_end(pairs, count, i);
        for (size_t k = i; k < end; k++) {
            pairs[k].place[0] = place;
            pairs[k].place[1] = end > i + 1 ? (uint32_t)(dice_next(&dice) >> 32) : 0;
        }
    }
    qsort(pairs, count, sizeof *pairs, by_place);
}

struct promise promise_at(const struct promise *p, unsigned time)
{
    const double k = time;
    must(time > 0);
    return (struct promise){p->loss, p->risk / (k * (k + 1))};
}

void certificate_test(struct evidence *pairs, size_t count, const struct promise *p,
                      struct certificate *out)
{
    must(p->loss > 0 && p->loss < 1);
    double held = CERTIFICATE_NONE;
    certificate_shuffle(pairs, count);
    const struct test t = test_of(pairs, count, p->risk, certificate_unit(pairs, count, p->loss));
    size_t before = SIZE_MAX; // that the last one sent to the small model
    for (int i = -CERTIFICATE_STEPS; i <= CERTIFICATE_STEPS; i++) {
        double threshold = i * CERTIFICATE_STEP;
        size_t weak = count_weak(pairs, count, threshold);
        if (weak != before && !is_proved(&t, threshold, p->loss, 1))
            break;
        held = threshold;
        before = weak;
    }
    estimate(pairs, count, held, out);
    out->holds = before > 0 && before < SIZE_MAX;
}

void certificate_at(const struct evidence *pairs, size_t count, double threshold,
                    struct certificate *out)
{
    *out = (struct certificate){.holds = false};
    estimate(pairs, count, threshold, out);
}

double certificate_loss_upper(const struct evidence *pairs, size_t count, double threshold,
                              double risk)
{
    if (count > 0 && count_weak(pairs, count, threshold) == 0)
        return 0;
    struct certificate is;
    certificate_at(pairs, count, threshold, &is);
    const struct test t = test_of(pairs, count, risk, certificate_unit(pairs, count, is.loss));
    int most = LOSS_STEPS; // from the bound that says least: a fixed sequence, too
    while (most > 1 && (double)(most - 1) / LOSS_STEPS >= is.loss &&
           is_proved(&t, threshold, (double)(most - 1) / LOSS_STEPS, 1))
        most--;
    return (double)most / LOSS_STEPS;
}

double certificate_promised_upper(const struct evidence *pairs, size_t count,
                                  const struct certificate *c, const struct promise *p)
{
    const double upper = certificate_loss_upper(pairs, count, c->threshold, p->risk);
    return fmax(c->loss, fmin(p->loss, upper));
}

bool certificate_proves(const struct evidence *pairs, size_t count, const struct claim *c)
{
    must(c->loss >= -1 && c->loss <= 1);
    const size_t unit = c->unit ? c->unit : certificate_unit(pairs, count, c->loss);
    const struct test t = test_of(pairs, count, c->risk, unit);
    return is_proved(&t, c->threshold, c->loss, c->more ? -1 : 1);
}
