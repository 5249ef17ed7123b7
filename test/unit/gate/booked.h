// SPDX-License-Identifier: Apache-2.0
//
// booked - what tests of gate/budgets.c share: budgets, callers that count how often they are
// woken, and news.

#ifndef BOOKED_H
#define BOOKED_H

#include "../unit.h"
#include "gate/budgets.h"

#define FOREVER (INT64_C(1) << 60)

struct caller {
    struct loop *loop;
    int woken;
};

static int64_t began_us = INT64_C(1) << 50; // calls that are booked

static inline void caller_wake(void *call)
{
    ((struct caller *)call)->woken++;
}

static struct heard {
    unsigned alerts, again, overdrafts, overruns, percent;
    int64_t beyond;
} heard;

static inline void hear(void *context, const struct budgets_news *n)
{
    (void)context;
    if (n->kind == BUDGETS_ALERT) {
        heard.again += n->again;
        heard.alerts += !n->again;
        heard.percent = n->percent;
    } else {
        heard.overdrafts += n->kind == BUDGETS_OVERDRAFT;
        heard.overruns += n->kind == BUDGETS_OVERRUN;
        heard.beyond = n->beyond.n;
    }
}

static inline struct budget a_budget(uint64_t id, int64_t limit)
{
    struct budget b;
    budget_init(&b, str_of("b"));
    b.id = id;
    b.limited = true;
    b.terms.limit.n = limit;
    return b;
}

static inline struct booking *book_for(struct budgets *all, struct caller *c,
                                       const struct budget *b, struct str value)
{
    const struct booking_owner owner = {
        .loop = c->loop, .wake = caller_wake, .call = c, .start_us = began_us};
    const struct booking_wish wish = {b, value};
    struct booking *k = booking_new(all, &owner, &wish, 1);
    assert_non_null(k);
    return k;
}

static inline struct booking *book_both(struct budgets *all, struct caller *c,
                                        const struct booking_wish wishes[2])
{
    const struct booking_owner owner = {
        .loop = c->loop, .wake = caller_wake, .call = c, .start_us = began_us};
    struct booking *k = booking_new(all, &owner, wishes, 2);
    assert_non_null(k);
    return k;
}

static inline enum booking_state reserve_at(struct booking *k, int64_t amount, bool patient,
                                            int64_t wall_us)
{
    return booking_reserve(k, (struct nano){amount}, patient, wall_us);
}

// What it holds is all that it may cost.
static inline struct nano most_of(struct booking *k)
{
    struct charge c;
    booking_charge(k, &c);
    return (struct nano){c.held};
}

static inline void end_as(struct budgets *all, struct booking *k, int64_t charged, bool broken,
                          bool written)
{
    struct list ended;
    list_init(&ended);
    booking_end(k, (struct nano){charged}, most_of(k), broken, &ended);
    budgets_end(all, &ended, written);
    assert_true(list_empty(&ended));
}

// Charged so much, or captured.
static inline void end_now(struct budgets *all, struct booking *k, int64_t charged, bool written)
{
    end_as(all, k, charged, charged > most_of(k).n, written);
}

struct sought {
    uint64_t budget;
    struct str value;
    struct budgets_account found;
    unsigned count;
};

static inline void seek(void *context, const struct budgets_account *a)
{
    struct sought *s = context;
    if (a->key.budget != s->budget || !str_eq(a->key.value, s->value))
        return;
    s->found = *a;
    s->count++;
}

// The newest account of a budget, for that value; how many there are.
static inline unsigned account_of(struct budgets *all, uint64_t budget, struct str value,
                                  struct budgets_account *out)
{
    struct sought s = {.budget = budget, .value = value};
    budgets_each(all, seek, &s);
    *out = s.found;
    return s.count;
}

static inline void has(struct budgets *all, uint64_t budget, int64_t spent, int64_t held)
{
    struct budgets_account a;
    assert_int_equal(account_of(all, budget, STR_NONE, &a), 1);
    assert_int_equal(a.spent.n, spent);
    assert_int_equal(a.held.n, held);
}

#endif
