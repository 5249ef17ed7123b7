// SPDX-License-Identifier: Apache-2.0

#include "gate/scarce.h"

#include "base/clock.h"
#include "base/map.h"
#include "budget/pressure.h"
#include "gate/budgets_part.h"

static uint64_t number_of(uint64_t budget, struct str value, int64_t start_us)
{
    const uint64_t parts[] = {budget, map_hash(value), (uint64_t)start_us};
    return map_hash(str_from((const char *)parts, sizeof parts));
}

// What the store tells is of a moment before.
static uint64_t raise_to(uint64_t word, const void *context)
{
    const struct nano *settled = context;
    return word > (uint64_t)settled->n ? word : (uint64_t)settled->n;
}

void scarce_keep(struct budgets *all, uint64_t budget, struct str value, int64_t start_us,
                 struct nano settled)
{
    uint32_t now_s = (uint32_t)(clock_mono_us() / SECOND_US);
    struct memo_place *p = memo_take(all->spent, number_of(budget, value, start_us), now_s);
    memo_change(p, 0, raise_to, &settled);
}

static struct nano before(const struct budgets *all, const struct account_key *key)
{
    uint64_t number = number_of(key->budget, key->value, key->window.start_us);
    return (struct nano){(int64_t)memo_word(memo_find(all->spent, number), 0)};
}

static int64_t pressure(struct budgets *all, const struct booking_wish *w, int64_t wall_us)
{
    const struct account_terms *said = budgets_said(all, w->budget);
    if (said->observe)
        return 0;
    const struct account_key key = {.budget = w->budget->id,
                                    .value = w->value,
                                    .window = budgets_window(all, w->budget, wall_us)};
    const struct account *a = accounts_find(&all->table, &key);
    // What is just taken up is not told yet what it has settled.
    struct nano used = before(all, &key);
    if (a && a->settled.n > used.n)
        used = a->settled;
    if (a && !nano_add(used, a->held, &used))
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
