// SPDX-License-Identifier: Apache-2.0

#include "gate/scarce.h"

#include "budget/pressure.h"
#include "gate/budgets_part.h"

static int64_t pressure(struct budgets *all, const struct booking_wish *w, int64_t wall_us)
{
    const struct account_terms *said = budgets_said(all, w->budget);
    if (said->observe)
        return 0;
    const struct account_key key = {.budget = w->budget->id,
                                    .value = w->value,
                                    .window = budgets_window(all, w->budget, wall_us)};
    const struct account *a = accounts_find(&all->table, &key);
    struct nano used;
    if (!a)
        return 0;
    if (!nano_add(a->settled, a->held, &used))
        return PRESSURE_FULL;
    return pressure_of(used, said->limit, &key.window, wall_us);
}

int64_t scarce_ppm(struct budgets *all, const struct booking_wish *wishes, unsigned count,
                   int64_t wall_us)
{
    int64_t highest = 0;
    pthread_mutex_lock(&all->lock);
    for (unsigned i = 0; i < count; i++) {
        int64_t ppm = pressure(all, &wishes[i], wall_us);
        highest = ppm > highest ? ppm : highest;
    }
    pthread_mutex_unlock(&all->lock);
    return highest;
}
