// SPDX-License-Identifier: Apache-2.0
//
// Each waiting hold is in the queue of one account, where it cannot go on: it lacks room there, or
// an earlier one is before it. So whenever something changes at an account, only its queue is
// looked at, from the first on, up to one that must stay. One that could go on here but lacks room
// at another account moves there, to its turn: those behind it here go on.

#include "budget/accounts_part.h"

static struct hold *first_of(const struct account *a)
{
    return list_empty(&a->queue) ? NULL : list_of(a->queue.next, struct hold, link);
}

static void take_out(struct hold *h)
{
    h->queued->impatient -= !h->patient;
    h->queued = NULL;
    list_pull(&h->link);
}

static void put_in(struct hold *h, struct account *a)
{
    struct list *before = &a->queue;
    while (before->prev != &a->queue && list_of(before->prev, struct hold, link)->turn > h->turn)
        before = before->prev;
    list_push(before, &h->link);
    h->queued = a;
    a->impatient += !h->patient;
}

static void wake(struct accounts *t, struct hold *h, const struct verdict *v)
{
    take_out(h);
    for (unsigned i = 0; i < h->count; i++)
        h->accounts[i]->uses--;
    h->state = HOLD_NONE;
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

void account_admit(struct accounts *t, struct account *a, bool refused)
{
    for (struct hold *h = first_of(a); h; h = first_of(a)) {
        struct verdict v = hold_judge(t, h);
        if (!may_stay(h, &v) || (refused && v.is == ADMISSION_LEASE)) {
            wake(t, h, &v);
            continue;
        }
        stay(t, h, &v);
        struct account *next = h->accounts[v.at];
        if (next == a)
            break;
        take_out(h);
        put_in(h, next);
        send_impatient(t, next);
    }
    send_impatient(t, a);
}

struct verdict accounts_wait(struct accounts *t, struct hold *h, bool patient, int64_t now_us)
{
    struct verdict v = accounts_reserve(t, h, now_us);
    h->patient = patient;
    if (!may_stay(h, &v))
        return v;
    h->turn = t->turns++;
    h->state = HOLD_WAITING;
    for (unsigned i = 0; i < h->count; i++)
        h->accounts[i]->uses++;
    put_in(h, h->accounts[v.at]);
    stay(t, h, &v);
    return v;
}

bool accounts_leave(struct accounts *t, struct hold *h)
{
    if (h->state != HOLD_WAITING)
        return false;
    struct account *a = h->queued;
    take_out(h);
    for (unsigned i = 0; i < h->count; i++)
        h->accounts[i]->uses--;
    h->state = HOLD_NONE;
    account_admit(t, a, false);
    return true;
}
