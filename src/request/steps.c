// SPDX-License-Identifier: Apache-2.0
//
// The table of steps, and the driver that walks it.

#include "base/limits.h"
#include "base/log.h"
#include "request/feedback.h"
#include "request/fit.h"
#include "request/inner.h"
#include "request/relay.h"
#include "request/shadowing.h"
#include "request/verifying.h"

#define REQUEST_ARENA_STEP 512

static step_f *const steps[STEP_COUNT] = {
#define X(name) [STEP_##name] = step_##name,
    STEP_MAP(X)
#undef X
};

void req_free(struct req *r)
{
    struct worker *w = r->worker;
    if (r->inner)
        r->inner->ended(r->inner, r);
    if (r->x)
        exchange_own(r->x, NULL);
    shadowing_free(r);
    if (r->asked)
        ask_close(&r->ask);
    if (r->attempt.dispatched &&
        arena_failed(&r->arena)) // its tokens and cost are right all the same
        log_say(LOG_ERROR, "call %.*s: out of memory: its row lacks texts", UUID_TEXT, r->id_text);
    feedback_free(r);
    again_free(r);
    verifying_free(r);
    reserve_free(r);
    fit_gone(r);
    attempt_fini(&r->attempt);
    buf_fini(&r->decoded);
    arena_fini(&r->arena);
    list_pull(&r->link);
    list_pull(&r->asker.link);
    w->call_count--;
    w->metrics.in_flight--;
    view_free(r->view);
    heap_free(r);
}

static enum flow req_step(struct req *r)
{
    // A client that left before anything was sent for it costs nothing: the call just ends.
    if (r->client_gone && !r->attempt.dispatched && !again_keeps(r))
        return END;
    enum flow flow = steps[r->step](r);
    if (flow != END && arena_failed(&r->arena) && !r->attempt.dispatched && !again_keeps(r))
        return req_refuse(r, REFUSAL_TOO_LARGE, "It needs more than %d bytes of working memory.",
                          REQUEST_ARENA_MAX);
    return flow;
}

void req_run(struct req *r)
{
    if (r->running) {
        r->woken = true;
        return;
    }
    r->running = true;
    enum flow flow;
    do {
        r->woken = false;
        flow = req_step(r);
        if (flow == NEXT) {
            r->step++;
            must(r->step < STEP_COUNT);
        } else if (flow == AGAIN) {
            r->step = STEP_reserve;
        }
    } while (flow == NEXT || flow == AGAIN || (flow == WAIT && r->woken));
    r->running = false;
    if (flow == END)
        req_free(r);
}

struct req *req_new(struct worker *w, struct view *v)
{
    struct req *r = alloc_zero(&alloc_heap, sizeof *r);
    if (!r)
        return NULL;
    r->worker = w;
    r->view = view_ref(v);
    arena_init(&r->arena, &alloc_heap, REQUEST_ARENA_STEP, REQUEST_ARENA_MAX);
    buf_init(&r->decoded, &alloc_heap, r->view->snapshot->config->body_bytes);
    attempt_init(&r->attempt);
    r->start_us = loop_wall_us(w->loop);
    r->start_mono_us = loop_now_us(w->loop);
    r->id = uuid_new(r->start_us);
    uuid_write(&r->id, r->id_text);
    list_push(&w->calls, &r->link);
    list_init(&r->asker.link);
    w->call_count++;
    w->metrics.in_flight++;
    return r;
}

void req_begin(struct worker *w, struct exchange *x)
{
    struct req *r = req_new(w, w->view);
    if (!r) {
        req_refuse_unread(w, x, REFUSAL_OVERLOAD, STR_NONE);
        return;
    }
    r->x = x;
    exchange_own(x, r);
    req_run(r);
}
