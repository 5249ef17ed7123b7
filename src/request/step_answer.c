// SPDX-License-Identifier: Apache-2.0
//
// answer - the last bytes go to the client: a whole answer with its cost in the head, a stream's
// held end, or what went wrong.

#include "base/limits.h"
#include "request/heads.h"
#include "request/listing.h"
#include "request/relay.h"
#include "request/said.h"
#include "request/translation.h"
#include "verify/strip.h"
#include "wire/fault.h"

// Without the log-probabilities that only we asked for.
static void strip_whole(struct attempt *a)
{
    struct buf out;
    buf_init(&out, &alloc_heap, a->whole.ceiling);
    strip_text(buf_str(&a->whole), &out);
    buf_fini(&a->whole);
    a->whole = out;
}

static void answer_whole(struct req *r)
{
    bool ended = relay_release(r);
    relay_mask(r);
    if (r->attempt.logprobs_added && !r->attempt.translation && !buf_failed(&r->attempt.whole))
        strip_whole(&r->attempt);
    if (ended && !buf_failed(&r->attempt.whole))
        listing_join(r, &r->attempt.whole);
    if (!ended || buf_failed(&r->attempt.whole)) { // its end is missing
        exchange_abort(r->x);
        return;
    }
    said_keep(r, buf_str(&r->attempt.whole));
    heads_send(r, (int64_t)r->attempt.whole.len, true);
    exchange_write(r->x, buf_str(&r->attempt.whole));
    exchange_end(r->x);
}

static void write_receipt(struct req *r)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 2 * KIB);
    // The lines of a long last event have gone on already: the comment becomes one of them.
    bool inside = !r->attempt.translation && r->attempt.meter.inside;
    buf_printf(&b, "%s: costlens request_id=%.*s model=%.*s/%.*s price_state=%s",
               inside ? "\n" : "", UUID_TEXT, r->id_text, STR_ARG(r->attempt.provider->name),
               STR_ARG(r->attempt.target.model), price_state_name(r->attempt.entry.price_state));
    if (r->attempt.entry.price_state != PRICE_UNPRICED) {
        buf_add_cstr(&b, " cost=");
        money_write(&b, r->attempt.entry.cost);
    }
    buf_printf(&b, " usage=%s input_tokens=%lld output_tokens=%lld%s",
               sure_name(r->attempt.entry.usage.sure),
               (long long)usage_input(&r->attempt.entry.usage),
               (long long)usage_output(&r->attempt.entry.usage), inside ? "" : "\n\n");
    exchange_write(r->x, buf_str(&b));
    buf_fini(&b);
}

static void answer_stream(struct req *r)
{
    const struct translation *t = r->attempt.translation;
    bool sse = t ? t->answer.setup.stream : r->attempt.meter.setup.kind == METER_SSE;
    if (sse && r->receipt)
        write_receipt(r);
    if (!relay_end(r)) // also where a part that had to be masked is missing
        exchange_abort(r->x);
    else
        exchange_end(r->x);
}

// What tells that it was cut: a stream's last event, or an array's last element. Nothing where that
// would stand inside of a long event, or of a JSON text.
static void write_end(const struct req *r, struct buf *out)
{
    const struct attempt *a = &r->attempt;
    const struct str id = str_from(r->id_text, UUID_TEXT);
    const char *before = a->sized ? NULL : meter_array_next(&a->meter);
    if (before) {
        buf_add_cstr(out, before);
        fault_body(r->dialect, a->refusal, a->refusal_detail, id, out);
        buf_add_char(out, ']');
    } else if (meter_kind_streams(a->meter.setup.kind) && (!a->meter.inside || a->translation)) {
        fault_event(r->found.endpoint, a->refusal, a->refusal_detail, id, out);
    }
}

// The answer cannot be completed. Its client is told so by a last event, which is no terminal one;
// where nothing can be told, the body is cut.
static void answer_broken(struct req *r)
{
    struct buf b;
    buf_init(&b, &alloc_heap, 16 * KIB);
    write_end(r, &b);
    if (b.len == 0) {
        worker_write_journal(r->worker); // an abort does not wait for the turn's end
        exchange_abort(r->x);
        return;
    }
    exchange_write(r->x, buf_str(&b));
    buf_fini(&b);
    exchange_close_after(r->x);
    exchange_end(r->x);
}

// Nobody waits for it; what it said is kept.
static void answer_inner(struct req *r)
{
    if (r->attempt.refusal == REFUSAL_NONE && relay_end(r) && r->attempt.mode == RELAY_WHOLE)
        said_keep(r, buf_str(&r->attempt.whole));
}

enum flow step_answer(struct req *r)
{
    if (r->inner)
        answer_inner(r);
    if (!r->x)
        return NEXT;
    if (r->attempt.refusal != REFUSAL_NONE && !r->head_sent)
        req_write_refusal(r, r->attempt.refusal, r->attempt.refusal_detail);
    else if (r->attempt.refusal != REFUSAL_NONE)
        answer_broken(r);
    else if (r->attempt.mode == RELAY_WHOLE)
        answer_whole(r);
    else
        answer_stream(r);
    req_hand_over(r);
    return NEXT;
}
