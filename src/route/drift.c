// SPDX-License-Identifier: Apache-2.0
//
// An e-detector: J. Shin, A. Ramdas and A. Rinaldo, "E-detectors: a nonparametric framework for
// sequential change detection", New England J. Stat. Data Sci. 2 (2024), in the manner of Shiryaev
// and Roberts; with starts that are weighed, so that a false alarm is bounded for all times. Where
// the change began is Page's guess (CUSUM).

#include "route/drift.h"

#include "base/must.h"

static const double stakes[DRIFT_STAKES] = {0.1, 0.3, 0.9}; // of a fortune; none ever ends

void drift_begin(struct drift *d, const struct promise *p)
{
    must(p->risk > 0 && p->risk < 1);
    *d = (struct drift){.promise = *p};
}

// What the k-th gambler brings; nothing where he is there already.
static double enter(struct drift *d, int64_t number)
{
    const int64_t block = (number - 1) / DRIFT_BLOCK + 1;
    if (block <= d->block)
        return 0;
    d->block = block;
    return 1 / ((double)block * (double)(block + 1));
}

static void bet(struct drift_stake *s, double more, int64_t number, double factor)
{
    if (more > 0 && s->best < 1) {
        s->best = 1;
        s->since = number;
    }
    s->best *= factor;
    s->together = (s->together + more) * factor;
}

void drift_add(struct drift *d, int64_t number, double routed, double strong)
{
    const double lost = (1 - d->promise.loss) * strong - routed; // beyond what was promised
    double all = 0, best = 0;
    must(number > 0 && lost >= -1 && lost <= 1);
    if (d->broken)
        return;
    const double more = enter(d, number);
    for (int i = 0; i < DRIFT_STAKES; i++) {
        struct drift_stake *s = &d->stakes[i];
        bet(s, more, number, 1 + stakes[i] * lost);
        all += s->together / DRIFT_STAKES;
        if (s->best > best) {
            best = s->best;
            d->since = s->since;
        }
    }
    d->broken = all >= 1 / d->promise.risk;
}
