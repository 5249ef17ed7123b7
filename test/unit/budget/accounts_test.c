// SPDX-License-Identifier: Apache-2.0
//
// The account table itself, holds, limits and thresholds.

#include <stdio.h>

#include "../meagre.h"
#include "heard.h"

// --- the table ---

static void finds_what_it_has(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account_key key = {
        .budget = 7, .value = STR("ci"), .window = {.start_us = 10, .end_us = 20}};
    const struct account_terms limit = {.limit = {5}};
    struct account *a = NULL;
    struct account *b = NULL;
    assert_null(accounts_find(&t, &key));
    assert_int_equal(accounts_add(&t, &key, &limit, &a), STATUS_OK);
    assert_ptr_equal(accounts_find(&t, &key), a);
    assert_int_equal(accounts_add(&t, &key, &limit, &b), STATUS_CONFLICT);
    struct account_key others[3] = {key, key, key};
    others[0].budget = 8;
    others[1].value = (struct str)STR("cd");
    others[2].window.start_us = 20;
    for (unsigned i = 0; i < 3; i++) {
        assert_null(accounts_find(&t, &others[i]));
        assert_int_equal(accounts_add(&t, &others[i], &limit, &b), STATUS_OK);
        assert_ptr_not_equal(a, b);
    }
    char value[ACCOUNT_VALUE_BYTES + 1] = {0};
    key.value = str_from(value, sizeof value);
    assert_int_equal(accounts_add(&t, &key, &limit, &b), STATUS_LIMIT);
    key.value = str_from(value, sizeof value - 1);
    assert_int_equal(accounts_add(&t, &key, &limit, &b), STATUS_OK);
    assert_int_equal(t.count, 5);
    accounts_fini(&t);
}

// A month and its first day begin at the same moment: a budget whose window was changed then does
// not go on in the other's account. One whose end moves, since the clocks' rule did, goes on.
static void tells_windows_apart_by_their_kind(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    const struct account_terms limit = {.limit = {5}};
    struct account *day = NULL;
    struct account *month = NULL;
    struct account_key key = {.budget = 7,
                              .window = window_at(&(struct window_rule){.kind = WINDOW_DAY}, 0)};
    assert_int_equal(accounts_add(&t, &key, &limit, &day), STATUS_OK);
    key.window = window_at(&(struct window_rule){.kind = WINDOW_MONTH}, 0);
    assert_int_equal(key.window.start_us, day->key.window.start_us);
    assert_null(accounts_find(&t, &key));
    assert_int_equal(accounts_add(&t, &key, &limit, &month), STATUS_OK);
    key.window.end_us -= 3600000000;
    assert_ptr_equal(accounts_find(&t, &key), month);
    accounts_fini(&t);
}

static void tells_values_apart(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    char value[16];
    struct account_key key = {.budget = 1, .value = str_from(value, 2)};
    for (int64_t i = 10; i < 70; i++) { // so many that some share a bucket
        struct account *a = NULL;
        snprintf(value, sizeof value, "%d", (int)i);
        assert_null(accounts_find(&t, &key));
        assert_int_equal(accounts_add(&t, &key, &(struct account_terms){.limit = {i}}, &a),
                         STATUS_OK);
    }
    for (int64_t i = 10; i < 70; i++) {
        snprintf(value, sizeof value, "%d", (int)i);
        assert_int_equal(accounts_find(&t, &key)->terms.limit.n, i);
    }
    accounts_fini(&t);
}

static void see(void *context, struct account *a)
{
    assert_true(a->terms.limit.n >= 0);
    ++*(unsigned *)context;
}

static void mark(void *context, struct account *a)
{
    (void)context;
    a->leases++;
}

static struct account *one_more(struct accounts *t, uint64_t number)
{
    const struct account_key key = {.budget = number, .window = {.end_us = 1}};
    struct account *a = NULL;
    assert_int_equal(accounts_add(t, &key, &(struct account_terms){.limit = {1}}, &a), STATUS_OK);
    return a;
}

// A walk in small steps, while the table grows.
static void nobody_is_passed_over(void **state)
{
    (void)state;
    enum { FIRST = 60, LAST = 1000 };
    struct account *old[FIRST];
    struct accounts t;
    table(&t, false);
    for (uint64_t i = 0; i < FIRST; i++)
        old[i] = one_more(&t, i);
    size_t at = 0;
    uint64_t next = FIRST;
    while (accounts_walk(&t, &at, 7, mark, NULL)) {
        for (int i = 0; i < 30 && next < LAST; i++)
            (void)one_more(&t, next++);
    }
    assert_int_equal(next, LAST);
    for (uint64_t i = 0; i < FIRST; i++)
        assert_true(old[i]->leases > 0);
    assert_false(accounts_walk(&t, &at, 7, mark, NULL));
    accounts_fini(&t);
}

static void keeps_thousands(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    enum { MANY = 5000 };
    for (uint64_t i = 0; i < MANY; i++)
        account(&t, i, (int64_t)i);
    struct account_key windows = {.budget = 3};
    for (int64_t i = 1; i < 500; i++) { // of one budget
        struct account *other = NULL;
        windows.window.start_us = i * 1000;
        assert_null(accounts_find(&t, &windows));
        assert_int_equal(accounts_add(&t, &windows, &(struct account_terms){.limit = {i}}, &other),
                         STATUS_OK);
        assert_ptr_equal(accounts_find(&t, &windows), other);
    }
    size_t at = 0;
    unsigned seen = 0;
    assert_false(accounts_walk(&t, &at, SIZE_MAX, see, &seen));
    assert_int_equal(seen, MANY + 499);
    for (uint64_t i = 0; i < MANY; i++) {
        struct account_key key = {.budget = i, .window = {.start_us = 0, .end_us = 1}};
        struct account *a = accounts_find(&t, &key);
        assert_int_equal(a->terms.limit.n, i);
        if (i % 3)
            assert_true(accounts_forget(&t, a));
        assert_int_equal(accounts_find(&t, &key) != NULL, i % 3 == 0);
    }
    accounts_fini(&t);
}

static void no_memory_is_an_answer(void **state)
{
    (void)state;
    int left = 0;
    struct alloc alloc = {meagre_resize, &left};
    struct accounts t;
    accounts_init(&t, &alloc, false, &listener);
    struct account_key key = {.budget = 1};
    const struct account_terms limit = {.limit = {5}};
    struct account *a = NULL;
    assert_int_equal(accounts_add(&t, &key, &limit, &a), STATUS_NO_MEMORY); // no buckets
    left = 1;
    assert_int_equal(accounts_add(&t, &key, &limit, &a), STATUS_NO_MEMORY); // no account
    left = 64;
    for (; key.budget <= 64; key.budget++)
        assert_int_equal(accounts_add(&t, &key, &limit, &a), STATUS_OK);
    assert_int_equal(accounts_add(&t, &key, &limit, &a), STATUS_NO_MEMORY);
    assert_null(accounts_find(&t, &key));
    accounts_fini(&t);
}

static void is_forgotten_when_nobody_needs_it(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 10);
    struct hold h = of(10, a, NULL);
    struct hold w = of(10, a, NULL);
    made(&t, &h);
    assert_false(accounts_forget(&t, a));
    assert_int_equal(queue(&t, &w), ADMISSION_HELD);
    assert_int_equal(accounts_settle(&t, &h, (struct nano){11}), HOLD_END_PASSED);
    was_woken(0, &w, ADMISSION_SPENT);
    assert_true(accounts_forget(&t, a));
    accounts_fini(&t);
}

// --- holds ---

static void holds_then_spends(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 50);
    struct hold settled = of(20, a, b);
    struct hold released = of(20, a, b);
    struct hold captured = of(10, a, b);
    made(&t, &settled);
    made(&t, &released);
    made(&t, &captured);
    holds(a, 0, 50, 0);
    holds(b, 0, 50, 0);
    assert_int_equal(accounts_settle(&t, &settled, (struct nano){5}), HOLD_END_DONE);
    assert_int_equal(settled.charged.n, 5);
    holds(b, 5, 30, 0);
    assert_int_equal(accounts_release(&t, &released), HOLD_END_DONE);
    assert_int_equal(released.charged.n, 0);
    holds(b, 5, 10, 0);
    assert_int_equal(accounts_capture(&t, &captured), HOLD_END_DONE);
    assert_int_equal(captured.charged.n, 10);
    holds(a, 15, 0, 0);
    holds(b, 15, 0, 0);
    assert_int_equal(heard_count, 0);
    accounts_fini(&t);
}

static void ends_once(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    static const enum hold_state ends[] = {HOLD_SETTLED, HOLD_RELEASED, HOLD_CAPTURED};
    static const int64_t costs[] = {7, 0, 10};
    int64_t spent = 0;
    for (unsigned first = 0; first < 3; first++) {
        struct hold h = of(10, a, NULL);
        made(&t, &h);
        for (unsigned again = 0; again < 4; again++) {
            unsigned which = again ? again - 1 : first;
            enum hold_end end = which == 0   ? accounts_settle(&t, &h, (struct nano){7})
                                : which == 1 ? accounts_release(&t, &h)
                                             : accounts_capture(&t, &h);
            assert_int_equal(end, again ? HOLD_END_BEFORE : HOLD_END_DONE);
            assert_int_equal(h.state, ends[first]);
            assert_int_equal(h.charged.n, costs[first]);
        }
        spent += h.charged.n;
        holds(a, spent, 0, 0);
    }
    accounts_fini(&t);
}

static void refuses_by_the_first_that_lasts(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 50);
    struct hold first = of(40, b, NULL);
    made(&t, &first);
    struct hold h = of(20, a, b); // would fit if the open hold ended at nothing
    struct verdict v = accounts_reserve(&t, &h, 0);
    assert_int_equal(v.is, ADMISSION_HELD);
    assert_int_equal(v.at, 1);
    assert_int_equal(v.limit.n, 50);
    assert_int_equal(v.spent.n, 0);
    assert_int_equal(v.held.n, 40);
    assert_int_equal(h.state, HOLD_NONE);
    holds(a, 0, 0, 0); // all or nothing
    assert_int_equal(accounts_settle(&t, &first, (struct nano){31}), HOLD_END_DONE);
    v = accounts_reserve(&t, &h, 0);
    assert_int_equal(v.is, ADMISSION_SPENT);
    assert_int_equal(v.at, 1);
    assert_int_equal(v.spent.n, 31);
    // Held in the first, spent in the second: waiting is of no use.
    struct hold most = of(90, a, NULL);
    made(&t, &most);
    v = accounts_reserve(&t, &h, 0);
    assert_int_equal(v.is, ADMISSION_SPENT);
    assert_int_equal(v.at, 1);
    // Both are paused: the first says so; and a pause stands before what is only held.
    terms(&t, b, (struct account_terms){.limit = {50}, .paused = true});
    v = accounts_reserve(&t, &h, 0);
    assert_int_equal(v.is, ADMISSION_PAUSED);
    assert_int_equal(v.at, 1);
    terms(&t, a, (struct account_terms){.limit = {100}, .paused = true});
    assert_int_equal(accounts_reserve(&t, &h, 0).at, 0);
    assert_int_equal(accounts_capture(&t, &most), HOLD_END_DONE); // what is open goes on
    accounts_fini(&t);
}

static void fits_to_the_last_nanodollar(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 137);
    struct hold h[138];
    for (unsigned i = 0; i < 138; i++) {
        h[i] = of(1, a, NULL);
        assert_int_equal(reserve(&t, &h[i]), i < 137 ? ADMISSION_MADE : ADMISSION_HELD);
    }
    struct hold nothing = of(0, a, NULL);
    made(&t, &nothing);
    for (unsigned i = 0; i < 137; i++)
        assert_int_equal(accounts_capture(&t, &h[i]), HOLD_END_DONE);
    assert_int_equal(reserve(&t, &h[137]), ADMISSION_SPENT);
    assert_int_equal(accounts_release(&t, &nothing), HOLD_END_DONE);
    holds(a, 137, 0, 0);
    accounts_fini(&t);
}

static void needs_no_account(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct hold h = of(INT64_MAX, NULL, NULL);
    made(&t, &h);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){5}, 0).is, ADMISSION_MADE);
    assert_int_equal(h.amount.n, INT64_MAX);
    assert_int_equal(accounts_settle(&t, &h, (struct nano){3}), HOLD_END_DONE);
    assert_int_equal(accounts_settle(&t, &h, (struct nano){4}), HOLD_END_BEFORE);
    assert_int_equal(h.charged.n, 3);
    accounts_fini(&t);
}

static void grows_in_all_or_none(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 50);
    struct hold h = of(10, a, b);
    struct hold other = of(20, b, NULL);
    made(&t, &h);
    made(&t, &other);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){20}, 0).is, ADMISSION_MADE);
    holds(a, 0, 30, 0);
    holds(b, 0, 50, 0);
    struct verdict v = accounts_extend(&t, &h, (struct nano){1}, 0);
    assert_int_equal(v.is, ADMISSION_HELD);
    assert_int_equal(v.at, 1);
    assert_int_equal(h.amount.n, 30);
    holds(a, 0, 30, 0);
    assert_int_equal(accounts_settle(&t, &other, (struct nano){20}), HOLD_END_DONE);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){31}, 0).is, ADMISSION_SPENT);
    assert_int_equal(accounts_capture(&t, &h), HOLD_END_DONE);
    assert_int_equal(h.charged.n, 30);
    holds(a, 30, 0, 0);
    accounts_fini(&t);
}

static void growth_goes_before_pauses_and_queues(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct hold h = of(10, a, NULL);
    struct hold w = of(95, a, NULL);
    made(&t, &h);
    assert_int_equal(queue(&t, &w), ADMISSION_HELD);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){10}, 0).is, ADMISSION_MADE);
    terms(&t, a, (struct account_terms){.limit = {100}, .paused = true});
    was_woken(0, &w, ADMISSION_PAUSED);
    assert_int_equal(accounts_extend(&t, &h, (struct nano){10}, 0).is, ADMISSION_MADE);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    holds(a, 0, 0, 0);
    accounts_fini(&t);
}

// --- beyond the bound, and limits that change ---

static void what_passes_its_hold_is_spent_whole(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct account *b = account(&t, 2, 1000);
    struct hold h = of(60, a, b);
    struct hold other = of(40, a, b);
    made(&t, &h);
    made(&t, &other);
    assert_int_equal(accounts_settle(&t, &h, (struct nano){90}), HOLD_END_PASSED);
    holds(a, 90, 40, 30);
    holds(b, 90, 40, 0); // there is room
    assert_int_equal(accounts_settle(&t, &other, (struct nano){10}), HOLD_END_DONE);
    holds(a, 100, 0, 30);
    struct hold more = of(1, a, NULL);
    assert_int_equal(reserve(&t, &more), ADMISSION_SPENT); // an overdraft is no credit
    accounts_fini(&t);
}

static void a_lowered_limit_drains(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct hold one = of(50, a, NULL);
    struct hold two = of(50, a, NULL);
    struct hold more = of(1, a, NULL);
    made(&t, &one);
    made(&t, &two);
    terms(&t, a, (struct account_terms){.limit = {30}});
    holds(a, 0, 100, 0);
    assert_int_equal(a->ceiling.n, 100);
    assert_int_equal(reserve(&t, &more), ADMISSION_HELD);
    assert_int_equal(accounts_settle(&t, &one, (struct nano){20}), HOLD_END_DONE);
    assert_int_equal(a->ceiling.n, 70);
    // It passes its hold: what the ceiling does not allow is overdraft, not the lowering.
    assert_int_equal(accounts_settle(&t, &two, (struct nano){55}), HOLD_END_PASSED);
    holds(a, 75, 0, 5);
    assert_int_equal(a->ceiling.n, 70);
    assert_int_equal(reserve(&t, &more), ADMISSION_SPENT);
    terms(&t, a, (struct account_terms){.limit = {76}});
    assert_int_equal(a->ceiling.n, 76);
    made(&t, &more);
    assert_int_equal(accounts_release(&t, &more), HOLD_END_DONE);
    accounts_fini(&t);
}

static void observing_refuses_nothing(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account_key key = {.budget = 1};
    struct account *a = NULL;
    const struct account_terms watching = {.limit = {10}, .observe = true};
    assert_int_equal(accounts_add(&t, &key, &watching, &a), STATUS_OK);
    struct hold one = of(8, a, NULL);
    struct hold two = of(8, a, NULL);
    made(&t, &one);
    assert_int_equal(a->would_refuse, 0);
    made(&t, &two);
    assert_int_equal(a->would_refuse, 1);
    struct hold unknown = of(0, a, NULL);
    unknown.unbounded = true;
    made(&t, &unknown);
    assert_int_equal(a->would_refuse, 2);
    assert_int_equal(accounts_release(&t, &unknown), HOLD_END_DONE);
    assert_int_equal(accounts_settle(&t, &two, (struct nano){30}), HOLD_END_PASSED);
    holds(a, 30, 8, 0);
    struct account *asks;
    struct nano amount;
    assert_false(accounts_ask(&t, &asks, &amount)); // it needs no lease
    // From now on it blocks: nothing new until it has drained.
    terms(&t, a, (struct account_terms){.limit = {10}});
    assert_int_equal(reserve(&t, &(struct hold){.count = 1, .accounts = {a}}), ADMISSION_SPENT);
    terms(&t, a, (struct account_terms){.limit = {10}, .observe = true, .paused = true});
    assert_int_equal(reserve(&t, &(struct hold){.count = 1, .accounts = {a}}), ADMISSION_PAUSED);
    assert_int_equal(accounts_release(&t, &one), HOLD_END_DONE);
    accounts_fini(&t);
}

static void counts_to_the_end_of_its_range(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, INT64_MAX);
    struct hold all = of(INT64_MAX, a, NULL);
    struct hold more = of(1, a, NULL);
    made(&t, &all);
    assert_int_equal(reserve(&t, &more), ADMISSION_HELD);
    assert_int_equal(accounts_capture(&t, &all), HOLD_END_DONE);
    assert_int_equal(reserve(&t, &more), ADMISSION_SPENT);
    terms(&t, a, (struct account_terms){.limit = {INT64_MAX}, .observe = true});
    assert_int_equal(reserve(&t, &more), ADMISSION_SPENT); // it could not be counted
    struct account *watched = account(&t, 3, 1);
    terms(&t, watched, (struct account_terms){.limit = {1}, .observe = true});
    struct hold huge = of(INT64_MAX - 5, watched, NULL);
    struct hold last = of(5, watched, NULL);
    made(&t, &huge);
    made(&t, &last);
    assert_int_equal(accounts_settle(&t, &huge, (struct nano){INT64_MAX - 1}), HOLD_END_PASSED);
    terms(&t, watched, (struct account_terms){.limit = {1}});
    holds(watched, INT64_MAX - 1, 5, 0);
    assert_int_equal(accounts_capture(&t, &last), HOLD_END_DONE);
    struct account *b = account(&t, 2, 100);
    struct hold one = of(50, b, NULL);
    struct hold two = of(50, b, NULL);
    made(&t, &one);
    made(&t, &two);
    assert_int_equal(accounts_settle(&t, &one, (struct nano){INT64_MAX}), HOLD_END_PASSED);
    holds(b, INT64_MAX, 50, INT64_MAX - 50);
    assert_int_equal(accounts_settle(&t, &two, (struct nano){INT64_MAX}), HOLD_END_PASSED);
    holds(b, INT64_MAX, 0, INT64_MAX - 50);
    accounts_fini(&t);
}

static void goes_on_from_what_was_kept(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, true);
    struct account *a = account(&t, 1, 100);
    accounts_restore(a, &(struct account_kept){{120}, {15}, {110}, 50});
    assert_int_equal(a->ceiling.n, 105); // it had been lowered
    assert_int_equal(a->leased.n, 110);
    holds(a, 120, 0, 15);
    terms(&t, a, (struct account_terms){.limit = {200}, .alert_count = 2, .alert_at = {50, 60}});
    assert_int_equal(heard_count, 1); // half of it was told
    assert_int_equal(heard[0].percent, 60);
    accounts_fini(&t);
}

// --- thresholds ---

static void thresholds_are_told_once(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *a = account(&t, 1, 100);
    struct account_terms set = {.limit = {100}, .alert_count = 3, .alert_at = {50, 80, 100}};
    terms(&t, a, set);
    struct hold h = of(49, a, NULL);
    made(&t, &h);
    assert_int_equal(accounts_capture(&t, &h), HOLD_END_DONE);
    assert_int_equal(heard_count, 0);
    h = of(32, a, NULL);
    made(&t, &h);
    assert_int_equal(heard_count, 0); // only what is spent counts
    assert_int_equal(accounts_capture(&t, &h), HOLD_END_DONE);
    assert_int_equal(heard_count, 2);
    assert_ptr_equal(heard[0].account, a);
    assert_int_equal(heard[0].percent, 50);
    assert_int_equal(heard[1].percent, 80);
    set.limit.n = 1000; // raised: half of the new limit is no news in this window
    terms(&t, a, set);
    h = of(919, a, NULL);
    made(&t, &h);
    assert_int_equal(accounts_capture(&t, &h), HOLD_END_DONE);
    assert_int_equal(heard_count, 3);
    assert_int_equal(heard[2].percent, 100);
    assert_int_equal(a->told, 100);
    // Of nothing, nothing is no part.
    struct account *none = account(&t, 2, 0);
    set.limit.n = 0;
    terms(&t, none, set);
    assert_int_equal(heard_count, 3);
    accounts_fini(&t);
}

// --- what comes from elsewhere ---

// It fits or not: a call under way is nowhere else.
static void goes_on_in_another(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *day = account(&t, 1, 100);
    struct account *month = account(&t, 2, 10);
    struct hold h = of(30, day, NULL);
    struct hold waits = of(80, day, NULL);
    made(&t, &h);
    assert_int_equal(queue(&t, &waits), ADMISSION_HELD);
    assert_true(accounts_move(&t, &h, 0, month));
    assert_ptr_equal(h.accounts[0], month);
    was_woken(0, &waits, ADMISSION_MADE); // in the room that it left
    holds(day, 0, 80, 0);
    holds(month, 0, 30, 0);
    struct hold other = of(1, month, NULL);
    assert_int_equal(reserve(&t, &other), ADMISSION_HELD);
    assert_int_equal(accounts_settle(&t, &h, (struct nano){20}), HOLD_END_DONE);
    assert_int_equal(accounts_release(&t, &waits), HOLD_END_DONE);
    holds(day, 0, 0, 0);
    holds(month, 20, 0, 0);
    accounts_fini(&t);
}

static void goes_nowhere_where_it_cannot_be_counted(void **state)
{
    (void)state;
    struct accounts t;
    table(&t, false);
    struct account *day = account(&t, 1, 100);
    struct account *month = account(&t, 2, INT64_MAX);
    struct hold h = of(30, day, NULL);
    made(&t, &h);
    accounts_count(&t, month, (struct nano){INT64_MAX - 29});
    assert_false(accounts_move(&t, &h, 0, month));
    holds(day, 0, 30, 0);
    assert_int_equal(accounts_release(&t, &h), HOLD_END_DONE);
    accounts_count(&t, month, (struct nano){30});
    assert_int_equal(month->settled.n, INT64_MAX); // it ends there
    accounts_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_it_has),
        cmocka_unit_test(tells_windows_apart_by_their_kind),
        cmocka_unit_test(tells_values_apart),
        cmocka_unit_test(keeps_thousands),
        cmocka_unit_test(nobody_is_passed_over),
        cmocka_unit_test(no_memory_is_an_answer),
        cmocka_unit_test(is_forgotten_when_nobody_needs_it),
        cmocka_unit_test(holds_then_spends),
        cmocka_unit_test(ends_once),
        cmocka_unit_test(refuses_by_the_first_that_lasts),
        cmocka_unit_test(fits_to_the_last_nanodollar),
        cmocka_unit_test(needs_no_account),
        cmocka_unit_test(grows_in_all_or_none),
        cmocka_unit_test(growth_goes_before_pauses_and_queues),
        cmocka_unit_test(what_passes_its_hold_is_spent_whole),
        cmocka_unit_test(a_lowered_limit_drains),
        cmocka_unit_test(observing_refuses_nothing),
        cmocka_unit_test(counts_to_the_end_of_its_range),
        cmocka_unit_test(goes_on_from_what_was_kept),
        cmocka_unit_test(thresholds_are_told_once),
        cmocka_unit_test(goes_on_in_another),
        cmocka_unit_test(goes_nowhere_where_it_cannot_be_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
