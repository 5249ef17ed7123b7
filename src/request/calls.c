// SPDX-License-Identifier: Apache-2.0

#include "request/calls.h"

#include "base/clock.h"
#include "base/limits.h"
#include "request/relay.h"
#include "request/verifying.h"

#define LINGER_US (2 * SECOND_US) // for the framing's end after the terminal event

// --- what the server tells ---

static void on_head(void *context, struct exchange *x)
{
    req_begin(context, x);
}

static void on_body(struct exchange *x, void *owner)
{
    (void)x;
    struct req *r = owner;
    if (!r)
        return;
    r->body_here = true;
    req_run(r);
}

static void on_room(struct exchange *x, void *owner)
{
    (void)x;
    struct req *r = owner;
    if (!r || !r->paused)
        return;
    r->paused = false;
    if (r->attempt.call && !r->attempt.reservation.starved)
        call_resume(r->attempt.call);
}

static void on_gone(struct exchange *x, void *owner)
{
    (void)x;
    struct req *r = owner;
    if (!r)
        return;
    r->x = NULL;
    r->client_gone = true;
    req_run(r);
}

static void on_done(struct exchange *x, void *owner)
{
    // The server refused while the body came: its answer is out, the call is over. (An answer of
    // ours is handed over with the owner taken off.)
    on_gone(x, owner);
}

static const enum refusal refusal_of_server[] = {
    [SERVER_BAD_REQUEST] = REFUSAL_BAD_REQUEST,  [SERVER_HEAD_TOO_LARGE] = REFUSAL_HEAD_TOO_LARGE,
    [SERVER_BODY_TOO_LARGE] = REFUSAL_TOO_LARGE, [SERVER_TOO_SLOW] = REFUSAL_BODY_DEADLINE,
    [SERVER_UPGRADE] = REFUSAL_UPGRADE,          [SERVER_BUSY] = REFUSAL_OVERLOAD,
    [SERVER_STOPPING] = REFUSAL_STOPPING,
};

// The server refuses before (then there is no call yet) or while the body comes.
static void on_refuse(void *context, struct exchange *x, enum server_refusal why)
{
    struct worker *w = context;
    struct req *r = exchange_owner(x);
    enum refusal refusal = refusal_of_server[why];
    struct buf detail;
    buf_init(&detail, &alloc_heap, KIB);
    struct str fault = exchange_fault(x);
    if (why == SERVER_BAD_REQUEST && fault.len)
        buf_printf(&detail, "It is not valid HTTP: %.*s.", STR_ARG(fault));
    if (why == SERVER_BODY_TOO_LARGE)
        buf_printf(&detail, "The limit is %zu bytes (limits.body).",
                   w->view->snapshot->config->body_bytes);
    if (why == SERVER_HEAD_TOO_LARGE)
        buf_printf(&detail, "The limits are %d bytes and %d fields.", HEAD_BYTES_MAX,
                   HEAD_FIELDS_MAX);
    w->metrics.refused[refusal]++;
    if (r)
        req_write_refusal(r, refusal, buf_str(&detail));
    else
        req_refuse_unread(w, x, refusal, buf_str(&detail));
    buf_fini(&detail);
}

static const struct server_events events = {
    .on_head = on_head,
    .on_body = on_body,
    .on_room = on_room,
    .on_gone = on_gone,
    .on_done = on_done,
    .on_refuse = on_refuse,
};

// --- what the worker asks ---

// Calls that are answered and whose upstream does not end its body.
static void calls_tick(struct worker *w)
{
    int64_t now = loop_now_us(w->loop);
    list_for (it, &w->calls) {
        struct req *r = list_of(it, struct req, link);
        if (r->recorded && now - r->settled_mono_us > LINGER_US) {
            r->attempt.upstream_ended = true;
            req_run(r);
        }
    }
}

// Nothing of it has gone upstream, nor will.
static void take_back(struct req *r, uint8_t attempt)
{
    if (r->attempt.settled)
        return; // it ended in the same turn: its FINAL record is in the reserve
    if (r->attempt.rewritten)
        return; // what it says anew is lost, and what it said before stands
    if (r->running) {
        again_lost(r);
        return;
    }
    if (attempt != r->attempt.entry.attempt)
        return; // the first one's, that is said anew beside a second: what it said before stands
    if (again_waits(r))
        return; // the record told what became of the attempt: another will
    must(r->attempt.dispatched && (r->step == STEP_relay || r->step == STEP_again));
    if (r->attempt.call)
        call_cancel(r->attempt.call);
    r->attempt.call = NULL;
    r->attempt.dispatched = false;
    req_refuse(r, REFUSAL_STORE, "The journal cannot be written.");
    req_free(r);
}

// The process ends before the call does: its provider is left, its client told so, and its row says
// it. One that waits to be tried again has the answer of its last attempt, one that is verified the
// one that came. A call of which nothing was sent just ends.
static void cut(struct req *r)
{
    if (r->step == STEP_again)
        again_stop(r);
    else if (r->step == STEP_verify)
        verifying_stop(r);
    else if (r->step == STEP_reserve)
        reserve_stop(r);
    else if (r->attempt.dispatched)
        relay_fail(r, REFUSAL_STOPPING, "The call took longer than `drain` leaves it.");
    else
        r->client_gone = true;
    req_run(r);
}

static unsigned calls_cut(struct worker *w)
{
    unsigned count = 0;
    list_for (it, &w->calls) {
        struct req *r = list_of(it, struct req, link);
        if (!r->attempt.dispatched && r->step != STEP_reserve)
            continue;
        cut(r);
        count++;
    }
    return count;
}

static void calls_end(struct worker *w)
{
    list_for (it, &w->calls) {
        struct req *r = list_of(it, struct req, link);
        r->x = NULL;
        cut(r);
    }
}

static void calls_lost(struct worker *w, const struct uuid *id, uint8_t attempt)
{
    list_for (it, &w->calls) {
        struct req *r = list_of(it, struct req, link);
        if (memcmp(r->id.bytes, id->bytes, sizeof id->bytes) == 0)
            take_back(r, attempt);
    }
}

static enum live_state state_of(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    if (!a->dispatched)
        return a->entry.attempt > 0 ? LIVE_RETRYING : LIVE_READING;
    if (r->step == STEP_again)
        return LIVE_RETRYING;
    if (a->entry.ttft_us > 0 && a->mode != RELAY_HELD)
        return LIVE_STREAMING;
    return a->entry.attempt > 0 ? LIVE_RETRYING : LIVE_WAITING;
}

// Whose it is and what it does; not yet what it cost.
static void tell(const struct req *r, int64_t now_us, struct live_call *out)
{
    struct entry e = r->attempt.entry;
    e.id = r->id;
    e.start_us = r->start_us;
    e.duration_us = now_us - r->start_mono_us;
    e.key = r->key ? r->key->name : STR_NONE;
    e.endpoint = str_of(endpoint_name(r->found.endpoint));
    live_fill(out, &e);
    out->state = state_of(r);
}

static void tell_cost(const struct req *r, struct live_call *out)
{
    struct usage u = r->attempt.entry.usage;
    struct cost cost = {.state = PRICE_UNPRICED};
    if (!settle_so_far(r, &u, &cost)) { // at most, until now: what goes in
        for (unsigned b = BUCKET_OUTPUT; b < BUCKET_COUNT; b++)
            u.count[b] = 0;
        u.sure = SURE_ESTIMATED;
    }
    out->usage = u;
    out->cost = cost.total;
    out->price_state = cost.state;
}

static unsigned calls_look(struct worker *w, struct str part, struct live_call *out, unsigned most)
{
    unsigned count = 0;
    int64_t now_us = clock_mono_us();
    list_for (it, &w->calls) {
        const struct req *r = list_of(it, struct req, link);
        if (count == most)
            break;
        if (r->recorded)
            continue;
        tell(r, now_us, &out[count]);
        if (live_fits(&out[count], part))
            tell_cost(r, &out[count++]);
    }
    return count;
}

const struct gate_calls request_calls = {.events = &events,
                                         .tick = calls_tick,
                                         .cut = calls_cut,
                                         .end = calls_end,
                                         .lost = calls_lost,
                                         .look = calls_look};
