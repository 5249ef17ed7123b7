// SPDX-License-Identifier: Apache-2.0
//
// dispatch - the caller's own bytes go upstream, with only the changed fields spliced; or, to a
// provider of another dialect, what they are translated to. Before the first of them the journal
// holds the DISPATCHED record.

#include "base/clock.h"
#include "base/limits.h"
#include "request/availability.h"
#include "request/fit.h"
#include "request/plan.h"
#include "request/relay.h"
#include "request/req.h"
#include "request/translation.h"
#include "request/verifying.h"
#include "wire/header.h"

#define TARGET_STEP       256
#define ANTHROPIC_VERSION "2023-06-01"
#define US_PER_MS         1000

static bool wants_usage(const struct req *r)
{
    const struct demand *d = &r->ask.demand;
    unsigned flags = attempt_flags(&r->attempt);
    bool openai_stream =
        r->found.endpoint == ENDPOINT_CHAT || r->found.endpoint == ENDPOINT_COMPLETIONS;
    return !r->attempt.translation && openai_stream && d->stream && !d->usage_asked &&
           !(flags & VENDOR_NO_INCLUDE_USAGE) &&
           !view_usage_refused(r->view, r->attempt.target.provider);
}

// base path + endpoint's path + query.
static bool target_write(struct req *r, struct buf *out)
{
    // The built-in mock speaks every dialect, so its base path depends on the caller's.
    if (r->attempt.provider->mock && r->dialect == DIALECT_OPENAI)
        buf_add_cstr(out, "/v1");
    buf_add(out, r->attempt.provider->url.path);
    struct endpoint_found found = r->found;
    found.endpoint = r->attempt.endpoint;
    endpoint_path(&found, r->attempt.target.model, out);
    if (r->query.len && !r->attempt.translation) {
        buf_add_char(out, '?');
        buf_add(out, r->query);
    }
    return !buf_failed(out);
}

// Of a call of our own.
static bool inner_fields(const struct req *r, struct buf *out)
{
    bool ok = field_write(out, str_of("content-type"), str_of("application/json")) &&
              field_write(out, str_of("accept-encoding"), str_of("identity"));
    if (endpoint_dialect(r->attempt.endpoint) == DIALECT_ANTHROPIC)
        ok = ok && field_write(out, str_of("anthropic-version"), str_of(ANTHROPIC_VERSION));
    return ok && !buf_failed(out);
}

// What a caller says in its dialect's fields is not for another.
static bool fields_write(struct req *r, struct buf *out)
{
    if (r->inner)
        return inner_fields(r, out);
    if (r->attempt.translation)
        return field_write(out, str_of("content-type"), str_of("application/json")) &&
               field_write(out, str_of("accept-encoding"), str_of("identity")) && !buf_failed(out);
    const struct head *h = exchange_request(r->x);
    bool hops = head_names_hops(h);
    bool version = false;
    for (unsigned i = 0; i < h->field_count; i++) {
        const struct field *f = &h->fields[i];
        if (!header_passes_up(f->name) || (hops && head_hop_only(h, f->name)))
            continue;
        version = version || str_eq_nocase(f->name, str_of("anthropic-version"));
        if (!field_write(out, f->name, f->value))
            return false;
    }
    bool ok = field_write(out, str_of("accept-encoding"), str_of("identity"));
    if (r->dialect == DIALECT_ANTHROPIC && !version)
        ok = ok && field_write(out, str_of("anthropic-version"), str_of(ANTHROPIC_VERSION));
    return ok && !buf_failed(out);
}

static void credential(const struct req *r, struct call_setup *setup)
{
    if (!attempt_key(&r->attempt))
        return;
    setup->secret = attempt_key(&r->attempt);
    switch (endpoint_dialect(r->attempt.endpoint)) {
    case DIALECT_ANTHROPIC: setup->secret_name = str_of("x-api-key"); break;
    case DIALECT_GEMINI: setup->secret_name = str_of("x-goog-api-key"); break;
    case DIALECT_OPENAI:
    case DIALECT_OLLAMA:
    case DIALECT_COUNT:
        setup->secret_name = str_of("authorization");
        setup->secret_prefix = str_of("Bearer ");
        break;
    }
}

static bool write_row(struct req *r)
{
    return !req_books(r) ||
           (journal_dispatched(r->worker->journal, &r->attempt.entry) == STATUS_OK &&
            again_write(r));
}

// From here on the call has its row.
static bool book(struct req *r)
{
    struct attempt *a = &r->attempt;
    int64_t begun_us = a->begin_mono_us ? a->begin_mono_us : r->start_mono_us;
    a->entry.overhead_us = clock_mono_us() - begun_us;
    a->dispatched = write_row(r);
    if (!a->dispatched)
        return false;
    plan_asked(r);
    if (a->tried == 1 && !a->repeats)
        thrift_call(view_thrift(r->view, a->target.provider), loop_now_us(r->worker->loop));
    else if (!a->repeats)
        r->worker->metrics.upstream_retries++;
    again_booked(r); // it may take back the context that this one notes
    fit_sent(r);
    return true;
}

static enum flow refuse_unbooked(struct req *r)
{
    return again_refuse(r, REFUSAL_STORE, "The journal cannot be written.");
}

// It failed before anything was sent: its row says why.
static enum flow fail(struct req *r, enum refusal why, const char *detail)
{
    if (!r->attempt.dispatched && !book(r))
        return refuse_unbooked(r);
    r->attempt.never_sent = true;
    relay_fail(r, why, detail);
    return NEXT;
}

// The shorter one of two longest answers, of which 0 is none.
static int64_t shorter(int64_t a, int64_t b)
{
    return a == 0 || (b > 0 && b < a) ? b : a;
}

static bool pieces_cut(struct req *r, struct ask_pieces *out)
{
    const struct translation *t = r->attempt.translation;
    if (t) {
        *out = (struct ask_pieces){{buf_str(&t->body)}, 1, t->body.len};
        return true;
    }
    struct fit fits = fit(r);
    struct ask_edit edit = {.include_usage = r->attempt.usage_added,
                            .logprobs = r->attempt.logprobs_added,
                            .no_truncate = true,
                            .no_shift = true,
                            .context = fits.context,
                            .output_max = shorter(fits.output_max, r->attempt.output_max),
                            .flags = attempt_flags(&r->attempt),
                            .keep_alive = r->attempt.provider->keep_alive};
    if (!str_eq(r->attempt.target.model, r->ask.demand.model))
        edit.model = r->attempt.target.model;
    return ask_splice(&r->ask, &edit, &r->arena, out);
}

// What was read of the client's body is no longer needed once its pieces are cut. Its bytes are
// given back when they have gone out (step relay): until then the transport refers to them.
static enum flow send(struct req *r, struct origin *origin, struct buf *target, struct buf *fields)
{
    struct ask_pieces pieces;
    if (!pieces_cut(r, &pieces) || !target_write(r, target) || !fields_write(r, fields))
        return fail(r, REFUSAL_INTERNAL, "The request could not be built.");
    if (!book(r))
        return refuse_unbooked(r);
    struct call_setup setup = {.method = str_of(r->found.allow),
                               .target = buf_str(target),
                               .fields = buf_str(fields),
                               .pieces = pieces.at,
                               .piece_count = pieces.count,
                               .events = &relay_events,
                               .owner = r};
    setup.fresh = r->attempt.fresh;
    if (!r->until_us)
        r->until_us =
            loop_now_us(r->worker->loop) + r->attempt.provider->timeouts.total_ms * US_PER_MS;
    setup.until_us = r->until_us;
    credential(r, &setup);
    r->attempt.dispatch_mono_us = clock_mono_us();
    r->attempt.call = call_start(origin, &setup);
    ask_close(&r->ask);
    return r->attempt.call ? NEXT : fail(r, REFUSAL_INTERNAL, "out of memory");
}

// Only this target cannot be reached, and trying again does not help.
static enum flow fail_here(struct req *r, const char *why)
{
    r->attempt.failure.kind = FAILURE_KEY;
    return fail(r, REFUSAL_UPSTREAM_UNREACHED, why);
}

// False: its target is in trouble by now, and `flow` says what becomes of the call.
static bool enter(struct req *r, enum flow *flow)
{
    struct buf detail;
    if (availability_enter(r))
        return true;
    *flow = AGAIN;
    if (again_elsewhere(r, AGAIN_FAILED))
        return false;
    buf_init(&detail, &alloc_heap, KIB);
    bool refused = availability_refuses(r, &detail);
    if (refused)
        *flow = again_refuse(r, REFUSAL_UPSTREAM_OPEN, buf_cstr(&detail));
    buf_fini(&detail);
    return !refused;
}

enum flow step_dispatch(struct req *r)
{
    struct why why = {0};
    enum flow flow;
    struct origin *origin = view_origin(r->view, r->attempt.target.provider, &why);
    if (!origin)
        return fail_here(r, why.text);
    enum refusal refusal = translation_begin(r, &why);
    bool cannot = refusal == REFUSAL_BAD_REQUEST || refusal == REFUSAL_UNSUPPORTED;
    if (cannot && again_elsewhere(r, AGAIN_FAILED))
        return AGAIN;
    if (refusal != REFUSAL_NONE)
        return again_refuse(r, refusal, why.text);
    if (!enter(r, &flow)) // last: a probe, and its part of a rate, are for what is sent
        return flow;
    r->attempt.usage_added = wants_usage(r);
    verifying_begin(r);
    struct buf target, fields;
    buf_init(&target, &alloc_heap, TARGET_BYTES_MAX + TARGET_STEP);
    buf_init(&fields, &alloc_heap, HEAD_BYTES_MAX);
    flow = send(r, origin, &target, &fields);
    buf_fini(&target);
    buf_fini(&fields);
    return flow;
}
