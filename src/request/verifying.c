// SPDX-License-Identifier: Apache-2.0

#include "request/verifying.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/decision.h"
#include "gate/cascades.h"
#include "gate/gate_state.h"
#include "request/availability.h"
#include "request/judge.h"
#include "request/keeper.h"
#include "request/outside.h"
#include "request/plan.h"
#include "request/relay.h"
#include "request/translation.h"
#include "request/unfit.h"
#include "verify/sureness.h"
#include "verify/verify.h"

#define US_PER_MS 1000

struct verifying {
    struct req *r;
    struct timer hold;       // of a stream
    struct outside *outside; // that is asked
    bool looked;             // our own have looked at the attempt's answer
    unsigned next;           // of the route's verifiers, that may be asked outside
    int64_t until_us;        // monotonic: its hold's end
    bool has_first;          // an answer that a second model is to agree with:
    struct answer first;     // this one
    struct target second;    // that model,
    struct str second_name;  // as the configuration has it
};

// --- which answers ---

static bool may_escalate(const struct req *r)
{
    struct target ignored;
    return plan_next(r, AGAIN_ESCALATE, &ignored);
}

static bool is_small(const struct req *r)
{
    return r->plan && r->plan->choice.cascade &&
           r->plan->list[r->attempt.target.place].side == SIDE_SMALL && may_escalate(r);
}

// The attempt fails, which is no fault of its model's.
static void fail(struct req *r, enum refusal why, const char *detail)
{
    relay_fail(r, why, detail);
    r->attempt.failure.kind = FAILURE_OURS;
    r->attempt.upstream_ended = true;
}

// Where a certificate sent the call to the small side, whose pairs are of answers that were looked
// at in time, the large one is asked for another. False: none did.
static bool leave_unproved(struct req *r, const char *by)
{
    if (!plan_promised(r->plan))
        return false;
    r->attempt.refused_by = by;
    r->attempt.escalates = true;
    return true;
}

// A stream is held no longer: its client has waited enough. Where a second model is asked, there is
// a whole answer.
static void on_time(void *argument)
{
    struct verifying *v = argument;
    struct req *r = v->r;
    if (r->attempt.second) {
        fail(r, REFUSAL_UPSTREAM_TIMEOUT, "The first answer is held no longer for it.");
    } else if (leave_unproved(r, decision_by_name(DECISION_BY_HOLD))) {
        r->attempt.judged = v->looked; // that it is escalated counts
        fail(r, REFUSAL_UPSTREAM_TIMEOUT, "It is held no longer, and nobody has looked at it.");
    } else {
        r->attempt.unseen_by = decision_by_name(DECISION_BY_HOLD);
        verifying_end(r);
        relay_came(r);
    }
    req_run(r);
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

static bool is_needed(const struct config_route *route, enum verifier_kind kind)
{
    for (unsigned i = 0; i < route->verifier_count; i++)
        if (route->verifiers[i].kind == kind)
            return true;
    return false;
}

bool verifying_wants_logprobs(const struct req *r)
{
    enum endpoint e = r->found.endpoint;
    bool may = e == ENDPOINT_CHAT || e == ENDPOINT_RESPONSES || e == ENDPOINT_GENERATE ||
               e == ENDPOINT_GENERATE_STREAM || e == ENDPOINT_OLLAMA_CHAT ||
               e == ENDPOINT_OLLAMA_GENERATE;
    return may && !r->attempt.unasked && is_small(r) &&
           is_needed(r->plan->route, VERIFIER_LOGPROB) &&
           !(r->ask.json && ask_has_logprobs(&r->ask)) && !availability_logprobs_refused(r);
}

// All of the small side's attempts together.
static void hold(struct req *r)
{
    struct verifying *v = r->verifying;
    int64_t now_us = loop_now_us(r->worker->loop);
    if (v->until_us == 0)
        v->until_us = now_us + r->plan->route->hold_ms * US_PER_MS;
    timer_set(&v->hold, v->until_us > now_us ? (v->until_us - now_us) / US_PER_MS : 0);
}

void verifying_begin(struct req *r)
{
    struct attempt *a = &r->attempt;
    a->verifies = (a->second || is_small(r)) && begin(r); // an answer waits for what a second says
    if (!a->verifies)
        return;
    r->verifying->next = 0;
    r->verifying->looked = false;
    a->logprobs_added = verifying_wants_logprobs(r);
    if (a->whole.ceiling < 2 * VERIFIED_BYTES_MAX)
        a->whole.ceiling = 2 * VERIFIED_BYTES_MAX;
    if (r->ask.demand.stream)
        hold(r);
}

void verifying_end(struct req *r)
{
    r->attempt.verifies = false;
    r->attempt.escalates = false;
    if (!r->verifying)
        return;
    timer_clear(&r->verifying->hold);
    outside_free(r->verifying->outside);
    r->verifying->outside = NULL;
}

// Of what is not complete yet nothing is said: there is no answer to be looked at.
static void end_unseen(struct req *r, enum decision_by by)
{
    struct attempt *a = &r->attempt;
    if (a->verifies && !a->judged && r->verifying->looked)
        a->unseen_by = decision_by_name(by);
    verifying_end(r);
}

void verifying_stop(struct req *r)
{
    end_unseen(r, DECISION_BY_STOP);
}

void verifying_free(struct req *r)
{
    if (!r->verifying)
        return;
    timer_fini(&r->verifying->hold);
    outside_free(r->verifying->outside);
    if (r->verifying->has_first)
        answer_fini(&r->verifying->first);
}

size_t verifying_most(const struct attempt *a)
{
    return a->verifies ? VERIFIED_BYTES_MAX : WHOLE_ANSWER_BYTES_MAX;
}

bool verifying_overrun(struct req *r)
{
    if (r->attempt.verifies && r->attempt.second) {
        fail(r, REFUSAL_UPSTREAM_LARGE, "It is too long to be compared with the first answer.");
        return false;
    }
    if (r->attempt.verifies)
        r->attempt.unseen_by = decision_by_name(DECISION_BY_SIZE);
    verifying_end(r);
    return true;
}

// --- the verdict ---

// What came, as its provider sent it.
static void collect(const struct attempt *a, struct buf *out)
{
    bool whole = a->translation && a->mode == RELAY_WHOLE;
    buf_add(out, buf_str(whole ? &a->translation->answer.carry : &a->whole));
    buf_add(out, buf_str(&a->meter.held));
}

// What its request asked for; NULL where nothing looks at that.
static struct json *open_request(const struct req *r)
{
    const struct config_route *route = r->plan->route;
    struct json *j = NULL;
    struct str body = r->decoded.len ? buf_str(&r->decoded) : exchange_body(r->x);
    if (!(is_needed(route, VERIFIER_SCHEMA) || is_needed(route, VERIFIER_REFUSAL) ||
          is_needed(route, VERIFIER_REPETITION)) ||
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

// How sure it has to be is learned of what no verifier has refused that looks at the answer alone.
static void look_sure(struct req *r, const struct config_verifier *v, struct verify_case *c)
{
    struct cascades *all = gate_cascades(r->worker->gate);
    const struct str route = r->plan->route->name, model = r->attempt.target.model;
    struct attempt *a = &r->attempt;
    a->sure_told = sureness_of(c->answer, &a->sure);
    c->sure_least = cascades_least(all, route, model, a->sure.mean, v->quantile_ppm);
    if (a->sure_told && !cascades_saw(all, route, model, a->sure))
        r->plan->tried.learning = true;
}

static bool refuses(struct req *r, enum verifier_kind kind, const struct verify_case *c)
{
    struct finding f;
    verify(kind, c, &f);
    if (f.verdict != VERDICT_BAD)
        return false;
    log_verdict(r, kind, &f);
    r->attempt.refused_by = verifier_name(kind);
    return true;
}

// The first verifier that refuses it says why.
static bool is_good(struct req *r, struct verify_case *c)
{
    const struct config_route *route = r->plan->route;
    const struct config_verifier *sure = NULL;
    for (unsigned i = 0; i < route->verifier_count; i++) {
        if (route->verifiers[i].kind == VERIFIER_LOGPROB)
            sure = &route->verifiers[i];
        else if (refuses(r, route->verifiers[i].kind, c))
            return false;
    }
    if (sure)
        look_sure(r, sure, c);
    return !sure || !refuses(r, sure->kind, c);
}

// To be ended with answer_fini in any case.
static bool read_answer(const struct req *r, struct answer *answer)
{
    const struct attempt *a = &r->attempt;
    struct buf bytes;
    buf_init(&bytes, &alloc_heap, 0);
    collect(a, &bytes);
    bool read = answer_read(answer, a->endpoint, a->meter.setup.kind, buf_str(&bytes), &alloc_heap);
    read = read && !buf_failed(&bytes);
    buf_fini(&bytes);
    return read;
}

static bool look(struct req *r)
{
    struct answer answer;
    struct asked asked;
    struct json *request = open_request(r);
    asked_read(&asked, r->found.endpoint, request ? json_root(request) : NULL);
    const struct answer *first = r->verifying->has_first ? &r->verifying->first : NULL;
    bool good =
        !read_answer(r, &answer) ||
        is_good(r, &(struct verify_case){.answer = &answer, .asked = &asked, .other = first});
    answer_fini(&answer);
    json_close(request);
    return good;
}

// --- the user's own ---

// The next one of the route; NULL: all were asked.
static const struct config_verifier *next_outside(struct req *r)
{
    const struct config_route *route = r->plan->route;
    while (r->verifying->next < route->verifier_count) {
        const struct config_verifier *v = &route->verifiers[r->verifying->next++];
        if (v->kind == VERIFIER_HTTP)
            return v;
    }
    return NULL;
}

static void ask(struct req *r, const struct config_verifier *v)
{
    struct answer answer;
    if (read_answer(r, &answer))
        r->verifying->outside = outside_ask(r, v, &answer);
    answer_fini(&answer);
}

// GOOD, BAD, or nothing that was understood: then what the route says of that.
static bool accepts(struct req *r, const struct config_verifier *v, enum finding_verdict said)
{
    struct attempt *a = &r->attempt;
    struct finding f;
    const bool silent = said == VERDICT_UNSURE;
    if (silent)
        log_say(LOG_WARN, "route %.*s: the verifier %.*s gave no answer",
                STR_ARG(r->plan->route->name), STR_ARG(v->url_text));
    if (silent ? v->accepts : said == VERDICT_GOOD) {
        a->silent = a->silent || silent;
        return true;
    }
    a->silent = silent;
    a->refused_by = verifier_name(VERIFIER_HTTP);
    finding_set(&f, VERDICT_BAD, silent ? "it did not answer" : "it says so");
    log_verdict(r, VERIFIER_HTTP, &f);
    return false;
}

// Another attempt is made; its answer stays as it is until that is booked.
static enum flow escalate(struct req *r)
{
    r->attempt.judged = true;
    timer_clear(&r->verifying->hold);
    r->attempt.escalates = true;
    return NEXT;
}

// --- a second model ---

// It can take the call, as one of the small side could, and fares.
static bool may_ask(const struct req *r, struct str full, struct target *out)
{
    return plan_target(r, full, out) && !unfit(r, r->plan->route, out) &&
           keeper_may(r, out->provider) && availability_bar(r, out) == BAR_NONE;
}

// By a certificate none but the one that its pairs are of.
static bool is_second(const struct req *r, const struct config_verifier *v)
{
    return v->kind == VERIFIER_AGREE &&
           (!plan_promised(r->plan) || str_eq(v->model, r->plan->given));
}

// What it says is compared with what the first one said, and given if it is the same.
static bool ask_second(struct req *r)
{
    const struct config_route *route = r->plan->route;
    struct verifying *v = r->verifying;
    for (unsigned i = 0; i < route->verifier_count; i++) {
        if (!is_second(r, &route->verifiers[i]) ||
            !may_ask(r, route->verifiers[i].model, &v->second))
            continue;
        v->second.place = r->attempt.target.place;
        v->second.reason = "second";
        v->second_name = route->verifiers[i].model;
        v->has_first = read_answer(r, &v->first);
        if (!v->has_first)
            answer_fini(&v->first);
        return v->has_first;
    }
    return false;
}

bool verifying_second(const struct req *r, struct target *out)
{
    if (!r->verifying->has_first || r->attempt.refused_by)
        return false;
    *out = r->verifying->second;
    return true;
}

bool verifying_unproved(struct req *r)
{
    if (!is_needed(r->plan->route, VERIFIER_AGREE) ||
        !leave_unproved(r, verifier_name(VERIFIER_AGREE)))
        return false;
    timer_clear(&r->verifying->hold);
    return true;
}

struct str verifying_second_name(const struct req *r)
{
    return r->verifying->second_name;
}

// Nobody who was asked has refused it.
static enum flow accept(struct req *r)
{
    r->attempt.judged = true;
    verifying_end(r);
    return NEXT;
}

// What none of ours has refused is for the user's own to judge.
static enum flow ask_outside(struct req *r)
{
    struct verifying *v = r->verifying;
    enum finding_verdict said = VERDICT_GOOD;
    for (;;) {
        if (v->outside && !outside_said(v->outside, &said))
            return WAIT;
        bool asked = v->outside;
        outside_free(v->outside);
        v->outside = NULL;
        if (asked && !accepts(r, &r->plan->route->verifiers[v->next - 1], said))
            return escalate(r);
        const struct config_verifier *one = next_outside(r);
        if (!one)
            break;
        ask(r, one);
        if (!v->outside && !accepts(r, one, VERDICT_UNSURE))
            return escalate(r);
    }
    if (ask_second(r) || verifying_unproved(r))
        return escalate(r);
    return accept(r);
}

// Its answer is complete: what still comes of its connection is not awaited.
static void hang_up(struct attempt *a)
{
    if (a->call)
        call_cancel(a->call);
    a->call = NULL;
    a->upstream_ended = true;
}

enum flow step_verify(struct req *r)
{
    struct attempt *a = &r->attempt;
    if (!a->verifies || a->escalates)
        return NEXT;
    judge(r);
    if (r->client_gone) {
        end_unseen(r, DECISION_BY_LEFT);
        return NEXT;
    }
    bool answered = a->metering && a->refusal == REFUSAL_NONE && a->upstream_status < 400;
    if (!answered || !r->x || r->head_sent) {
        verifying_end(r);
        return NEXT;
    }
    if (!r->verifying->looked) {
        r->verifying->looked = true;
        relay_done(r);
        if (!look(r))
            return escalate(r);
    }
    if (r->verifying->has_first) // it agrees
        return accept(r);
    if (is_needed(r->plan->route, VERIFIER_HTTP))
        hang_up(a);
    return ask_outside(r);
}
