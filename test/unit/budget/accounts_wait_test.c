// SPDX-License-Identifier: Apache-2.0
//
// Those that wait, for open holds or for the store.

#include "heard.h"

// --- waiting ---

static void waits_in_order(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct hold h = of(90, a, NULL);
    struct hold w[3] = {of(50, a, NULL), of(20, a, NULL), of(60, a, NULL)};
    made(&t, &h);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(queue(&t, &w[i]), ADMISSION_HELD);
        assert_int_equal(w[i].state, HOLD_WAITING);
    }
    assert_int_equal(t.waiting, 3);
    struct hold small = of(1, a, NULL);
    assert_int_equal(reserve(&t, &small), ADMISSION_HELD); // it fits, but is not before its turn
    assert_int_equal(accounts_settle(&t, &h, (struct nano){10}), HOLD_END_DONE);
    assert_int_equal(heard_count, 2);
    was_woken(0, &w[0], ADMISSION_MADE);
    was_woken(1, &w[1], ADMISSION_MADE);
    holds(a, 10, 70, 0);
    assert_int_equal(accounts_settle(&t, &w[1], (struct nano){20}), HOLD_END_DONE);
    assert_int_equal(heard_count, 2); // 60 more would be 140
    assert_int_equal(accounts_settle(&t, &w[0], (struct nano){30}), HOLD_END_DONE);
    was_woken(2, &w[2], ADMISSION_SPENT); // it never will fit
    assert_int_equal(t.waiting, 0);
    holds(a, 60, 0, 0);
    accounts_fini(&t);
}

static void a_full_account_delays_only_who_needs_it(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *company = account(&t, 1, 1000);
    struct account *ci = account(&t, 2, 10);
    struct account *web = account(&t, 3, 100);
    struct hold h = of(10, company, ci);
    struct hold waits = of(5, company, ci);
    struct hold passes = of(5, company, web);
    made(&t, &h);
    assert_int_equal(queue(&t, &waits), ADMISSION_HELD);
    made(&t, &passes);
    assert_int_equal(accounts_release(&t, &passes), HOLD_END_DONE);
    assert_int_equal(heard_count, 0);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    was_woken(0, &waits, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &waits), HOLD_END_DONE);
    accounts_fini(&t);
}

// Where it can go on at one account, it may lack room at another: there it keeps its turn.
static void moves_to_where_it_lacks_room(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct account *b = account(&t, 2, 10);
    struct hold in_a = of(10, a, NULL);
    struct hold in_b = of(10, b, NULL);
    struct hold both = of(10, a, b);
    struct hold one = of(10, a, NULL);
    struct hold late = of(4, b, NULL);
    struct hold later = of(4, b, NULL);
    made(&t, &in_a);
    made(&t, &in_b);
    assert_int_equal(queue(&t, &both), ADMISSION_HELD);
    assert_int_equal(queue(&t, &one), ADMISSION_HELD);
    assert_int_equal(queue(&t, &late), ADMISSION_HELD);
    assert_int_equal(queue(&t, &later), ADMISSION_HELD);
    assert_int_equal(accounts_release(&t, &in_a), HOLD_END_DONE);
    assert_int_equal(heard_count, 1); // who waited behind it in the first goes on
    was_woken(0, &one, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &one), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &in_b), HOLD_END_DONE);
    assert_int_equal(heard_count, 2);
    was_woken(1, &both, ADMISSION_MADE); // before those that came later
    assert_int_equal(accounts_release(&t, &both), HOLD_END_DONE);
    was_woken(2, &late, ADMISSION_MADE);
    was_woken(3, &later, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &late), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &later), HOLD_END_DONE);
    accounts_fini(&t);
}

// It needs two accounts which others, who came later, need one each of. Whenever the one has room,
// the other has none: so from its second move on it keeps what it has found.
static void is_not_overtaken_for_ever(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct account *b = account(&t, 2, 10);
    struct hold both = of(10, a, b);
    struct hold in_a[9];
    struct hold in_b[9];
    in_a[0] = of(10, a, NULL);
    in_b[0] = of(10, b, NULL);
    made(&t, &in_a[0]);
    made(&t, &in_b[0]);
    assert_int_equal(queue(&t, &both), ADMISSION_HELD);
    unsigned round = 0;
    for (; round < 8 && both.state == HOLD_WAITING; round++) {
        in_a[round + 1] = of(10, a, NULL);
        in_b[round + 1] = of(10, b, NULL);
        assert_int_equal(queue(&t, &in_a[round + 1]), ADMISSION_HELD);
        assert_int_equal(queue(&t, &in_b[round + 1]), ADMISSION_HELD);
        assert_int_equal(accounts_release(&t, &in_a[round]), HOLD_END_DONE);
        if (both.state == HOLD_WAITING)
            assert_int_equal(accounts_release(&t, &in_b[round]), HOLD_END_DONE);
    }
    assert_int_equal(both.state, HOLD_OPEN);
    assert_int_equal(round, 2);
    assert_int_equal(accounts_release(&t, &both), HOLD_END_DONE);
    for (unsigned i = 0; i <= round; i++) { // those that waited for it are all let in
        if (in_a[i].state == HOLD_OPEN)
            assert_int_equal(accounts_release(&t, &in_a[i]), HOLD_END_DONE);
        if (in_b[i].state == HOLD_OPEN)
            assert_int_equal(accounts_release(&t, &in_b[i]), HOLD_END_DONE);
        assert_int_not_equal(in_a[i].state, HOLD_WAITING);
        assert_int_not_equal(in_b[i].state, HOLD_WAITING);
    }
    accounts_fini(&t);
}

// What a later one keeps is not kept from an earlier one: each would wait for the other.
static void earlier_ones_take_what_later_ones_keep(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct account *b = account(&t, 2, 10);
    struct account *c = account(&t, 3, 10);
    struct hold in_a = of(10, a, NULL);
    struct hold in_b = of(10, b, NULL);
    struct hold in_c = of(10, c, NULL);
    struct hold first = {.amount = {10}, .count = 3, .accounts = {c, a, b}};
    struct hold second = of(10, b, a);
    struct hold next_in_b = of(10, b, NULL);
    struct hold late = of(1, a, NULL);
    made(&t, &in_a);
    made(&t, &in_b);
    made(&t, &in_c);
    assert_int_equal(queue(&t, &first), ADMISSION_HELD);
    assert_int_equal(queue(&t, &second), ADMISSION_HELD);
    assert_int_equal(queue(&t, &next_in_b), ADMISSION_HELD);
    assert_int_equal(accounts_release(&t, &in_b), HOLD_END_DONE);
    assert_ptr_equal(second.queued, a);
    assert_int_equal(accounts_release(&t, &in_a), HOLD_END_DONE);
    assert_ptr_equal(second.queued, b);
    assert_int_equal(reserve(&t, &late), ADMISSION_HELD); // it keeps the other
    assert_int_equal(accounts_release(&t, &in_c), HOLD_END_DONE);
    assert_ptr_equal(first.queued, b);
    assert_int_equal(accounts_release(&t, &next_in_b), HOLD_END_DONE);
    was_woken(1, &first, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &first), HOLD_END_DONE);
    was_woken(2, &second, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &second), HOLD_END_DONE);
    accounts_fini(&t);
}

// An earlier one that comes to keep an account stands before a later one that kept it already.
static void those_that_keep_stand_in_order(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct account *b = account(&t, 2, 10);
    struct account *c = account(&t, 3, 10);
    struct hold in_a[2] = {of(5, a, NULL), of(5, a, NULL)};
    struct hold in_b = of(10, b, NULL);
    struct hold in_c = of(10, c, NULL);
    struct hold first = {.amount = {10}, .count = 3, .accounts = {c, a, b}};
    struct hold second = of(3, b, a);
    struct hold next_in_b = of(10, b, NULL);
    made(&t, &in_a[0]);
    made(&t, &in_a[1]);
    made(&t, &in_b);
    made(&t, &in_c);
    assert_int_equal(queue(&t, &first), ADMISSION_HELD);
    assert_int_equal(queue(&t, &second), ADMISSION_HELD);
    assert_int_equal(queue(&t, &next_in_b), ADMISSION_HELD);
    assert_int_equal(accounts_release(&t, &in_b), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &in_a[0]), HOLD_END_DONE);
    assert_ptr_equal(second.queued, b); // and keeps 3 of a
    assert_int_equal(accounts_release(&t, &in_c), HOLD_END_DONE);
    assert_ptr_equal(first.queued, a);
    assert_int_equal(accounts_release(&t, &in_a[1]), HOLD_END_DONE);
    assert_ptr_equal(first.queued, b); // and keeps a, too
    assert_ptr_equal(list_of(a->keepers.next, struct hold_keeps, link)->by, &first);
    assert_ptr_equal(list_of(a->keepers.prev, struct hold_keeps, link)->by, &second);
    assert_int_equal(accounts_release(&t, &next_in_b), HOLD_END_DONE);
    was_woken(1, &first, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &first), HOLD_END_DONE);
    was_woken(2, &second, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &second), HOLD_END_DONE);
    accounts_fini(&t);
}

static void leaves_its_queue(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct hold h = of(8, a, NULL);
    struct hold large = of(10, a, NULL);
    struct hold small = of(2, a, NULL);
    struct hold last = of(9, a, NULL);
    assert_false(accounts_leave(&t, &h));
    made(&t, &h);
    assert_false(accounts_leave(&t, &h));
    assert_int_equal(queue(&t, &large), ADMISSION_HELD);
    assert_int_equal(queue(&t, &small), ADMISSION_HELD);
    assert_int_equal(queue(&t, &last), ADMISSION_HELD);
    assert_true(accounts_leave(&t, &last));
    assert_int_equal(heard_count, 0);
    assert_true(accounts_leave(&t, &large)); // the small one behind it fits
    assert_int_equal(large.state, HOLD_NONE);
    assert_int_equal(heard_count, 1);
    was_woken(0, &small, ADMISSION_MADE);
    assert_false(accounts_leave(&t, &small));
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &small), HOLD_END_DONE);
    accounts_fini(&t);
}

static void a_raised_limit_lets_them_in(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct hold h = of(10, a, NULL);
    struct hold w = of(10, a, NULL);
    struct hold x = of(10, a, NULL);
    made(&t, &h);
    assert_int_equal(queue(&t, &w), ADMISSION_HELD);
    assert_int_equal(queue(&t, &x), ADMISSION_HELD);
    terms(&t, a, (struct account_terms){.limit = {20}});
    assert_int_equal(heard_count, 1);
    was_woken(0, &w, ADMISSION_MADE);
    terms(&t, a, (struct account_terms){.limit = {9}}); // now it can never fit
    was_woken(1, &x, ADMISSION_SPENT);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &w), HOLD_END_DONE);
    struct hold fits = of(1, a, NULL);
    assert_int_equal(queue(&t, &fits), ADMISSION_MADE); // who waits need not
    assert_int_equal(accounts_release(&t, &fits), HOLD_END_DONE);
    accounts_fini(&t);
}

// Nothing ends, and yet it is over for one that is not the first in its queue.
static void what_cannot_fit_is_told_at_once(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 100);
    struct hold open = of(60, a, NULL);
    struct hold other = of(40, a, NULL);
    struct hold w[5] = {of(50, a, NULL), of(90, a, NULL), of(50, a, NULL), of(70, a, NULL),
                        of(50, a, b)};
    made(&t, &open);
    made(&t, &other);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(queue(&t, &w[i]), ADMISSION_HELD);
    assert_int_equal(accounts_settle(&t, &other, (struct nano){20}), HOLD_END_DONE);
    assert_int_equal(heard_count, 1); // 20 spent: 90 is too much, though it is not its turn
    was_woken(0, &w[1], ADMISSION_SPENT);
    terms(&t, a, (struct account_terms){.limit = {80}});
    assert_int_equal(heard_count, 2);
    was_woken(1, &w[3], ADMISSION_SPENT);
    terms(&t, b, (struct account_terms){.limit = {100}, .paused = true});
    assert_int_equal(heard_count, 2); // it stands elsewhere: when its turn comes
    terms(&t, a, (struct account_terms){.limit = {80}, .paused = true});
    assert_int_equal(heard_count, 5);
    was_woken(2, &w[0], ADMISSION_PAUSED);
    was_woken(3, &w[2], ADMISSION_PAUSED);
    was_woken(4, &w[4], ADMISSION_PAUSED);
    assert_int_equal(accounts_release(&t, &open), HOLD_END_DONE);
    accounts_fini(&t);
}

// --- leases ---

static int64_t asked(struct accounts *t, const struct account *of)
{
    struct account *a = NULL;
    struct nano amount = {0};
    if (!accounts_ask(t, &a, &amount))
        return 0;
    assert_ptr_equal(a, of);
    return amount.n;
}

// What was asked for has come: as much as was asked, or not.
static void give(struct accounts *t, struct account *a, int64_t n)
{
    if (!a->asked)
        asked(t, a);
    a->asked = true;
    accounts_leased(t, a, (struct nano){n});
}

static void lease(struct accounts *t, struct account *a, int64_t n)
{
    assert_int_equal(asked(t, a), n);
    accounts_leased(t, a, (struct nano){n});
}

static void uses_only_what_was_set_aside(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 100);
    struct hold h = of(10, a, NULL);
    assert_int_equal(asked(&t, a), 0);
    assert_int_equal(reserve(&t, &h), ADMISSION_LEASE);
    assert_int_equal(h.state, HOLD_NONE);
    assert_int_equal(asked(&t, a), 0); // who does not wait for it does not ask
    struct hold behind = of(10, a, NULL);
    assert_int_equal(accounts_wait(&t, &h, false, 0).is, ADMISSION_LEASE);
    assert_int_equal(accounts_wait(&t, &behind, false, 0).is, ADMISSION_LEASE);
    assert_int_equal(asked(&t, a), 10);
    assert_int_equal(asked(&t, a), 0); // once
    assert_false(accounts_forget(&t, a));
    accounts_leased(&t, a, (struct nano){10});
    was_woken(0, &h, ADMISSION_MADE);
    assert_int_equal(heard_count, 1);
    lease(&t, a, 10); // for the one behind it
    was_woken(1, &behind, ADMISSION_MADE);
    // Settled for less: what is left of the lease serves the next one.
    assert_int_equal(accounts_settle(&t, &h, (struct nano){1}), HOLD_END_DONE);
    struct hold next = of(9, a, NULL);
    made(&t, &next);
    assert_int_equal(accounts_release(&t, &next), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &behind), HOLD_END_DONE);
    accounts_fini(&t);
}

// So does one for what comes to it from another.
static void asks_for_what_goes_on_in_it(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *day = account(&t, 1, 100);
    struct account *month = account(&t, 2, 10);
    struct hold h = of(30, day, NULL);
    assert_int_equal(accounts_wait(&t, &h, false, 0).is, ADMISSION_LEASE);
    assert_int_equal(asked(&t, day), 30);
    accounts_leased(&t, day, (struct nano){100});
    was_woken(0, &h, ADMISSION_MADE);
    assert_true(accounts_move(&t, &h, 0, month));
    assert_int_equal(asked(&t, month), 30); // the store knows better what there is
    accounts_leased(&t, month, (struct nano){0});
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    accounts_fini(&t);
}

static void asks_for_what_went_lately(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 10000);
    struct hold h[10];
    for (unsigned i = 0; i < 10; i++) {
        h[i] = of(100, a, NULL);
        if (accounts_wait(&t, &h[i], false, 0).is == ADMISSION_LEASE)
            give(&t, a, asked(&t, a));
        assert_int_equal(h[i].state, HOLD_OPEN);
        int64_t ahead = asked(&t, a);
        if (ahead > 0)
            give(&t, a, ahead);
    }
    // 1000 went in these two seconds: so much was set aside ahead that no call has to wait.
    assert_in_range(a->leased.n - a->held.n, 500, 1500);
    // In the next two this still counts, and long after, or when a clock was set back, no more.
    static const struct {
        int64_t at_us;
        int64_t recent;
    } later[] = {{2000000, 1000}, {60000000, 1}, {1000000, 1}};
    for (unsigned i = 0; i < 3; i++) {
        struct hold one = of(1, a, NULL);
        assert_int_equal(accounts_reserve(&t, &one, later[i].at_us).is, ADMISSION_MADE);
        assert_int_equal(a->recent[0].n, 1);
        assert_int_equal(a->recent[1].n, later[i].recent == 1 ? 0 : 1000);
        assert_int_equal(accounts_release(&t, &one), HOLD_END_DONE);
    }
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(accounts_release(&t, &h[i]), HOLD_END_DONE);
    // The sum of a busy time ends where its range ends.
    terms(&t, a, (struct account_terms){.limit = {INT64_MAX}});
    give(&t, a, INT64_MAX);
    for (unsigned i = 0; i < 2; i++) {
        struct hold most = of(INT64_MAX - 10, a, NULL);
        made(&t, &most);
        assert_int_equal(accounts_release(&t, &most), HOLD_END_DONE);
    }
    assert_int_equal(a->recent[0].n, INT64_MAX);
    accounts_fini(&t);
}

static void the_last_half_is_leased_exactly(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 100);
    struct hold h = of(60, a, NULL);
    assert_int_equal(queue(&t, &h), ADMISSION_LEASE);
    lease(&t, a, 60);
    struct hold w = of(40, a, NULL);
    assert_int_equal(queue(&t, &w), ADMISSION_LEASE);
    lease(&t, a, 40);
    was_woken(1, &w, ADMISSION_MADE);
    assert_int_equal(asked(&t, a), 0);
    struct hold x = of(1, a, NULL);
    assert_int_equal(queue(&t, &x), ADMISSION_HELD); // not the store is in the way
    assert_int_equal(asked(&t, a), 0);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    was_woken(2, &x, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &w), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &x), HOLD_END_DONE);
    accounts_fini(&t);
}

static void a_store_that_gives_nothing_refuses(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 100);
    struct hold h = of(10, a, b);
    struct hold patient = of(10, a, NULL);
    assert_int_equal(accounts_wait(&t, &h, false, 0).is, ADMISSION_LEASE);
    assert_int_equal(queue(&t, &patient), ADMISSION_LEASE);
    lease(&t, a, 10); // both are asked for at once
    assert_int_equal(h.queued == b, true);
    was_woken(0, &patient, ADMISSION_MADE); // it needs only what is there
    assert_int_equal(asked(&t, b), 10);
    accounts_leased(&t, b, (struct nano){0});
    was_woken(1, &h, ADMISSION_LEASE);
    lease(&t, a, 10);                  // ahead, for the next one
    assert_int_equal(asked(&t, b), 0); // no busy loop
    assert_int_equal(accounts_release(&t, &patient), HOLD_END_DONE);
    accounts_fini(&t);
}

// The second one stands behind the first, but what it lacks is another account's lease.
static void a_store_refuses_for_one_account(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 100);
    accounts_restore(a, &(struct account_kept){.leased = {10}});
    struct hold first = of(20, a, NULL);
    struct hold second = of(10, a, b);
    assert_int_equal(queue(&t, &first), ADMISSION_LEASE);
    assert_int_equal(queue(&t, &second), ADMISSION_LEASE);
    assert_ptr_equal(second.queued, a);
    assert_int_equal(asked(&t, a), 20);
    accounts_leased(&t, a, (struct nano){0});
    assert_int_equal(heard_count, 1);
    was_woken(0, &first, ADMISSION_LEASE);
    assert_ptr_equal(second.queued, b);
    lease(&t, b, 10);
    was_woken(1, &second, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &second), HOLD_END_DONE);
    accounts_fini(&t);
}

// A lease that comes too late: holds have taken the room, and some would not wait for those.
static void the_impatient_wait_for_the_store_only(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 100);
    struct hold open = of(10, a, b);
    struct hold patient = of(80, a, NULL);
    struct hold hasty = of(5, a, NULL);
    struct hold other = of(6, a, b);
    assert_int_equal(queue(&t, &open), ADMISSION_LEASE);
    give(&t, a, 45);
    give(&t, b, 45);
    was_woken(0, &open, ADMISSION_MADE);
    assert_int_equal(queue(&t, &patient), ADMISSION_LEASE);
    assert_int_equal(accounts_wait(&t, &hasty, false, 0).is, ADMISSION_LEASE);
    struct hold tolerant = of(3, a, NULL);
    assert_int_equal(queue(&t, &tolerant), ADMISSION_LEASE);
    assert_int_equal(accounts_wait(&t, &other, false, 0).is, ADMISSION_LEASE);
    assert_int_equal(a->impatient, 2);
    // Growth takes what the first one lacks.
    assert_int_equal(accounts_extend(&t, &open, (struct nano){20}, 0).is, ADMISSION_MADE);
    assert_int_equal(asked(&t, a), 45);
    accounts_leased(&t, a, (struct nano){45});
    assert_int_equal(heard_count, 3);
    was_woken(1, &hasty, ADMISSION_HELD);
    was_woken(2, &other, ADMISSION_HELD);
    assert_int_equal(a->impatient, 0);
    struct hold late = of(1, a, NULL);
    assert_int_equal(accounts_wait(&t, &late, false, 0).is, ADMISSION_HELD);
    assert_int_equal(late.state, HOLD_NONE);
    assert_int_equal(accounts_release(&t, &open), HOLD_END_DONE);
    was_woken(3, &patient, ADMISSION_MADE);
    was_woken(4, &tolerant, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &patient), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &tolerant), HOLD_END_DONE);
    accounts_fini(&t);
}

static void growth_asks_for_its_lease(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 1000);
    struct account *b = account(&t, 2, 1000);
    struct account *c = account(&t, 3, 1000);
    terms(&t, c, (struct account_terms){.limit = {1000}, .observe = true});
    accounts_restore(b, &(struct account_kept){.leased = {1000}});
    struct hold h = of(500, a, b);
    h.accounts[h.count++] = c;
    assert_int_equal(queue(&t, &h), ADMISSION_LEASE);
    lease(&t, a, 500);
    was_woken(0, &h, ADMISSION_MADE);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){30}, 0).is, ADMISSION_LEASE);
    assert_int_equal(h.amount.n, 500);
    assert_int_equal(asked(&t, a), 250);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){30}, 0).is, ADMISSION_LEASE);
    assert_int_equal(asked(&t, a), 0); // it is on its way
    accounts_leased(&t, a, (struct nano){250});
    assert_int_equal(asked(&t, a), 0); // and has come
    assert_int_equal(accounts_extend(&t, &h, (struct nano){30}, 0).is, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    accounts_fini(&t);
}

// The store's no is remembered until something changes: growth hears that waiting is of no use.
static void growth_hears_that_the_store_gives_nothing(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 1000);
    accounts_restore(a, &(struct account_kept){.leased = {100}});
    struct hold h = of(60, a, NULL);
    struct hold other = of(40, a, NULL);
    const struct nano by = {10};
    made(&t, &h);
    made(&t, &other);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(accounts_extend(&t, &h, by, 0).is, ADMISSION_LEASE);
        leased_last = NULL;
        give(&t, a, 0);
        assert_ptr_equal(leased_last, a); // it may try again
        assert_int_equal(accounts_extend(&t, &h, by, 0).is, ADMISSION_HELD);
        assert_int_equal(asked(&t, a), 0); // and asks no more
        if (i == 0)
            terms(&t, a, (struct account_terms){.limit = {1000}});
        if (i == 1)
            give(&t, a, 5);
    }
    assert_int_equal(accounts_settle(&t, &other, (struct nano){40}), HOLD_END_DONE);
    assert_int_equal(accounts_extend(&t, &h, by, 0).is, ADMISSION_LEASE);
    give(&t, a, 10);
    assert_int_equal(accounts_extend(&t, &h, by, 0).is, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    accounts_fini(&t);
}

// A new day has another account: whoever waits into it is to look for room there.
static void tells_when_its_windows_end(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *month = account(&t, 1, 10);
    struct account_key key = {.budget = 2, .window = {.start_us = 50, .end_us = 60}};
    const struct account_terms ten = {.limit = {10}};
    struct account *day = NULL;
    assert_int_equal(accounts_add(&t, &key, &ten, &day), STATUS_OK);
    struct hold h = of(10, month, day);
    struct hold w = of(10, month, day);
    made(&t, &h);
    assert_int_equal(queue(&t, &w), ADMISSION_HELD);
    assert_int_equal(w.until_us, 60);
    assert_true(accounts_leave(&t, &w));
    key.window = (struct window){.start_us = 60, .end_us = 70};
    assert_int_equal(accounts_add(&t, &key, &ten, &day), STATUS_OK);
    w.accounts[1] = day;
    assert_int_equal(queue(&t, &w), ADMISSION_HELD);
    assert_int_equal(w.until_us, 70);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    was_woken(0, &w, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &w), HOLD_END_DONE);
    accounts_fini(&t);
}

// What one keeps is held when it is let in, and else room again for those that wait for it.
static void what_was_kept_is_room_again(void **state)
{
    (void)state;
    enum { MADE, LEFT, SPENT, WAYS };
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct account *b = account(&t, 2, 10);
    for (int way = MADE; way < WAYS; way++) {
        struct hold in_a = of(10, a, NULL);
        struct hold in_b = of(10, b, NULL);
        struct hold keeper = of(8, a, b);
        struct hold next = of(10, a, NULL);
        struct hold beside = of(2, b, NULL);
        struct hold behind = of(3, b, NULL);
        made(&t, &in_a);
        made(&t, &in_b);
        assert_int_equal(queue(&t, &keeper), ADMISSION_HELD);
        assert_int_equal(queue(&t, &next), ADMISSION_HELD);
        assert_int_equal(accounts_release(&t, &in_a), HOLD_END_DONE);
        assert_int_equal(next.state, HOLD_OPEN);
        assert_ptr_equal(keeper.queued, b);
        assert_int_equal(accounts_release(&t, &in_b), HOLD_END_DONE);
        assert_ptr_equal(keeper.queued, a); // and keeps 8 of the 10
        made(&t, &beside);
        assert_int_equal(queue(&t, &behind), ADMISSION_HELD);
        assert_int_equal(accounts_release(&t, &beside), HOLD_END_DONE);
        assert_int_equal(behind.state, HOLD_WAITING);
        if (way == LEFT)
            assert_true(accounts_leave(&t, &keeper));
        int64_t cost = way == SPENT ? 5 : 0;
        assert_int_equal(accounts_settle(&t, &next, (struct nano){cost}), HOLD_END_DONE);
        if (way == MADE) {
            assert_int_equal(keeper.state, HOLD_OPEN);
            assert_int_equal(behind.state, HOLD_WAITING);
            assert_int_equal(accounts_release(&t, &keeper), HOLD_END_DONE);
        }
        assert_int_not_equal(keeper.state, HOLD_WAITING);
        assert_int_equal(behind.state, HOLD_OPEN);
        assert_int_equal(accounts_release(&t, &behind), HOLD_END_DONE);
    }
    accounts_fini(&t);
}

// The other one goes before who waits, whatever it asks for; also where the limit was lowered.
static void makes_way_for_another(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        struct accounts t;
        table(&t, false);
        struct account *a = account(&t, 1, 100), *b = account(&t, 2, 100);
        struct hold h = of(60, a, b), waits = of(70, b, NULL);
        struct hold other = of(way == 0 ? 101 : 50, b, NULL);
        made(&t, &h);
        assert_int_equal(queue(&t, &waits), ADMISSION_HELD);
        other.since = waits.turn; // or an earlier one: that of who was let in
        if (way == 0)
            accounts_terms(&t, a, &(struct account_terms){.limit = {40}});
        accounts_lift(&t, &h);
        holds(a, 0, 0, 0);
        assert_int_equal(heard_count, 0);
        if (way == 0) {
            assert_int_equal(reserve(&t, &other), ADMISSION_SPENT);
            accounts_lay(&h);
            holds(a, 0, 60, 0);
            holds(b, 0, 60, 0);
            assert_int_equal(heard_count, 0);
            assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
        } else {
            if (way == 1)
                made(&t, &other);
            accounts_lifted(&t, &h);
            assert_int_equal(accounts_release(&t, &h), HOLD_END_BEFORE);
            assert_int_equal(heard_count, way != 1);
            if (way == 1)
                assert_int_equal(accounts_release(&t, &other), HOLD_END_DONE);
        }
        was_woken(0, &waits, ADMISSION_MADE);
        assert_int_equal(accounts_release(&t, &waits), HOLD_END_DONE);
        accounts_fini(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_in_order),
        cmocka_unit_test(a_full_account_delays_only_who_needs_it),
        cmocka_unit_test(moves_to_where_it_lacks_room),
        cmocka_unit_test(is_not_overtaken_for_ever),
        cmocka_unit_test(what_was_kept_is_room_again),
        cmocka_unit_test(earlier_ones_take_what_later_ones_keep),
        cmocka_unit_test(those_that_keep_stand_in_order),
        cmocka_unit_test(leaves_its_queue),
        cmocka_unit_test(a_raised_limit_lets_them_in),
        cmocka_unit_test(what_cannot_fit_is_told_at_once),
        cmocka_unit_test(uses_only_what_was_set_aside),
        cmocka_unit_test(asks_for_what_goes_on_in_it),
        cmocka_unit_test(asks_for_what_went_lately),
        cmocka_unit_test(the_last_half_is_leased_exactly),
        cmocka_unit_test(a_store_that_gives_nothing_refuses),
        cmocka_unit_test(a_store_refuses_for_one_account),
        cmocka_unit_test(the_impatient_wait_for_the_store_only),
        cmocka_unit_test(growth_asks_for_its_lease),
        cmocka_unit_test(growth_hears_that_the_store_gives_nothing),
        cmocka_unit_test(tells_when_its_windows_end),
        cmocka_unit_test(makes_way_for_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
