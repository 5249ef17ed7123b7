// SPDX-License-Identifier: Apache-2.0

#include "request/reservation.h"

#include <stdio.h>

#include "base/log.h"
#include "base/random.h"
#include "gate/gate_state.h"
#include "request/inner.h"
#include "shadow/judge.h"
#include "wire/weigh.h"
#include "wire/weigh_model.h"

#define US_PER_MS     1000
#define OUTPUT_UNSAID 4096 // tokens, where neither the caller nor the book says: sent as a maximum
#define GROW_TOKENS   1024 // that are held for ahead

// --- the bound ---

struct measure {
    struct weight weight;
    struct bound_call call;
};

static int64_t output_unsaid(const struct config_provider *p)
{
    bool ollama = p->dialect == DIALECT_OLLAMA && p->num_predict > 0;
    return ollama ? p->num_predict : OUTPUT_UNSAID;
}

// Who has a vendor's prices by its name alone, a proxy before it, may have its surcharges too.
static unsigned flags_of(const struct req *r, const struct config_provider *p)
{
    const struct vendor *named = p->vendor_row ? NULL : p->namesake;
    unsigned flags = vendor_flags(p->vendor_row, p->url.host);
    if (named)
        flags |= named->flags & VENDOR_DEARER;
    if (p->dialect != r->dialect) // a translation keeps to either member
        flags |= VENDOR_COMPLETION_MAX;
    return flags;
}

static struct bound_call call_of(const struct req *r, const struct config_provider *p,
                                 const struct sheet *sheet, const struct weight *weight)
{
    return (struct bound_call){.sheet = sheet,
                               .weight = weight,
                               .start_us = r->start_us,
                               .longest_us = p->timeouts.total_ms * US_PER_MS,
                               .output_unsaid = output_unsaid(p)};
}

// Weighs the body, unless it was for such a model before.
static void see(const struct req *r, const struct config_provider *p, struct str model,
                struct reservation_seen *seen)
{
    const unsigned flags = flags_of(r, p);
    if (!seen->there || seen->flags != flags || !weigh_model_alike(seen->model, model))
        (seen->unread ? weigh_unread : weigh)(&r->ask, flags, model, &seen->weight);
    seen->there = true;
    seen->flags = flags;
    seen->model = model;
}

// The weight may be changed.
static void measure(struct req *r, struct measure *m)
{
    const struct config_provider *p = r->attempt.provider;
    see(r, p, r->attempt.target.model, &r->seen);
    m->weight = r->seen.weight;
    m->call = call_of(r, p, settle_sheet(r), &m->weight);
}

// Nobody said it, and the bound relies on it.
static bool must_say(const struct bound *b)
{
    return b->state == BOUND_KNOWN && b->most.n > 0 &&
           (b->output_by == BOUND_OUTPUT_MODEL || b->output_by == BOUND_OUTPUT_UNSAID);
}

static void keep(struct req *r, const struct bound *b)
{
    struct reservation *v = &r->attempt.reservation;
    const struct entry *e = &r->attempt.entry;
    v->bounded = b->state == BOUND_KNOWN;
    v->most = v->bounded ? b->most : (struct nano){0};
    v->amount = v->most;
    v->input = v->bounded ? b->input : 0;
    v->output = v->bounded ? b->output : 0;
    v->price = e->price_name.len ? e->price_name : e->model; // as sent: another may answer
}

// One of our own is no longer than it has to be.
static bool cap(struct weight *w, int64_t most)
{
    if (most == 0 || (w->output_max > 0 && w->output_max <= most))
        return false;
    w->output_max = most > w->output_least ? most : w->output_least;
    return true;
}

void reservation_bound(struct req *r, struct bound *out)
{
    struct measure m;
    measure(r, &m);
    bool capped = cap(&m.weight, r->inner ? r->inner->output_max : 0);
    bound_make(&m.call, out);
    keep(r, out);
    r->attempt.output_max = must_say(out) ? out->output_max : 0;
    if (capped)
        r->attempt.output_max = m.weight.output_max;
}

static const struct config_provider *provider_at(const struct req *r,
                                                 const struct reservation_at *at)
{
    return &r->view->snapshot->config->providers[at->target->provider];
}

static void foresee(const struct req *r, const struct reservation_at *at, struct weight weight,
                    struct bound *out)
{
    (void)cap(&weight, at->output_max);
    const struct bound_call call = call_of(r, provider_at(r, at), at->sheet, &weight);
    bound_make(&call, out);
}

void reservation_foresee(const struct req *r, const struct reservation_at *at,
                         struct reservation_seen *seen, struct bound *out)
{
    see(r, provider_at(r, at), at->target->model, seen);
    foresee(r, at, seen->weight, out);
}

void reservation_foresee_text(const struct req *r, const struct reservation_at *at, int64_t bytes,
                              struct bound *out)
{
    const struct config_provider *p = provider_at(r, at);
    struct weight weight;
    weigh_text(judge_endpoint(p->dialect), flags_of(r, p), at->target->model, bytes, &weight);
    foresee(r, at, weight, out);
}

bool reservation_lower(struct req *r, struct nano room)
{
    struct measure m;
    struct bound b;
    measure(r, &m);
    int64_t longest = m.weight.tools ? 0 : bound_longest(&m.call, room);
    int64_t least = m.weight.output_least > 0 ? m.weight.output_least : 1;
    if (longest < least)
        return false;
    m.weight.output_max = longest;
    bound_make(&m.call, &b);
    keep(r, &b);
    r->attempt.output_max = longest;
    return true;
}

// --- holding more ---

void reservation_hold_less(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    struct bound half, first;
    struct measure m;
    measure(r, &m);
    m.weight.output_max = GROW_TOKENS / 2;
    bound_make(&m.call, &half);
    m.weight.output_max = GROW_TOKENS;
    bound_make(&m.call, &first);
    if (half.state != BOUND_KNOWN || first.state != BOUND_KNOWN || first.most.n <= half.most.n ||
        first.most.n >= v->most.n)
        return; // it has to hold all
    v->grows = true;
    v->amount = first.most;
    v->step.n = 2 * (first.most.n - half.most.n + 1); // both were rounded up
    v->tokens = v->ahead = GROW_TOKENS * m.weight.answers;
    v->spare = v->ahead / 8;
}

// --- the end ---

// An estimate may be less than what the provider bills, and so may what is not priced.
static bool cost_known(const struct req *r)
{
    const struct attempt *a = &r->attempt;
    const struct usage *u = &a->entry.usage;
    switch (a->entry.price_state) {
    case PRICE_FREE: return true;
    case PRICE_PROVIDER: return u->sure == SURE_REPORTED || !u->inconsistent;
    case PRICE_PRICED: return a->entry.usage.sure == SURE_REPORTED || a->time_tells;
    case PRICE_UNPRICED:
    case PRICE_STATE_COUNT: break;
    }
    return false;
}

// Its provider has told of more than its bound allows, though not of the end.
static bool reported_beyond(const struct req *r)
{
    const struct reservation *v = &r->attempt.reservation;
    return v->bounded && v->reported.n > v->most.n;
}

// As far as anybody can say, its answer was longer than its maximum.
static bool passed_maximum(const struct req *r)
{
    const struct usage *u = &r->attempt.entry.usage;
    return u->sure == SURE_ESTIMATED || usage_output(u) > r->attempt.reservation.output;
}

// Nobody tells what a captured one made: it is charged what it held, as where the process had died,
// but for what came and is more, whether or not it is doubted. Its row need not say the same: where
// its hold grew, or another model answered.
static bool as_held(const struct req *r)
{
    const struct usage *u = &r->attempt.entry.usage;
    return r->attempt.reservation.bounded && u->sure == SURE_CAPTURED && !u->inconsistent &&
           !reported_beyond(r) && !passed_maximum(r);
}

void reservation_charge(struct req *r)
{
    struct charge *c = &r->attempt.entry.charge;
    if (r->attempt.reservation.booking)
        booking_close(r->attempt.reservation.booking, c);
    if (c->count == 0)
        return;
    int64_t cost = nano_from_money(r->attempt.entry.cost).n;
    if (cost_known(r))
        c->charged = cost;
    else
        c->charged = as_held(r) ? c->held : count_larger(cost, c->held);
}

// One that grows has not held all that it may cost: what is missing is no broken promise.
static void hold_rest(struct reservation *v, struct nano charged)
{
    if (v->grows && charged.n > v->amount.n && charged.n <= v->most.n &&
        booking_extend(v->booking, (struct nano){charged.n - v->amount.n}) == ADMISSION_MADE)
        v->amount = charged;
}

struct breach reservation_breach(const struct req *r)
{
    const struct entry *e = &r->attempt.entry;
    return (struct breach){e->key, e->provider, r->attempt.reservation.price};
}

static bool is_beyond(const struct req *r, struct nano charged)
{
    const struct reservation *v = &r->attempt.reservation;
    return v->bounded && charged.n > v->most.n;
}

// Where it is known what it cost, or what was told of it is enough. More than its bound is no
// mistake of an estimate then: its price is distrusted, and true is given.
static bool hold_against(struct req *r, struct nano cost)
{
    const struct reservation *v = &r->attempt.reservation;
    if (!v->bounded || !(cost_known(r) || reported_beyond(r)))
        return false;
    metrics_bound(&r->worker->metrics, cost.n, v->most.n);
    if (!is_beyond(r, cost))
        return false;
    const struct breach by = reservation_breach(r);
    breaches_add(r->view->snapshot->breaches, &by);
    return true;
}

// Where budgets of single calls alone concern it, no account tells of it.
static void end_alone(struct req *r)
{
    struct log_line l;
    char id[UUID_TEXT];
    const struct nano cost = nano_from_money(r->attempt.entry.cost);
    if (!r->attempt.reservation.relied)
        return;
    bool broken = hold_against(r, cost);
    if (!is_beyond(r, cost) || !(broken || passed_maximum(r)))
        return;
    uuid_write(&r->id, id);
    log_begin(&l, LOG_ERROR,
              broken ? "a call cost more than the most that its price allows: no budget relies on "
                       "that price for its key until it is mended"
                     : "an answer passed its maximum, and its call cost more than its worst case, "
                       "by an estimate of how long it was: its provider ignores the maximum, and "
                       "its price need not be wrong");
    log_str(&l, "request_id", str_from(id, UUID_TEXT));
    log_end(&l);
}

void reservation_end(struct req *r)
{
    struct attempt *a = &r->attempt;
    struct reservation *v = &a->reservation;
    if (v->ended)
        return; // as it waited for its next attempt
    v->ended = true;
    if (!v->booking) {
        end_alone(r);
        return;
    }
    struct nano charged = {a->entry.charge.charged};
    bool broken = hold_against(r, charged);
    hold_rest(v, charged);
    if (!r->head_sent) { // its fields are to come
        v->told = booking_left(v->booking, &v->left);
        v->left.left.n -= charged.n;
    }
    booking_end(v->booking, charged, v->bounded ? v->most : charged, broken, &r->worker->ended);
    v->booking = NULL;
}

// --- what its caller is told ---

static void add_usd(struct req *r, const char *name, struct nano n)
{
    char text[DECIMAL_TEXT];
    exchange_field(r->x, str_of(name), nano_text(n.n > 0 ? n : (struct nano){0}, text));
}

void reservation_fields(struct req *r)
{
    struct reservation *v = &r->attempt.reservation;
    struct booking_left left = v->left;
    bool told = v->told;
    bool sent = r->attempt.dispatched;
    if (v->booking)
        told = booking_left(v->booking, &left);
    if (v->booking && told && sent) { // its own hold counts
        left.left.n -= v->amount.n;
        left.held.n += v->amount.n;
    }
    if (told) {
        add_usd(r, "x-costlens-remaining", left.left);
        add_usd(r, "x-costlens-held", left.held);
    }
    if (sent && r->attempt.output_max > 0) {
        char text[24];
        (void)snprintf(text, sizeof text, "%lld", (long long)r->attempt.output_max);
        exchange_field(r->x, str_of("x-costlens-max-tokens-injected"), str_of(text));
    }
}
