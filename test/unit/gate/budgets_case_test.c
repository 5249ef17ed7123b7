// SPDX-License-Identifier: Apache-2.0
//
// Budgets in orders of events that hardly come by themselves. The store and the loop do nothing
// before they are told.

#include <stdio.h>

#include "staged.h"

#define HOUR INT64_C(3600000000)

// --- one of its accounts cannot be had ---

static void who_failed_half_way_may_ask_again(void **state)
{
    (void)state;
    static char text[ACCOUNT_VALUE_BYTES + 1];
    memset(text, 'x', sizeof text);
    const struct budget a = a_budget(1, 1000), b = a_budget(2, 1000);
    const struct booking_wish wishes[] = {{&a, STR_NONE}, {&b, str_from(text, sizeof text)}};
    struct booking *k = book_both(all, &caller, wishes);
    for (int i = 0; i < 2; i++)
        assert_int_equal(reserve_at(k, 10, false, WALL), BOOKING_FAILED);
    booking_drop(k);
}

static void who_needs_two_new_ones_gets_both(void **state)
{
    (void)state;
    const struct budget a = a_budget(1, 1000), b = a_budget(2, 1000);
    const struct booking_wish wishes[] = {{&a, STR_NONE}, {&b, STR_NONE}};
    struct booking *k = book_both(all, &caller, wishes);
    struct booking *other = book_for(all, &caller, &a, STR_NONE);
    assert_int_equal(reserve_at(k, 10, false, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(k, 10, false, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(other, 10, false, WALL), BOOKING_WAITS);
    assert_int_equal(lender.asked, 2);
    work();
    assert_int_equal(caller.woken, 2);
    assert_int_equal(reserve_at(k, 10, false, WALL), BOOKING_OPEN);
    assert_int_equal(settled(other, 10, WALL), BOOKING_OPEN);
    has(all, 1, 0, 20);
    has(all, 2, 0, 10);
    booking_drop(k);
    booking_drop(other);
    has(all, 1, 0, 0);
}

// --- what is left, whatever the booking does ---

static void what_is_left_is_told_of_all(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.window.kind = WINDOW_DAY;
    struct booking_left left;
    struct booking *first = book_for(all, &caller, &b, STR_NONE);
    assert_false(booking_left(first, &left)); // nobody knows yet
    assert_int_equal(lender.asked, 0);
    assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_WAITS);
    assert_false(booking_left(first, &left));
    work();
    assert_int_equal(caller.woken, 1); // it still waited
    assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_OPEN);
    assert_true(booking_left(first, &left));
    assert_int_equal(left.left.n, 1000);
    assert_int_equal(left.held.n, 0);

    struct booking *refused = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(refused, 500, false, WALL), BOOKING_REFUSED);
    assert_int_equal(booking_verdict(refused).is, ADMISSION_HELD);
    assert_ptr_equal(booking_wish(refused, 0)->budget, &b);
    assert_true(booking_left(refused, &left));
    assert_int_equal(left.left.n, 400);
    assert_int_equal(left.held.n, 600);

    struct booking *waits = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(waits, 500, true, WALL), BOOKING_WAITS);
    assert_true(booking_waits(waits).until_us > WALL);
    assert_true(booking_left(waits, &left));
    assert_int_equal(left.left.n, 400);

    // The next day begins: who waits does so in the account of yesterday.
    struct booking *next = opened(&b, 100, WALL + 24 * HOUR);
    assert_true(booking_left(waits, &left));
    assert_int_equal(left.left.n, 400);
    assert_true(booking_left(refused, &left));
    assert_int_equal(left.left.n, 400); // where it was refused
    end_now(all, first, 100, true);
    work();
    assert_int_equal(reserve_at(waits, 500, true, WALL), BOOKING_OPEN);
    assert_true(booking_left(waits, &left));
    assert_int_equal(left.left.n, 900);
    end_now(all, waits, 500, true);
    booking_drop(next);
    booking_drop(refused);
    b.terms.observe = true;
    budgets_terms(all, &b, 1, WALL);
    struct booking *seen = opened(&b, 10, WALL);
    assert_false(booking_left(seen, &left)); // it holds nobody back
    booking_drop(seen);
}

// --- taken out ---

static void who_is_dropped_is_not_woken(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *newcomer = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(newcomer, 600, false, WALL), BOOKING_WAITS);
    booking_drop(newcomer); // while the store is asked
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(k, 600, false, WALL), BOOKING_WAITS);
    lender_serve(STATUS_OK);
    booking_drop(k); // while it is posted
    posts_run(&loop);
    assert_int_equal(caller.woken, 0);

    struct booking *open = opened(&b, 600, WALL);
    struct booking *waits = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_WAITS);
    caller.woken = 0;
    booking_drop(open); // the other holds now, and is posted
    has(all, 1, 0, 600);
    booking_drop(waits);
    has(all, 1, 0, 0);
    posts_run(&loop);
    assert_int_equal(caller.woken, 0);
    booking_drop(NULL);
}

// It looked before its post had run, and has ended by then.
static void who_has_ended_is_not_woken(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    booking_drop(opened(&b, 1000, WALL));
    struct booking *open = opened(&b, 600, WALL);
    struct booking *waits = book_for(all, &caller, &b, STR_NONE);
    struct list ended;
    list_init(&ended);
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_WAITS);
    caller.woken = 0;
    end_now(all, open, 100, true);
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_OPEN);
    booking_end(waits, (struct nano){200}, most_of(waits), false, &ended);
    posts_run(&loop);
    assert_int_equal(caller.woken, 0);
    budgets_end(all, &ended, true);
    has(all, 1, 300, 0);
}

// Its leaving lets another one go on, who lacks only what the store has to set aside.
static void who_leaves_has_the_store_asked(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 100000);
    struct booking *open = opened(&b, 100, WALL);
    struct booking *large = book_for(all, &caller, &b, STR_NONE);
    struct booking *small = book_for(all, &caller, &b, STR_NONE);
    work();
    assert_int_equal(reserve_at(large, 99950, true, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(small, 90000, true, WALL), BOOKING_WAITS);
    lender_serve(STATUS_OK);
    unsigned asked = lender.asked;
    assert_true(booking_leave(large));
    assert_true(lender.asked > asked);
    work();
    assert_int_equal(reserve_at(small, 90000, true, WALL), BOOKING_OPEN);
    booking_drop(small);
    booking_drop(large);
    booking_drop(open);
}

// --- ends ---

static void what_was_not_written_is_captured(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    end_now(all, opened(&b, 100, WALL), 7, true);
    has(all, 1, 7, 0);
    end_now(all, opened(&b, 100, WALL), 7, false);
    has(all, 1, 107, 0);
    struct list none;
    list_init(&none);
    budgets_end(all, &none, true);
}

static void an_estimate_is_told_apart(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    end_as(all, opened(&b, 100, WALL), 150, false, true);
    assert_int_equal(heard.overdrafts, 0);
    assert_int_equal(heard.overruns, 1);
    assert_int_equal(heard.beyond, 50);
    assert_int_equal(budgets_overdrafts(all), 0);
    assert_int_equal(budgets_overruns(all), 1);
    end_as(all, opened(&b, 100, WALL), 150, true, true);
    assert_int_equal(heard.overdrafts, 1);
    assert_int_equal(budgets_overdrafts(all), 1);
    assert_int_equal(budgets_overruns(all), 1);
}

static void what_costs_more_is_told(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000), eye = a_budget(2, 10);
    eye.terms.observe = true;
    const struct booking_wish wishes[] = {{&b, STR_NONE}, {&eye, STR_NONE}};
    struct booking *k = book_both(all, &caller, wishes);
    assert_int_equal(settled(k, 100, WALL), BOOKING_OPEN);
    end_now(all, k, 1500, true);
    assert_int_equal(heard.overdrafts, 1);
    assert_int_equal(heard.beyond, 1400);
    has(all, 1, 1500, 0);
    has(all, 2, 1500, 0);
    struct booking *next = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(next, 1, true, WALL), BOOKING_REFUSED);
    assert_int_equal(booking_verdict(next).is, ADMISSION_SPENT);
    booking_drop(next);
}

static void what_grows_holds_more(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct charge charge;
    struct booking *k = opened(&b, 100, WALL);
    enum admission is = ADMISSION_LEASE;
    for (int i = 0; i < 3 && is == ADMISSION_LEASE; i++) {
        int before = caller.woken;
        is = booking_extend(k, (struct nano){800});
        work();
        assert_int_equal(caller.woken - before, is == ADMISSION_LEASE); // to try again
    }
    assert_int_equal(is, ADMISSION_MADE);
    int woken = caller.woken;
    assert_int_equal(booking_extend(k, (struct nano){101}), ADMISSION_HELD);
    assert_int_equal(booking_extend(k, (struct nano){1001}), ADMISSION_SPENT);
    booking_charge(k, &charge);
    assert_int_equal(charge.held, 900);
    assert_int_equal(charge.charged, 900);
    assert_int_equal(charge.count, 1);
    assert_int_equal(charge.accounts[0], 1);
    assert_int_equal(caller.woken, woken);
    end_now(all, k, 900, true);
}

// --- terms ---

static void a_changed_limit_is_told_to_the_store(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000), other = a_budget(2, 1000), of[2];
    struct booking *open = opened(&b, 600, WALL);
    end_now(all, opened(&other, 1, WALL), 1, true);
    struct booking *waits = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_WAITS);
    work();
    b.terms.limit.n = 500; // lowered while one is under way: that one stays
    of[0] = other;
    of[1] = b;
    budgets_terms(all, of, 2, WALL);
    posts_run(&loop);
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_REFUSED);
    has(all, 1, 0, 600);
    work();
    assert_int_equal(lender.at[0].limit, 500);
    assert_int_equal(reserve_at(waits, 300, true, WALL), BOOKING_WAITS);
    end_now(all, open, 400, true);
    work();
    assert_int_equal(reserve_at(waits, 300, true, WALL), BOOKING_REFUSED); // it can never fit
    b.terms.limit.n = 5000;
    budgets_terms(all, &b, 1, WALL);
    b.terms.limit.n = 6000; // while the store is told
    budgets_terms(all, &b, 1, WALL);
    work();
    assert_int_equal(lender.at[0].limit, 6000);
    assert_int_equal(lender.at[1].limit, 1000);
    b.terms.paused = true;
    budgets_terms(all, &b, 1, WALL);
    assert_int_equal(reserve_at(waits, 300, true, WALL), BOOKING_REFUSED);
    assert_int_equal(booking_verdict(waits).is, ADMISSION_PAUSED);
    booking_drop(waits);
    budgets_terms(all, NULL, 0, WALL);
    has(all, 1, 400, 0);
}

// Who began before it was taken out is held by it, waits for it and grows in it; it holds whoever
// comes as soon as it is back, whatever is said meanwhile.
static void who_knows_a_budget_that_is_no_more_is_held_by_it(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000), other = a_budget(2, 1000);
    struct booking *open = opened(&b, 600, WALL);
    struct booking *waits = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_WAITS);
    work();
    for (int i = 0; i < 2; i++) {
        budgets_terms(all, &other, 1, WALL);
        work();
        assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_WAITS);
        struct booking *more = book_for(all, &caller, &b, STR_NONE);
        assert_int_equal(reserve_at(more, 500, false, WALL), BOOKING_REFUSED);
        booking_drop(more);
        more = book_for(all, &caller, &b, str_of("new")); // of an account that is made only now
        assert_int_equal(settled(more, 1001, WALL), BOOKING_REFUSED);
        booking_drop(more);
        assert_int_equal(booking_extend(open, (struct nano){500}), ADMISSION_HELD);
        budgets_terms(all, &b, 1, WALL);
    }
    end_now(all, open, 500, true);
    work();
    assert_int_equal(reserve_at(waits, 600, true, WALL), BOOKING_REFUSED); // by what is spent
    booking_drop(waits);
    has(all, 1, 500, 0);
}

static void who_knows_a_paused_budget_that_is_no_more_is_refused(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.terms.paused = true;
    budgets_terms(all, &b, 1, WALL);
    for (int i = 0; i < 2; i++) {
        struct booking *k = book_for(all, &caller, &b, STR_NONE);
        assert_int_equal(settled(k, 1, WALL), BOOKING_REFUSED);
        assert_int_equal(booking_verdict(k).is, ADMISSION_PAUSED);
        booking_drop(k);
        budgets_terms(all, NULL, 0, WALL);
    }
}

// What is charged beyond is no overdraft where the budget only observes, nor in the store.
static void who_only_observes_says_so_to_the_store(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    end_now(all, opened(&b, 600, WALL), 600, true);
    lent_charge(1, 600);
    b.terms.observe = true;
    budgets_terms(all, &b, 1, WALL);
    work();
    end_now(all, opened(&b, 600, WALL), 600, true);
    lent_charge(1, 600);
    assert_int_equal(lender.at[0].overdraft, 0);
    b.terms.observe = false;
    budgets_terms(all, &b, 1, WALL);
    work();
    assert_false(lender.at[0].observe);
}

// While it observed nothing was set aside.
static void who_blocks_again_asks_the_store_first(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.terms.observe = true;
    booking_drop(opened(&b, 600, WALL));
    assert_int_equal(lender.at[0].leased, 0);
    b.terms.observe = false;
    budgets_terms(all, &b, 1, WALL);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(k, 600, true, WALL), BOOKING_WAITS);
    work();
    assert_int_equal(reserve_at(k, 600, true, WALL), BOOKING_OPEN);
    assert_true(lender.at[0].leased >= 600);
    booking_drop(k);
}

// --- windows ---

static int64_t spent_since(uint64_t budget, int64_t start_us)
{
    for (unsigned i = 0; i < lender.count; i++)
        if (lender.at[i].key.budget == budget && lender.at[i].key.window.start_us == start_us)
            return lender.at[i].settled;
    return -1;
}

static void rows_of(const struct charge *c, int64_t charged)
{
    for (unsigned i = 0; i < c->count; i++)
        lent_charge(c->accounts[i], charged);
}

static void who_ends_after_midnight_is_charged_before_it(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.window.kind = WINDOW_DAY;
    const struct window today = window_at(&b.window, WALL);
    struct charge charge;
    struct booking *k = opened(&b, 600, today.end_us - 1);
    booking_charge(k, &charge);
    struct booking *next = opened(&b, 1000, today.end_us); // all of the new day's
    struct booking *waits = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(waits, 600, true, today.end_us - 1), BOOKING_WAITS);
    assert_true(booking_waits(waits).until_us == today.end_us);
    end_now(all, k, 500, true);
    rows_of(&charge, 500);
    posts_run(&loop);
    assert_int_equal(reserve_at(waits, 600, true, today.end_us), BOOKING_REFUSED);
    assert_int_equal(spent_since(1, today.start_us), 500);
    assert_int_equal(spent_since(1, today.end_us), 0);
    booking_drop(waits);
    booking_drop(next);
}

// Its place moves: what is held is charged where it was held, what comes is counted where it comes.
static void another_zone_is_another_window(void **state)
{
    (void)state;
    struct zone *berlin = NULL, *tokyo = NULL;
    if (zone_open(str_of("Europe/Berlin"), &berlin, NULL) != STATUS_OK ||
        zone_open(str_of("Asia/Tokyo"), &tokyo, NULL) != STATUS_OK) {
        zone_close(berlin);
        skip();
    }
    struct budget there = a_budget(1, 1000);
    there.window.kind = WINDOW_DAY;
    there.window.zone = berlin;
    struct budget here = there;
    here.window.zone = tokyo;
    const int64_t first_us = window_at(&there.window, WALL).start_us;
    const int64_t other_us = window_at(&here.window, WALL).start_us;
    assert_true(first_us != other_us);
    struct charge charge;
    struct booking *k = opened(&there, 600, WALL);
    booking_charge(k, &charge);
    end_now(all, k, 600, true);
    rows_of(&charge, 600);
    budgets_terms(all, &here, 1, WALL);
    struct booking *moved = opened(&here, 1000, WALL);
    assert_int_equal(spent_since(1, first_us), 600);
    assert_int_equal(spent_since(1, other_us), 0);
    booking_drop(moved);
    budgets_terms(all, &there, 1, WALL); // and back: it is still spent
    struct booking *back = book_for(all, &caller, &there, STR_NONE);
    assert_int_equal(settled(back, 500, WALL), BOOKING_REFUSED);
    booking_drop(back);
    zone_close(berlin);
    zone_close(tokyo);
}

static void an_alert_is_told_once(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.terms.alert_count = 2;
    b.terms.alert_at[0] = 50;
    b.terms.alert_at[1] = 80;
    for (int i = 0; i < 3; i++) {
        end_now(all, opened(&b, 300, WALL), 300, true);
        lent_charge(1, 300);
    }
    work();
    assert_int_equal(heard.alerts, 2);
    assert_int_equal(heard.percent, 80);
    assert_int_equal(lender.at[0].told, 80);
    budgets_tidy(all, WALL + 3 * HOUR, 0);
    work();
    assert_int_equal(heard.again, 0);
    end_now(all, opened(&b, 50, WALL + 3 * HOUR), 50, true);
    assert_int_equal(heard.alerts, 2);
    assert_int_equal(heard.again, 2); // as it was told before, should that have been lost
}

// --- forgotten ---

static unsigned known(void)
{
    struct budgets_account a;
    return account_of(all, 1, STR_NONE, &a);
}

static void what_is_forgotten_comes_back_as_spent(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    for (int rows = 0; rows < 2; rows++) { // its rows are there by then, or not
        end_now(all, opened(&b, 300, WALL), 200, true);
        if (rows == 0)
            lent_charge(1, 200);
        work();
        budgets_tidy(all, WALL + 2 * HOUR, 0);
        work();
        assert_int_equal(known(), 0);
        assert_int_equal(lender.at[0].settled + lender.at[0].leased, rows ? 450 : 200);
        end_now(all, opened(&b, 50, WALL + 2 * HOUR), 50, true);
        if (rows == 0)
            lent_charge(1, 50);
        has(all, 1, rows ? 500 : 250, 0);
    }
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(k, 501, true, WALL), BOOKING_REFUSED);
    booking_drop(k);
    // At once, before what it gives back is given back.
    budgets_tidy(all, WALL + 9 * HOUR, 0);
    end_now(all, opened(&b, 10, WALL + 9 * HOUR), 10, true);
    has(all, 1, 510, 0);
}

// Nobody knows whether the store took it back; until it says so nothing is forgotten.
static void what_is_not_given_back_is_not_spent(void **state)
{
    (void)state;
    static const enum status failures[] = {STATUS_BUSY, STATUS_FULL, STATUS_IO};
    const struct budget b = a_budget(1, 1000);
    int64_t wall_us = WALL;
    for (unsigned i = 0; i < 6; i++) {
        end_now(all, opened(&b, 300, wall_us), 100, true);
        lent_charge(1, 100);
        work();
        wall_us += 2 * HOUR;
        budgets_tidy(all, wall_us, 0);
        assert_int_equal(lender_serve(failures[i / 2]), 1);
        has(all, 1, 100 * (i + 1), 0);
        if (i % 2)
            continue; // a call comes first
        budgets_tidy(all, wall_us, 0);
        work();
        assert_int_equal(known(), 0);
        assert_int_equal(lender.at[0].leased, 0);
    }
}

static void who_needs_what_cannot_be_given_back_hears_it(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    end_now(all, opened(&b, 300, WALL), 100, true);
    lent_charge(1, 100);
    work();
    budgets_tidy(all, WALL + 2 * HOUR, 0);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reserve_at(k, 10, true, WALL + 2 * HOUR), BOOKING_WAITS);
        assert_int_equal(lender_serve(STATUS_BUSY), 1);
        posts_run(&loop);
        assert_int_equal(reserve_at(k, 10, true, WALL + 2 * HOUR), BOOKING_FAILED);
    }
    assert_int_equal(settled(k, 900, WALL + 2 * HOUR), BOOKING_OPEN);
    has(all, 1, 100, 900);
    booking_drop(k);
}

// A threshold that is reached just then is told once.
static void what_gives_back_tells_what_has_changed(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.terms.alert_count = 1;
    b.terms.alert_at[0] = 50;
    end_now(all, opened(&b, 300, WALL), 100, true);
    lent_charge(1, 100);
    work();
    budgets_tidy(all, WALL + 2 * HOUR, 0);
    b.terms.limit.n = 150;
    budgets_terms(all, &b, 1, WALL);
    assert_int_equal(heard.alerts, 1);
    work();
    assert_int_equal(known(), 0);
    assert_int_equal(lender.at[0].told, 50);
    booking_drop(opened(&b, 10, WALL + 2 * HOUR));
    assert_int_equal(heard.alerts, 1);
}

static void what_is_in_use_is_not_forgotten(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000), other = a_budget(2, 1000);
    struct booking *k = opened(&b, 300, WALL);
    budgets_tidy(all, WALL + 2 * HOUR, 0);
    assert_int_equal(known(), 1);
    end_now(all, opened(&other, 1, WALL + 2 * HOUR), 1, true); // it is two hours later
    end_now(all, k, 300, true);
    budgets_tidy(all, WALL + 2 * HOUR + 1000, 0);
    assert_int_equal(known(), 1); // it has ended just now
    struct booking *newcomer = book_for(all, &caller, &b, str_of("v"));
    assert_int_equal(reserve_at(newcomer, 10, false, WALL), BOOKING_WAITS);
    budgets_tidy(all, WALL + 9 * HOUR, 0);
    work();
    assert_int_equal(reserve_at(newcomer, 10, false, WALL), BOOKING_OPEN);
    booking_drop(newcomer);
}

// What passed its watermark is not what the store says.
static void an_overdraft_is_forgotten_late(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.window.kind = WINDOW_DAY;
    end_now(all, opened(&b, 300, WALL), 1200, true);
    work();
    budgets_tidy(all, WALL + 25 * HOUR, 0);
    assert_int_equal(known(), 1);
    budgets_tidy(all, WALL + 50 * HOUR, 1);
    assert_int_equal(known(), 1);
    lent_charge(1, 1200);
    budgets_tidy(all, WALL + 50 * HOUR, 0);
    assert_int_equal(known(), 0);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(settled(k, 1, WALL), BOOKING_REFUSED);
    booking_drop(k);
}

static void who_only_observes_is_forgotten_when_its_rows_are_there(void **state)
{
    (void)state;
    struct budget b = a_budget(1, 1000);
    b.terms.observe = true;
    end_now(all, opened(&b, 300, WALL), 200, true);
    work();
    budgets_tidy(all, WALL + 2 * HOUR, 1);
    assert_int_equal(known(), 1);
    lent_charge(1, 200);
    budgets_tidy(all, WALL + 2 * HOUR, 0);
    assert_int_equal(known(), 0);
    booking_drop(opened(&b, 10, WALL));
    has(all, 1, 200, 0);
}

static void a_crowd_is_forgotten_sooner(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *k = NULL;
    char value[8];
    unsigned n = 0;
    enum booking_state is = BOOKING_WAITS;
    for (; is == BOOKING_WAITS; n++) {
        booking_drop(k);
        (void)snprintf(value, sizeof value, "%u", n);
        k = book_for(all, &caller, &b, str_of(value));
        is = reserve_at(k, 10, false, WALL);
    }
    assert_int_equal(is, BOOKING_FAILED);
    assert_int_equal(n, BUDGETS_ACCOUNTS_MAX + 1);
    work();
    budgets_tidy(all, WALL + HOUR / 10, 0);
    work();
    assert_int_equal(reserve_at(k, 10, false, WALL + HOUR / 10), BOOKING_WAITS);
    work();
    assert_int_equal(reserve_at(k, 10, false, WALL + HOUR / 10), BOOKING_OPEN);
    booking_drop(k);
}

// --- a store that sets nothing aside ---

static void who_is_new_hears_that_the_store_fails(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    struct booking *left = book_for(all, &caller, &b, STR_NONE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reserve_at(k, 10, false, WALL), BOOKING_WAITS);
        assert_int_equal(reserve_at(left, 10, false, WALL), BOOKING_WAITS);
        assert_true(booking_leave(left));
        lender_serve(STATUS_BUSY);
        posts_run(&loop);
        assert_int_equal(caller.woken, i + 1);
        assert_int_equal(reserve_at(k, 10, false, WALL), BOOKING_FAILED);
    }
    assert_int_equal(settled(k, 10, WALL), BOOKING_OPEN);
    has(all, 1, 0, 10);
    booking_drop(k);
    booking_drop(left);
}

static void who_waits_hears_that_the_store_fails(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 100000);
    struct booking *open = opened(&b, 10, WALL);
    struct booking *k = book_for(all, &caller, &b, STR_NONE);
    work();
    assert_int_equal(reserve_at(k, 90000, false, WALL), BOOKING_WAITS);
    lender_serve(STATUS_IO); // it was done, but nobody knows
    posts_run(&loop);
    assert_int_equal(reserve_at(k, 90000, false, WALL), BOOKING_FAILED);
    assert_int_equal(booking_extend(open, (struct nano){90000}), ADMISSION_HELD);
    assert_int_equal(reserve_at(k, 90000, false, WALL), BOOKING_WAITS);
    work();
    assert_int_equal(reserve_at(k, 90000, false, WALL), BOOKING_OPEN);
    booking_drop(k);
    booking_drop(open);
}

static void nothing_is_asked_of_a_closed_store(void **state)
{
    (void)state;
    const struct budget a = a_budget(1, 100000), b = a_budget(2, 100000);
    const struct booking_wish wishes[] = {{&a, STR_NONE}, {&b, STR_NONE}};
    struct booking *open = opened(&a, 10, WALL);
    booking_drop(opened(&b, 10, WALL));
    struct booking *k = book_both(all, &caller, wishes);
    work();
    assert_int_equal(reserve_at(k, 90000, true, WALL), BOOKING_WAITS);
    unsigned asked = lender.asked;
    lender_serve(STATUS_CLOSED);
    assert_int_equal(lender.asked, asked);
    posts_run(&loop);
    for (int i = 0; i < 2; i++)
        assert_int_equal(settled(k, 90000, WALL), BOOKING_FAILED);
    assert_int_equal(reserve_at(k, 10, true, WALL), BOOKING_OPEN); // what was set aside is there
    booking_drop(k);
    booking_drop(open);
    budgets_tidy(all, WALL + 9 * HOUR, 0);
    assert_int_equal(lender.asked, asked);
}

// A limit at the end of 64 bits is spent, and lowered.
static void what_is_left_keeps_its_range(void **state)
{
    (void)state;
    struct budget b = a_budget(1, INT64_MAX);
    struct booking_left left;
    struct booking *first = opened(&b, INT64_MAX - 5, WALL), *second = opened(&b, 3, WALL);
    end_now(all, first, INT64_MAX, true);
    assert_true(booking_left(second, &left));
    assert_int_equal(left.left.n, 0);
    b.terms.limit.n = 0;
    budgets_terms(all, &b, 1, WALL);
    first = book_for(all, &caller, &b, STR_NONE);
    assert_int_equal(reserve_at(first, 1, false, WALL), BOOKING_REFUSED);
    assert_true(booking_left(first, &left));
    assert_int_equal(left.left.n, -1);
    assert_int_equal(left.held.n, 3);
    booking_drop(first);
    booking_drop(second);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_failed_half_way_may_ask_again),
        CASE(who_needs_two_new_ones_gets_both),
        CASE(what_is_left_is_told_of_all),
        CASE(who_is_dropped_is_not_woken),
        CASE(who_has_ended_is_not_woken),
        CASE(who_leaves_has_the_store_asked),
        CASE(what_was_not_written_is_captured),
        CASE(an_estimate_is_told_apart),
        CASE(what_costs_more_is_told),
        CASE(what_grows_holds_more),
        CASE(a_changed_limit_is_told_to_the_store),
        CASE(who_knows_a_budget_that_is_no_more_is_held_by_it),
        CASE(who_knows_a_paused_budget_that_is_no_more_is_refused),
        CASE(who_only_observes_says_so_to_the_store),
        CASE(who_blocks_again_asks_the_store_first),
        CASE(who_ends_after_midnight_is_charged_before_it),
        CASE(another_zone_is_another_window),
        CASE(an_alert_is_told_once),
        CASE(what_is_forgotten_comes_back_as_spent),
        CASE(what_is_left_keeps_its_range),
        CASE(what_is_not_given_back_is_not_spent),
        CASE(who_needs_what_cannot_be_given_back_hears_it),
        CASE(what_gives_back_tells_what_has_changed),
        CASE(what_is_in_use_is_not_forgotten),
        CASE(an_overdraft_is_forgotten_late),
        CASE(who_only_observes_is_forgotten_when_its_rows_are_there),
        CASE(a_crowd_is_forgotten_sooner),
        CASE(who_is_new_hears_that_the_store_fails),
        CASE(who_waits_hears_that_the_store_fails),
        CASE(nothing_is_asked_of_a_closed_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
