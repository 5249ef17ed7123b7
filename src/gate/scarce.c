// SPDX-License-Identifier: Apache-2.0

#include "gate/scarce.h"

#include <stdlib.h>

#include "base/map.h"
#include "budget/pressure.h"
#include "gate/budgets_part.h"
#include "store/spent.h"

#define ACCOUNTS 8192 // a quarter of a megabyte

// An account as the store had it when the process began.
struct spent {
    uint64_t budget, value; // the latter's hash
    int64_t start_us;
    struct nano settled;
};

static int compare(const void *a, const void *b)
{
    const struct spent *x = a, *y = b;
    if (x->budget != y->budget)
        return x->budget < y->budget ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->start_us > y->start_us) - (x->start_us < y->start_us);
}

static void hear(void *context, const struct store_spent *s)
{
    struct budgets *all = context;
    if (all->spent_count < 2 * ACCOUNTS)
        all->spent[all->spent_count++] =
            (struct spent){s->budget, map_hash(s->value), s->start_us, s->settled};
}

enum status scarce_recall(struct budgets *all, int64_t wall_us, struct why *why)
{
    all->spent = alloc_get(&alloc_heap, 2 * ACCOUNTS * sizeof *all->spent);
    if (!all->spent)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    const struct spent_query q = {.now_us = wall_us, .most = ACCOUNTS};
    enum status s = store_spent_each(all->store, &q, hear, all, why);
    qsort(all->spent, all->spent_count, sizeof *all->spent, compare);
    return s;
}

static struct nano before(const struct budgets *all, const struct account_key *key)
{
    const struct spent wanted = {key->budget, map_hash(key->value), key->window.start_us, {0}};
    const struct spent *found =
        all->spent_count ? bsearch(&wanted, all->spent, all->spent_count, sizeof wanted, compare)
                         : NULL;
    return found ? found->settled : (struct nano){0};
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
    // Without its number it is not told yet what it has settled.
    struct nano used = a && a->id > 0 ? a->settled : before(all, &key);
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
