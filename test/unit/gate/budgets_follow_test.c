// SPDX-License-Identifier: Apache-2.0
//
// The window of a budget is changed while calls are under way: they belong to the account of now.
// The store and the loop do nothing before they are told.

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "gate/budgets_part.h"
#include "staged.h"

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
    struct booking *k = opened(&day, 300, WALL);
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
    assert_int_equal(settled(other, 300, WALL), BOOKING_OPEN);
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
    struct booking *k = opened(&day, 300, WALL);
    booking_close(k, &charge);
    booking_end(k, (struct nano){300}, (struct nano){300}, false, &ended);
    say(WINDOW_MONTH);
    struct booking *other = book_for(all, &caller, &month, STR_NONE);
    assert_int_equal(settled(other, 600, WALL), BOOKING_WAITS);
    lender.at[1].moved = 300; // it is in the journal
    budgets_end(all, &ended, true);
    assert_int_equal(lender_serve(STATUS_BUSY), 1);
    assert_int_equal(reserve_at(other, 600, true, WALL), BOOKING_FAILED);
    assert_int_equal(settled(other, 701, WALL), BOOKING_REFUSED);
    in_window(WINDOW_MONTH, 300, 0);
    assert_int_equal(settled(other, 700, WALL), BOOKING_OPEN);
    booking_drop(other);
    // What was charged there since is asked for when it comes back.
    say(WINDOW_DAY);
    lender.at[0].moved = 200;
    assert_int_equal(settled(other = book_for(all, &caller, &day, STR_NONE), 501, WALL),
                     BOOKING_REFUSED);
    in_window(WINDOW_DAY, 500, 0);
    booking_drop(other);
}

static bool is_asked_again(void)
{
    for (const struct lease *l = lender.first; l; l = l->next)
        if (l->again)
            return true;
    return false;
}

// One ends there, one comes, and the budget is said more than once: the store is asked at the end.
static void who_ends_just_then_is_not_asked_for_before(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    struct list ended;
    struct charge charge;
    list_init(&ended);
    say(WINDOW_MONTH);
    booking_drop(opened(&month, 10, WALL));
    work();
    say(WINDOW_DAY);
    struct booking *comes = opened(&day, 100, WALL), *k = opened(&day, 50, WALL);
    work();
    booking_close(k, &charge);
    booking_end(k, (struct nano){50}, (struct nano){50}, false, &ended);
    for (int i = 0; i < 3; i++) {
        say(WINDOW_MONTH);
        assert_false(is_asked_again());
        work();
    }
    in_window(WINDOW_MONTH, 0, 100);
    lender.at[0].moved = 50;
    budgets_end(all, &ended, true);
    assert_true(is_asked_again());
    work();
    in_window(WINDOW_MONTH, 50, 100);
    booking_drop(comes);
}

static void who_grows_hears_that_the_store_fails(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY);
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300, WALL);
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
    struct booking *k = opened(&month, 300, WALL);
    began_us = WALL;
    say(WINDOW_DAY);
    work();
    assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_MADE);
    in_window(WINDOW_MONTH, 0, 310);
    in_window(WINDOW_DAY, 0, 0);
    end_now(all, k, 310, true);
}

// Budgets are said when one of them changes: the last time may be long ago.
static void what_was_said_long_ago_is_followed(void **state)
{
    (void)state;
    struct budget week = of_kind(WINDOW_WEEK);
    budgets_terms(all, &week, 1, WALL - 20 * DAY_US);
    struct booking *k = opened(&week, 300, WALL);
    week.window.first_day = (week.window.first_day + 3) % 7;
    budgets_terms(all, &week, 1, WALL);
    assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_LEASE);
    work();
    while (booking_extend(k, (struct nano){10}) == ADMISSION_LEASE)
        work();
    struct booking *other = book_for(all, &caller, &week, STR_NONE);
    assert_int_equal(reserve_at(other, 700, false, WALL), BOOKING_REFUSED);
    assert_int_equal(settled(other, 690, WALL), BOOKING_OPEN);
    booking_drop(other);
    end_now(all, k, 310, true);
}

static void who_comes_back_with_another_window_is_followed(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY);
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300, WALL);
    budgets_terms(all, &day, 0, WALL);
    work();
    say(WINDOW_MONTH);
    work();
    in_window(WINDOW_DAY, 0, 0);
    in_window(WINDOW_MONTH, 0, 300);
    end_now(all, k, 300, true);
}

// There and back, while one stays and another waits: 800 were spent meanwhile.
static void there_and_back(struct booking **stays, struct booking **first, struct booking **waits)
{
    static struct budget day, month; // they live as long as these
    day = of_kind(WINDOW_DAY);
    month = of_kind(WINDOW_MONTH);
    say(WINDOW_MONTH);
    began_us = of_now(WINDOW_DAY).start_us - 1;
    *stays = opened(&month, 100, WALL);
    *first = opened(&month, 800, WALL);
    *waits = book_for(all, &caller, &month, STR_NONE);
    assert_int_equal(reserve_at(*waits, 300, true, WALL), BOOKING_WAITS);
    work();
    began_us = WALL;
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 800, WALL);
    end_now(all, k, 800, true);
    say(WINDOW_MONTH);
    lender.at[0].moved = 800;
}

// Neither goes on beside what they do not know.
static void what_was_spent_meanwhile_is_asked_for(void **state)
{
    (void)state;
    struct booking *stays, *first, *waits;
    there_and_back(&stays, &first, &waits);
    booking_drop(first); // there is room, it seems
    posts_run(&loop);
    assert_int_equal(settled(waits, 300, WALL), BOOKING_REFUSED);
    assert_true(booking_leave(waits));
    enum admission is = booking_extend(stays, (struct nano){800});
    for (int i = 0; i < 3 && is == ADMISSION_LEASE; i++) {
        work();
        is = booking_extend(stays, (struct nano){800});
    }
    assert_true(is == ADMISSION_HELD || is == ADMISSION_SPENT);
    in_window(WINDOW_MONTH, 800, 100);
    while (booking_extend(stays, (struct nano){100}) == ADMISSION_LEASE)
        work();
    in_window(WINDOW_MONTH, 800, 200);
    booking_drop(waits);
    end_now(all, stays, 200, true);
}

// The answer comes between that one is let in and that it looks.
static void what_was_spent_meanwhile_is_heard_of(void **state)
{
    (void)state;
    const struct budget month = of_kind(WINDOW_MONTH);
    struct booking *stays, *first, *waits;
    there_and_back(&stays, &first, &waits);
    struct booking *asks = book_for(all, &caller, &month, STR_NONE);
    assert_int_equal(reserve_at(asks, 10, true, WALL), BOOKING_WAITS);
    booking_drop(first); // there is room, it seems
    while (lender_serve(STATUS_OK) > 0)
        continue;
    posts_run(&loop);
    assert_int_equal(settled(waits, 300, WALL), BOOKING_REFUSED);
    assert_true(booking_leave(waits));
    in_window(WINDOW_MONTH, 800, 100);
    booking_drop(asks);
    booking_drop(waits);
    end_now(all, stays, 100, true);
}

// More is held there than was set aside, and a threshold is reached: what is asked next is told
// what the store has just given, and asks for that no more.
static void what_was_given_is_asked_for_once(void **state)
{
    (void)state;
    struct budget month = of_kind(WINDOW_MONTH);
    month.terms.alert_count = 1;
    month.terms.alert_at[0] = 25;
    for (int way = 0; way < 2; way++) {
        budgets_terms(all, &month, 1, WALL);
        struct booking *k = opened(&month, 50, WALL);
        say(WINDOW_DAY);
        work();
        for (int i = 0; way == 1 && i < 2; i++)
            while (booking_extend(k, (struct nano){150}) == ADMISSION_LEASE)
                work();
        budgets_terms(all, &month, 1, WALL);
        lender.at[0].moved = 300 * (1 + way);
        lender_serve(STATUS_OK);
        assert_non_null(lender.first);
        assert_false(lender.first->again);
        work();
        assert_int_equal(heard.alerts, 1);
        in_window(WINDOW_MONTH, 300 * (1 + way), way == 0 ? 50 : 350);
        assert_true(lender.at[0].settled + lender.at[0].leased <= 1000);
        end_now(all, k, 0, true);
        work();
    }
}

// One grows as the row of another is written: the watermark stays where they hold.
static void what_is_asked_for_comes_in_turn(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY);
    struct list ended;
    struct charge charge;
    list_init(&ended);
    say(WINDOW_DAY);
    struct booking *one = opened(&day, 200, WALL), *other = opened(&day, 200, WALL),
                   *k = opened(&day, 50, WALL);
    work();
    booking_close(k, &charge);
    booking_end(k, (struct nano){50}, (struct nano){50}, false, &ended);
    say(WINDOW_MONTH);
    lender_serve(STATUS_OK); // more is asked for
    lender.at[1].moved = 50;
    budgets_end(all, &ended, true);
    work();
    in_window(WINDOW_MONTH, 50, 400);
    assert_true(lender.at[1].settled + lender.at[1].leased >= 450);
    end_now(all, one, 200, true);
    end_now(all, other, 200, true);
}

// The one that is late asks again by itself, and so does the one that was never there.
static void what_failed_is_asked_for_again(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY);
    struct list ended;
    struct charge charge;
    list_init(&ended);
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300, WALL), *stays = opened(&day, 50, WALL);
    booking_close(k, &charge);
    booking_end(k, (struct nano){300}, (struct nano){300}, false, &ended);
    say(WINDOW_MONTH);
    lender_serve(STATUS_FULL); // the first
    for (int i = 0; i < 2; i++) {
        budgets_tidy(all, WALL, 0);
        assert_int_equal(lender_serve(i ? STATUS_OK : STATUS_FULL), 1);
        work();
    }
    in_window(WINDOW_MONTH, 0, 50);
    lender.at[1].moved = 300;
    budgets_end(all, &ended, true);
    lender_serve(STATUS_FULL);
    work();
    in_window(WINDOW_MONTH, 0, 50);
    budgets_tidy(all, WALL, 0);
    work();
    in_window(WINDOW_MONTH, 300, 50);
    unsigned asked = lender.asked;
    budgets_tidy(all, WALL, 0);
    assert_int_equal(lender.asked, asked);
    end_now(all, stays, 50, true);
    // Nobody needs it any more.
    say(WINDOW_DAY);
    work();
    stays = opened(&day, 10, WALL);
    say(WINDOW_LIFETIME);
    lender_serve(STATUS_FULL);
    booking_drop(stays);
    asked = lender.asked;
    budgets_tidy(all, WALL, 0);
    assert_int_equal(lender.asked, asked);
    budgets_tidy(all, WALL + 400 * DAY_US, 0);
    work();
    assert_int_equal(all->table.count, 0);
    assert_int_equal(all->lates, 0);
}

// The window changes once more, or its last record is not written: nobody ends there any more.
static void who_does_not_end_there_keeps_nobody_waiting(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    struct charge charge;
    say(WINDOW_MONTH);
    booking_drop(opened(&month, 10, WALL));
    for (int way = 0; way < 2; way++) {
        say(WINDOW_DAY);
        work();
        struct booking *k = opened(&day, 50, WALL), *other;
        booking_close(k, &charge);
        say(WINDOW_MONTH);
        other = book_for(all, &caller, &month, STR_NONE);
        assert_int_equal(settled(other, 10, WALL), BOOKING_WAITS);
        if (way == 0)
            say(WINDOW_DAY);
        else
            booking_charge(k, &charge);
        work();
        assert_int_equal(all->lates, 0);
        assert_int_equal(settled(other, 10, WALL), BOOKING_OPEN);
        in_window(way == 0 ? WINDOW_DAY : WINDOW_MONTH, 0, 60);
        booking_drop(other);
        booking_drop(k);
    }
}

// It is let in, and asks anew for a change that is over by then.
static void who_asks_anew_goes_first(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY);
    say(WINDOW_DAY);
    end_now(all, opened(&day, 1000, WALL), 0, true);
    struct booking *open = opened(&day, 600, WALL), *first = book_for(all, &caller, &day, STR_NONE),
                   *second = book_for(all, &caller, &day, STR_NONE),
                   *third = book_for(all, &caller, &day, STR_NONE);
    assert_int_equal(reserve_at(first, 600, true, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_WAITS);
    booking_drop(open);
    say(WINDOW_MONTH);
    say(WINDOW_DAY);
    assert_int_equal(reserve_at(third, 10, true, WALL), BOOKING_WAITS); // what was spent meanwhile
    work();
    assert_int_equal(reserve_at(first, 600, true, WALL), BOOKING_OPEN);
    in_window(WINDOW_DAY, 0, 600);
    booking_drop(first);
    in_window(WINDOW_DAY, 0, 900);
    booking_drop(second);
    booking_drop(third);
}

// It is let in, and the account of now is not there yet: it holds what it has until that is.
static void who_asks_anew_keeps_its_room(void **state)
{
    (void)state;
    struct budget said[] = {a_budget(2, 1000), of_kind(WINDOW_MONTH)};
    const struct budget wide = said[0], month = said[1];
    const struct booking_wish wishes[] = {{&month, STR_NONE}, {&wide, STR_NONE}};
    budgets_terms(all, said, 2, WALL);
    end_now(all, opened(&wide, 1000, WALL), 0, true);
    end_now(all, opened(&month, 1000, WALL), 0, true);
    struct booking *open = opened(&wide, 600, WALL), *first = book_both(all, &caller, wishes),
                   *second = book_for(all, &caller, &wide, STR_NONE);
    assert_int_equal(reserve_at(first, 600, true, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_WAITS);
    said[1] = of_kind(WINDOW_DAY);
    budgets_terms(all, said, 2, WALL);
    booking_drop(open);
    assert_int_equal(reserve_at(first, 600, true, WALL), BOOKING_WAITS);
    has(all, 2, 0, 600);
    assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_WAITS);
    work();
    assert_int_equal(settled(first, 600, WALL), BOOKING_OPEN);
    in_window(WINDOW_MONTH, 0, 0);
    in_window(WINDOW_DAY, 0, 600);
    has(all, 2, 0, 600);
    booking_drop(first);
    assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_OPEN);
    booking_drop(second);
}

// No account more can be had: who is to come there does so with the first that needs it.
static void who_could_not_be_led_comes_later(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300, WALL);
    work();
    all->table.count += BUDGETS_ACCOUNTS_MAX;
    say(WINDOW_MONTH);
    budgets_tidy(all, WALL, 0);
    assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_HELD);
    all->table.count -= BUDGETS_ACCOUNTS_MAX;
    struct booking *other = book_for(all, &caller, &month, STR_NONE);
    assert_int_equal(reserve_at(other, 701, false, WALL), BOOKING_WAITS);
    work();
    in_window(WINDOW_DAY, 0, 0);
    in_window(WINDOW_MONTH, 0, 300);
    assert_int_equal(reserve_at(other, 701, false, WALL), BOOKING_REFUSED);
    booking_drop(other);
    all->table.count += BUDGETS_ACCOUNTS_MAX;
    say(WINDOW_LIFETIME);
    all->table.count -= BUDGETS_ACCOUNTS_MAX;
    work();
    in_window(WINDOW_MONTH, 0, 300);
    budgets_tidy(all, WALL, 0);
    work();
    in_window(WINDOW_MONTH, 0, 0);
    end_now(all, k, 300, true);
}

// One that gives back while somebody is to come to it is there again at once.
static void who_gives_back_is_come_to(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    say(WINDOW_MONTH);
    booking_drop(opened(&month, 10, WALL));
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 300, WALL);
    work();
    budgets_tidy(all, WALL + 2 * 3600 * SECOND_US, 0); // the month is idle
    say(WINDOW_MONTH);
    in_window(WINDOW_DAY, 0, 300);
    lender_serve(STATUS_FULL);
    assert_int_equal(booking_extend(k, (struct nano){10}), ADMISSION_LEASE);
    work();
    in_window(WINDOW_DAY, 0, 0);
    in_window(WINDOW_MONTH, 0, 300);
    end_now(all, k, 300, true);
}

// What came beyond the limit was held: no provider broke a worst case.
static void who_comes_beyond_the_limit_is_no_overdraft(void **state)
{
    (void)state;
    const struct budget day = of_kind(WINDOW_DAY), month = of_kind(WINDOW_MONTH);
    struct charge c;
    say(WINDOW_MONTH);
    began_us = of_now(WINDOW_DAY).start_us - 1;
    end_now(all, opened(&month, 900, WALL), 900, true);
    lent_charge(1, 900);
    began_us = WALL;
    say(WINDOW_DAY);
    struct booking *k = opened(&day, 800, WALL);
    say(WINDOW_MONTH);
    work();
    booking_close(k, &c);
    end_now(all, k, 800, true);
    lent_charge(c.accounts[0], 800);
    in_window(WINDOW_MONTH, 1700, 0);
    assert_int_equal(heard.overdrafts, 0);
    assert_int_equal(lender.at[0].settled, 1700);
    assert_int_equal(lender.at[0].overdraft, 0);
}

// Prints what it takes: some 0.03 s; where it goes with their square, 15 s.
static void many_are_followed(void **state)
{
    (void)state;
    enum { MANY = 10000 };
    static char names[MANY][8];
    static struct booking *k[MANY];
    const struct budget day = of_kind(WINDOW_DAY);
    say(WINDOW_DAY);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "v%d", i);
        k[i] = book_for(all, &caller, &day, str_of(names[i]));
        assert_int_equal(reserve_at(k[i], 300, true, WALL), BOOKING_WAITS);
    }
    work();
    for (int i = 0; i < MANY; i++)
        while (reserve_at(k[i], 300, true, WALL) == BOOKING_WAITS)
            work();
    work();
    int64_t begin = clock_mono_us();
    say(WINDOW_MONTH);
    work();
    in_window(WINDOW_MONTH, 0, INT64_C(300) * MANY);
    say(WINDOW_DAY);
    work();
    in_window(WINDOW_DAY, 0, INT64_C(300) * MANY);
    printf("%d calls go on in another window, and back: %" PRId64 " us\n", (int)MANY,
           clock_mono_us() - begin);
    for (int i = 0; i < MANY; i++)
        booking_drop(k[i]);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(who_is_under_way_counts_in_the_window_of_now),
        CASE(who_ends_just_then_is_asked_for),
        CASE(who_ends_just_then_is_not_asked_for_before),
        CASE(who_grows_hears_that_the_store_fails),
        CASE(who_began_before_it_does_not_count_there),
        CASE(what_was_said_long_ago_is_followed),
        CASE(who_comes_back_with_another_window_is_followed),
        CASE(what_was_spent_meanwhile_is_asked_for),
        CASE(what_was_spent_meanwhile_is_heard_of),
        CASE(what_was_given_is_asked_for_once),
        CASE(what_is_asked_for_comes_in_turn),
        CASE(what_failed_is_asked_for_again),
        CASE(who_does_not_end_there_keeps_nobody_waiting),
        CASE(who_asks_anew_goes_first),
        CASE(who_asks_anew_keeps_its_room),
        CASE(who_could_not_be_led_comes_later),
        CASE(who_gives_back_is_come_to),
        CASE(who_comes_beyond_the_limit_is_no_overdraft),
        CASE(many_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
