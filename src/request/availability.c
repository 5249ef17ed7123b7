// SPDX-License-Identifier: Apache-2.0

#include "request/availability.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "gate/incidents.h"
#include "local/local.h"
#include "request/keeper.h"
#include "request/unfit.h"
#include "wire/failure.h"
#include "wire/within.h"

#define US_PER_MS       1000
#define BYTES_PER_TOKEN 4 // of most texts, to hold a call against what is left of a rate
#define HALF_PPM        500000

// A ward's standings: callers can invent names, and get failures for them while the provider is
// down, or answers where it takes any name. Those leave room.
#define FAILED_MOST   (STANDING_MODELS_MAX / 4)
#define ANSWERED_MOST (STANDING_MODELS_MAX / 4 * 3)

#define KEYS_UNKNOWN  4 // of a target, that are asked for what nobody knows to be there

static struct breaker_terms terms_of(const struct req *r, const struct target *t)
{
    const struct config_breaker *b = &r->view->snapshot->config->providers[t->provider].breaker;
    return (struct breaker_terms){
        .least = b->failures, .share_ppm = HALF_PPM, .turn_us = b->turn_ms * US_PER_MS};
}

static struct standing *find(const struct req *r, const struct target *t)
{
    return t->model.len ? ward_find(view_ward(r->view, t->provider), t->model) : NULL;
}

// The file has the name, or a row of the book that is of it alone.
static bool is_named(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    bool row = a->sheet && !str_ends(a->sheet->model, (struct str)STR("*"));
    return row || resolve_named(r->view->snapshot, a->provider, a->target.model);
}

static struct standing *find_or_make(const struct req *r, bool answered)
{
    const struct target *t = &r->attempt.target;
    struct standing *s = find(r, t);
    if (s)
        return s;
    return ward_at(view_ward(r->view, t->provider), t->model,
                   is_named(r) ? STANDING_MODELS_MAX
                   : answered  ? ANSWERED_MOST
                               : FAILED_MOST);
}

// Of its input.
static int64_t tokens_of(const struct req *r)
{
    int64_t bytes = r->input_bytes ? r->input_bytes : r->ask.demand.text_bytes;
    return bytes / BYTES_PER_TOKEN + 1;
}

enum bar availability_bar(const struct req *r, const struct target *t)
{
    return standing_bar(find(r, t), tokens_of(r), loop_now_us(r->worker->loop));
}

int64_t availability_ttft_us(const struct req *r, const struct target *t)
{
    return standing_ttft_us(find(r, t), loop_now_us(r->worker->loop));
}

void availability_passed_over(const struct req *r, const struct target *t)
{
    standing_passed_over(find(r, t));
}

// The first one that can take the call; none can: the first one says so itself.
static void pick_able(const struct req *r, const struct wanted *w, struct target *t)
{
    struct target next = *t;
    while (unfit_call(r, &next))
        if (!resolve_after(r->view->snapshot, w, next.place, &next))
            return;
    *t = next;
}

// Who keeps what the call goes on from. False: that is not known, or it is none of them.
static bool pick_keeper(struct req *r, const struct wanted *w, struct target *t)
{
    struct target next = *t;
    while (r->keeper && !keeper_may(r, next.provider))
        if (!resolve_after(r->view->snapshot, w, next.place, &next))
            return false;
    *t = next;
    return r->keeper;
}

void availability_pick(struct req *r, const struct wanted *w, struct target *t)
{
    if (pick_keeper(r, w, t))
        return;
    pick_able(r, w, t);
    struct target next = *t;
    while (availability_bar(r, &next) != BAR_NONE ||
           (next.place != t->place && unfit_call(r, &next))) {
        if (!resolve_after(r->view->snapshot, w, next.place, &next))
            return;
    }
    for (struct target passed = *t; passed.place != next.place;) {
        availability_passed_over(r, &passed);
        if (!resolve_after(r->view->snapshot, w, passed.place, &passed))
            break;
    }
    *t = next;
}

// One of them is used where there is one only, or none is known to fare.
static bool enter(struct req *r, struct standing *s, const uint32_t *weights)
{
    struct attempt *a = &r->attempt;
    const struct breaker_terms terms = terms_of(r, &a->target);
    const struct standing_start start = {.terms = &terms,
                                         .weights = weights,
                                         .tried = a->lanes_tried,
                                         .tokens = tokens_of(r),
                                         .now_us = loop_now_us(r->worker->loop)};
    return standing_enter(s, &start, &a->lane);
}

bool availability_enter(struct req *r)
{
    struct attempt *a = &r->attempt;
    const struct config_provider *p = a->provider;
    uint32_t weights[PROVIDER_KEYS_MAX];
    struct standing *s = find(r, &a->target);
    int lane = a->lanes_tried ? -1 : keeper_lane(r, a->target.provider);
    for (unsigned i = 0; i < p->key_count; i++) {
        bool may = (lane < 0 || lane == (int)i) && !(a->lanes_tried >> i & 1);
        weights[i] = may ? p->keys[i].weight : 0;
    }
    if (s)
        return enter(r, s, p->key_count ? weights : NULL);
    if (p->key_count > 1) // nobody is known to serve that name: it gets no standing
        a->lane = ward_lane(view_ward(r->view, a->target.provider), weights);
    return true;
}

bool availability_logprobs_refused(const struct req *r)
{
    return standing_logprobs_refused(find(r, &r->attempt.target));
}

int64_t availability_wait_s(const struct req *r)
{
    struct standing *s = find(r, &r->attempt.target);
    struct standing_view view = {.wait_us = 0};
    if (s)
        standing_look(s, loop_now_us(r->worker->loop), &view);
    return view.wait_us > 0 ? (view.wait_us + SECOND_US - 1) / SECOND_US : 0;
}

bool availability_refuses(const struct req *r, struct buf *detail)
{
    const struct attempt *a = &r->attempt;
    const int64_t now_us = loop_now_us(r->worker->loop);
    struct standing *s = find(r, &a->target);
    if (!s || !a->provider->breaker.refuses || standing_bar(s, 1, now_us) != BAR_BREAKER)
        return false;
    buf_printf(
        detail,
        "\"%.*s/%.*s\" is asked again in %lld s; `breaker: { alone: ask }` would ask it now.",
        STR_ARG(a->provider->name), STR_ARG(a->target.model), (long long)availability_wait_s(r));
    return true;
}

// What another key may cure.
static bool is_of_key(const struct failure *f)
{
    return f->kind == FAILURE_RATE || f->kind == FAILURE_LARGE || f->kind == FAILURE_QUOTA ||
           f->kind == FAILURE_KEY;
}

// It may be kept there with another key: it is known to be there, or nobody knows where. Callers
// can invent names: then a few keys are asked, before the next target is.
static bool may_be_of_other(const struct req *r, uint64_t tried)
{
    const struct attempt *a = &r->attempt;
    int lane = keeper_lane(r, a->target.provider);
    return a->failure.kind == FAILURE_AWAY && keeper_may(r, a->target.provider) &&
           (lane < 0 || (a->lanes_tried >> lane & 1)) && // its provider did not take that one
           (r->keeper || __builtin_popcountll(tried) < KEYS_UNKNOWN);
}

// Another key may cure it, unless what the call goes on from is of this one, which will do later.
static bool may_be_cured(const struct req *r)
{
    const struct failure *f = &r->attempt.failure;
    return is_of_key(f) &&
           (f->kind == FAILURE_KEY || keeper_lane(r, r->attempt.target.provider) < 0);
}

bool availability_other_key(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    unsigned keys = a->provider->key_count;
    if (keys < 2)
        return false;
    uint64_t tried = a->lanes_tried | UINT64_C(1) << a->lane;
    const struct standing *s = find(r, &a->target);
    bool away = may_be_of_other(r, tried);
    if (s)
        return (away || may_be_cured(r)) &&
               standing_other_lane(s, tried, tokens_of(r), loop_now_us(r->worker->loop));
    return away && (~tried & UINT64_MAX >> (PROVIDER_KEYS_MAX - keys)); // AWAY makes none
}

static void forget(const struct req *r, bool answered)
{
    struct standing *s = answered ? find(r, &r->attempt.target) : NULL;
    if (s)
        standing_unsaid(s, r->attempt.lane, r->attempt.dispatch_mono_us);
}

void availability_heard(const struct req *r, const struct head *h)
{
    const struct attempt *a = &r->attempt;
    struct ratelimit said UNSET;
    bool any = false;
    for (unsigned i = 0; i < h->field_count; i++) {
        if (!ratelimit_may(h->fields[i].name))
            continue;
        if (!any)
            ratelimit_init(&said);
        any = true;
        (void)ratelimit_field(&said, h->fields[i].name, h->fields[i].value,
                              loop_wall_us(r->worker->loop));
    }
    bool answered = h->status < 400, large = h->status == 413;
    bool later = a->failure.after_ms >= 0 && !answered && !large;
    if (a->target.model.len == 0 || later)
        return; // when to come again says more than what is left
    if (!any || !said.said) {
        forget(r, answered);
        return;
    }
    bool tells = answered || large || h->status == 429;
    struct standing *s = tells ? find_or_make(r, answered) : find(r, &a->target);
    if (s)
        standing_heard(s, a->lane, &said, loop_now_us(r->worker->loop));
}

void availability_strayed(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct log_line l;
    if (a->strayed || !a->metering || !a->meter.remote)
        return;
    a->strayed = true;
    struct local *local = snapshot_local(r->view->snapshot, a->provider);
    if (!local || !local_passed_on(local, a->target.model))
        return;
    log_begin(&l, LOG_WARN, "an Ollama passes a model on to its cloud that it had itself");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    log_str(&l, "provider", a->provider->name);
    log_str(&l, "model", a->target.model);
    log_end_later(&l);
}

// What its breaker did, for who looks.
static void keep(const struct req *r, enum standing_news news)
{
    struct incident one = {.at_us = loop_wall_us(r->worker->loop),
                           .news = news,
                           .call = r->id,
                           .status = r->attempt.upstream_status};
    if (news != STANDING_OPENED && news != STANDING_CLOSED)
        return;
    str_copy_clipped(r->attempt.provider->name, one.provider, sizeof one.provider);
    str_copy_clipped(r->attempt.target.model, one.model, sizeof one.model);
    incidents_add(standings_incidents(r->view->snapshot->standings), &one);
}

static void tell(const struct req *r, enum standing_news news, enum failure_kind why)
{
    struct log_line l;
    bool absent = why == FAILURE_ABSENT;
    if (news == STANDING_SAME)
        return;
    keep(r, news);
    log_begin(&l, news == STANDING_COOLS && !absent ? LOG_INFO : LOG_WARN,
              news == STANDING_OPENED   ? "a model keeps failing: its breaker is open"
              : news == STANDING_CLOSED ? "a model answers again: its breaker is closed"
              : news == STANDING_REFUSED
                  ? "a provider refuses its key: a model is not asked with it for a while"
              : absent ? "a model is not asked for a while: its provider has none such"
                       : "a model is not asked for a while: it was told so");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    log_str(&l, "provider", r->attempt.provider->name);
    log_str(&l, "model", r->attempt.target.model);
    log_i64(&l, "status", r->attempt.upstream_status);
    if (news == STANDING_REFUSED)
        log_i64(&l, "key", r->attempt.lane + 1);
    log_end_later(&l);
}

// Of a stream that told of an error, it may be after its client has the beginning.
static int status_told(const struct attempt *a)
{
    bool told = a->metering && a->meter.stream_error && a->upstream_status < 400;
    return told ? within_code(str_of(a->meter.error_code)) : 0;
}

// Its kind, also where the error did not come whole, or nobody read it.
static struct failure failure_of(const struct attempt *a)
{
    struct failure f = a->failure;
    int status = status_told(a);
    if (status && f.kind == FAILURE_BROKEN)
        failure_read(&f, status, STR_NONE, a->target.model);
    if (a->upstream_status >= 400 && a->refusal == REFUSAL_NONE && f.kind == FAILURE_BROKEN)
        failure_read(&f, a->upstream_status, STR_NONE, a->target.model);
    return f;
}

// A name that its provider says it does not serve has no standing, unless nobody has invented it.
static struct standing *standing_for(const struct req *r, bool failed, const struct failure *f)
{
    bool tells = !failed || breaker_end_of(f->kind) == BREAKER_BAD || is_of_key(f) ||
                 (f->kind == FAILURE_ABSENT && (r->plan || is_named(r)));
    return tells ? find_or_make(r, !failed) : find(r, &r->attempt.target);
}

void availability_note(struct req *r, bool failed)
{
    struct attempt *a = &r->attempt;
    const struct failure f = failure_of(a);
    const int64_t sent_us = a->dispatch_mono_us;
    if (a->noted || sent_us == 0 || a->target.model.len == 0)
        return;
    a->noted = true;
    if (!failed && r->client_gone)
        return; // it was cut by who asked
    struct standing *s = standing_for(r, failed, &f);
    if (!s)
        return;
    if (!failed && a->unasked_ours)
        standing_refuse_logprobs(s);
    const struct breaker_terms terms = terms_of(r, &a->target);
    bool streamed = a->metering && meter_kind_streams(a->meter.setup.kind);
    struct standing_end e = {.failed = failed,
                             .failure = f,
                             .lane = a->lane,
                             .sent_us = sent_us,
                             .ttft_us = streamed ? a->entry.ttft_us : 0,
                             .duration_us = attempt_passed_us(a, clock_mono_us())};
    tell(r, standing_end(s, &terms, &e, loop_now_us(r->worker->loop)), f.kind);
}
