// SPDX-License-Identifier: Apache-2.0
//
// The threshold is that of A. Angelopoulos, S. Bates, A. Fisch, L. Lei and T. Schuster, "Conformal
// Risk Control" (ICLR 2024): what it loses of a call that comes has a mean that is no larger than
// was allowed, exactly so where no call loses less by a higher threshold. Its loss is left-one-out:
// M. Stone, "Cross-validatory choice and assessment of statistical predictions", J. R. Stat. Soc. B
// 36 (1974), without bias for a threshold chosen by one pair less.

#include "route/estimate.h"

#include <math.h>

#include "base/must.h"

#define STEPS (2 * CERTIFICATE_STEPS + 1) // thresholds; the first one is -1
#define EXACT 1e-9                        // sums of qualities are

struct pair {
    int small_from; // the first threshold that sends it to the small model; STEPS: none does
    double lost;    // there
    double worth_small, worth_large; // what it could lose, by the side that it goes to
};

struct sample {
    const struct evidence *evidence;
    size_t count;
    double loss;         // that is allowed
    double unit;         // how many calls the next one has with it
    double above[STEPS]; // what all have above it, by the threshold
    double own[STEPS];   // the same of a group
};

// Nobody judged it: at the small model a perfect answer is lost, at the large one nothing is won.
static struct pair pair_of(const struct evidence *e)
{
    const double step = floor((double)e->score / CERTIFICATE_STEP) + 1 + CERTIFICATE_STEPS;
    const double weight = (double)e->weight, strong = weight * (double)e->strong;
    const int from = (int)fmin(fmax(step, 0), STEPS);
    must(weight > 0 && weight <= 1);
    if (e->unjudged)
        return (struct pair){from, weight, weight, 0};
    return (struct pair){from, strong - weight * (double)e->weak, strong, strong};
}

static double above_of(const struct pair *p, bool small, double loss)
{
    return small ? loss * p->worth_small - p->lost : loss * p->worth_large;
}

// What those of `from` up to `end` have above it.
static void add_up(const struct sample *s, size_t from, size_t end, double *above)
{
    double sum = 0;
    for (int i = 0; i < STEPS; i++)
        above[i] = 0;
    for (size_t i = from; i < end; i++) {
        const struct pair p = pair_of(&s->evidence[i]);
        const double large = above_of(&p, false, s->loss);
        sum += large;
        if (p.small_from < STEPS)
            above[p.small_from] += above_of(&p, true, s->loss) - large;
    }
    for (int i = 0; i < STEPS; i++) {
        sum += above[i];
        above[i] = sum;
    }
}

// The last step before the pairs, but for those of `without`, and a group of perfect answers lose
// more than is allowed; -1: none.
static int choose(const struct sample *s, const double *without)
{
    int i = 0;
    for (; i < STEPS; i++)
        if (s->above[i] - (without ? without[i] : 0) < s->unit * (1 - s->loss) - EXACT)
            break;
    return i - 1;
}

// Of the pairs of each group, where the others send them.
static void leave_one_out(struct sample *s, struct certificate *out)
{
    double lost = 0;
    out->worth = 0;
    for (size_t i = 0, end; i < s->count; i = end) {
        end = certificate_group_end(s->evidence, s->count, i);
        add_up(s, i, end, s->own);
        const int step = choose(s, s->own);
        for (size_t k = i; k < end; k++) {
            const struct pair p = pair_of(&s->evidence[k]);
            const bool small = step >= p.small_from;
            out->worth += small ? p.worth_small : p.worth_large;
            lost += small ? p.lost : 0;
        }
    }
    out->loss = out->worth > 0 ? lost / out->worth : 0;
}

// How many calls are in the group of a call, on average, itself among them.
static double calls_with_one(const struct evidence *pairs, size_t count)
{
    double sum = 0;
    for (size_t i = 0, end; i < count; i = end) {
        end = certificate_group_end(pairs, count, i);
        sum += (double)(end - i) * (double)(end - i);
    }
    return count ? sum / (double)count : 1;
}

void estimate_find(const struct evidence *pairs, size_t count, double loss, struct certificate *out)
{
    struct sample s = {.evidence = pairs, .count = count, .loss = loss};
    must(loss > 0 && loss < 1);
    s.unit = calls_with_one(pairs, count);
    add_up(&s, 0, count, s.above);
    const int step = choose(&s, NULL);
    const double threshold =
        step < 0 ? CERTIFICATE_NONE : (step - CERTIFICATE_STEPS) * CERTIFICATE_STEP;
    certificate_at(pairs, count, threshold, out);
    out->holds = out->share > 0;
    if (out->holds)
        leave_one_out(&s, out);
}
