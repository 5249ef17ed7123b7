// SPDX-License-Identifier: Apache-2.0
//
// Each waiting hold is in the queue of one account, where it cannot go on: it lacks room there, or
// an earlier one is before it. So whenever something changes at an account, only its queue is
// looked at, from the first on, up to one that must stay. One that could go on here but lacks room
// at another account moves there, to its turn: those behind it here go on.
//
// Moving alone would starve one whose accounts are never free together. So from its second move on
// it is a keeper of the account that it leaves: those of a later turn see its amount as if it were
// held. Those of an earlier turn do not, else two keepers could wait for each other. The earliest
// of all that wait then moves once at most into each of its accounts before it is let in, unless a
// lowered limit, growth or an overrun takes what it keeps. Keeping from the first move on would
// leave room idle in a wide account for each that only comes to stand in its narrow one. One that
// comes in a turn (`since`) and lacks nothing but a lease is a keeper at once: it has room, and
// waits no longer than the store does. None is one where it stands: there its turn is enough.
//
// Who is kept out by keepers alone that lack but a lease lacks no more than they do: it waits for
// the store. Where they come to lack something else, go on, or stand behind another, it is looked
// at again.

#include "budget/accounts_part.h"

static struct hold *first_of(const struct account *a)
{
    return list_empty(&a->queue) ? NULL : list_of(a->queue.next, struct hold, link);
}

static void change(struct accounts *t, struct account *a)
{
    if (list_empty(&a->changed))
        list_push(&t->changed, &a->changed);
}

// Those that stand where it keeps room are to hear what it waits for now.
static void change_kept(struct accounts *t, const struct hold *h)
{
    for (unsigned i = 0; i < h->count; i++)
        if (h->keeps[i].by)
            change(t, h->accounts[i]);
}

static void take_out(struct accounts *t, struct hold *h)
{
    struct account *a = h->queued;
    bool first = first_of(a) == h;
    a->impatient -= !h->patient;
    t->waiting -= h->patient;
    h->queued = NULL;
    list_pull(&h->link);
    if (first && !list_empty(&a->queue))
        change_kept(t, first_of(a));
}

static void put_in(struct accounts *t, struct hold *h, struct account *a)
{
    struct list *before = &a->queue;
    while (before->prev != &a->queue && list_of(before->prev, struct hold, link)->turn > h->turn)
        before = before->prev;
    list_push(before, &h->link);
    h->queued = a;
    change_kept(t, h);
    if (first_of(a) == h && before != &a->queue)
        change_kept(t, list_of(before, struct hold, link));
    a->impatient += !h->patient;
    t->waiting += h->patient;
    if (h->amount.n > a->largest)
        a->largest = h->amount.n;
}

static unsigned index_of(const struct hold *h, const struct account *a)
{
    unsigned i = 0;
    while (h->accounts[i] != a)
        i++;
    return i;
}

static void keep(struct hold *h, struct account *a)
{
    unsigned i = index_of(h, a);
    struct list *before = &a->keepers;
    while (before->prev != &a->keepers &&
           list_of(before->prev, struct hold_keeps, link)->by->turn > h->turn)
        before = before->prev;
    list_push(before, &h->keeps[i].link);
    h->keeps[i].by = h;
}

static void keep_not(struct hold *h, unsigned i)
{
    if (h->keeps[i].by)
        list_pull(&h->keeps[i].link);
    h->keeps[i].by = NULL;
}

// It waits no more. What it kept is held now, or room for others.
static void let_go(struct accounts *t, struct hold *h)
{
    change_kept(t, h);
    take_out(t, h);
    for (unsigned i = 0; i < h->count; i++) {
        h->accounts[i]->uses--;
        keep_not(h, i);
    }
    alloc_free(t->alloc, h->keeps);
    h->keeps = NULL;
    h->state = HOLD_NONE;
}

static void wake(struct accounts *t, struct hold *h, const struct verdict *v)
{
    let_go(t, h);
    if (v->is == ADMISSION_MADE)
        hold_make(t, h);
    t->listener.woken(t->listener.context, h, v);
}

static bool may_stay(const struct hold *h, const struct verdict *v)
{
    return v->is == ADMISSION_LEASE || (v->is == ADMISSION_HELD && h->patient);
}

static void stay(struct accounts *t, struct hold *h, const struct verdict *v)
{
    if (h->lacks != v->is)
        change_kept(t, h);
    h->lacks = v->is;
    if (v->is != ADMISSION_LEASE)
        return;
    for (unsigned i = 0; i < h->count; i++)
        lease_want(t, h->accounts[i], h->amount);
}

// Those that wait for the store only do not wait behind one that waits for open holds.
static void send_impatient(struct accounts *t, struct account *a)
{
    const struct hold *first = first_of(a);
    if (!first || a->impatient == 0 || first->lacks != ADMISSION_HELD)
        return;
    list_for (it, &a->queue) {
        struct hold *h = list_of(it, struct hold, link);
        if (!h->patient) {
            struct verdict v = hold_judge(t, h);
            wake(t, h, &v);
        }
    }
}

// Those that can never fit do not wait for their turn to hear so. Only when the largest of them may
// be one of these are they looked at.
static void send_hopeless(struct accounts *t, struct account *a)
{
    if (!a->terms.paused && (int128)a->settled.n + a->largest <= a->terms.limit.n)
        return;
    a->largest = 0;
    list_for (it, &a->queue) {
        struct hold *h = list_of(it, struct hold, link);
        struct verdict v = hold_judge(t, h);
        if (v.is == ADMISSION_SPENT || v.is == ADMISSION_PAUSED)
            wake(t, h, &v);
        else if (h->amount.n > a->largest)
            a->largest = h->amount.n;
    }
}

static void move_on(struct accounts *t, struct hold *h, struct account *next)
{
    if (h->moved)
        keep(h, h->queued);
    h->moved = true;
    take_out(t, h);
    put_in(t, h, next);
    keep_not(h, index_of(h, next));
    send_impatient(t, next);
}

static void look_at(struct accounts *t, struct account *a, bool refused)
{
    send_hopeless(t, a);
    for (struct hold *h = first_of(a); h; h = first_of(a)) {
        struct verdict v = hold_judge(t, h);
        bool needs = account_used(a) + h->amount.n > a->leased.n;
        if (!may_stay(h, &v) || (refused && needs && v.is == ADMISSION_LEASE)) {
            wake(t, h, &v);
            continue;
        }
        stay(t, h, &v);
        if (h->accounts[v.at] == a)
            break;
        move_on(t, h, h->accounts[v.at]);
    }
    send_impatient(t, a);
}

void account_admit(struct accounts *t, struct account *a, bool refused)
{
    look_at(t, a, refused);
    while (!list_empty(&t->changed)) {
        struct account *next = list_of(t->changed.next, struct account, changed);
        list_pull(&next->changed);
        look_at(t, next, false);
    }
}

static int64_t windows_end_us(const struct hold *h)
{
    int64_t end_us = INT64_MAX;
    for (unsigned i = 0; i < h->count; i++) {
        const struct window *w = &h->accounts[i]->key.window;
        end_us = w->end_us < end_us ? w->end_us : end_us;
    }
    return end_us;
}

struct verdict accounts_wait(struct accounts *t, struct hold *h, bool patient, int64_t now_us)
{
    struct verdict v = accounts_reserve(t, h, now_us);
    h->patient = patient;
    if (may_stay(h, &v))
        h->keeps = alloc_zero(t->alloc, h->count * sizeof *h->keeps);
    if (!h->keeps)
        return v;
    h->turn = h->since ? h->since : ++t->turns;
    h->state = HOLD_WAITING;
    h->moved = h->since && v.is == ADMISSION_LEASE;
    h->until_us = windows_end_us(h);
    for (unsigned i = 0; i < h->count; i++)
        h->accounts[i]->uses++;
    put_in(t, h, h->accounts[v.at]);
    for (unsigned i = 0; h->moved && i < h->count; i++)
        if (h->accounts[i] != h->queued)
            keep(h, h->accounts[i]);
    stay(t, h, &v);
    return v;
}

void accounts_joined(struct accounts *t, struct hold *h)
{
    must(h->state == HOLD_WAITING);
    if (!h->since)
        return;
    change_kept(t, h);
    account_admit(t, h->queued, false);
}

bool accounts_leave(struct accounts *t, struct hold *h)
{
    if (h->state != HOLD_WAITING)
        return false;
    struct account *a = h->queued;
    let_go(t, h);
    account_admit(t, a, false);
    return true;
}
