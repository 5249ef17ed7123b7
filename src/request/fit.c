// SPDX-License-Identifier: Apache-2.0

#include "request/fit.h"

#include "base/clock.h"

#define BYTES_PER_TOKEN    3 // fewer than most texts have: a context too large costs memory alone
#define TOKENS_PER_MESSAGE 8 // role and separators of a chat's template
#define TOKENS_PER_IMAGE   1024 // of the models that see
#define TOKENS_SPARE       64   // a template's own words

// What a slow machine needs to read a token; and how long what was left is waited for at most.
#define READ_TOKEN_US 50000
#define READ_MOST_US  (5 * 60 * SECOND_US)

static int64_t prompt_most(const struct demand *d)
{
    if (d->longest_bytes > 0)
        return d->longest_bytes / BYTES_PER_TOKEN + TOKENS_PER_MESSAGE + TOKENS_SPARE;
    return d->text_bytes / BYTES_PER_TOKEN + d->messages * TOKENS_PER_MESSAGE +
           d->images * TOKENS_PER_IMAGE + TOKENS_SPARE;
}

struct fit fit(struct req *r)
{
    struct attempt *a = &r->attempt;
    const struct demand *d = &r->ask.demand;
    struct fit fit = {0};
    struct local *l = snapshot_local(r->view->snapshot, a->provider);
    if (!l || endpoint_free(r->found.endpoint))
        return fit;
    int64_t output = 0;
    if (endpoint_makes_output(r->found.endpoint)) {
        fit.output_max = d->output_max > 0 ? 0 : a->provider->num_predict;
        output = d->output_max > 0 ? d->output_max : a->provider->num_predict;
    }
    int64_t needed = count_larger(count_add(prompt_most(d), output), a->context_least);
    int64_t cap = a->provider->num_ctx;
    fit.context = d->context > 0 ? local_context_said(l, a->target.model, d->context, cap)
                                 : local_context(l, a->target.model, needed, cap);
    a->context = fit.context;
    return fit;
}

// NULL where no context was asked for.
static struct local *local_of(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    return a->context ? snapshot_local(r->view->snapshot, a->provider) : NULL;
}

int64_t fit_larger(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    struct local *l = local_of(r);
    if (!l || r->ask.demand.context > 0) // the caller's own
        return 0;
    int64_t larger = local_context(l, a->target.model, a->context + 1, a->provider->num_ctx);
    return larger > a->context ? larger : 0;
}

void fit_sent(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct local *l = local_of(r);
    if (!l)
        return;
    local_asked(l, a->target.model, a->context);
    int64_t now_us = clock_mono_us();
    a->turn = local_turn(l, now_us);
    a->turn_us = a->turn ? now_us : 0;
}

void fit_heard(const struct req *r)
{
    struct local *l = local_of(r);
    if (l && r->attempt.upstream_status < 300)
        local_heard(l, r->attempt.turn, clock_mono_us());
}

// A prompt that is being read is read to its end, though nobody waits for it.
static int64_t left_us(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    bool left = r->client_gone || a->refusal == REFUSAL_UPSTREAM_TIMEOUT;
    int64_t tokens = prompt_most(&r->ask.demand);
    if (!left || a->upstream_status > 0 || a->never_sent)
        return 0;
    return tokens < READ_MOST_US / READ_TOKEN_US ? tokens * READ_TOKEN_US : READ_MOST_US;
}

void fit_gone(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct local *l = a->turn ? local_of(r) : NULL;
    if (l) {
        int64_t now_us = clock_mono_us();
        a->first_us = local_turn_end(l, a->turn, now_us, left_us(r));
        a->waited_us = now_us - a->turn_us - a->first_us;
    }
    a->turn = 0;
}

void fit_ended(struct req *r)
{
    const struct attempt *a = &r->attempt;
    struct local *l = local_of(r);
    if (!l)
        return;
    fit_gone(r);
    if (a->metering && a->upstream_status < 300 && a->meter.has_usage)
        local_loaded(l, a->target.model, a->context);
    else if (a->failure.kind == FAILURE_RUNNER || a->failure.kind == FAILURE_LOST ||
             a->failure.kind == FAILURE_LONG || (a->metering && a->meter.stream_error))
        local_refused(l, a->target.model, a->context);
}
