// SPDX-License-Identifier: Apache-2.0

#include <stdlib.h>

#include "gate/budgets_part.h"
#include "gate/scarce.h"
#include "store/lease.h"
#include "store/spent.h"

// Of a budget that presses, in its window of now.
struct current {
    struct account_key key; // without a value
    bool used;              // something is settled there: what was spent in other windows is in it
};

struct recalling {
    struct budgets *all;
    struct current *list; // by number
    size_t count;
};

// False without memory.
static bool list_current(struct recalling *r, int64_t wall_us)
{
    struct budgets *all = r->all;
    pthread_mutex_lock(&all->lock);
    const size_t count = all->said ? all->said_count : 0;
    r->list = alloc_get(&alloc_heap, (count + 1) * sizeof *r->list);
    for (size_t i = 0; i < count && r->list; i++) {
        const struct said *said = &all->said[i];
        if (!said->terms.observe)
            r->list[r->count++] = (struct current){
                {.budget = said->budget, .window = window_at(&said->rule, wall_us)}, false};
    }
    pthread_mutex_unlock(&all->lock);
    return r->list != NULL;
}

static int by_number(const void *a, const void *b)
{
    const struct current *x = a, *y = b;
    return x->key.budget < y->key.budget ? -1 : x->key.budget > y->key.budget;
}

static void hear(void *context, const struct store_spent *s)
{
    const struct recalling *r = context;
    const struct current key = {.key.budget = s->budget};
    struct current *now = bsearch(&key, r->list, r->count, sizeof key, by_number);
    if (now && now->key.window.start_us == s->start_us)
        now->used = true;
    scarce_keep(r->all, s->budget, s->value, s->start_us, s->settled);
}

static void hear_moved(void *context, const struct account_moved *a)
{
    const struct recalling *r = context;
    scarce_keep(r->all, a->key.budget, a->key.value, a->key.window.start_us, a->more);
}

// What was spent before the window was changed, of budgets that nobody has used since.
static enum status recall_moved(struct recalling *r, struct why *why)
{
    struct accounts_view view;
    enum status status = store_accounts_open(r->all->store, &view, why);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < r->count && status == STATUS_OK; i++)
        if (!r->list[i].used)
            status = store_accounts_moved(&view, &r->list[i].key, hear_moved, r, why);
    store_accounts_close(&view);
    return status;
}

enum status scarce_recall(struct budgets *all, int64_t wall_us, struct why *why)
{
    const struct spent_query q = {.now_us = wall_us, .most = SPENT_PLACES / 2};
    struct recalling r = {.all = all};
    if (!list_current(&r, wall_us))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    enum status status = store_spent_each(all->store, &q, hear, &r, why);
    if (status == STATUS_OK)
        status = recall_moved(&r, why);
    alloc_free(&alloc_heap, r.list);
    return status;
}
