// SPDX-License-Identifier: Apache-2.0
//
// An amount that would pass 64 bits is refused, even where the budget only observes: what cannot be
// counted cannot be held. What is spent beyond them stays at their end, where nothing more fits.

#include "budget/accounts_part.h"

#define LAST UINT64_MAX // the turn of one that does not wait

void account_drain(struct account *a)
{
    int128 needed = account_used(a) - a->overdraft.n;
    if (needed > INT64_MAX) // it only observed, and has passed the end of its range
        needed = INT64_MAX;
    a->ceiling = a->terms.limit;
    if (!a->terms.observe && needed > a->ceiling.n)
        a->ceiling.n = (int64_t)needed;
}

void account_alert(struct accounts *t, struct account *a)
{
    for (unsigned i = 0; i < a->terms.alert_count; i++) {
        uint8_t percent = a->terms.alert_at[i];
        bool reached = (int128)a->settled.n * 100 >= (int128)a->terms.limit.n * percent;
        if (percent <= a->told || !reached || a->settled.n == 0)
            continue;
        a->told = percent;
        t->listener.alert(t->listener.context, a, percent);
    }
}

// --- does it fit ---

struct kept {
    int128 amount;
    int128 perhaps; // by those that the store may still refuse
};

// What earlier ones keep there.
static struct kept kept_before(const struct account *a, uint64_t turn)
{
    struct kept sum = {0};
    list_for (it, &a->keepers) {
        const struct hold *h = list_of(it, struct hold_keeps, link)->by;
        if (h->turn >= turn)
            break;
        *(hold_lacks_lease(h) ? &sum.perhaps : &sum.amount) += h->amount.n;
    }
    return sum;
}

// `kept` goes before it. Of the lease nothing is kept: more of it can be asked for.
static enum admission fits(const struct accounts *t, const struct account *a, int64_t amount,
                           struct kept kept)
{
    int128 total = account_used(a) + amount;
    if (a->terms.observe)
        return total <= INT64_MAX ? ADMISSION_MADE : ADMISSION_SPENT;
    if ((int128)a->settled.n + amount > a->terms.limit.n)
        return ADMISSION_SPENT;
    if (total + kept.amount > a->terms.limit.n)
        return ADMISSION_HELD;
    bool lacks = t->stored && total > a->leased.n;
    return lacks || total + kept.amount + kept.perhaps > a->terms.limit.n ? ADMISSION_LEASE
                                                                          : ADMISSION_MADE;
}

// For a hold that is not made yet: who waits goes first.
static enum admission welcomes(const struct accounts *t, const struct account *a,
                               const struct hold *h, uint64_t turn)
{
    if (a->terms.paused)
        return ADMISSION_PAUSED;
    enum admission is = fits(t, a, h->amount.n, kept_before(a, turn));
    if (is == ADMISSION_SPENT || is == ADMISSION_HELD || list_empty(&a->queue))
        return is;
    const struct hold *first = list_of(a->queue.next, struct hold, link);
    return first->turn < turn ? first->lacks : is;
}

static void worse(struct verdict *v, const struct hold *h, unsigned at, enum admission is)
{
    // PAUSED and SPENT say that waiting is of no use: the first of either stands.
    static const int weight[] = {[ADMISSION_MADE] = 0,
                                 [ADMISSION_LEASE] = 1,
                                 [ADMISSION_HELD] = 2,
                                 [ADMISSION_SPENT] = 3,
                                 [ADMISSION_PAUSED] = 3};
    const struct account *a = h->accounts[at];
    if (weight[is] > weight[v->is])
        *v = (struct verdict){is, at, a->terms.limit, a->settled, a->held};
}

struct verdict hold_judge(const struct accounts *t, const struct hold *h)
{
    struct verdict v = {.is = ADMISSION_MADE};
    uint64_t turn = h->state == HOLD_WAITING ? h->turn : h->since ? h->since : LAST;
    for (unsigned i = 0; i < h->count; i++)
        worse(&v, h, i, welcomes(t, h->accounts[i], h, turn));
    return v;
}

// --- holding ---

static void hold_more(struct accounts *t, struct hold *h, struct nano amount)
{
    for (unsigned i = 0; i < h->count; i++) {
        struct account *a = h->accounts[i];
        a->held.n += amount.n;
        a->used_us = t->now_us;
        accounts_check(a);
        if (!t->stored || a->terms.observe)
            continue;
        lease_note(a, amount, t->now_us);
        lease_watch(t, a, amount);
    }
}

void hold_make(struct accounts *t, struct hold *h)
{
    for (unsigned i = 0; i < h->count; i++) {
        struct account *a = h->accounts[i];
        a->uses++;
        bool would = h->unbounded || account_used(a) + h->amount.n > a->terms.limit.n;
        bool counts = would && !(h->counted >> i & 1);
        a->would_refuse += counts;
        h->counted |= (uint16_t)(counts << i);
    }
    h->state = HOLD_OPEN;
    h->charged.n = 0;
    hold_more(t, h, h->amount);
}

struct verdict accounts_reserve(struct accounts *t, struct hold *h, int64_t now_us)
{
    must(h->state == HOLD_NONE && h->amount.n >= 0 && h->count <= HOLD_ACCOUNTS_MAX);
    t->now_us = now_us;
    struct verdict v = hold_judge(t, h);
    if (v.is == ADMISSION_MADE)
        hold_make(t, h);
    return v;
}

static enum admission grows(const struct accounts *t, const struct account *a, int64_t by)
{
    enum admission is = fits(t, a, by, (struct kept){0});
    return is == ADMISSION_LEASE && a->denied ? ADMISSION_HELD : is;
}

struct verdict accounts_extend(struct accounts *t, struct hold *h, struct nano by, int64_t now_us)
{
    must(h->state == HOLD_OPEN && by.n >= 0);
    struct verdict v = {.is = ADMISSION_MADE};
    for (unsigned i = 0; i < h->count; i++)
        worse(&v, h, i, grows(t, h->accounts[i], by.n));
    t->now_us = now_us;
    if (v.is == ADMISSION_MADE) {
        hold_more(t, h, by);
        if (!nano_add(h->amount, by, &h->amount)) // nothing counts it
            h->amount.n = INT64_MAX;
    }
    for (unsigned i = 0; i < h->count && v.is == ADMISSION_LEASE; i++)
        lease_want(t, h->accounts[i], by);
    return v;
}

// --- what comes from elsewhere ---

bool accounts_move(struct accounts *t, struct hold *h, unsigned at, struct account *to)
{
    struct account *from = h->accounts[at];
    must(h->state == HOLD_OPEN && at < h->count && from != to);
    if (account_used(to) + h->amount.n > INT64_MAX)
        return false;
    to->uses++;
    to->used_us = from->used_us;
    to->held.n += h->amount.n;
    account_drain(to);
    accounts_check(to);
    h->accounts[at] = to;
    if (t->stored)
        lease_want(t, to, (struct nano){0});
    from->uses--;
    from->held.n -= h->amount.n;
    from->denied = false;
    account_drain(from);
    accounts_check(from);
    account_admit(t, from, false);
    return true;
}

void accounts_count(struct accounts *t, struct account *a, struct nano spent)
{
    must(spent.n >= 0);
    if (!nano_add(a->settled, spent, &a->settled))
        a->settled.n = INT64_MAX;
    account_drain(a);
    accounts_check(a);
    account_alert(t, a);
    account_admit(t, a, false);
}

// --- ending ---

static void charge(struct accounts *t, struct account *a, struct nano held, struct nano cost)
{
    must(a->uses > 0 && a->held.n >= held.n);
    a->uses--;
    a->used_us = t->now_us;
    a->held.n -= held.n;
    a->denied = false;
    if (!nano_add(a->settled, cost, &a->settled))
        a->settled.n = INT64_MAX;
    int128 beyond = account_used(a) - a->ceiling.n - a->overdraft.n;
    if (beyond > 0 && !a->terms.observe)
        a->overdraft.n += (int64_t)beyond;
    account_drain(a);
    accounts_check(a);
    account_alert(t, a);
}

static void finish(struct accounts *t, struct hold *h, enum hold_state state, struct nano cost)
{
    h->state = state;
    h->charged = cost;
    for (unsigned i = 0; i < h->count; i++)
        charge(t, h->accounts[i], h->amount, cost);
}

static enum hold_end end(struct accounts *t, struct hold *h, enum hold_state state,
                         struct nano cost)
{
    must(h->state != HOLD_NONE && h->state != HOLD_WAITING && cost.n >= 0);
    if (h->state != HOLD_OPEN)
        return HOLD_END_BEFORE;
    finish(t, h, state, cost);
    accounts_lifted(t, h);
    return cost.n > h->amount.n ? HOLD_END_PASSED : HOLD_END_DONE;
}

enum hold_end accounts_settle(struct accounts *t, struct hold *h, struct nano cost)
{
    return end(t, h, HOLD_SETTLED, cost);
}

enum hold_end accounts_release(struct accounts *t, struct hold *h)
{
    return end(t, h, HOLD_RELEASED, (struct nano){0});
}

enum hold_end accounts_capture(struct accounts *t, struct hold *h)
{
    return end(t, h, HOLD_CAPTURED, h->amount);
}

// --- one in another's place ---

void accounts_lift(struct accounts *t, struct hold *h)
{
    must(h->state == HOLD_OPEN);
    finish(t, h, HOLD_RELEASED, (struct nano){0});
}

void accounts_lay(struct hold *h)
{
    must(h->state == HOLD_RELEASED);
    h->state = HOLD_OPEN;
    for (unsigned i = 0; i < h->count; i++) {
        struct account *a = h->accounts[i];
        a->uses++;
        a->held.n += h->amount.n;
        account_drain(a);
        accounts_check(a);
    }
}

void accounts_lifted(struct accounts *t, const struct hold *h)
{
    for (unsigned i = 0; i < h->count; i++)
        account_admit(t, h->accounts[i], false);
}
