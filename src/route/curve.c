// SPDX-License-Identifier: Apache-2.0

#include "route/curve.h"

#include <stdlib.h>

// Highest score first.
static int by_score(const void *a, const void *b)
{
    float x = ((const struct judged *)a)->score, y = ((const struct judged *)b)->score;
    return (x < y) - (x > y);
}

// Where a straight line from (share, from) to (share + width, to) reaches `aim`; 2 if it does not.
static double crossing(double share, double width, double from, double to, double aim)
{
    if (from >= aim)
        return share;
    return to >= aim ? share + width * (aim - from) / (to - from) : 2;
}

static double less(double a, double b)
{
    return a < b ? a : b;
}

struct walk {
    double weak, strong, gain; // sums over all
    double share[4];           // that reach: half and 4/5 of the gain, 95 and 99 % of the quality
    double area;
};

static void step(struct walk *w, double share, double width, double from, double to)
{
    const double aims[4] = {.5 * w->gain, .8 * w->gain, .95 * w->strong - w->weak,
                            .99 * w->strong - w->weak};
    w->area += width * (from + to) / 2;
    for (unsigned i = 0; i < 4; i++)
        w->share[i] = less(w->share[i], crossing(share, width, from, to, aims[i]));
}

static struct walk begin(const struct judged *outcomes, size_t count)
{
    struct walk w = {.share = {2, 2, 2, 2}};
    for (size_t i = 0; i < count; i++) {
        w.weak += (double)outcomes[i].weak;
        w.strong += (double)outcomes[i].strong;
    }
    w.gain = w.strong - w.weak;
    return w;
}

static void finish(const struct walk *w, size_t count, double ratio, bool tried, struct curve *out)
{
    bool gains = w->gain > 1e-9 * (double)(count + 1);
    *out = (struct curve){
        .apgr = gains ? w->area / w->gain : .5,
        .cpt50 = gains ? w->share[0] : .5,
        .cpt80 = gains ? w->share[1] : .8,
    };
    double *const save[2] = {&out->save95, &out->save99};
    for (unsigned i = 0; i < 2; i++) {
        double share = less(w->share[2 + i], 1);
        double small = tried ? ratio : ratio * (1 - share);
        *save[i] = 1 - share - small;
        if (*save[i] < 0)
            *save[i] = 0; // the large model alone is one of the ways
    }
}

void curve_of(struct judged *outcomes, size_t count, double ratio, bool tried, struct curve *out)
{
    struct walk w = begin(outcomes, count);
    double gained = 0;
    qsort(outcomes, count, sizeof *outcomes, by_score);
    for (size_t i = 0; i < count;) {
        size_t end = i;
        double more = 0;
        for (; end < count && outcomes[end].score <= outcomes[i].score &&
               outcomes[end].score >= outcomes[i].score;
             end++)
            more += (double)outcomes[end].strong - (double)outcomes[end].weak;
        if (end == i)
            end++; // a score that is no number: of no worth
        step(&w, (double)i / (double)count, (double)(end - i) / (double)count, gained,
             gained + more);
        gained += more;
        i = end;
    }
    finish(&w, count, ratio, tried, out);
}

void curve_of_chance(const struct judged *outcomes, size_t count, double ratio, struct curve *out)
{
    struct walk w = begin(outcomes, count);
    step(&w, 0, 1, 0, w.gain);
    finish(&w, count, ratio, false, out);
}

void curve_at(const struct judged *outcomes, size_t count, double threshold,
              struct at_threshold *out)
{
    double weak = 0, quality = 0, strong = 0;
    for (size_t i = 0; i < count; i++) {
        bool small = (double)outcomes[i].score < threshold;
        weak += small;
        strong += (double)outcomes[i].strong;
        quality += (double)(small ? outcomes[i].weak : outcomes[i].strong);
    }
    out->share_weak = count ? weak / (double)count : 0;
    out->loss = strong > 0 ? 1 - quality / strong : 0;
}
