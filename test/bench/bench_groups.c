// SPDX-License-Identifier: Apache-2.0
//
// The promise where what is lost is lost in large groups: a certificate of 5 % with 95 %, over
// calls that lose just a little more. Groups are wholly lost, and a part of all calls; the others
// are calls by themselves. How often it is given all the same, where the groups are as many in the
// pairs as among all calls, and where they come as they come.
//
//   build/bench-groups

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "route/certificate.h"

enum { DRAWS = 400, MOST = 12000 };

static const struct promise promised = {.loss = 0.05, .risk = 0.05};
static struct evidence pairs[MOST];
static struct dice dice;

static double by_chance(void)
{
    return ((double)dice_below(&dice, 1 << 30) + 1) / ((1 << 30) + 1.0);
}

// By D. Knuth, "The Art of Computer Programming" 2, 3.4.1.
static unsigned poisson(double mean)
{
    const double least = exp(-mean);
    unsigned n = 0;
    for (double p = by_chance(); p > least; p *= by_chance())
        n++;
    return n;
}

struct world {
    size_t size;   // of a large group
    double part;   // of the calls, that are of such groups
    size_t wanted; // pairs, about
    bool even;     // as many groups are pairs as should be
};

// Whether any group is among them.
static bool draw(const struct world *w, size_t *count)
{
    const double mean = (double)w->wanted * w->part / (double)w->size;
    const double alone = (promised.loss - w->part) / (1 - w->part) + 1e-4; // of these, that lose
    const unsigned groups = w->even ? (unsigned)ceil(mean - 1e-9) : poisson(mean);
    size_t n = 0;
    for (; (double)n < (double)w->wanted * (1 - w->part); n++)
        pairs[n] = (struct evidence){.weak = by_chance() > alone, .strong = 1, .weight = 1};
    for (unsigned g = 1; g <= groups; g++)
        for (size_t k = 0; k < w->size && n < MOST; k++)
            pairs[n++] = (struct evidence){.strong = 1, .weight = 1, .group = g};
    *count = n;
    return groups > 0;
}

// All calls are alike by their score: they are given to the small model, or none is.
static unsigned broken(const struct world *w, unsigned *unseen)
{
    unsigned held = 0;
    *unseen = 0;
    for (unsigned i = 0; i < DRAWS; i++) {
        struct certificate c;
        size_t n;
        const bool seen = draw(w, &n);
        certificate_test(pairs, n, &promised, &c);
        held += c.holds;
        *unseen += c.holds && !seen;
    }
    return held;
}

int main(void)
{
    static const size_t sizes[] = {4, 16, 100}, wanted[] = {1000, 3000, 6000};
    dice_init(&dice, 11);
    for (unsigned s = 0; s < 3; s++) {
        for (unsigned n = 0; n < 3; n++) {
            unsigned none;
            struct world w = {sizes[s], 0.02, wanted[n], true};
            const unsigned even = broken(&w, &none);
            w.even = false;
            const unsigned chance = broken(&w, &none);
            printf("groups: of %zu, 2 %% of %zu pairs: given in %u of %d where they are as many as "
                   "among all calls, in %u as they come (%u without one)\n",
                   w.size, w.wanted, even, DRAWS, chance, none);
        }
    }
    return 0;
}
