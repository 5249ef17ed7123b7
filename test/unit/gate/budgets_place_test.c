// SPDX-License-Identifier: Apache-2.0
//
// One that has waited asks for something else, and keeps its place meanwhile. The store and the
// loop do nothing before they are told.

#include "staged.h"

// Three of a budget: one is open, the others wait behind it. The lease is enough for all.
static void line_up(const struct budget *b, struct booking **open, struct booking **first,
                    struct booking **second)
{
    end_now(all, opened(b, 1000, WALL), 0, true);
    *open = opened(b, 600, WALL);
    *first = book_for(all, &caller, b, STR_NONE);
    *second = book_for(all, &caller, b, STR_NONE);
    assert_int_equal(reserve_at(*first, 600, true, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(*second, 400, true, WALL), BOOKING_WAITS);
}

static void who_asks_for_less_keeps_its_place(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *open, *first, *second;
    line_up(&b, &open, &first, &second);
    first = booking_again(first);
    assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_REFUSED);
    assert_int_equal(booking_verdict(first).is, ADMISSION_HELD);
    assert_int_equal(reserve_at(second, 400, true, WALL), BOOKING_WAITS); // though it fits
    assert_int_equal(reserve_at(first, 300, false, WALL), BOOKING_OPEN);
    has(all, 1, 0, 900);
    booking_drop(first);
    assert_int_equal(reserve_at(second, 400, true, WALL), BOOKING_OPEN);
    booking_drop(second);
    booking_drop(open);
}

static void who_is_refused_makes_way(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    for (int way = 0; way < 2; way++) {
        struct booking *open, *first, *second;
        line_up(&b, &open, &first, &second);
        first = booking_again(first);
        assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_REFUSED);
        if (way == 0)
            assert_true(booking_leave(first));
        else
            booking_drop(first);
        assert_int_equal(reserve_at(second, 400, true, WALL), BOOKING_OPEN);
        if (way == 0)
            booking_drop(first);
        booking_drop(second);
        booking_drop(open);
        work();
    }
}

// Elsewhere its budget has no account yet at first, and it waits for that.
static void who_goes_elsewhere_keeps_its_place(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000), other = a_budget(2, 1000);
    const struct booking_wish wishes[] = {{&other, STR_NONE}, {&b, STR_NONE}};
    for (int way = 0; way < 2; way++) {
        struct booking *open, *first, *second;
        line_up(&b, &open, &first, &second);
        first = booking_again(first);
        assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_REFUSED);
        struct booking *next = book_both(all, &caller, wishes);
        booking_instead(next, first);
        enum booking_state is = reserve_at(next, 350, false, WALL);
        assert_int_equal(is, way == 0 ? BOOKING_WAITS : BOOKING_OPEN);
        assert_int_equal(reserve_at(second, 400, true, WALL), BOOKING_WAITS);
        assert_int_equal(settled(next, 350, WALL), BOOKING_OPEN);
        assert_int_equal(reserve_at(second, 400, true, WALL), BOOKING_WAITS);
        booking_drop(open);
        assert_int_equal(reserve_at(second, 400, true, WALL), BOOKING_OPEN);
        booking_drop(next);
        booking_drop(second);
        work();
    }
}

static void who_is_let_in_needs_no_other_place(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *open, *first, *second;
    line_up(&b, &open, &first, &second);
    booking_drop(open);
    assert_ptr_equal(booking_again(first), first);
    assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_OPEN);
    booking_drop(first);
    booking_drop(second);
    // Let in just before it asks for less: what it holds then is for itself.
    line_up(&b, &open, &first, &second);
    first = booking_again(first);
    booking_drop(open);
    assert_int_equal(reserve_at(first, 600, false, WALL), BOOKING_OPEN);
    booking_drop(first);
    booking_drop(second);
}

// One is open, the first waits, and one of `behind` that does not fit beside both is behind it.
static void crowd(const struct budget *b, int64_t behind, struct booking **open,
                  struct booking **first, struct booking **second)
{
    end_now(all, opened(b, 1000, WALL), 0, true);
    *open = opened(b, 600, WALL);
    *first = book_for(all, &caller, b, STR_NONE);
    *second = book_for(all, &caller, b, STR_NONE);
    assert_int_equal(reserve_at(*first, 600, true, WALL), BOOKING_WAITS);
    assert_int_equal(reserve_at(*second, behind, true, WALL), BOOKING_WAITS);
    *first = booking_again(*first);
    assert_int_equal(reserve_at(*first, 600, false, WALL), BOOKING_REFUSED);
}

// Its place is let in while it awaits an account elsewhere.
static void who_comes_later_gets_no_room_of_a_place(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000), other = a_budget(2, 1000);
    const struct booking_wish wishes[] = {{&other, STR_NONE}, {&b, STR_NONE}};
    struct booking *open, *first, *second;
    crowd(&b, 900, &open, &first, &second);
    struct booking *next = book_both(all, &caller, wishes);
    booking_instead(next, first);
    assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_WAITS);
    booking_drop(open);
    has(all, 1, 0, 600);
    work();
    assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_OPEN);
    has(all, 1, 0, 350);
    assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_WAITS);
    booking_drop(next);
    assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_OPEN);
    booking_drop(second);
}

// It lacks a lease elsewhere, while its place waits, or once that is let in.
static void who_waits_for_the_store_keeps_its_room(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    for (int way = 0; way < 3; way++) {
        const struct budget other = a_budget(2 + (uint64_t)way, 1000);
        const struct booking_wish wishes[] = {{&other, STR_NONE}, {&b, STR_NONE}};
        struct booking *idle = opened(&other, 10, WALL); // so much is leased, and a little more
        const int64_t behind = way == 0 ? 400 : 900;
        struct booking *open, *first, *second;
        crowd(&b, behind, &open, &first, &second);
        work();
        struct booking *next = book_both(all, &caller, wishes);
        booking_instead(next, first);
        if (way == 1)
            booking_drop(open);
        assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_WAITS);
        assert_int_equal(booking_verdict(next).is, ADMISSION_LEASE);
        assert_int_equal(reserve_at(second, behind, true, WALL), BOOKING_WAITS);
        if (way == 2)
            booking_drop(open);
        work();
        assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_OPEN);
        assert_int_equal(reserve_at(second, behind, true, WALL), BOOKING_WAITS);
        if (way == 0)
            booking_drop(open);
        else
            booking_drop(next);
        assert_int_equal(reserve_at(second, behind, true, WALL), BOOKING_OPEN);
        if (way == 0)
            booking_drop(next);
        booking_drop(second);
        booking_drop(idle);
        work();
    }
}

// Nobody behind it is refused for what it may not come to hold.
static void who_is_behind_waits_for_the_store_too(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *open = opened(&b, 600, WALL), *first = book_for(all, &caller, &b, STR_NONE),
                   *second = book_for(all, &caller, &b, STR_NONE);
    work();
    assert_int_equal(reserve_at(first, 500, true, WALL), BOOKING_WAITS);
    first = booking_again(first);
    assert_int_equal(reserve_at(first, 500, false, WALL), BOOKING_REFUSED);
    assert_int_equal(reserve_at(first, 350, false, WALL), BOOKING_WAITS);
    assert_int_equal(booking_verdict(first).is, ADMISSION_LEASE);
    assert_int_equal(reserve_at(second, 300, false, WALL), BOOKING_WAITS);
    work();
    assert_int_equal(reserve_at(first, 350, false, WALL), BOOKING_OPEN);
    assert_int_equal(reserve_at(second, 300, false, WALL), BOOKING_REFUSED);
    assert_int_equal(booking_verdict(second).held.n, 950);
    booking_drop(second);
    booking_drop(first);
    booking_drop(open);
}

// The store answers the first that asks alone.
static void serve_first(void)
{
    struct lease *first = lender.first, *rest = first->next;
    first->next = NULL;
    lender.last = first;
    assert_int_equal(lender_serve(STATUS_OK), 1);
    assert_null(lender.first);
    lender.first = lender.last = rest;
    while (lender.last && lender.last->next)
        lender.last = lender.last->next;
    posts_run(&loop);
}

// Nor for what it keeps, wherever it stands: while the store is asked for both, when it has
// answered for one, and when it gives nothing.
static void who_is_kept_out_waits_for_the_store_too(void **state)
{
    (void)state;
    for (int way = 0; way < 3; way++) {
        const struct budget b = a_budget(1 + (uint64_t)way, 1000);
        const struct budget other = a_budget(4 + (uint64_t)way, 1000);
        const struct booking_wish wishes[] = {{&other, STR_NONE}, {&b, STR_NONE}};
        struct booking *idle = opened(&other, 10, WALL);
        struct booking *open = opened(&b, 600, WALL);
        struct booking *first = book_for(all, &caller, &b, STR_NONE);
        struct booking *second = book_for(all, &caller, &b, STR_NONE);
        work();
        assert_int_equal(reserve_at(first, 500, true, WALL), BOOKING_WAITS);
        first = booking_again(first);
        assert_int_equal(reserve_at(first, 500, false, WALL), BOOKING_REFUSED);
        struct booking *next = book_both(all, &caller, wishes);
        booking_instead(next, first);
        assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_WAITS);
        if (way == 1)
            serve_first();
        assert_int_equal(reserve_at(second, 300, false, WALL), BOOKING_WAITS);
        assert_int_equal(booking_verdict(second).is, ADMISSION_LEASE);
        if (way == 2) {
            (void)lender_serve(STATUS_BUSY);
            posts_run(&loop);
            assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_FAILED);
            booking_drop(next);
            assert_int_equal(reserve_at(second, 300, false, WALL), BOOKING_FAILED);
            assert_int_equal(settled(second, 300, WALL), BOOKING_OPEN);
        } else {
            work();
            assert_int_equal(reserve_at(next, 350, false, WALL), BOOKING_OPEN);
            assert_int_equal(reserve_at(second, 300, false, WALL), BOOKING_REFUSED);
            assert_int_equal(booking_verdict(second).is, ADMISSION_HELD);
            assert_int_equal(booking_verdict(second).held.n, 950);
            booking_drop(next);
        }
        booking_drop(second);
        booking_drop(open);
        booking_drop(idle);
        work();
    }
}

// One of its budgets only observes, and has let it through once, whatever holds for it.
static void who_asks_again_is_counted_once(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct budget observes = a_budget(2, 100);
    observes.terms.observe = true;
    const struct booking_wish wishes[] = {{&b, STR_NONE}, {&observes, STR_NONE}};
    end_now(all, opened(&b, 1000, WALL), 0, true);
    booking_drop(opened(&observes, 1, WALL));
    for (uint64_t way = 0; way < 3; way++) {
        struct booking *open = opened(&b, 600, WALL), *k = book_both(all, &caller, wishes);
        assert_int_equal(reserve_at(k, 600, true, WALL), BOOKING_WAITS);
        k = booking_again(k);
        assert_int_equal(reserve_at(k, 600, false, WALL), BOOKING_REFUSED);
        booking_drop(open);
        if (way > 0)
            assert_int_equal(reserve_at(k, 1100, false, WALL), BOOKING_REFUSED);
        if (way > 1) { // another model
            struct booking *before = k;
            k = book_both(all, &caller, wishes);
            booking_instead(k, before);
        }
        assert_int_equal(reserve_at(k, 500, false, WALL), BOOKING_OPEN);
        struct budgets_account a;
        assert_int_equal(account_of(all, 2, STR_NONE, &a), 1);
        assert_int_equal(a.held.n, 500);
        assert_int_equal(a.would_refuse, way + 1);
        booking_drop(k);
    }
}

// It is refused once more, and has the room that its place holds for less, or for all of it.
static void who_is_refused_has_the_room_of_its_place(void **state)
{
    (void)state;
    const struct budget b = a_budget(1, 1000);
    struct booking *open, *first, *second;
    struct booking_left left;
    for (int way = 0; way < 3; way++) {
        crowd(&b, 900, &open, &first, &second);
        booking_drop(open);
        assert_int_equal(reserve_at(first, 1100, false, WALL), BOOKING_REFUSED);
        assert_int_equal(booking_verdict(first).is, ADMISSION_SPENT);
        assert_int_equal(booking_verdict(first).held.n, 0);
        has(all, 1, 0, 600);
        assert_true(booking_left(first, &left));
        assert_int_equal(left.left.n, 1000);
        assert_int_equal(left.held.n, 0);
        assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_WAITS);
        if (way == 0)
            assert_int_equal(reserve_at(first, 1000, false, WALL), BOOKING_OPEN);
        else if (way == 1)
            assert_true(booking_leave(first));
        booking_drop(first);
        assert_int_equal(reserve_at(second, 900, true, WALL), BOOKING_OPEN);
        booking_drop(second);
        work();
        has(all, 1, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_asks_for_less_keeps_its_place, begin, finish),
        cmocka_unit_test_setup_teardown(who_is_refused_makes_way, begin, finish),
        cmocka_unit_test_setup_teardown(who_goes_elsewhere_keeps_its_place, begin, finish),
        cmocka_unit_test_setup_teardown(who_is_let_in_needs_no_other_place, begin, finish),
        cmocka_unit_test_setup_teardown(who_comes_later_gets_no_room_of_a_place, begin, finish),
        cmocka_unit_test_setup_teardown(who_waits_for_the_store_keeps_its_room, begin, finish),
        cmocka_unit_test_setup_teardown(who_is_behind_waits_for_the_store_too, begin, finish),
        cmocka_unit_test_setup_teardown(who_is_kept_out_waits_for_the_store_too, begin, finish),
        cmocka_unit_test_setup_teardown(who_asks_again_is_counted_once, begin, finish),
        cmocka_unit_test_setup_teardown(who_is_refused_has_the_room_of_its_place, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
