// SPDX-License-Identifier: Apache-2.0

#include "gate/budgets_part.h"
#include "gate/scarce.h"
#include "store/spent.h"

static void hear(void *context, const struct store_spent *s)
{
    scarce_keep(context, s->budget, s->value, s->start_us, s->settled);
}

enum status scarce_recall(struct budgets *all, int64_t wall_us, struct why *why)
{
    const struct spent_query q = {.now_us = wall_us, .most = SPENT_PLACES / 2};
    return store_spent_each(all->store, &q, hear, all, why);
}
