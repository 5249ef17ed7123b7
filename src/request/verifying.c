// SPDX-License-Identifier: Apache-2.0

#include "request/verifying.h"

#include "base/limits.h"
#include "base/log.h"
#include "request/held.h"
#include "request/judge.h"
#include "request/plan.h"
#include "request/translation.h"
#include "verify/verify.h"

struct verifying {
    struct req *r;
    struct timer hold; // of a stream
};

// --- which answers ---

static bool may_escalate(const struct req *r)
{
    struct target ignored;
    return plan_next(r, AGAIN_ESCALATE, &ignored);
}

static bool is_small(const struct req *r)
{
    return r->plan && r->plan->cascade &&
           r->plan->list[r->attempt.target.place].side == SIDE_SMALL && may_escalate(r);
}

// A stream is held no longer: its client has waited enough.
static void on_time(void *argument)
{
    struct verifying *v = argument;
    verifying_end(v->r);
    held_came(v->r);
    req_run(v->r);
}

static bool begin(struct req *r)
{
    if (r->verifying)
        return true;
    r->verifying = arena_new(&r->arena, struct verifying);
    if (!r->verifying)
        return false;
    r->verifying->r = r;
    timer_init(&r->verifying->hold, r->worker->loop, on_time, r->verifying);
    return true;
}

void verifying_begin(struct req *r)
{
    struct attempt *a = &r->attempt;
    a->verifies = is_small(r) && begin(r);
    if (!a->verifies)
        return;
    if (a->whole.ceiling < 2 * VERIFIED_BYTES_MAX)
        a->whole.ceiling = 2 * VERIFIED_BYTES_MAX;
    if (r->ask.demand.stream)
        timer_set(&r->verifying->hold, r->plan->route->hold_ms);
}

void verifying_end(struct req *r)
{
    r->attempt.verifies = false;
    r->attempt.escalates = false;
    if (r->verifying)
        timer_clear(&r->verifying->hold);
}

void verifying_free(struct req *r)
{
    if (r->verifying)
        timer_fini(&r->verifying->hold);
}

size_t verifying_most(const struct attempt *a)
{
    return a->verifies ? VERIFIED_BYTES_MAX : WHOLE_ANSWER_BYTES_MAX;
}

// --- the verdict ---

// What came, as its provider sent it.
static void collect(const struct attempt *a, struct buf *out)
{
    bool whole = a->translation && a->mode == RELAY_WHOLE;
    buf_add(out, buf_str(whole ? &a->translation->answer.carry : &a->whole));
    buf_add(out, buf_str(&a->meter.held));
}

static bool is_needed(const struct config_route *route, enum verifier_kind kind)
{
    for (unsigned i = 0; i < route->verifier_count; i++)
        if (route->verifiers[i].kind == kind)
            return true;
    return false;
}

// What its request asked for; NULL where nothing looks at that.
static struct json *open_request(const struct req *r)
{
    struct json *j = NULL;
    struct str body = r->decoded.len ? buf_str(&r->decoded) : exchange_body(r->x);
    if (!is_needed(r->plan->route, VERIFIER_SCHEMA) ||
        json_open(body, &alloc_heap, &j, NULL) != STATUS_OK)
        return NULL;
    return j;
}

static void log_verdict(const struct req *r, enum verifier_kind kind, const struct finding *f)
{
    struct log_line l;
    log_begin(&l, LOG_DEBUG, "a verifier refused the small side's answer");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    log_str(&l, "route", r->plan->route->name);
    log_str(&l, "verifier", str_of(verifier_name(kind)));
    log_str(&l, "detail", str_of(f->why));
    log_end(&l);
}

// The first verifier that refuses it says why.
static bool is_good(struct req *r, const struct verify_case *c)
{
    const struct config_route *route = r->plan->route;
    for (unsigned i = 0; i < route->verifier_count; i++) {
        struct finding f;
        verify(route->verifiers[i].kind, c, &f);
        if (f.verdict != VERDICT_BAD)
            continue;
        log_verdict(r, route->verifiers[i].kind, &f);
        r->attempt.refused_by = verifier_name(route->verifiers[i].kind);
        return false;
    }
    return true;
}

static bool look(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct answer answer;
    struct asked asked;
    struct buf bytes;
    bool good = true;
    struct json *request = open_request(r);
    buf_init(&bytes, &alloc_heap, 0);
    collect(a, &bytes);
    asked_read(&asked, r->found.endpoint, request ? json_root(request) : NULL);
    if (!buf_failed(&bytes) &&
        answer_read(&answer, a->endpoint, a->meter.setup.kind, buf_str(&bytes), &alloc_heap))
        good = is_good(r, &(struct verify_case){.answer = &answer, .asked = &asked});
    answer_fini(&answer);
    buf_fini(&bytes);
    json_close(request);
    return good;
}

enum flow step_verify(struct req *r)
{
    struct attempt *a = &r->attempt;
    if (!a->verifies || a->escalates)
        return NEXT;
    judge(r);
    bool answered = a->metering && a->refusal == REFUSAL_NONE && a->upstream_status < 400;
    if (!answered || !r->x || r->head_sent || r->client_gone || look(r))
        verifying_end(r);
    else
        a->escalates = true;
    return NEXT;
}
