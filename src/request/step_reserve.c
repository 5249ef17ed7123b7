// SPDX-License-Identifier: Apache-2.0
//
// reserve - the call's worst case is held in every budget that concerns it, before anything is
// sent. Where it does not fit:
//
//   only open holds stand in the way, and the budget has a `wait`   it waits for them
//   `clamp`, and a shorter answer fits                              that is asked for
//   `on_exceed: downgrade`, and its alias has another model         that one is asked instead
//   its route has another model                                     the same; with `downgrade` also
//                                                                   one of the smaller side
//   else                                                            402

#include "base/limits.h"
#include "gate/gate_state.h"
#include "request/concern.h"
#include "request/inner.h"
#include "request/plan.h"
#include "request/relay.h"
#include "request/waiting.h"

#define US_PER_MS    1000
#define LOWERED      3          // times that an answer is made shorter
#define DETAIL_BYTES (12 * KIB) // of a refusal's sentences, which may name a path

// A call that waits, or has waited.
struct reserving {
    struct timer timer;
    bool due;               // the timer's time came
    bool stopped;           // the process ends
    bool waited;            // it was patient once, which is enough
    int64_t began_us;       // ... since then, monotonic
    struct booking *before; // has its turn, and was refused: asked elsewhere, it keeps that
    struct waiting waiting;
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

// What is asked elsewhere has taken its turn over, or is not asked.
static void drop_before(struct req *r)
{
    if (!r->reserving)
        return;
    booking_drop(r->reserving->before);
    r->reserving->before = NULL;
}

void reserve_free(struct req *r)
{
    drop_before(r);
    if (r->reserving)
        timer_fini(&r->reserving->timer);
}

void reserve_stop(struct req *r)
{
    if (r->reserving)
        r->reserving->stopped = true;
}

static bool begin_wait(struct req *r)
{
    struct reserving *s = r->reserving;
    if (!s) {
        s = r->reserving = arena_new(&r->arena, struct reserving);
        if (s)
            timer_init(&s->timer, r->worker->loop, on_time, r);
    }
    return s;
}

// --- refusals ---

static enum flow refuse(struct req *r, enum refusal why, struct buf *detail)
{
    enum flow flow = again_deny(r, why, buf_cstr(detail));
    buf_fini(detail);
    return flow;
}

static enum flow refuse_crowd(struct req *r, const struct concern *c)
{
    struct buf text;
    buf_init(&text, &alloc_heap, DETAIL_BYTES);
    concern_crowd(r, c, &text);
    return refuse(r, REFUSAL_BUDGET, &text);
}

static enum flow refuse_unbounded(struct req *r, const struct bound *b)
{
    bool unpriced = b->state == BOUND_UNPRICED || b->state == BOUND_UNPRICED_TIER;
    struct buf text;
    buf_init(&text, &alloc_heap, KIB);
    concern_unbounded(b, &text);
    return refuse(r, unpriced ? REFUSAL_NO_PRICE : REFUSAL_UNBOUNDED, &text);
}

// A call has passed its price. Nobody holds for it then.
static enum flow refuse_breach(struct req *r, enum breach_scope scope)
{
    const struct breach b = reservation_breach(r);
    struct buf text;
    buf_init(&text, &alloc_heap, DETAIL_BYTES);
    concern_breach(r, &b, scope, &text);
    booking_drop(r->attempt.reservation.booking);
    r->attempt.reservation.booking = NULL;
    return refuse(r, REFUSAL_NO_PRICE, &text);
}

static enum flow refuse_each(struct req *r, const struct budget *b, struct nano amount)
{
    struct buf text;
    buf_init(&text, &alloc_heap, DETAIL_BYTES);
    concern_each(r, b, amount, &text);
    r->purse = b->name;
    r->purse_paused = b->terms.paused;
    return refuse(r, REFUSAL_BUDGET, &text);
}

// How long it was patient; 0: it was not.
static int64_t waited_us(const struct req *r)
{
    const struct reserving *s = r->reserving;
    return s && s->waited ? loop_now_us(r->worker->loop) - s->began_us : 0;
}

static void spent_write(const struct req *r, struct plan_denied *out, struct buf *text)
{
    const struct reservation *v = &r->attempt.reservation;
    const struct verdict said = booking_verdict(v->booking);
    const struct booking_wish *wish = booking_wish(v->booking, said.at);
    concern_spent(r, wish, &said, waited_us(r), text);
    *out = (struct plan_denied){true, v->amount, STR_NONE, wish->budget->name,
                                said.is == ADMISSION_PAUSED};
}

// Of all models of a route that a budget refuses, the client is told of the one that lacks least.
static void keep_cheapest(struct req *r)
{
    struct plan_denied one;
    struct buf text;
    if (!r->plan ||
        (r->plan->denied.there && r->plan->denied.amount.n <= r->attempt.reservation.amount.n))
        return;
    buf_init(&text, &alloc_heap, DETAIL_BYTES);
    spent_write(r, &one, &text);
    one.text = arena_dup(&r->arena, buf_str(&text));
    r->plan->denied = one;
    buf_fini(&text);
}

static enum flow refuse_spent(struct req *r)
{
    const struct attempt *a = &r->attempt;
    struct plan_denied one;
    struct buf text;
    buf_init(&text, &alloc_heap, DETAIL_BYTES);
    spent_write(r, &one, &text);
    if (r->plan && r->plan->denied.there && r->plan->denied.amount.n < one.amount.n) {
        one = r->plan->denied;
        buf_clear(&text);
        buf_add(&text, one.text);
    }
    r->purse = one.purse;
    r->purse_paused = one.paused;
    (void)booking_leave(a->reservation.booking); // who is behind it waits no more for it
    return refuse(r, REFUSAL_BUDGET, &text);
}

static enum flow refuse_failed(struct req *r)
{
    return again_deny(r, REFUSAL_BUDGETS,
                      "The ledger's file cannot be written or is slow, or too many values of a "
                      "`per` are in use.");
}

// --- asking ---

static void end_wait(struct req *r)
{
    if (!r->reserving)
        return;
    timer_clear(&r->reserving->timer);
    r->reserving->waiting.queued = false;
}

// Whether its price is one that a call has passed.
static enum breach_scope broken(const struct req *r)
{
    const struct breach b = reservation_breach(r);
    return breaches_find(r->view->snapshot->breaches, &b);
}

// One of our own is made only where its budgets can pay for what belongs to it, too.
static bool leaves_enough(const struct req *r)
{
    const struct reservation *v = &r->attempt.reservation;
    const int64_t beside = r->inner ? r->inner->beside.n : 0;
    struct booking_left left;
    return beside == 0 || !booking_left(v->booking, &left) || left.left.n - v->amount.n >= beside;
}

static enum flow refuse_beside(struct req *r)
{
    char most[DECIMAL_TEXT];
    struct buf text;
    buf_init(&text, &alloc_heap, DETAIL_BYTES);
    buf_printf(&text,
               "What its budgets have left does not cover the judge of its pair, too, beside those "
               "of the pairs under way: up to %.*s USD.",
               STR_ARG(nano_text(r->inner->beside, most)));
    booking_drop(r->attempt.reservation.booking);
    r->attempt.reservation.booking = NULL;
    return refuse(r, REFUSAL_BUDGET, &text);
}

static enum flow hold(struct req *r)
{
    end_wait(r);
    if (!leaves_enough(r))
        return refuse_beside(r);
    enum breach_scope scope = broken(r); // it may be, since the call began to wait
    if (scope != BREACH_NONE && r->attempt.reservation.relied)
        return refuse_breach(r, scope);
    admit_capture(r);
    booking_charge(r->attempt.reservation.booking, &r->attempt.entry.charge);
    return NEXT;
}

// A shorter answer may fit into what is left by now.
static bool lower(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    struct booking_left left;
    if (!v->bounded || v->grows || v->lowered == LOWERED ||
        !booking_left_clamped(v->booking, &left) || left.left.n < 0)
        return false;
    struct nano room = left.left.n < v->most.n ? left.left : v->most; // never longer than before
    v->lowered++;
    return reservation_lower(r, room);
}

// The call's alias has another model, and the budget wants it asked; or its route has one.
static bool ask_other(struct req *r, const struct budget *b)
{
    if (b->downgrade)
        return again_elsewhere(r, AGAIN_DOWNGRADE);
    return r->plan && again_elsewhere(r, AGAIN_UNPAID);
}

// Another model is asked, in its turn if it has waited.
static bool go_elsewhere(struct req *r, const struct budget *b)
{
    struct booking *before = r->attempt.reservation.booking;
    keep_cheapest(r);
    if (!r->reserving)
        return ask_other(r, b);
    r->attempt.reservation.booking = NULL;
    bool other = ask_other(r, b);
    if (other)
        r->reserving->before = before;
    else
        r->attempt.reservation.booking = before;
    return other;
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
    return go_elsewhere(r, b) ? AGAIN : END;
}

// It may wait for what others hold, if it has not.
static bool begin_patience(struct req *r)
{
    const struct verdict v = booking_verdict(r->attempt.reservation.booking);
    int64_t wait_us = booking_wish(r->attempt.reservation.booking, v.at)->budget->wait_us;
    if (v.is != ADMISSION_HELD || wait_us == 0 || !begin_wait(r) || r->reserving->waited)
        return false;
    r->reserving->waited = true;
    r->reserving->began_us = loop_now_us(r->worker->loop);
    r->reserving->waiting.patience_us = r->reserving->began_us + wait_us;
    return true;
}

// It was refused, and stands in no queue: does it ask once more?
static bool insist(struct req *r, enum flow *flow)
{
    end_wait(r);
    if (begin_patience(r))
        return true;
    *flow = give_way(r);
    if (*flow == NEXT)
        return true;
    if (*flow == END)
        *flow = refuse_spent(r); // NEXT where the attempt before is what is told
    return false;
}

// For when its time is over, or one of its windows is.
static void set_timer(struct req *r, int64_t deadline_us, int64_t over_us)
{
    int64_t delay_us = deadline_us - loop_now_us(r->worker->loop);
    if (over_us != INT64_MAX && over_us - loop_wall_us(r->worker->loop) < delay_us)
        delay_us = over_us - loop_wall_us(r->worker->loop);
    timer_set(&r->reserving->timer, delay_us > 0 ? delay_us / US_PER_MS + 1 : 0);
}

// It stands in a queue. False: it is to be asked for anew.
static bool stay(struct req *r, enum flow *flow)
{
    struct reserving *s = r->reserving;
    struct booking *b = r->attempt.reservation.booking;
    const struct booking_wait wait = booking_waits(b);
    int64_t until_us;
    enum waiting_is is =
        waiting_look(&s->waiting, wait.for_store, loop_now_us(r->worker->loop), &until_us);
    bool over = s->due && wait.until_us <= loop_wall_us(r->worker->loop);
    s->due = false;
    *flow = WAIT;
    if (is == WAITING_ON && !over) {
        set_timer(r, until_us, wait.until_us);
        return true;
    }
    s->waiting.queued = false;
    if (is == WAITING_ENOUGH) { // it is judged by what is held now, in its turn
        r->attempt.reservation.booking = booking_again(b);
        return false;
    }
    if (!booking_leave(b) || is == WAITING_ON)
        return false; // it holds by now, or one of its windows is over
    *flow = refuse_failed(r);
    return true;
}

static enum flow look(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    for (;;) {
        bool patient = r->reserving && r->reserving->waiting.patience_us > 0;
        enum flow flow = NEXT;
        switch (booking_reserve(v->booking, v->amount, patient, loop_wall_us(r->worker->loop))) {
        case BOOKING_OPEN: return hold(r);
        case BOOKING_FAILED: return refuse_failed(r);
        case BOOKING_REFUSED:
            if (!insist(r, &flow))
                return flow;
            break;
        case BOOKING_WAITS:
            if (!begin_wait(r))
                return refuse_failed(r);
            if (stay(r, &flow))
                return flow;
            break;
        }
    }
}

// --- the worst case ---

// A budget of single calls says no, and has no way out. END: it has none. NEXT: it says yes.
static enum flow ask_each(struct req *r, const struct budget *each)
{
    const struct reservation *v = &r->attempt.reservation;
    if (!each)
        return NEXT;
    if (each->terms.paused)
        return END;
    if (v->most.n <= each->terms.limit.n ||
        (each->clamp && reservation_lower(r, each->terms.limit)))
        return NEXT;
    return ask_other(r, each) ? AGAIN : END;
}

static enum flow begin(struct req *r, const struct concern *c)
{
    struct reservation *v = &r->attempt.reservation;
    struct bound bound;
    reservation_bound(r, &bound);
    if (bound.state != BOUND_KNOWN && c->blocks)
        return refuse_unbounded(r, &bound);
    v->relied = c->blocks;
    enum breach_scope scope = broken(r);
    if (scope != BREACH_NONE && c->blocks)
        return refuse_breach(r, scope);
    enum flow flow = ask_each(r, c->each);
    if (flow == END)
        return refuse_each(r, c->each, v->most);
    if (flow == AGAIN)
        return AGAIN;
    if (v->bounded && c->blocks && c->grows && r->ask.demand.stream)
        reservation_hold_less(r);
    if (c->count == 0) {
        admit_capture(r);
        return NEXT;
    }
    const struct booking_owner owner = {r->worker->loop, on_wake, r, r->id, r->start_us};
    v->booking = booking_new(gate_budgets(r->worker->gate), &owner, c->wishes, c->count);
    if (!v->booking)
        return refuse_failed(r);
    if (!v->bounded || scope != BREACH_NONE)
        booking_unbounded(v->booking);
    if (r->reserving && r->reserving->before)
        booking_instead(v->booking, r->reserving->before);
    if (r->reserving)
        r->reserving->before = NULL;
    return look(r);
}

static enum flow reserve(struct req *r)
{
    struct concern c;
    bool stopped = r->client_gone || (r->reserving && r->reserving->stopped);
    if (stopped || arena_failed(&r->arena))
        return again_refuse(r, stopped ? REFUSAL_STOPPING : REFUSAL_OVERLOAD,
                            "It waited for its budgets.");
    if (r->attempt.reservation.booking)
        return look(r);
    if (endpoint_free(r->found.endpoint) || !req_books(r))
        return NEXT;
    concern_find(r, &c);
    if (c.crowd)
        return refuse_crowd(r, &c);
    return c.count > 0 || c.each ? begin(r, &c) : NEXT;
}

enum flow step_reserve(struct req *r)
{
    enum flow flow = reserve(r);
    if (flow != AGAIN)
        drop_before(r);
    return flow;
}
