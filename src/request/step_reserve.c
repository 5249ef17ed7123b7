// SPDX-License-Identifier: Apache-2.0
//
// reserve - the call's worst case is held in every budget that concerns it, before anything is
// sent. Where it does not fit:
//
//   only open holds stand in the way, and the budget has a `wait`   it waits for them
//   `on_exceed: downgrade`, and its alias has another model         that one is asked instead
//   else                                                            402

#include "base/limits.h"
#include "gate/gate_state.h"
#include "request/concern.h"
#include "request/relay.h"

#define US_PER_MS 1000
#define STORE_US  (10 * SECOND_US) // for the store to set something aside
#define LOWERED   3                // times that an answer is made shorter

// A call that waits.
struct reserving {
    struct timer timer;
    bool patient;     // it has waited, or waits, for what others hold; else for the store
    bool due;         // the timer's time came
    bool stopped;     // the process ends
    int64_t until_us; // monotonic
};

static void on_time(void *argument)
{
    struct req *r = argument;
    r->reserving->due = true;
    req_run(r);
}

static void on_wake(void *call)
{
    req_run(call);
}

void reserve_free(struct req *r)
{
    if (r->reserving)
        timer_fini(&r->reserving->timer);
}

void reserve_stop(struct req *r)
{
    if (r->reserving)
        r->reserving->stopped = true;
}

// From now on it may wait so long.
static bool begin_wait(struct req *r, int64_t for_us)
{
    struct reserving *s = r->reserving;
    if (!s) {
        s = r->reserving = arena_new(&r->arena, struct reserving);
        if (!s)
            return false;
        timer_init(&s->timer, r->worker->loop, on_time, r);
    }
    s->until_us = loop_now_us(r->worker->loop) + for_us;
    return true;
}

// --- refusals ---

static enum flow refuse(struct req *r, enum refusal why, struct buf *detail)
{
    enum flow flow = again_refuse(r, why, buf_cstr(detail));
    buf_fini(detail);
    return flow;
}

static enum flow refuse_unbounded(struct req *r, const struct bound *b)
{
    bool unpriced = b->state == BOUND_UNPRICED || b->state == BOUND_UNPRICED_TIER;
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    concern_unbounded(b, &text);
    return refuse(r, unpriced ? REFUSAL_NO_PRICE : REFUSAL_UNBOUNDED, &text);
}

static enum flow refuse_each(struct req *r, const struct budget *b, struct nano amount)
{
    struct buf text;
    buf_init(&text, &alloc_heap, 2 * KIB);
    concern_each(r, b, amount, &text);
    r->purse = b->name;
    return refuse(r, REFUSAL_BUDGET, &text);
}

static enum flow refuse_spent(struct req *r)
{
    const struct attempt *a = &r->attempt;
    const struct verdict v = booking_verdict(a->reservation.booking);
    const struct booking_wish *wish = booking_wish(a->reservation.booking, v.at);
    struct buf text;
    buf_init(&text, &alloc_heap, 2 * KIB);
    concern_spent(r, wish, &v, &text);
    r->purse = wish->budget->name;
    return refuse(r, REFUSAL_BUDGET, &text);
}

static enum flow refuse_failed(struct req *r)
{
    return again_refuse(r, REFUSAL_BUDGETS, "The ledger's file cannot be written, or is slow.");
}

// --- asking ---

static enum flow hold(struct req *r)
{
    if (r->reserving)
        timer_clear(&r->reserving->timer);
    if (r->attempt.output_max > 0)
        admit_capture(r);
    booking_charge(r->attempt.reservation.booking, &r->attempt.entry.charge);
    return NEXT;
}

// For when its time is over, or one of its windows is.
static void set_timer(struct req *r)
{
    struct reserving *s = r->reserving;
    int64_t over_us = booking_until_us(r->attempt.reservation.booking);
    int64_t delay_us = s->until_us - loop_now_us(r->worker->loop);
    if (over_us != INT64_MAX && over_us - loop_wall_us(r->worker->loop) < delay_us)
        delay_us = over_us - loop_wall_us(r->worker->loop);
    timer_set(&s->timer, delay_us > 0 ? delay_us / US_PER_MS + 1 : 0);
}

// A shorter answer may fit into what is left by now.
static bool lower(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    struct booking_left left;
    struct bound b;
    if (!v->bounded || v->grows || v->lowered == LOWERED || !booking_left(v->booking, &left) ||
        left.left.n < 0 || !reservation_lower(r, left.left, &b))
        return false;
    v->lowered++;
    v->most = v->amount = b.most;
    return true;
}

// What its budget may do where it does not fit. AGAIN: elsewhere. NEXT: as it is now. END: nothing.
static enum flow give_way(struct req *r)
{
    const struct verdict v = booking_verdict(r->attempt.reservation.booking);
    const struct budget *b = booking_wish(r->attempt.reservation.booking, v.at)->budget;
    if (v.is == ADMISSION_PAUSED)
        return END;
    if (b->clamp && lower(r))
        return NEXT;
    return b->downgrade && again_elsewhere(r) ? AGAIN : END;
}

// How long it may wait for what others hold; 0: not at all, or it has.
static int64_t patience_us(const struct req *r)
{
    const struct verdict v = booking_verdict(r->attempt.reservation.booking);
    bool waited = r->reserving && r->reserving->patient; // once is enough
    if (v.is != ADMISSION_HELD || waited)
        return 0;
    return booking_wish(r->attempt.reservation.booking, v.at)->budget->wait_us;
}

// It was refused: does it ask once more?
static bool insist(struct req *r, enum flow *flow)
{
    int64_t for_us = patience_us(r);
    if (for_us > 0 && begin_wait(r, for_us)) {
        r->reserving->patient = true;
        return true;
    }
    *flow = give_way(r);
    if (*flow == END)
        *flow = refuse_spent(r);
    return *flow == NEXT;
}

// It stands in a queue. False: it is to be asked for anew.
static bool stay(struct req *r, enum flow *flow)
{
    struct reserving *s = r->reserving;
    bool leaves = s->stopped || r->client_gone;
    bool over = leaves || loop_now_us(r->worker->loop) >= s->until_us;
    bool due = s->due;
    s->due = false;
    *flow = WAIT;
    if (!due && !over) {
        set_timer(r);
        return true;
    }
    if (!booking_leave(r->attempt.reservation.booking) || !over)
        return false; // it holds by now, or one of its windows is over
    if (leaves) {
        *flow = again_refuse(r, REFUSAL_STOPPING, "It waited for its budgets.");
        return true;
    }
    if (!s->patient) {
        *flow = refuse_failed(r);
        return true;
    }
    return !insist(r, flow);
}

static enum flow look(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    for (;;) {
        bool patient = r->reserving && r->reserving->patient;
        enum flow flow = NEXT;
        switch (booking_reserve(v->booking, v->amount, patient, loop_wall_us(r->worker->loop))) {
        case BOOKING_OPEN: return hold(r);
        case BOOKING_FAILED: return refuse_failed(r);
        case BOOKING_REFUSED:
            if (!insist(r, &flow))
                return flow;
            break;
        case BOOKING_WAITS:
            if (!r->reserving && !begin_wait(r, STORE_US))
                return refuse_failed(r);
            if (stay(r, &flow))
                return flow;
            break;
        }
    }
}

// --- the worst case ---

static bool is_broken(const struct req *r)
{
    return budgets_broken(gate_budgets(r->worker->gate), settle_price_name(r));
}

// Its bound is within what any single call may cost.
static enum refusal check_each(struct req *r, const struct concern *c, struct bound *b)
{
    const struct budget *each = c->each;
    if (!each || b->most.n <= each->terms.limit.n ||
        (each->clamp && reservation_lower(r, each->terms.limit, b)))
        return REFUSAL_NONE;
    return REFUSAL_BUDGET;
}

// What is held at first.
static void take_amount(struct req *r, const struct concern *c, const struct bound *b)
{
    struct reservation *v = &r->attempt.reservation;
    struct bound first;
    v->bounded = b->state == BOUND_KNOWN;
    v->most = v->bounded ? b->most : (struct nano){0};
    v->amount = v->most;
    if (v->bounded && c->blocks && c->grows && r->ask.demand.stream && reservation_first(r, &first))
        v->amount = first.most;
}

static enum flow begin(struct req *r, const struct concern *c)
{
    struct reservation *v = &r->attempt.reservation;
    struct bound bound;
    reservation_bound(r, &bound);
    if (bound.state != BOUND_KNOWN && c->blocks)
        return refuse_unbounded(r, &bound);
    if (c->blocks && is_broken(r))
        return again_refuse(r, REFUSAL_NO_PRICE,
                            "A call of this model cost more than its price allows: mend the price "
                            "(`costlens price`), then reload.");
    if (check_each(r, c, &bound) != REFUSAL_NONE)
        return refuse_each(r, c->each, bound.most);
    take_amount(r, c, &bound);
    if (c->count == 0)
        return NEXT;
    const struct booking_owner owner = {r->worker->loop, on_wake, r, r->id};
    v->booking = booking_new(gate_budgets(r->worker->gate), &owner, c->wishes, c->count);
    return v->booking ? look(r) : refuse_failed(r);
}

enum flow step_reserve(struct req *r)
{
    struct concern c;
    if (r->attempt.reservation.booking)
        return look(r);
    if (endpoint_free(r->found.endpoint) || !req_books(r))
        return NEXT;
    concern_find(r, &c);
    if (c.crowd)
        return again_refuse(r, REFUSAL_BUDGET, "More than 16 budgets concern it.");
    return c.count > 0 || c.each ? begin(r, &c) : NEXT;
}
