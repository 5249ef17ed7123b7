// SPDX-License-Identifier: Apache-2.0

#include "panel/pair_costs.h"

#include "base/decimal.h"
#include "insight/figures.h"

static void sum_add(struct pair_costs_sum *s, const struct pair_cost *c)
{
    if (!c->known || __builtin_add_overflow(s->pd, c->is.pd, &s->pd))
        return;
    s->count++;
}

void pair_costs_add(struct pair_costs *c, const struct pair *p)
{
    const struct pair_cost *shadow = p->served_strong ? &p->weak_cost : &p->strong_cost;
    c->unpriced |= p->asked && !shadow->known;
    c->judge_unpriced |= p->asked && !p->judge_cost.known;
    sum_add(&c->weak, &p->weak_cost);
    sum_add(&c->strong, &p->strong_cost);
    sum_add(&c->shadow, shadow);
    sum_add(&c->judge, &p->judge_cost);
}

// Of the difference of both means, which have not been rounded: 83 bits, and 103 of its share.
static int128 saved(const struct pair_costs *c, int64_t share_ppm)
{
    const int128 less = (int128)c->strong.pd * c->weak.count - (int128)c->weak.pd * c->strong.count;
    return decimal_divide_down(less * share_ppm,
                               (int128)c->weak.count * c->strong.count * PAIR_WHOLE_PPM);
}

void pair_costs_write(const struct pair_costs *c, int64_t share_ppm, struct json_out *o)
{
    const bool weak = c->weak.count > 0, strong = c->strong.count > 0;
    const bool both = weak && strong && share_ppm >= 0;
    figure_usd(o, "small_usd", weak, weak ? decimal_divide_up(c->weak.pd, c->weak.count) : 0);
    figure_usd(o, "large_usd", strong,
               strong ? decimal_divide_down(c->strong.pd, c->strong.count) : 0);
    figure_usd(o, "saved_usd", both, both ? saved(c, share_ppm) : 0);
    figure_usd(o, "shadow_usd", !c->unpriced, c->shadow.pd);
    figure_usd(o, "judge_usd", !c->judge_unpriced, c->judge.pd);
}
