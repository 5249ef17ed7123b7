// SPDX-License-Identifier: Apache-2.0
//
// lender - a store that sets aside, and loops that run what was posted to them, when the test says
// so and not before: all in its thread. A test that includes this is linked to neither of the real
// ones. The rules are those of store/lease.h, in plain numbers.

#ifndef LENDER_H
#define LENDER_H

#include <string.h>

#include "../unit.h"
#include "gate/budgets.h"

#define LENT_MAX 1024 // accounts, after which each one is lent what it asks for, and is unknown

struct lent {
    struct account_key key;
    char value[8];
    int64_t limit, ceiling, settled, overdraft, leased; // as the table `account` has them
    int64_t moved; // what was charged in other windows, as the test says, and what is in it
    int64_t given;
    int64_t heard; // what is in it, as the process was told last
    uint8_t told;
    bool observe;
};

static struct lender {
    struct lease *first, *last; // those that wait
    struct lent at[LENT_MAX];   // number n is at[n - 1]
    unsigned count;
    unsigned asked;
    unsigned clashes; // leases of an account of which one was under way
    // Where a test knows better than `moved`: called before it is given.
    int64_t (*moved_to)(const struct lent *a, const struct lease *l);
} lender;

struct loop {
    struct post *first, *last;
};

static inline struct store *lender_store(void)
{
    return (struct store *)(void *)&lender; // nobody looks into it
}

static inline bool lent_is(const struct account_key *a, const struct account_key *b)
{
    return a->budget == b->budget && a->window.kind == b->window.kind &&
           a->window.start_us == b->window.start_us && str_eq(a->value, b->value);
}

void store_lease(struct store *s, struct lease *l)
{
    assert_ptr_equal(s, &lender);
    unsigned few = 64; // of a crowd that waits
    for (const struct lease *other = lender.first; other && few > 0; other = other->next, few--)
        lender.clashes += lent_is(&other->key, &l->key); // told later: the table is locked
    l->next = NULL;
    if (lender.last)
        lender.last->next = l;
    else
        lender.first = l;
    lender.last = l;
    lender.asked++;
}

void loop_post_lent(struct loop *l, struct post *p, loop_f *f, void *argument)
{
    *p = (struct post){.f = f, .argument = argument, .lent = true};
    if (l->last)
        l->last->next = p;
    else
        l->first = p;
    l->last = p;
}

static inline void posts_run(struct loop *l)
{
    while (l->first) {
        struct post p = *l->first;
        l->first = p.next;
        if (!l->first)
            l->last = NULL;
        p.f(p.argument);
    }
}

static inline struct lent *lent_of(const struct account_key *key)
{
    for (unsigned i = 0; i < lender.count; i++) {
        struct lent *a = &lender.at[i];
        if (lent_is(&a->key, key))
            return a;
    }
    return NULL;
}

static inline struct lent *lent_make(const struct account_key *key)
{
    struct lent *a = &lender.at[lender.count++];
    *a = (struct lent){.key = *key};
    assert_true(key->value.len <= sizeof a->value);
    if (key->value.len)
        memcpy(a->value, key->value.ptr, key->value.len);
    a->key.value = str_from(a->value, key->value.len);
    return a;
}

static inline int64_t lent_sum(int64_t a, int64_t b)
{
    return a <= INT64_MAX - b ? a + b : INT64_MAX;
}

static inline void lent_law(const struct lent *a)
{
    assert_true(a->settled >= 0 && a->leased >= 0 && a->overdraft >= 0);
    assert_true((int128)a->settled - a->overdraft + a->leased <= a->ceiling);
}

static inline void lent_grant(struct lent *a, struct lease *l)
{
    if (lender.moved_to && (l->first || l->again))
        a->moved = lender.moved_to(a, l);
    assert_true(!l->again || l->knew.n == a->heard); // else what moved is set aside twice
    bool moves = (l->first || l->again) && a->moved > a->given;
    int64_t more = moves ? a->moved - a->given : 0;
    a->given += more;
    a->settled += more;
    l->moved.n = l->first || l->again ? a->given : l->knew.n;
    int64_t upto = lent_sum(l->upto.n, l->again ? l->moved.n - l->knew.n : 0);
    int64_t rest = l->limit.n > a->settled ? l->limit.n - a->settled : 0;
    int64_t most = l->observe || rest < a->leased ? a->leased : rest;
    int64_t want = l->first            ? lent_sum(a->leased, l->upto.n)
                   : upto > a->settled ? upto - a->settled
                                       : 0;
    l->kept.settled.n = a->settled + (l->first ? a->leased : 0);
    l->kept.overdraft.n = a->overdraft;
    a->leased = want < most ? want : most;
    a->limit = l->limit.n;
    a->observe = l->observe;
    a->told = l->told > a->told ? l->told : a->told;
    int64_t used = a->settled - a->overdraft + a->leased;
    int64_t ceiling = l->ceiling.n > a->limit ? l->ceiling.n : a->limit;
    a->ceiling = l->observe ? INT64_MAX : used > ceiling ? used : ceiling;
    l->kept.leased.n = a->settled + a->leased;
    if (l->observe && l->kept.leased.n < upto)
        l->kept.leased.n = upto;
    l->kept.told = a->told;
    l->account = (uint64_t)(a - lender.at) + 1;
    lent_law(a);
}

// One row's charge.
static inline void lent_charge(uint64_t account, int64_t charged)
{
    struct lent *a = &lender.at[account - 1];
    a->settled += charged;
    a->leased = a->leased > charged ? a->leased - charged : 0;
    int64_t beyond = a->settled - (a->ceiling - a->leased);
    a->overdraft = beyond > a->overdraft ? beyond : a->overdraft;
    lent_law(a);
}

// Answers those that wait now. What fails changes nothing; but IO came after it was done.
static inline unsigned lender_serve(enum status status)
{
    unsigned n = 0;
    assert_int_equal(lender.clashes, 0);
    struct lease *next, *l = lender.first;
    lender.first = lender.last = NULL;
    for (struct lease *i = l; i && (status == STATUS_OK || status == STATUS_IO); i = i->next) {
        struct lent *a = lent_of(&i->key);
        if (!a && lender.count < LENT_MAX)
            a = lent_make(&i->key);
        i->kept = (struct account_kept){.leased = i->upto};
        i->account = LENT_MAX + 1;
        if (a)
            lent_grant(a, i);
    }
    for (; l; l = next, n++) {
        next = l->next;
        l->status = status;
        struct lent *a = lent_of(&l->key);
        if (a && status == STATUS_OK)
            a->heard = l->moved.n;
        l->done(l);
    }
    return n;
}

#endif
