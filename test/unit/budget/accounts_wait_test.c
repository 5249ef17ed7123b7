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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_in_order),
        cmocka_unit_test(a_full_account_delays_only_who_needs_it),
        cmocka_unit_test(moves_to_where_it_lacks_room),
        cmocka_unit_test(leaves_its_queue),
        cmocka_unit_test(a_raised_limit_lets_them_in),
        cmocka_unit_test(uses_only_what_was_set_aside),
        cmocka_unit_test(asks_for_what_went_lately),
        cmocka_unit_test(the_last_half_is_leased_exactly),
        cmocka_unit_test(a_store_that_gives_nothing_refuses),
        cmocka_unit_test(the_impatient_wait_for_the_store_only),
        cmocka_unit_test(growth_asks_for_its_lease),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
