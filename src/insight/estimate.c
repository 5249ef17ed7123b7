// SPDX-License-Identifier: Apache-2.0
//
// The variance of a ratio is that of its residuals w (x - mean), over the square of the weights.

#include "insight/estimate.h"

#include <math.h>

#include "base/must.h"

#define TWO_SIDED 1.959964 // the quantile of 97.5 %

static struct estimated around(double is, double variance)
{
    double half = TWO_SIDED * sqrt(fmax(0, variance));
    return (struct estimated){is, is - half, is + half};
}

struct estimated estimate_share(int64_t n, int64_t of)
{
    must(n >= 0 && n <= of);
    if (of == 0)
        return (struct estimated){0, 0, 1};
    const double all = (double)of, is = (double)n / all, zz = TWO_SIDED * TWO_SIDED;
    const double centre = (is + zz / (2 * all)) / (1 + zz / all);
    const double half =
        TWO_SIDED * sqrt(is * (1 - is) / all + zz / (4 * all * all)) / (1 + zz / all);
    return (struct estimated){is, fmax(0, centre - half), fmin(1, centre + half)};
}

void estimate_weigh(struct estimate_ratio *e, double weight, double x)
{
    double ww = weight * weight;
    e->count++;
    e->weights += weight;
    e->sum += weight * x;
    e->ww += ww;
    e->wwx += ww * x;
    e->wwxx += ww * x * x;
}

struct estimated estimate_mean(const struct estimate_ratio *e)
{
    must(e->weights > 0);
    double mean = e->sum / e->weights;
    double residuals = e->wwxx - 2 * mean * e->wwx + mean * mean * e->ww;
    return around(mean, residuals / (e->weights * e->weights));
}
