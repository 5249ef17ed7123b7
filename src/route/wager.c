// SPDX-License-Identifier: Apache-2.0
//
// The fortune is the capital of I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random
// variables by betting", J. R. Stat. Soc. B 86 (2024). Its stakes are those that come to a goal by
// a deadline most probably: M. Kulldorff, "Optimal control of favorable games with a time limit"
// (1993), and S. Browne, "Reaching goals by a deadline" (1999). With numbers enough that proves as
// much as a test that takes their mean to be normal; this one takes nothing.

#include "route/wager.h"

#include <math.h>

#include "base/must.h"

// What stands for a past before there is any: so many numbers of such a variance.
#define PAST          20.0
#define PAST_VARIANCE 0.10
#define STAKE_MOST    0.9 // a fortune never ends
#define BEYOND        1.1 // he aims so much higher: numbers come in steps
#define ROOT_2PI      2.506628274631

void wager_begin(struct wager *w, size_t count, double risk, double scale)
{
    must(risk > 0 && risk < 1 && scale > 0);
    *w = (struct wager){.goal = -log(risk),
                        .spread = PAST * PAST_VARIANCE * scale * scale,
                        .seen = PAST,
                        .count = PAST + (double)count};
}

// Of the normal distribution, 0 < p < 1, to 0.0005 (Abramowitz and Stegun, 26.2.23).
static double quantile(double p)
{
    double t = sqrt(-2 * log(p < 0.5 ? p : 1 - p));
    double above = 2.515517 + t * (0.802853 + t * 0.010328);
    double below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    double distance = t - above / below;
    return p < 0.5 ? -distance : distance;
}

static double stake_of(const struct wager *w)
{
    double reached = fmax(1e-12, exp(w->fortune - w->goal) / BEYOND);
    double left = fmax(1, w->count - w->seen);
    double d = quantile(reached);
    double stake = exp(-d * d / 2) / (ROOT_2PI * reached * sqrt(left * w->spread / w->seen));
    return fmin(STAKE_MOST, stake);
}

void wager_add(struct wager *w, double x)
{
    must(x >= -1 && x <= 1);
    if (wager_won(w))
        return;
    w->fortune += log1p(stake_of(w) * x);
    double off = x - w->sum / w->seen;
    w->sum += x;
    w->spread += off * off;
    w->seen += 1;
}

bool wager_won(const struct wager *w)
{
    return w->fortune >= w->goal;
}
