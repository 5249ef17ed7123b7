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
#include "wire/weigh.h"

#define US_PER_MS     1000
#define STORE_US      (10 * SECOND_US) // for the store to set something aside
#define OUTPUT_UNSAID 4096 // tokens, where neither the caller nor the book says: sent as a maximum

// A call that waits.
struct reserving {
    struct timer timer;
    bool patient;     // for what others hold; else for the store
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
static bool begin_wait(struct req *r, bool patient, int64_t for_us)
{
    struct reserving *s = r->reserving;
    if (!s) {
        s = r->reserving = arena_new(&r->arena, struct reserving);
        if (!s)
            return false;
        timer_init(&s->timer, r->worker->loop, on_time, r);
    }
    s->patient = patient;
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
    concern_each(b, amount, &text);
    return refuse(r, REFUSAL_BUDGET, &text);
}

static enum flow refuse_spent(struct req *r)
{
    const struct attempt *a = &r->attempt;
    const struct verdict v = booking_verdict(a->booking);
    struct buf text;
    buf_init(&text, &alloc_heap, 2 * KIB);
    concern_spent(booking_wish(a->booking, v.at), &v, a->worst, loop_wall_us(r->worker->loop),
                  &text);
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
    booking_charge(r->attempt.booking, &r->attempt.entry.charge);
    return NEXT;
}

// It waits until its time is over, or one of its windows is.
static enum flow wait(struct req *r)
{
    struct reserving *s = r->reserving;
    int64_t over_us = booking_until_us(r->attempt.booking);
    int64_t delay_us = s->until_us - loop_now_us(r->worker->loop);
    if (over_us != INT64_MAX && over_us - loop_wall_us(r->worker->loop) < delay_us)
        delay_us = over_us - loop_wall_us(r->worker->loop);
    timer_set(&s->timer, delay_us > 0 ? delay_us / US_PER_MS + 1 : 0);
    return WAIT;
}

static enum flow give_way(struct req *r)
{
    const struct verdict v = booking_verdict(r->attempt.booking);
    const struct budget *b = booking_wish(r->attempt.booking, v.at)->budget;
    if (v.is != ADMISSION_PAUSED && b->downgrade && again_elsewhere(r))
        return AGAIN;
    return refuse_spent(r);
}

// How long it may wait for what others hold; 0: not at all, or it has.
static int64_t patience_us(const struct req *r)
{
    const struct verdict v = booking_verdict(r->attempt.booking);
    bool waited = r->reserving && r->reserving->patient;
    if (v.is != ADMISSION_HELD || waited)
        return 0;
    return booking_wish(r->attempt.booking, v.at)->budget->wait_us;
}

enum asked { ASKED_AGAIN, ASKED_WAITS, ASKED_OVER };

// It stands in a queue: does it stay?
static enum asked stay(struct req *r)
{
    struct reserving *s = r->reserving;
    bool due = s->due;
    bool over = s->stopped || r->client_gone || loop_now_us(r->worker->loop) >= s->until_us;
    s->due = false;
    if (!due && !over)
        return ASKED_WAITS;
    bool left = booking_leave(r->attempt.booking); // else it holds by now
    return left && over ? ASKED_OVER : ASKED_AGAIN;
}

static enum flow look(struct req *r)
{
    for (;;) {
        bool patient = r->reserving && r->reserving->patient;
        enum booking_state is = booking_reserve(r->attempt.booking, r->attempt.worst, patient,
                                                loop_wall_us(r->worker->loop));
        if (is == BOOKING_OPEN)
            return hold(r);
        if (is == BOOKING_FAILED)
            return refuse_failed(r);
        if (is == BOOKING_REFUSED) {
            int64_t for_us = patience_us(r);
            if (for_us == 0 || !begin_wait(r, true, for_us))
                return give_way(r);
            continue;
        }
        if (!r->reserving && !begin_wait(r, false, STORE_US))
            return refuse_failed(r);
        enum asked asked = stay(r);
        if (asked == ASKED_WAITS)
            return wait(r);
        if (asked == ASKED_OVER && (r->reserving->stopped || r->client_gone))
            return again_refuse(r, REFUSAL_STOPPING, "It waited for its budgets.");
        if (asked == ASKED_OVER)
            return patient ? give_way(r) : refuse_failed(r);
    }
}

// --- the worst case ---

static void bound_of(struct req *r, struct bound *out)
{
    const struct attempt *a = &r->attempt;
    const struct config_provider *p = a->provider;
    struct weight weight;
    weigh(&r->ask, vendor_flags(p->vendor_row, p->url.host), a->target.model, &weight);
    const struct bound_call call = {.sheet = settle_sheet(r),
                                    .weight = &weight,
                                    .start_us = r->start_us,
                                    .longest_us = p->timeouts.total_ms * US_PER_MS,
                                    .output_unsaid = OUTPUT_UNSAID};
    bound_make(&call, out);
}

static bool is_broken(const struct req *r)
{
    return budgets_broken(gate_budgets(r->worker->gate), settle_price_name(r));
}

static enum flow begin(struct req *r, const struct concern *c)
{
    struct attempt *a = &r->attempt;
    struct bound bound;
    bound_of(r, &bound);
    a->bounded = bound.state == BOUND_KNOWN;
    if (!a->bounded && c->blocks)
        return refuse_unbounded(r, &bound);
    if (c->blocks && is_broken(r))
        return again_refuse(r, REFUSAL_NO_PRICE,
                            "A call of this model cost more than its price allows: mend the price "
                            "(`costlens price`), then reload.");
    a->worst = a->bounded ? bound.most : (struct nano){0};
    if (c->each && a->worst.n > c->each->terms.limit.n)
        return refuse_each(r, c->each, a->worst);
    if (c->count == 0)
        return NEXT;
    const struct booking_owner owner = {r->worker->loop, on_wake, r};
    a->booking = booking_new(gate_budgets(r->worker->gate), &owner, c->wishes, c->count);
    return a->booking ? look(r) : refuse_failed(r);
}

enum flow step_reserve(struct req *r)
{
    struct concern c;
    if (r->attempt.booking)
        return look(r);
    if (endpoint_free(r->found.endpoint) || !req_books(r))
        return NEXT;
    concern_find(r, &c);
    if (c.crowd)
        return again_refuse(r, REFUSAL_BUDGET, "More than 16 budgets concern it.");
    return c.count > 0 || c.each ? begin(r, &c) : NEXT;
}
