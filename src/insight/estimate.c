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
