// SPDX-License-Identifier: Apache-2.0

#include <string.h>

#include "core/usage.h"
#include "gate/budgets_part.h"

static void on_leased(struct lease *l);

struct ask *budgets_ask(struct budgets *all, struct account *a, struct nano upto)
{
    struct ask *k = NULL;
    if (!all->closed)
        k = alloc_zero(&alloc_heap, sizeof *k + a->key.value.len);
    if (!k)
        return NULL;
    if (a->key.value.len)
        memcpy(k->value, a->key.value.ptr, a->key.value.len);
    k->all = all;
    k->account = a;
    k->lease = (struct lease){.key = a->key,
                              .limit = a->terms.limit,
                              .ceiling = a->ceiling,
                              .observe = a->terms.observe,
                              .told = a->told,
                              .upto = upto,
                              .first = a->id == 0,
                              .again = a->late == LATE_ASKED,
                              .knew = a->moved,
                              .lost = all->lost,
                              .done = on_leased,
                              .context = k};
    k->lease.key.value = str_from(k->value, a->key.value.len);
    a->leases++;
    list_push(&all->asks, &k->link);
    store_lease(all->store, &k->lease);
    return k;
}

void budgets_tell(struct budgets *all, struct account *a)
{
    if (a->id > 0 && a->leases == 0)
        (void)budgets_ask(all, a, a->leased);
}

bool budgets_is_free(const struct account *a)
{
    return a->id > 0 && a->uses == 0 && a->leases == 0 && a->late == LATE_NOT;
}

void budgets_forget(struct budgets *all, struct account *a)
{
    scarce_keep(all, a->key.budget, a->key.value, a->key.window.start_us, a->settled);
    if (!a->gives_back && a->leased.n <= a->settled.n) {
        must(accounts_forget(&all->table, a));
    } else if (budgets_ask(all, a, a->settled)) {
        a->gives_back = true;
        a->leased = a->settled;
    }
}

static bool is_told(const struct account *a, const struct lease *l)
{
    return a->told <= l->told && a->terms.limit.n == l->limit.n &&
           a->ceiling.n <= count_larger(l->ceiling.n, l->limit.n) && a->terms.observe == l->observe;
}

// What accounts_ask has given out.
static void grow(struct budgets *all, struct account *a)
{
    struct ask *k = budgets_ask(all, a, (struct nano){count_add(a->leased.n, a->more.n)});
    if (k)
        k->grows = true; // it is answered under the lock
    else
        accounts_leased(&all->table, a, (struct nano){0});
}

void budgets_pump(struct budgets *all)
{
    struct account *a;
    struct nano more;
    while (accounts_ask(&all->table, &a, &more)) {
        a->more = more;
        if (a->leases == 0) // else once that has come
            grow(all, a);
    }
}

void budgets_unborn(struct budgets *all, struct account *a)
{
    budgets_late(all, a, LATE_NOT); // its first lease has all
    if (list_empty(&a->strays))
        must(accounts_forget(&all->table, a));
}

// The account's first: it has a number now, or cannot be had.
static void born(struct budgets *all, struct account *a, const struct lease *l)
{
    bool fine = l->status == STATUS_OK;
    if (fine) {
        struct account_kept kept = l->kept;
        if (l->observe)
            kept.leased = kept.settled; // nothing is set aside
        a->id = l->account;
        a->moved = l->moved;
        accounts_restore(a, &kept);
        budgets_alert_again(all, a);
        budgets_return(all, a);
        bookings_gather(all, a);
        if (all->lead) // more may be to come to it
            bookings_lead(all);
        if (!is_told(a, l))
            budgets_tell(all, a);
        budgets_catch_up(all, a);
        return;
    }
    bookings_born(all, a, false);
    budgets_unborn(all, a); // the next call asks again
}

// What was spent in other windows meanwhile. It is not late while that is counted: whoever asks the
// store then asks as ever.
static void caught_up(struct budgets *all, struct account *a, const struct lease *l)
{
    bool fine = l->status == STATUS_OK;
    if (a->late == LATE_ASKED)
        budgets_late(all, a, fine ? LATE_NOT : LATE_DUE);
    if (fine && l->moved.n > a->moved.n) {
        struct nano more = {l->moved.n - a->moved.n};
        a->moved = l->moved;
        accounts_count(&all->table, a, more);
    }
    if (fine)
        budgets_catch_up(all, a);
    else
        bookings_born(all, a, false);
}

// More of it is set aside, or its terms are told.
static void took(struct budgets *all, struct account *a, const struct ask *k)
{
    const struct lease *l = &k->lease;
    bool fine = l->status == STATUS_OK;
    if (k->grows) {
        bool more = fine && !l->observe && l->kept.leased.n > a->leased.n;
        struct nano by = {more ? l->kept.leased.n - a->leased.n : 0};
        accounts_leased(&all->table, a, by);
    }
    if (l->again && fine && l->kept.leased.n > a->leased.n)
        a->leased = l->kept.leased;
    if (l->again)
        caught_up(all, a, l);
    else if (a->late == LATE_DUE)
        budgets_catch_up(all, a);
    if (a->asked && a->leases == 0) // for it this one was waited for
        grow(all, a);
    if (fine && !is_told(a, l))
        budgets_tell(all, a);
}

// It is forgotten once the store says that it has it back: whoever needs it takes it up anew, which
// is done here for those that are to come to it. When that is not known, it is asked again.
static void gave_back(struct budgets *all, struct account *a, const struct lease *l)
{
    bool fine = l->status == STATUS_OK;
    if (fine && !is_told(a, l) && budgets_ask(all, a, a->leased))
        return;
    bookings_born(all, a, fine);
    if (!fine)
        return;
    a->gives_back = false;
    a->id = 0;
    budgets_ask_again(all, a);
}

static void on_leased(struct lease *l)
{
    struct ask *k = l->context;
    struct budgets *all = k->all;
    pthread_mutex_lock(&all->lock);
    struct account *a = k->account;
    list_pull(&k->link);
    all->closed |= l->status == STATUS_CLOSED;
    a->leases--;
    if (a->id == 0)
        born(all, a, l);
    else if (a->gives_back)
        gave_back(all, a, l);
    else
        took(all, a, k);
    budgets_pump(all);
    pthread_cond_broadcast(&all->asked);
    pthread_mutex_unlock(&all->lock);
    heap_free(k);
}
