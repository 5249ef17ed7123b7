// SPDX-License-Identifier: Apache-2.0
//
// settle - usage becomes an exact cost, and the FINAL record is written: before the last byte goes
// to the client, so that a report asked for after the answer shows it.
//
//   usage reported                       -> REPORTED
//   complete, or a stream that broke off -> ESTIMATED from what came
//   sent, and what came tells no output  -> CAPTURED: the provider may bill it
//   never sent, or refused with an error -> nothing was used

#include "base/clock.h"
#include "gate/relay.h"

#define QUOTED_MAX 80 // bytes of a body that is no answer

static const struct sheet free_sheet = {.free = true};

void settle_price(struct req *r)
{
    struct entry *e = &r->entry;
    const struct sheet *sheet = NULL;
    e->priced_as_answered = false;
    if (e->model_answered.len) {
        bool same = str_eq(e->model_answered, e->model);
        sheet = same ? r->sheet : route_sheet(r, e->model_answered);
        if (sheet && sheet_silent(sheet))
            sheet = NULL;
        e->priced_as_answered = sheet != NULL;
    }
    if (!sheet)
        sheet = r->sheet;
    if (!sheet && r->provider->free)
        sheet = &free_sheet;
    struct cost cost;
    rate(endpoint_free(r->found.endpoint) ? &free_sheet : sheet, &e->usage, e->start_us, &cost);
    e->cost = cost.total;
    e->price_state = cost.state;
    if (sheet == r->named)
        return; // most often: it was named when the call was admitted
    r->named = sheet;
    e->price_name = STR_NONE;
    if (sheet && sheet != &free_sheet) {
        const struct str parts[] = {sheet->vendor, STR("/"), sheet->model};
        e->price_name = arena_join(&r->arena, parts, 3);
    }
}

static enum outcome outcome_of(const struct req *r)
{
    if (r->client_gone)
        return OUTCOME_LEFT;
    if (r->refusal != REFUSAL_NONE)
        return r->head_sent ? OUTCOME_INCOMPLETE : OUTCOME_ERROR;
    if (r->upstream_status >= 400 || r->meter.stream_error)
        return OUTCOME_ERROR;
    return meter_complete(&r->meter) ? OUTCOME_OK : OUTCOME_INCOMPLETE;
}

// The captured row stands, with whatever was told or seen beyond it.
static void usage_capture(struct usage *u, const struct meter *m)
{
    const struct usage bound = *u;
    *u = m->usage;
    u->sure = SURE_CAPTURED;
    u->has_reported = false; // of what had come so far
    if (!m->partial) {
        u->count[BUCKET_INPUT] = bound.count[BUCKET_INPUT];
        u->prompt = bound.prompt;
    }
    if (u->count[BUCKET_OUTPUT] < bound.count[BUCKET_OUTPUT])
        u->count[BUCKET_OUTPUT] = bound.count[BUCKET_OUTPUT];
}

static void usage_settle(struct req *r)
{
    struct usage *u = &r->entry.usage;
    bool answered = r->metering && r->upstream_status > 0;
    if (endpoint_free(r->found.endpoint) || r->never_sent ||
        (answered && r->upstream_status >= 300 && !r->meter.has_usage)) {
        *u = (struct usage){.sure = SURE_REPORTED};
        return;
    }
    if (!answered)
        return; // the captured row stands
    if (!r->meter.has_usage)
        meter_estimate(&r->meter, r->input_bytes);
    if (meter_tells(&r->meter))
        *u = r->meter.usage;
    else
        usage_capture(u, &r->meter);
}

static void entry_end(struct req *r)
{
    struct entry *e = &r->entry;
    e->outcome = outcome_of(r);
    if (r->metering) {
        e->model_answered = relay_name(r, r->meter.model);
        e->error = relay_name(r, r->meter.error_code);
        if (e->upstream_id.len == 0)
            e->upstream_id = relay_name(r, r->meter.id);
    }
    if (r->refusal != REFUSAL_NONE)
        e->error = str_of(refusal_code(r->refusal));
    e->http_status =
        r->head_sent || r->refusal == REFUSAL_NONE ? r->upstream_status : refusal_http(r->refusal);
    if (r->client_gone && !r->head_sent)
        e->http_status = 0;
    e->duration_us = clock_mono_us() - r->start_mono_us;
    usage_settle(r);
    settle_price(r);
}

static void fail_garbage(struct req *r)
{
    struct str body = buf_str(&r->whole);
    struct buf detail;
    buf_init(&detail, &alloc_heap, KIB);
    buf_add_cstr(&detail, "Its body is not what its content type says.");
    if (body.len) {
        buf_add_cstr(&detail, " It begins with ");
        relay_quote(r, body.len > QUOTED_MAX ? str_from(body.ptr, QUOTED_MAX) : body, &detail);
    }
    relay_fail(r, REFUSAL_UPSTREAM_GARBAGE, buf_cstr(&detail));
    buf_fini(&detail);
}

// What the meter found out about the body, where the transport saw nothing wrong.
static void judge(struct req *r)
{
    if (!r->metering || r->refusal != REFUSAL_NONE || r->client_gone)
        return;
    if (r->meter.garbage)
        fail_garbage(r);
    else if (r->upstream_status < 400 && !r->meter.stream_error && !meter_complete(&r->meter))
        relay_fail(r, REFUSAL_UPSTREAM_LOST, "Its answer ended before it was complete.");
}

enum flow step_settle(struct req *r)
{
    must(r->dispatched && !r->settled);
    // The client left, or what came was no use: what there is of the answer was made, and counts.
    if (r->metering && !r->upstream_ended && !r->meter.terminal)
        meter_end(&r->meter, false);
    judge(r);
    entry_end(r);
    r->settled = true;
    // A failure is logged by the journal; the row then lives in the DISPATCHED record.
    journal_final(r->worker->journal, &r->entry);
    return NEXT;
}
