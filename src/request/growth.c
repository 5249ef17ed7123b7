// SPDX-License-Identifier: Apache-2.0

#include "request/growth.h"

#include "base/limits.h"
#include "request/concern.h"
#include "request/relay.h"

enum growth {
    GROWTH_MADE,   // or it is not due, or not yet needed
    GROWTH_WAITS,  // it may not be read on before the store has answered: its call is woken then
    GROWTH_OVER,   // there is no more: it is to be cut
    GROWTH_FAILED, // there may be, but it cannot be held: it is to be cut, too
};

// As many steps as make it hold for what is made, and for half a step beyond.
static int64_t steps_due(const struct reservation *v, int64_t made)
{
    int64_t lacks = count_add(made, v->ahead / 2) - v->tokens;
    return lacks < 0 ? 0 : lacks / v->ahead + 1;
}

static struct nano price_of(const struct reservation *v, int64_t steps)
{
    int64_t by = count_times(v->step.n, steps);
    int64_t rest = v->most.n - v->amount.n;
    return (struct nano){by < rest ? by : rest};
}

static void count_grown(struct req *r, struct nano by, int64_t steps)
{
    struct reservation *v = &r->attempt.reservation;
    v->amount.n += by.n;
    v->tokens = count_add(v->tokens, count_times(v->ahead, steps));
    booking_charge(v->booking, &r->attempt.entry.charge);
    r->attempt.rewritten = true;
    (void)!journal_dispatched(r->worker->journal, &r->attempt.entry); // else the one before stands
}

// Where a budget has not as much left as a step, steps are shorter from then on.
static bool shorten(struct reservation *v)
{
    if (v->ahead / 2 < v->spare)
        return false;
    v->ahead /= 2;
    v->step.n = v->step.n / 2 + 1;
    return true;
}

static enum admission hold_ahead(struct req *r, int64_t made)
{
    struct reservation *v = &r->attempt.reservation;
    for (;;) {
        int64_t steps = steps_due(v, made);
        struct nano by = price_of(v, steps);
        enum admission is = steps > 0 ? booking_extend(v->booking, by) : ADMISSION_MADE;
        if (is == ADMISSION_MADE && steps > 0)
            count_grown(r, by, steps);
        if (is == ADMISSION_MADE || is == ADMISSION_LEASE || !shorten(v))
            return is;
    }
}

// Else it has room for that, which the store did not set aside, or the journal would not keep.
static bool is_used_up(const struct reservation *v, struct nano by)
{
    struct booking_left left; // beside its own hold
    return booking_left(v->booking, &left) && left.left.n - v->amount.n < by.n;
}

static enum growth grow(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    struct usage u;
    struct cost cost;
    if (!v->grows || !v->booking || v->amount.n >= v->most.n || !settle_so_far(r, &u, &cost))
        return GROWTH_MADE;
    int64_t made = usage_output(&u);
    if (steps_due(v, made) == 0)
        return GROWTH_MADE;
    enum admission is = ADMISSION_HELD;
    if (journal_healthy(r->worker->journal)) // what is held must stand there
        is = hold_ahead(r, made);
    // What is under way when it is cut is billed, too.
    if (is == ADMISSION_MADE || count_add(made, v->spare) < v->tokens)
        return GROWTH_MADE;
    if (is == ADMISSION_LEASE)
        return GROWTH_WAITS;
    return is_used_up(v, price_of(v, steps_due(v, made))) ? GROWTH_OVER : GROWTH_FAILED;
}

// Its stream is within what the bound takes for the longest answer, as far as can surely be said. A
// bound on what is free takes it for none, and relies on no maximum.
static bool keeps(const struct req *r)
{
    const struct reservation *v = &r->attempt.reservation;
    return !v->relied || v->output == 0 || meter_least(&r->attempt.meter) <= v->output;
}

// Which budget, and how much of it; of one that could not be had nothing is known.
static void cut_used_up(struct req *r)
{
    const struct booking *b = r->attempt.reservation.booking;
    const struct verdict v = booking_verdict(b);
    struct buf text;
    buf_init(&text, &alloc_heap, 4 * KIB);
    if (v.is != ADMISSION_MADE)
        concern_grown(r, booking_wish(b, v.at), &v, &text);
    struct str kept = arena_dup(&r->arena, buf_str(&text));
    bool known = kept.len > 0 && !buf_failed(&text);
    relay_cut(r, REFUSAL_BUDGET,
              known ? kept.ptr : "Its budget (`hold: grow`) is used up: the answer is cut.");
    buf_fini(&text);
}

void growth_go_on(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    if (relay_knows(r) || r->attempt.upstream_ended)
        return;
    enum growth is = grow(r);
    if (is == GROWTH_OVER) {
        cut_used_up(r);
    } else if (is == GROWTH_FAILED) {
        relay_cut(r, REFUSAL_BUDGETS,
                  "The ledger's file cannot be written or is slow: no more is held for it, "
                  "and the answer is cut.");
    } else if (is == GROWTH_WAITS) {
        v->starved = true;
        call_pause(r->attempt.call);
    } else if (v->starved) {
        v->starved = false;
        if (!r->paused)
            call_resume(r->attempt.call);
    }
}

void growth_came(struct req *r)
{
    if (keeps(r))
        growth_go_on(r);
    else
        relay_cut(r, REFUSAL_UPSTREAM_ENDLESS, "Its budgets rely on an output maximum: it is cut.");
}
