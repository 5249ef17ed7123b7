// SPDX-License-Identifier: Apache-2.0
//
// The table of steps, and the driver that walks it.

#include "base/limits.h"
#include "base/log.h"
#include "gate/relay.h"

#define REQUEST_ARENA_STEP 512

static step_f *const steps[STEP_COUNT] = {
#define X(name) [STEP_##name] = step_##name,
    STEP_MAP(X)
#undef X
};

static void req_free(struct req *r)
{
    struct worker *w = r->worker;
    if (r->x)
        exchange_own(r->x, NULL);
    if (r->call)
        call_cancel(r->call);
    if (r->asked)
        ask_close(&r->ask);
    if (r->metering)
        meter_fini(&r->meter);
    if (r->dispatched && arena_failed(&r->arena)) // its tokens and cost are right all the same
        log_say(LOG_ERROR, "call %.*s: out of memory: its row lacks texts", UUID_TEXT, r->id_text);
    buf_fini(&r->decoded);
    buf_fini(&r->whole);
    buf_fini(&r->fields);
    arena_fini(&r->arena);
    list_pull(&r->link);
    w->call_count--;
    w->metrics.in_flight--;
    view_free(r->view);
    heap_free(r);
}

static enum flow req_step(struct req *r)
{
    // A client that left before anything was sent for it costs nothing: the call just ends.
    if (r->client_gone && !r->dispatched)
        return END;
    enum flow flow = steps[r->step](r);
    if (flow != END && arena_failed(&r->arena) && !r->dispatched)
        return req_refuse(r, REFUSAL_TOO_LARGE, "It needs more than %d bytes of working memory.",
                          REQUEST_ARENA_MAX);
    return flow;
}

void req_run(struct req *r)
{
    if (r->running) {
        r->again = true;
        return;
    }
    r->running = true;
    enum flow flow;
    do {
        r->again = false;
        flow = req_step(r);
        if (flow == NEXT) {
            r->step++;
            must(r->step < STEP_COUNT);
        }
    } while (flow == NEXT || (flow == WAIT && r->again));
    r->running = false;
    if (flow == END)
        req_free(r);
}

void req_take_back(struct req *r)
{
    if (r->settled)
        return; // it ended in the same turn: its FINAL record is in the reserve
    must(r->dispatched && !r->running && r->step == STEP_relay);
    if (r->call)
        call_cancel(r->call);
    r->call = NULL;
    r->dispatched = false;
    req_refuse(r, REFUSAL_STORE, "The journal cannot be written.");
    req_free(r);
}

void req_cut(struct req *r)
{
    if (r->dispatched)
        relay_fail(r, REFUSAL_STOPPING, "The call took longer than `drain` leaves it.");
    else
        r->client_gone = true;
    req_run(r);
}

static void req_begin(struct worker *w, struct exchange *x)
{
    struct req *r = alloc_zero(&alloc_heap, sizeof *r);
    if (!r) {
        req_refuse_unread(w, x, REFUSAL_OVERLOAD, STR_NONE);
        return;
    }
    r->worker = w;
    r->x = x;
    r->view = view_ref(w->view);
    arena_init(&r->arena, &alloc_heap, REQUEST_ARENA_STEP, REQUEST_ARENA_MAX);
    buf_init(&r->decoded, &alloc_heap, r->view->snapshot->config->body_bytes);
    buf_init(&r->whole, &alloc_heap, 2 * WHOLE_ANSWER_BYTES_MAX);
    buf_init(&r->fields, &alloc_heap, HEAD_BYTES_MAX);
    r->start_us = loop_wall_us(w->loop);
    r->start_mono_us = loop_now_us(w->loop);
    r->id = uuid_new(r->start_us);
    uuid_write(&r->id, r->id_text);
    list_push(&w->calls, &r->link);
    w->call_count++;
    w->metrics.in_flight++;
    exchange_own(x, r);
    req_run(r);
}

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
    if (r->call)
        call_resume(r->call);
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

const struct server_events req_server_events = {
    .on_head = on_head,
    .on_body = on_body,
    .on_room = on_room,
    .on_gone = on_gone,
    .on_done = on_done,
    .on_refuse = on_refuse,
};
