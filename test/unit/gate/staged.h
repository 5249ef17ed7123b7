// SPDX-License-Identifier: Apache-2.0
//
// staged - a gateway's budgets for tests that order the events: the store and the loop do nothing
// before they are told.

#ifndef GATE_STAGED_H
#define GATE_STAGED_H

#include "booked.h"
#include "lender.h"

#define WALL (INT64_C(1) << 50)

static struct loop loop;
static struct caller caller;
static struct budgets *all;

static int begin(void **state)
{
    (void)state;
    began_us = WALL;
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
static enum booking_state settled(struct booking *k, int64_t amount, int64_t wall_us)
{
    enum booking_state is = reserve_at(k, amount, true, wall_us);
    for (int i = 0; i < 3 && is == BOOKING_WAITS; i++) {
        work();
        is = reserve_at(k, amount, true, wall_us);
    }
    return is;
}

static struct booking *opened(const struct budget *b, int64_t amount, int64_t wall_us)
{
    struct booking *k = book_for(all, &caller, b, STR_NONE);
    assert_int_equal(settled(k, amount, wall_us), BOOKING_OPEN);
    return k;
}

#endif
