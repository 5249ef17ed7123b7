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

struct test {
    const struct evidence *pairs;
    size_t count;
    double risk;
};

// Whether the loss is proved to be below `loss`; with `sign` -1: above. All margins are by one
// scale, so that they stay within -1..1.
static bool is_proved(const struct test *t, double threshold, double loss, double sign)
{
    const double most = fmax(1, 1 - loss);
    struct wager w;
    wager_begin(&w, t->count, t->risk);
    for (size_t i = 0; i < t->count && !wager_won(&w); i++) {
        const struct evidence *p = &t->pairs[i];
        must(p->weight > 0 && p->weight <= 1);
        wager_add(&w, sign * margin(p, threshold, loss, sign < 0) / most * (double)p->weight);
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

static void estimate(const struct test *t, double threshold, struct certificate *out)
{
    double all = 0, weak = 0, routed = 0, strong = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct evidence *p = &t->pairs[i];
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

static int by_content(const void *a, const void *b)
{
    const struct evidence *x = a, *y = b;
    const int in_order[] = {compare(x->score, y->score), compare(x->weak, y->weak),
                            compare(x->strong, y->strong), compare(x->weight, y->weight),
                            (int)x->unjudged - (int)y->unjudged};
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++)
        if (in_order[i] != 0)
            return in_order[i];
    return 0;
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
    if (count > 1)
        qsort(pairs, count, sizeof *pairs, by_content);
    dice_init(&dice, seed_of(pairs, count));
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)dice_below(&dice, i);
        struct evidence one = pairs[k];
        pairs[k] = pairs[i - 1];
        pairs[i - 1] = one;
    }
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
    struct test t = {pairs, count, p->risk};
    double held = CERTIFICATE_NONE;
    certificate_shuffle(pairs, count);
    size_t before = SIZE_MAX; // that the last one sent to the small model
    for (int i = -CERTIFICATE_STEPS; i <= CERTIFICATE_STEPS; i++) {
        double threshold = i * CERTIFICATE_STEP;
        size_t weak = count_weak(pairs, count, threshold);
        if (weak != before && !is_proved(&t, threshold, p->loss, 1))
            break;
        held = threshold;
        before = weak;
    }
    estimate(&t, held, out);
    out->holds = before > 0 && before < SIZE_MAX;
}

void certificate_at(const struct evidence *pairs, size_t count, double threshold,
                    struct certificate *out)
{
    struct test t = {pairs, count, 0};
    *out = (struct certificate){.holds = false};
    estimate(&t, threshold, out);
}

double certificate_loss_upper(const struct evidence *pairs, size_t count, double threshold,
                              double risk)
{
    struct test t = {pairs, count, risk};
    if (count > 0 && count_weak(pairs, count, threshold) == 0)
        return 0;
    struct certificate is;
    certificate_at(pairs, count, threshold, &is);
    int most = LOSS_STEPS; // from the bound that says least: a fixed sequence, too
    while (most > 1 && (double)(most - 1) / LOSS_STEPS >= is.loss &&
           is_proved(&t, threshold, (double)(most - 1) / LOSS_STEPS, 1))
        most--;
    return (double)most / LOSS_STEPS;
}

bool certificate_proves(const struct evidence *pairs, size_t count, const struct claim *c)
{
    must(c->loss >= -1 && c->loss <= 1);
    const struct test t = {pairs, count, c->risk};
    return is_proved(&t, c->threshold, c->loss, c->more ? -1 : 1);
}
