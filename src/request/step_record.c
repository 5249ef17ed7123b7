// SPDX-License-Identifier: Apache-2.0
//
// record - the call is counted and logged; its upstream's connection may still be ending.

#include "base/log.h"
#include "request/relay.h"
#include "request/shadowing.h"

static void log_call(const struct req *r)
{
    const struct entry *e = &r->attempt.entry;
    struct log_line l;
    log_begin(&l, LOG_INFO, "call");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    if (e->attempt > 0 || e->followed) {
        log_i64(&l, "attempt", e->attempt);
        log_str(&l, "followed", str_of(e->followed ? "yes" : "no"));
    }
    log_str(&l, "tenant", e->tenant);
    log_str(&l, "key", e->key);
    log_str(&l, "endpoint", e->endpoint);
    log_str(&l, "provider", e->provider);
    log_str(&l, "route", e->route);
    log_str(&l, "model_asked", e->model_asked);
    log_str(&l, "model", e->model);
    log_str(&l, "model_answered", e->model_answered);
    log_i64(&l, "status", e->http_status);
    log_str(&l, "outcome", str_of(outcome_name(e->outcome)));
    if (e->error.len)
        log_str(&l, "error", e->error);
    if (r->attempt.logged_detail.len)
        log_str(&l, "detail", r->attempt.logged_detail);
    const int64_t *n = e->usage.count;
    log_i64(&l, "input_tokens", usage_input(&e->usage));
    log_i64(&l, "cached_tokens", count_add(n[BUCKET_CACHE_READ], n[BUCKET_AUDIO_CACHE_READ]));
    log_i64(&l, "output_tokens", usage_output(&e->usage));
    log_i64(&l, "reasoning_tokens", e->usage.reasoning);
    log_str(&l, "sure", str_of(sure_name(e->usage.sure)));
    log_str(&l, "price_state", str_of(price_state_name(e->price_state)));
    if (e->price_state != PRICE_UNPRICED) {
        char text[DECIMAL_TEXT];
        log_str(&l, "cost_usd", money_text(e->cost, text));
        log_str(&l, "price_version", e->price_version);
    }
    log_i64(&l, "ttft_us", e->ttft_us);
    log_i64(&l, "duration_us", e->duration_us);
    log_str(&l, "upstream_request_id", e->upstream_id);
    log_end_later(&l);
}

// Counts that contradict may make a wrong bill: said aloud, also where calls are not logged.
static void warn(const struct req *r)
{
    struct log_line l;
    log_begin(&l, LOG_WARN,
              "the provider's counts cannot all be true: they are read as dear as they can be");
    log_str(&l, "request_id", str_from(r->id_text, UUID_TEXT));
    log_str(&l, "provider", r->attempt.entry.provider);
    log_str(&l, "model", r->attempt.entry.model);
    log_str(&l, "upstream_request_id", r->attempt.entry.upstream_id);
    log_end_later(&l);
}

static enum metric_name name_of(const struct req *r)
{
    if (resolve_named(r->view->snapshot, r->attempt.provider, r->attempt.entry.model))
        return METRIC_NAMED;
    return r->attempt.sheet ? METRIC_BOOK : METRIC_NEW;
}

static void count(struct req *r)
{
    struct metrics *m = &r->worker->metrics;
    if (req_books(r)) {
        metrics_entry(m, &r->attempt.entry, name_of(r));
        live_add(&r->worker->live, &r->attempt.entry);
    }
    if (r->attempt.refusal == REFUSAL_STOPPING)
        m->refused[REFUSAL_STOPPING]++;
    else if (r->attempt.refusal != REFUSAL_NONE)
        m->upstream_errors++;
    if (r->client_gone)
        m->client_left++;
    m->contradictions += r->attempt.entry.usage.inconsistent;
}

void record_attempt(struct req *r)
{
    count(r);
    if (r->attempt.entry.usage.inconsistent)
        warn(r);
    if (r->view->snapshot->config->log_requests)
        log_call(r);
}

enum flow step_record(struct req *r)
{
    if (!r->recorded) {
        r->recorded = true;
        r->settled_mono_us = loop_now_us(r->worker->loop);
        record_attempt(r);
        shadowing_end(r);
    }
    bool clean = r->attempt.refusal == REFUSAL_NONE && !r->client_gone;
    // What it still has to send lies in the exchange, which ends with the answer.
    bool sent = r->attempt.call && call_sent(r->attempt.call);
    if (sent && clean && !r->attempt.upstream_ended && !r->paused) {
        // The terminal event came before the end of the body's framing: waiting for that keeps the
        // connection for the next call. worker.c ends it when it does not come.
        return WAIT;
    }
    return END;
}
