// SPDX-License-Identifier: Apache-2.0
//
// Calls under budgets while memory ends, at each allocation in turn, once or from then on: a call
// is let in or refused, nothing that it held is left behind, and the next one is let in as ever.

#include "../unit/gate/booked.h"
#include "../unit/gate/lender.h"
#include "memory.h"

#define WALL (INT64_C(1) << 50)
#define HOUR INT64_C(3600000000)

static struct loop loop;
static struct caller caller;
static struct budget company, session;
static unsigned open_count;

static void work(void)
{
    while (lender_serve(STATUS_OK) > 0)
        continue;
    posts_run(&loop);
}

// Lets it in, or not. Nobody waits for ever.
static struct booking *enter(struct budgets *all, struct str value, int64_t amount, int64_t at_us)
{
    const struct booking_owner owner = {.loop = &loop, .wake = caller_wake, .call = &caller};
    const struct booking_wish wishes[] = {{&company, STR_NONE}, {&session, value}};
    struct booking *k = booking_new(all, &owner, wishes, 2);
    enum booking_state is = BOOKING_FAILED;
    if (k)
        is = reserve_at(k, amount, true, at_us);
    for (int i = 0; i < 4 && is == BOOKING_WAITS; i++) {
        work();
        is = reserve_at(k, amount, true, at_us);
    }
    assert_true(is == BOOKING_OPEN || is == BOOKING_FAILED);
    if (is == BOOKING_OPEN) {
        open_count++;
        return k;
    }
    booking_drop(k);
    return NULL;
}

static void leave(struct budgets *all, struct booking *k, int64_t charged)
{
    struct list ended;
    list_init(&ended);
    if (!k)
        return;
    booking_end(k, (struct nano){charged}, most_of(k), false, &ended);
    budgets_end(all, &ended, true);
    work();
}

static void live(struct budgets *all)
{
    struct booking_left rest;
    struct booking *first = enter(all, str_of("ada"), 100, WALL);
    struct booking *second = enter(all, str_of("bob"), 100, WALL);
    struct booking *third = enter(all, str_of("ada"), 5000, WALL);
    for (int i = 0; i < 3 && first; i++) {
        enum admission is = booking_extend(first, (struct nano){400});
        assert_true(is != ADMISSION_SPENT && is != ADMISSION_PAUSED);
        assert_true(booking_left(first, &rest));
        work();
    }
    company.terms.limit.n = 90000;
    budgets_terms(all, (const struct budget[]){session, company}, 2, WALL);
    work();
    leave(all, first, 90);
    booking_drop(second);
    leave(all, third, 6000);
    budgets_tidy(all, WALL + 3 * HOUR, 0);
    work();
    leave(all, enter(all, str_of("ada"), 100, WALL + 3 * HOUR), 10);
}

static void nothing_is_held(void *context, const struct budgets_account *a)
{
    (void)context;
    assert_int_equal(a->held.n, 0);
    assert_int_equal(a->limit.n, a->key.budget == 1 ? 90000 : 50000); // what was said last
}

static bool ends_at(long n, bool stays)
{
    const long before = held;
    memset(&lender, 0, sizeof lender);
    open_count = 0;
    company.terms.limit.n = 100000;
    arm(n, stays);
    struct budgets *all = budgets_new(lender_store(), hear, NULL);
    if (all)
        live(all);
    bool over = !disarm();
    if (!all)
        return over;
    assert_true(!over || open_count == 4);
    budgets_each(all, nothing_is_held, NULL);
    struct booking *k = enter(all, str_of("eve"), 100, WALL);
    assert_non_null(k);
    booking_drop(k);
    budgets_each(all, nothing_is_held, NULL);
    work();
    budgets_free(all);
    if (held != before)
        fail_msg("allocation %ld, %d: %ld are held", n, stays, held - before);
    return over;
}

static void who_is_refused_for_memory_leaves_nothing(void **state)
{
    (void)state;
    long most = 0;
    caller.loop = &loop;
    company = a_budget(1, 100000);
    company.terms.alert_count = 1;
    company.terms.alert_at[0] = 1;
    session = a_budget(2, 50000);
    for (int stays = 0; stays < 2; stays++)
        for (long n = 1; !ends_at(n, stays); n++)
            most = n;
#ifndef SANITIZED
    assert_true(most > 15);
#else
    (void)most;
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_is_refused_for_memory_leaves_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
