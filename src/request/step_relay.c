// SPDX-License-Identifier: Apache-2.0
//
// relay - waits until the answer is complete, broken or unwanted.

#include "base/clock.h"
#include "request/fit.h"
#include "request/growth.h"
#include "request/relay.h"

void relay_give_back(struct req *r)
{
    if (!r->asked || (r->attempt.call && !call_sent(r->attempt.call)))
        return;
    r->asked = false;
    ask_close(&r->ask);
    buf_fini(&r->decoded);
    if (r->x)
        exchange_drop_body(r->x);
}

void relay_done(struct req *r)
{
    fit_gone(r);
    if (!r->attempt.ended_mono_us)
        r->attempt.ended_mono_us = clock_mono_us();
}

// That the client left was seen in this turn of the loop.
static void leave(struct req *r)
{
    int64_t seen_us = loop_now_us(r->worker->loop);
    r->attempt.never_sent = !call_spoke(r->attempt.call);
    call_cancel(r->attempt.call);
    if (r->client_gone)
        metrics_cancel(&r->worker->metrics, clock_mono_us() - seen_us);
}

enum flow step_relay(struct req *r)
{
    if (r->attempt.mode == RELAY_STREAM)
        relay_give_back(r); // it will not be tried again
    if (r->client_gone || r->attempt.refusal == REFUSAL_STOPPING) {
        // Nobody reads on: the provider is told by closing its connection at once.
        if (r->attempt.call && !r->attempt.upstream_ended)
            leave(r);
        r->attempt.call = NULL;
        return NEXT;
    }
    if (r->attempt.reservation.starved && r->attempt.call)
        growth_go_on(r); // it was woken for that
    if (r->attempt.refusal != REFUSAL_NONE || r->attempt.upstream_ended)
        return NEXT;
    return relay_knows(r) ? NEXT : WAIT;
}
