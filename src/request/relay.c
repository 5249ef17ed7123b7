// SPDX-License-Identifier: Apache-2.0
//
// The upstream's answer on its way to the client.
//
//   head --> error or short JSON: collected (<= 64 KiB), so that its cost stands in its head
//        '-> stream, long or unknown: passed on event by event, read by the meter as it passes;
//            its head waits for the first one, since that may be an error (held.h), or for the
//            first element where a stream is one JSON array (Gemini's without `alt=sse`); where it
//            is to be verified, for all of it, or as long as it may be held (verifying.h)
//
// A reader slower than the provider stops the provider: above STREAM_BUFFER_MAX unsent bytes the
// upstream's socket is not read until the client has taken half of them.
//
// The provider's key is masked in fields, in what we quote, and in errors (may_quote).

#include "request/relay.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "request/availability.h"
#include "request/coding.h"
#include "request/fit.h"
#include "request/growth.h"
#include "request/heads.h"
#include "request/held.h"
#include "request/said.h"
#include "request/translation.h"
#include "request/verifying.h"
#include "verify/strip.h"
#include "wire/failure.h"
#include "wire/fault.h"

#define CODING_QUOTED_MAX 20 // bytes of a coding's name

// An error may quote the credential that it was sent: all else passes as it came, unsearched. What
// is an error says its status, or its dialect: a success whose body tells of one in words that the
// dialect does not have ({"detail":"..."}) is none here.
static bool may_quote(const struct req *r)
{
    return attempt_key(&r->attempt) && (r->attempt.upstream_status >= 400 ||
                                        r->attempt.meter.stream_error || r->attempt.meter.failing);
}

void relay_mask(struct req *r)
{
    if (!may_quote(r) || buf_failed(&r->attempt.whole))
        return;
    struct buf masked;
    buf_init(&masked, &alloc_heap, 2 * WHOLE_ANSWER_BYTES_MAX);
    secret_mask(attempt_key(&r->attempt), buf_str(&r->attempt.whole), &masked);
    buf_fini(&r->attempt.whole);
    r->attempt.whole = masked;
}

struct str relay_name(struct req *r, const char *name)
{
    if (!name[0] || !may_quote(r))
        return arena_dup_cstr(&r->arena, name);
    struct buf masked;
    buf_init(&masked, &alloc_heap, 2 * KIB);
    secret_mask(attempt_key(&r->attempt), str_of(name), &masked);
    struct str own = arena_dup(&r->arena, buf_str(&masked));
    buf_fini(&masked);
    return own;
}

// What passes on. The meter gives events, and elements of an array, whole, but for long ones, and
// other JSON texts as they come: a key that two reads cut there is masked in its parts.
static void send_on(struct req *r, struct str bytes)
{
    if (!may_quote(r)) {
        exchange_write(r->x, bytes);
        return;
    }
    secret_mask(attempt_key(&r->attempt), bytes,
                &r->attempt.whole); // its mark says if there was no memory
    exchange_write(r->x, buf_str(&r->attempt.whole));
    r->attempt.whole.len = 0;
}

static void write_on(struct req *r, struct str bytes)
{
    said_keep(r, bytes);
    if (r->x)
        send_on(r, bytes);
}

// Of a stream of Gemini's that is one list.
static bool strips_elements(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    return a->logprobs_added && a->meter.setup.kind == METER_JSON &&
           a->endpoint == ENDPOINT_GENERATE_STREAM;
}

// Without the log-probabilities that only we asked for; parts of what is too long to be had whole
// go on as they are (strip.h).
static void write_stripped(struct req *r, struct str events)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    if (r->attempt.meter.setup.kind == METER_LINES)
        strip_lines(events, &out);
    else if (strips_elements(r))
        strip_elements(events, &out);
    else
        strip_events(events, &out);
    if (buf_failed(&out))
        relay_write(r, events);
    else
        relay_write(r, buf_str(&out));
    buf_fini(&out);
}

void relay_pass(void *context, struct str bytes)
{
    struct req *r = context;
    if (r->attempt.mode == RELAY_HELD &&
        r->attempt.whole.len + bytes.len > verifying_most(&r->attempt) && verifying_overrun(r))
        held_pass(r); // no error is so long
    if (r->attempt.mode == RELAY_HELD)
        buf_add(&r->attempt.whole, bytes);
    else if (r->attempt.translation && r->attempt.upstream_status < 400)
        translation_feed(r, bytes);
    else if (r->attempt.logprobs_added && r->attempt.mode == RELAY_STREAM)
        write_stripped(r, bytes);
    else
        relay_write(r, bytes);
}

bool relay_release(struct req *r)
{
    struct translation *t = r->attempt.translation;
    if (t)
        t->ending = true;
    meter_release(&r->attempt.meter, relay_pass, r);
    return translation_end(r) && !buf_failed(&r->attempt.whole) && !(t && buf_failed(&t->end));
}

bool relay_end(struct req *r)
{
    bool whole = relay_release(r);
    struct translation *t = r->attempt.translation;
    if (t && t->end.len && r->x)
        send_on(r, buf_str(&t->end));
    return whole && !buf_failed(&r->attempt.whole);
}

void relay_write(void *context, struct str bytes)
{
    struct req *r = context;
    struct translation *t = r->attempt.translation;
    if (r->attempt.mode == RELAY_WHOLE)
        buf_add(&r->attempt.whole, bytes);
    else if (t && t->ending)
        buf_add(&t->end, bytes);
    else
        write_on(r, bytes);
}

void relay_fail(struct req *r, enum refusal why, const char *detail)
{
    if (r->attempt.refusal != REFUSAL_NONE)
        return;
    if (why == REFUSAL_INTERNAL || why == REFUSAL_UPSTREAM_LARGE ||
        why == REFUSAL_UPSTREAM_ENDLESS || why == REFUSAL_BUDGET) // its answer is billed
        r->attempt.failure.kind = FAILURE_OURS;
    r->attempt.refusal = why;
    r->attempt.refusal_detail = r->attempt.logged_detail = arena_dup_cstr(&r->arena, detail);
}

// A JSON answer is waited for to the end of its framing: white space may follow its last brace.
bool relay_knows(const struct req *r)
{
    if (!r->attempt.metering)
        return false;
    return r->attempt.meter.garbage ||
           (r->attempt.meter.terminal && meter_kind_streams(r->attempt.meter.setup.kind));
}

static enum meter_kind kind_of(enum dialect dialect, struct str type)
{
    if (str_starts_nocase(type, str_of("text/event-stream")))
        return METER_SSE;
    struct str media = str_trim(str_from(type.ptr, str_find(type, ';')));
    if (dialect == DIALECT_OLLAMA && str_eq_nocase(media, str_of("application/x-ndjson")))
        return METER_LINES;
    if (media.len == 0 || str_eq_nocase(media, str_of("application/json")) ||
        str_ends(media, str_of("+json")))
        return METER_JSON; // also where nothing is said: some local servers do not
    return METER_OTHER;
}

// By its bound, which knows what is sent and kept to; else as its caller says.
static int64_t output_asked(const struct req *r)
{
    const struct demand *d = &r->ask.demand;
    int64_t most = r->attempt.reservation.output;
    return most > 0 ? most : count_times(d->output_max, demand_choices(d));
}

// What it may tell of its prompt, at a blank a word.
static int64_t repeated(const struct demand *d)
{
    return d->repeats ? count_times(d->text_bytes / 2 + 1, demand_choices(d)) : 0;
}

static void meter_begin(struct req *r, const struct head *h, struct str type)
{
    struct meter_setup setup = {
        .endpoint = r->attempt.endpoint,
        .kind = kind_of(endpoint_dialect(r->attempt.endpoint), type),
        .vendor_flags = attempt_flags(&r->attempt),
        .cache_hour = r->ask.demand.cache_hour,
        .background = r->ask.demand.background,
        .media = demand_media(&r->ask.demand),
        .searches = r->found.endpoint == ENDPOINT_CHAT && r->ask.demand.web_search,
        .output_max = output_asked(r),
        .drop_usage_chunk = r->attempt.usage_added,
        .least = r->attempt.reservation.relied,
        .holds_long = r->attempt.logprobs_added, // they make them longer, and go out of whole ones
        .repeats = repeated(&r->ask.demand),
        .error = r->attempt.upstream_status >= 400,
    };
    meter_init(&r->attempt.meter, &setup, &alloc_heap);
    if (r->dialect == DIALECT_GEMINI)
        meter_tier(&r->attempt.meter, head_get(h, "x-gemini-service-tier", NULL));
    r->attempt.metering = true;
}

// Success that is neither JSON nor a stream is no answer of a model: a proxy's page, most often.
// Nor is one in a coding, since none is asked for: its usage cannot be read. Nor a stream to be
// translated that was not asked for.
static bool is_garbage(const struct req *r, struct str coding)
{
    const struct translation *t = r->attempt.translation;
    enum meter_kind kind = r->attempt.meter.setup.kind;
    bool unasked = t && !t->answer.setup.stream && meter_kind_streams(kind);
    return !coding_none(coding) ||
           (r->attempt.upstream_status < 300 && (kind == METER_OTHER || unasked));
}

// Nor is a hint, a redirect, or a success without content.
static bool is_none(int status)
{
    return status < 200 || status == 204 || (status >= 300 && status < 400);
}

// A part of what the upstream said, as a JSON string for the client: without the credential that we
// sent.
static void quote(const struct req *r, struct str said, struct buf *out)
{
    struct buf masked;
    buf_init(&masked, &alloc_heap, KIB);
    if (attempt_key(&r->attempt))
        secret_mask(attempt_key(&r->attempt), said, &masked);
    else
        buf_add(&masked, said);
    buf_add_json(out, buf_str(&masked));
    buf_fini(&masked);
}

void relay_fail_quoting(struct req *r, enum refusal why, const char *detail, const char *how,
                        struct str said)
{
    bool first = r->attempt.refusal == REFUSAL_NONE;
    relay_fail(r, why, detail);
    if (!first || said.len == 0)
        return;
    struct buf text;
    buf_init(&text, &alloc_heap, 2 * KIB);
    buf_add_cstr(&text, detail);
    buf_add_cstr(&text, how);
    quote(r, said, &text);
    r->attempt.refusal_detail = arena_dup_cstr(&r->arena, buf_cstr(&text));
    buf_fini(&text);
}

// An error in a coding keeps its status and its fields: they say whether to try again, and when.
// Its text, in which a credential could not be masked, is replaced.
static void answer_coded(struct req *r, struct str coding)
{
    char detail[120];
    coding = coding.len > CODING_QUOTED_MAX ? str_from(coding.ptr, CODING_QUOTED_MAX) : coding;
    (void)snprintf(detail, sizeof detail, "It answered %d, compressed (%.*s) though not asked to.",
                   r->attempt.upstream_status, STR_ARG(coding));
    field_write(&r->attempt.fields, str_of("content-type"), str_of("application/json"));
    fault_coded(r->dialect, r->attempt.upstream_status, str_of(detail),
                str_from(r->id_text, UUID_TEXT), &r->attempt.whole);
    (void)!str_copy(str_of(refusal_code(REFUSAL_UPSTREAM_CODED)), r->attempt.meter.error_code,
                    sizeof r->attempt.meter.error_code);
    if (r->attempt.translation)
        r->attempt.translation->status = r->attempt.upstream_status; // it is in the caller's words
    r->attempt.mode = RELAY_WHOLE;
    r->attempt.upstream_ended = true;
    req_run(r);
}

// What comes after this is of no interest.
static void give_up(struct req *r, enum refusal why, const char *detail)
{
    relay_fail(r, why, detail);
    r->attempt.upstream_ended = true;
    req_run(r);
}

static void on_head(struct call *c, void *owner)
{
    struct req *r = owner;
    r->worker->metrics.upstream_retries += call_retried(c);
    const struct head *h = call_response(c);
    r->attempt.upstream_status = h->status;
    r->attempt.between = failure_between(h->status) && call_sent(c); // else nobody has all of it
    fit_heard(r);
    struct str type = head_get(h, "content-type", NULL);
    struct str coding = head_get(h, "content-encoding", NULL);
    r->attempt.failure.kind = FAILURE_BROKEN;
    heads_keep(r, h);
    availability_heard(r, h);
    meter_begin(r, h, type);
    if (heads_coded_error(h)) {
        answer_coded(r, coding);
        return;
    }
    if (is_garbage(r, coding) || is_none(h->status)) {
        char detail[80];
        (void)snprintf(detail, sizeof detail, "It answered %d%s, which is no answer of a model.",
                       h->status, coding_none(coding) ? "" : ", compressed though not asked to");
        r->attempt.failure.kind = FAILURE_GARBAGE;
        relay_fail_quoting(r, REFUSAL_UPSTREAM_GARBAGE, detail, " Its content type is ",
                           type.len > 80 ? str_from(type.ptr, 80) : type);
        r->attempt.upstream_ended = true;
        req_run(r);
        return;
    }
    r->attempt.mode = RELAY_WHOLE;
    if (h->content_length > 0 && h->content_length <= WHOLE_ANSWER_BYTES_MAX)
        (void)!buf_room(&r->attempt.whole,
                        (size_t)h->content_length); // at once; its mark says if not
    bool error = h->status >= 400;
    bool streams = meter_kind_streams(r->attempt.meter.setup.kind);
    if (r->attempt.translation)
        r->attempt.translation->answer.setup.whole = !streams;
    bool large =
        h->content_length > (int64_t)verifying_most(&r->attempt) && !r->attempt.translation;
    if (!error && streams) {
        r->attempt.mode = RELAY_HELD;
    } else if (!error && large && !strips_elements(r) && verifying_overrun(r)) {
        r->attempt.mode = RELAY_STREAM;
        r->attempt.sized = true;
        heads_send(r, h->content_length, false);
    }
    req_run(r); // where no other attempt can come of it, what was read of the request is given back
}

// What was collected, and what comes from here on, is passed on.
static void whole_to_stream(struct req *r)
{
    struct buf out;
    relay_mask(r);
    r->attempt.mode = RELAY_STREAM;
    heads_send(r, -1, false);
    buf_init(&out, &alloc_heap, 0);
    if (strips_elements(r))
        strip_elements(buf_str(&r->attempt.whole), &out);
    struct str came = out.len && !buf_failed(&out) ? buf_str(&out) : buf_str(&r->attempt.whole);
    said_keep(r, came);
    if (r->x)
        exchange_write(r->x, came);
    buf_fini(&r->attempt.whole);
    buf_fini(&out);
    relay_give_back(r);
}

void relay_cut(struct req *r, enum refusal why, const char *detail)
{
    struct attempt *a = &r->attempt;
    if (a->mode == RELAY_WHOLE && a->upstream_status < 400 && !a->verifies &&
        meter_array_next(&a->meter))
        whole_to_stream(r);
    relay_fail(r, why, detail);
    a->upstream_ended = true;
}

// Of the answer: what comes behind one that is whole is none of it.
static size_t collected(const struct req *r)
{
    const struct meter *m = &r->attempt.meter;
    return r->attempt.whole.len + (m->whole ? 0 : m->held.len);
}

// A stream that is one JSON array has begun to answer, and nobody is to look at it as a whole: its
// client need not wait for the rest.
static bool is_array_begun(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    return a->mode == RELAY_WHOLE && a->upstream_status < 400 && !a->translation && !a->verifies &&
           !a->upstream_ended && a->meter.setup.kind == METER_JSON && a->meter.spoken &&
           !a->meter.failing && !buf_failed(&a->whole);
}

void relay_came(struct req *r)
{
    if (is_array_begun(r))
        whole_to_stream(r);
    held_came(r);
}

static void on_data(struct call *c, void *owner, struct str bytes)
{
    struct req *r = owner;
    if (r->attempt.settled)
        return; // after the terminal event: nothing more is expected
    if (r->attempt.entry.ttft_us == 0)
        r->attempt.entry.ttft_us = clock_mono_us() - r->attempt.dispatch_mono_us;
    if (r->attempt.mode == RELAY_WHOLE && collected(r) + bytes.len > verifying_most(&r->attempt)) {
        if (r->attempt.upstream_status >= 400) {
            give_up(r, REFUSAL_UPSTREAM_GARBAGE, "Its error body is longer than 64 KiB.");
            return;
        }
        if (!verifying_overrun(r)) {
            req_run(r);
            return;
        }
        whole_to_stream(r); // its length was not told
    }
    meter_feed(&r->attempt.meter, bytes, relay_pass, r);
    availability_strayed(r);
    relay_came(r);
    if (buf_failed(&r->attempt.whole)) {
        give_up(r, REFUSAL_INTERNAL, "out of memory");
        return;
    }
    growth_came(r);
    if (relay_knows(r) || r->attempt.upstream_ended) {
        req_run(r);
        return;
    }
    if (r->x && exchange_full(r->x)) {
        r->paused = true;
        call_pause(c);
    }
}

static void on_end(struct call *c, void *owner)
{
    struct req *r = owner;
    r->attempt.call = NULL;
    r->attempt.upstream_ended = true;
    r->attempt.overran = call_overran(c);
    if (!r->attempt.settled)
        meter_end(&r->attempt.meter, true);
    req_run(r);
}

static enum refusal refusal_of(enum call_fail fail)
{
    switch (fail) {
    case CALL_FAIL_CONNECT_TIMEOUT:
    case CALL_FAIL_FIRST_BYTE_TIMEOUT:
    case CALL_FAIL_IDLE_TIMEOUT:
    case CALL_FAIL_TOTAL_TIMEOUT: return REFUSAL_UPSTREAM_TIMEOUT;
    case CALL_FAIL_LARGE:
    case CALL_FAIL_GARBAGE: return REFUSAL_UPSTREAM_GARBAGE;
    case CALL_FAIL_RESET:
    case CALL_FAIL_STALE:
    case CALL_FAIL_CUT: return REFUSAL_UPSTREAM_LOST;
    case CALL_FAIL_RESOLVE:
    case CALL_FAIL_CONNECT:
    case CALL_FAIL_TLS:
    case CALL_FAIL_PROXY: return REFUSAL_UPSTREAM_UNREACHED;
    }
    return REFUSAL_UPSTREAM_LOST;
}

static enum failure_kind failure_of(enum call_fail fail)
{
    switch (fail) {
    case CALL_FAIL_FIRST_BYTE_TIMEOUT:
    case CALL_FAIL_IDLE_TIMEOUT: return FAILURE_TIMEOUT;
    case CALL_FAIL_TOTAL_TIMEOUT: return FAILURE_OURS;
    case CALL_FAIL_LARGE:
    case CALL_FAIL_GARBAGE: return FAILURE_GARBAGE;
    case CALL_FAIL_STALE: return FAILURE_STALE;
    case CALL_FAIL_RESET:
    case CALL_FAIL_CUT: return FAILURE_LOST;
    case CALL_FAIL_CONNECT_TIMEOUT:
    case CALL_FAIL_RESOLVE:
    case CALL_FAIL_CONNECT:
    case CALL_FAIL_TLS:
    case CALL_FAIL_PROXY: return FAILURE_UNREACHED;
    }
    return FAILURE_LOST;
}

static void on_fail(struct call *c, void *owner, enum call_fail fail, bool sent, struct str seen)
{
    struct req *r = owner;
    if (!r->attempt.metering) // else on_head counted it
        r->worker->metrics.upstream_retries += call_retried(c);
    r->attempt.call = NULL;
    r->attempt.upstream_ended = true;
    r->attempt.never_sent = !sent;
    if (r->attempt.settled) {
        req_run(r);
        return;
    }
    if (r->attempt.metering)
        meter_end(&r->attempt.meter, false);
    if (!r->attempt.metering || r->attempt.mode == RELAY_HELD ||
        fail == CALL_FAIL_FIRST_BYTE_TIMEOUT)
        r->attempt.failure.kind = failure_of(fail);
    struct buf detail;
    buf_init(&detail, &alloc_heap, KIB);
    buf_printf(&detail, "%.*s: %s.", STR_ARG(r->attempt.provider->name), call_fail_text(fail));
    if (fail == CALL_FAIL_PROXY) // its status line: the rest may quote what it was sent
        seen.len = str_find(seen, '\r');
    if (fail == CALL_FAIL_TLS && seen.len) // OpenSSL's reason
        buf_printf(&detail, " Reason: %.*s.", STR_ARG(seen));
    if (fail == CALL_FAIL_LARGE)
        buf_printf(&detail, " The limits are %d bytes and %d fields.", HEAD_BYTES_MAX,
                   HEAD_FIELDS_MAX);
    bool quotes = fail == CALL_FAIL_GARBAGE || fail == CALL_FAIL_PROXY;
    relay_fail_quoting(r, refusal_of(fail), buf_cstr(&detail), " It sent ",
                       quotes ? seen : STR_NONE);
    buf_fini(&detail);
    req_run(r);
}

const struct call_events relay_events = {
    .on_head = on_head, .on_data = on_data, .on_end = on_end, .on_fail = on_fail};
