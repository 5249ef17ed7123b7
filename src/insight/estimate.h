// SPDX-License-Identifier: Apache-2.0
//
// estimate - numbers of a sample in which some stand for more others than the rest, and their mean
// among all of them: an interval of 95 %, as the normal distribution has it.

#ifndef INSIGHT_ESTIMATE_H
#define INSIGHT_ESTIMATE_H

#include <stdint.h>

struct estimated {
    double is, low, high;
};

// Numbers that count by weights: Σ w·x / Σ w.
struct estimate_ratio {
    int64_t count;
    double weights, sum;  // Σ w, Σ w·x
    double ww, wwx, wwxx; // Σ w², w²x, w²x²
};

// Of n that are so among `of`, as many or more: the share of all of which these were drawn (E. B.
// Wilson, "Probable inference, the law of succession, and statistical inference" (1927)); of none
// nothing is known.
struct estimated estimate_share(int64_t n, int64_t of);
void estimate_weigh(struct estimate_ratio *e, double weight, double x);
// Of at least one number.
struct estimated estimate_mean(const struct estimate_ratio *e);

#endif
