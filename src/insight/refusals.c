// SPDX-License-Identifier: Apache-2.0

#include "insight/refusals.h"

#include <math.h>

#define PPM    1e6
#define LIKELY 2 // standard deviations

static void add(struct estimated *sum, const struct estimated *share, double of)
{
    sum->is += share->is * of;
    sum->low += share->low * of;
    sum->high += share->high * of;
}

static int64_t refused_of(const struct shadowed_model *m)
{
    return m->asked > m->kept ? m->asked - m->kept : 0;
}

// Shadows of calls that stay, at the most: which call has one never depends on the call.
static double shadows_of(const struct replay *r, int64_t calls)
{
    const double odds = r->shadow_ppm / PPM, n = (double)calls;
    return ceil(n * odds + LIKELY * sqrt(n * odds * (1 - odds)));
}

static struct estimated share_of(const struct replay *r, unsigned i)
{
    const struct shadowed_model *m = &r->shadowed.list[i];
    const struct replay_checks *c = &r->by_shadow[i];
    const int64_t refused = refused_of(m);
    struct estimated share = estimate_share(refused, m->asked);
    if (c->pairs >= m->kept)
        return share;
    const double others = shadows_of(r, r->large - c->answered) - (double)(m->kept - c->pairs);
    const int64_t least = (int64_t)fmax(0, (double)refused - fmax(0, others));
    const struct estimated few = estimate_share(least, least + c->pairs);
    share.is = fmax(share.is, few.is);
    share.low = fmin(share.is, few.low);
    share.high = estimate_share(refused, refused + c->pairs).high;
    return share;
}

// A refusal is short: what it costs less than the answers of pairs, by which forecasts are mended.
static double cheaper_by(const struct shadowed_model *m)
{
    const int64_t refused = refused_of(m);
    if (refused == 0 || m->kept == 0)
        return 0;
    return m->kept_pd / (double)m->kept - (m->asked_pd - m->kept_pd) / (double)refused;
}

void refusals_of(const struct replay *r, struct refusals *out)
{
    const double guess = r->cascades ? (double)r->escalated / (double)r->cascades : 0;
    const struct estimated guessed = {guess, guess, guess};
    double refused = guess * (double)r->guessed.calls;
    *out = (struct refusals){.answered = guess * (double)r->guessed.answered};
    add(&out->cost, &guessed, r->guessed.large);
    for (unsigned i = 0; i < r->shadowed.count; i++) {
        const struct shadowed_model *m = &r->shadowed.list[i];
        const struct replay_checks *c = &r->by_shadow[i];
        if (c->calls + c->answered == 0)
            continue;
        const struct estimated share = share_of(r, i);
        add(&out->cost, &share, c->large - (double)c->calls * cheaper_by(m));
        out->answered += share.is * (double)c->answered;
        out->asked += m->asked;
        out->refused += refused_of(m);
        out->any_of_them |= c->pairs < m->kept;
        refused += share.is * (double)c->calls;
    }
    out->share = r->checked ? refused / (double)r->checked : 0;
}
