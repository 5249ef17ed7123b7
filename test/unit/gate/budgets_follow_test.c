// SPDX-License-Identifier: Apache-2.0
//
// The window of a budget is changed while calls are under way: they belong to the account of now.
// The store and the loop do nothing before they are told.

#include "booked.h"
#include "lender.h"

#define WALL (INT64_C(1) << 50)

static struct loop loop;
static struct caller caller;
static struct budgets *all;

static int begin(void **state)
{
    (void)state;
    memset(&lender, 0, sizeof lender);
    memset(&heard, 0, sizeof heard);
    caller = (struct caller){.loop = &loop};
    all = budgets_new(lender_store(), hear, NULL);
    return all ? 0 : 1;
}

static void work(void)
{
    while (lender_serve(STATUS_OK) > 0)
        continue;
    posts_run(&loop);
}

static int finish(void **state)
{
    (void)state;
    work();
    budgets_free(all);
    return 0;
}

// What comes of it when the store sets aside whatever it is asked for.
static enum booking_state settled(struct booking *k, int64_t amount)
{
    enum booking_state is = reserve_at(k, amount, true, WALL);
    for (int i = 0; i < 3 && is == BOOKING_WAITS; i++) {
        work();
        is = reserve_at(k, amount, true, WALL);
    }
    return is;
}

static struct booking *opened(const struct budget *b, int64_t amount)
{
    struct booking *k = book_for(all, &caller, b, STR_NONE);
    assert_int_equal(settled(k, amount), BOOKING_OPEN);
    return k;
}

struct kinds {
    enum window_kind kind;
    int64_t start_us;
    int64_t spent, held;
};

static void add_kind(void *context, const struct budgets_account *a)
{
    struct kinds *k = context;
    if (a->key.window.kind != k->kind || a->key.window.start_us != k->start_us)
        return;
    k->spent += a->spent.n;
    k->held += a->held.n;
}

static struct budget of_kind(enum window_kind kind)
{
    struct budget b = a_budget(1, 1000);
    b.window.kind = kind;
    return b;
}

static struct window of_now(enum window_kind kind)
{
    const struct budget b = of_kind(kind);
    return window_at(&b.window, WALL);
}

static void in_window(enum window_kind kind, int64_t spent, int64_t held)
{
    struct kinds k = {.kind = kind, .start_us = of_now(kind).start_us};
    budgets_each(all, add_kind, &k);
    assert_int_equal(k.spent, spent);
    assert_int_equal(k.held, held);
}

static void say(enum window_kind kind)
{
    const struct budget b = of_kind(kind);
    budgets_terms(all, &b, 1, WALL);
}

static void who_is_under_way_counts_in_the_window_of_now(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    struct charge first, last;
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300);
    booking_charge(k, &first);
    say(WINDOW_MONTH);
    assert_int_equal(booking_extend(k, (struct nano){100}), ADMISSION_LEASE); // not there yet
    work();
    assert_int_equal(caller.woken, 2);
    in_window(WINDOW_DAY, 0, 0);
    in_window(WINDOW_MONTH, 0, 300);
    while (booking_extend(k, (struct nano){300}) == ADMISSION_LEASE)
        work();
    in_window(WINDOW_MONTH, 0, 600);
    struct booking *other = book_for(all, &caller, &month, STR_NONE);
    assert_int_equal(reserve_at(other, 500, false, WALL), BOOKING_REFUSED);
    assert_int_equal(settled(other, 300), BOOKING_OPEN);
    assert_int_equal(booking_extend(k, (struct nano){101}), ADMISSION_HELD);
    booking_close(k, &last);
    assert_int_equal(last.held, 600);
    assert_int_equal(last.count, 1);
    assert_true(last.accounts[0] != first.accounts[0]);
    end_now(all, k, 450, true);
    in_window(WINDOW_DAY, 0, 0);
    in_window(WINDOW_MONTH, 450, 300);
    say(WINDOW_DAY); // and back
    work();
    in_window(WINDOW_MONTH, 450, 0);
    in_window(WINDOW_DAY, 0, 300);
    booking_drop(other);
    in_window(WINDOW_DAY, 0, 0);
}

// Its row is written as the change comes: the store is asked for it before anybody is let in.
static void who_ends_just_then_is_asked_for(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    struct list ended;
    struct charge charge;
    list_init(&ended);
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300);
    booking_close(k, &charge);
    booking_end(k, (struct nano){300}, (struct nano){300}, false, &ended);
    say(WINDOW_MONTH);
    struct booking *other = book_for(all, &caller, &month, STR_NONE);
    assert_int_equal(settled(other, 600), BOOKING_WAITS);
    lender.at[1].moved = 300; // it is in the journal
    budgets_end(all, &ended, true);
    assert_int_equal(lender_serve(STATUS_BUSY), 1);
    assert_int_equal(reserve_at(other, 600, true, WALL), BOOKING_FAILED);
    assert_int_equal(settled(other, 701), BOOKING_REFUSED);
    in_window(WINDOW_MONTH, 300, 0);
    assert_int_equal(settled(other, 700), BOOKING_OPEN);
    booking_drop(other);
    // What was charged there since is asked for when it comes back.
    say(WINDOW_DAY);
    lender.at[0].moved = 200;
    assert_int_equal(settled(other = book_for(all, &caller, &day, STR_NONE), 501), BOOKING_REFUSED);
    in_window(WINDOW_DAY, 500, 0);
    booking_drop(other);
}

static void who_grows_hears_that_the_store_fails(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY);
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300);
    work();
    say(WINDOW_MONTH);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_LEASE);
        assert_int_equal(lender_serve(STATUS_FULL), 1);
        posts_run(&loop);
        assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_HELD);
    }
    in_window(WINDOW_DAY, 0, 300);
    while (booking_extend(k, (struct nano){10}) == ADMISSION_LEASE)
        work();
    in_window(WINDOW_DAY, 0, 0);
    in_window(WINDOW_MONTH, 0, 310);
    budgets_await(all, 1000); // there is nothing to wait for
    end_now(all, k, 310, true);
}

// Who began before the window of now stays where it was.
static void who_began_before_it_does_not_count_there(void **state)
{
    (void)state;
    const struct window today = of_now(WINDOW_DAY);
    const struct budget month = of_kind(WINDOW_MONTH);
    say(WINDOW_MONTH);
    began_us = today.start_us - 1;
    struct booking *k = opened(&month, 300);
    began_us = WALL;
    say(WINDOW_DAY);
    work();
    assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_MADE);
    in_window(WINDOW_MONTH, 0, 310);
    in_window(WINDOW_DAY, 0, 0);
    end_now(all, k, 310, true);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_is_under_way_counts_in_the_window_of_now),
        CASE(who_ends_just_then_is_asked_for),
        CASE(who_grows_hears_that_the_store_fails),
        CASE(who_began_before_it_does_not_count_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
