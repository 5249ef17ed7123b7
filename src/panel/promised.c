// SPDX-License-Identifier: Apache-2.0

#include "panel/promised.h"

#include <stdio.h>

#include "base/args.h"
#include "base/json_out.h"
#include "core/tenant.h"
#include "gate/drawn.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "gate/reload.h"
#include "gate/study.h"
#include "gate/study_words.h"
#include "gate/terms.h"
#include "insight/figures.h"
#include "insight/routed.h"
#include "panel/builtin.h"
#include "panel/pair_costs.h"
#include "store/pairs.h"
#include "store/promises.h"

#define USUAL_SINCE "30d"
#define NEXT_BYTES  1000 // of what the next rung needs, in words

struct wanted {
    struct str route, since;
};

static const struct args_row rows[] = {
    {.name = "route", .offset = offsetof(struct wanted, route), .bytes_max = NAME_BYTES_MAX},
    {.name = "since", .offset = offsetof(struct wanted, since)},
    {0},
};

// --- the pairs ---

struct pairs_sum {
    char calls[TERMS_CALLS + 1]; // of the route: what other judges have said is not its judge's
    int64_t pairs, unjudged, ruled, contradicted, ties;
    int64_t unasked; // of the unjudged: the other side was not asked
    int64_t untold;  // they do not say what they belong to
    struct pair_costs costs;
};

static void sum_pair(void *context, const struct pair *p)
{
    struct pairs_sum *s = context;
    s->pairs++;
    s->unjudged += p->judged == PAIR_JUDGED_NOT;
    s->unasked += p->judged == PAIR_JUDGED_NOT && !p->asked;
    s->untold += p->talk.len == 0;
    if (str_is(p->calls, s->calls)) {
        s->ruled += pair_ruled(p->judged);
        s->contradicted += p->judged == PAIR_JUDGED_CONTRADICTED;
        s->ties += p->judged == PAIR_JUDGED_MODEL && p->weak_ppm == p->strong_ppm;
    }
    pair_costs_add(&s->costs, p);
}

// --- what was found ---

static void write_found(struct json_out *o, const char *name, const struct promise_found *f,
                        const int64_t *most_ppm)
{
    if (!f || !f->holds) {
        json_out_null(o, name);
        return;
    }
    json_out_begin(o, name, '{');
    if (f->threshold_ppm > -PAIR_WHOLE_PPM)
        figure_share(o, "threshold", f->threshold_ppm);
    else
        json_out_null(o, "threshold"); // only tasks have one
    figure_share(o, "share_small", f->share_ppm);
    figure_share(o, "loss", f->loss_ppm);
    if (most_ppm)
        figure_share(o, "loss_upper", *most_ppm);
    json_out_end(o, '}');
}

struct telling {
    struct json_out *out;
    const struct config_route *route;
    bool built_in;
    enum rung rung;
    char refused[sizeof(((struct why *)0)->text)]; // why the file of its model was
    int64_t looked_us; // when what calls go by was found; 0: nothing was
    const struct pairs_sum *sum;
    struct drawn_sum drawn; // since the gateway began; without one nothing
    char terms[TERMS_BYTES + 1];
    bool there;        // a look
    bool ended;        // its certificate, by an update of the store
    bool needs;        // what is noted besides how a certificate ended was said as what is next
    bool lost;         // what it has found, with its model's file
    int64_t share_ppm; // that the threshold in use sends to the small side; below 0: not known
    unsigned tasks;
};

// None of the other answers was asked for. The latest reason is known as long as the gateway runs.
static void begin_unasked(const struct telling *t, char *text, size_t size)
{
    const char *why = t->drawn.why[SHADOW_END_UNJUDGED];
    if (!why[0])
        why = "too many comparisons were under way when they came, the route had changed by their "
              "turn, or the gateway was stopped.";
    (void)snprintf(text, size, ": of none of the %lld the other side was asked: %s%s",
                   (long long)t->sum->unjudged, why,
                   strcmp(why, DRAWN_BROKE_OFF) == 0
                       ? ""
                       : " A smaller `rate` under its `shadow` draws fewer calls at once");
}

static void begin_failed(const struct telling *t, char *text, size_t size)
{
    char unasked[100] = "";
    if (t->sum->unasked)
        (void)snprintf(unasked, sizeof unasked,
                       " (of %lld of the %lld the other side was not asked)",
                       (long long)t->sum->unasked, (long long)t->sum->unjudged);
    (void)snprintf(text, size,
                   "%s: its judge has failed, has no room in the budget shadow:%.*s, or was shown "
                   "nothing that it can compare (the log says which)",
                   unasked, STR_ARG(t->route->name));
}

// Nobody has judged a pair. Where a certificate is waited for the large side answers, whose score
// judges no answer of the small one.
static void next_judge(const struct telling *t, char *text, size_t size)
{
    const struct config_route *r = t->route;
    const bool waits = r->mode == CONFIG_CERTIFIED && t->rung != RUNG_CERTIFIED;
    char begin[NEXT_BYTES - 300] = "; name a `judge` under its `shadow`";
    const bool judges = r->shadow.on && !r->shadow.unjudged;
    if (judges && t->sum->unasked == t->sum->unjudged)
        begin_unasked(t, begin, sizeof begin);
    else if (judges)
        begin_failed(t, begin, sizeof begin);
    (void)snprintf(text, size, "cannot certify: no pair was judged%s; or %s", begin,
                   waits ? "begin with `mode: rules` or `measured`, and send feedback (feedback "
                           "alone does not help here: without a certificate the large side "
                           "answers, and what is said of it judges no small answer)"
                         : "send feedback");
}

// What stands between the route and its next rung; its mode may be all. Else what the look has
// noted.
static void write_next(struct telling *t, const struct promise_row *row)
{
    const enum rung rung = t->rung;
    const struct config_route *r = t->route;
    char text[NEXT_BYTES] = "";
    bool pairs = t->sum->pairs > t->sum->unjudged;
    if (!r->small || !r->large)
        (void)snprintf(text, sizeof text, "it has one side: there is nothing to choose");
    else if (t->built_in)
        (void)snprintf(text, sizeof text,
                       "a route of your own: what is built in learns nothing. Write one under "
                       "`routes`");
    else if (t->refused[0])
        (void)snprintf(text, sizeof text,
                       "its model's file is refused: %s; `costlens route learn %.*s` makes it anew",
                       t->refused, STR_ARG(r->name));
    else if (row && row->certified.holds && r->mode == CONFIG_CERTIFIED && !r->shadow.on &&
             !r->local_only)
        (void)snprintf(text, sizeof text,
                       "a `shadow: { budget: USD }`: without one nothing could revoke its "
                       "certificate, and it is not used");
    else if (row && row->certified.holds && rung != RUNG_CERTIFIED)
        (void)snprintf(text, sizeof text, "`mode: certified`: there is a certificate");
    else if (row && row->learned && r->mode == CONFIG_RULES)
        (void)snprintf(text, sizeof text, "`mode: measured`: it has learned");
    else if (!pairs && t->sum->unjudged)
        next_judge(t, text, sizeof text);
    else if (!pairs && !r->shadow.on)
        (void)snprintf(text, sizeof text,
                       "pairs: give it a `shadow: { budget: USD }`, or they "
                       "do not come");
    else if (rung == RUNG_RULES && t->sum->pairs - t->sum->untold < LEARNER_LEAST)
        (void)snprintf(text, sizeof text, "%d pairs to learn from; it has %lld", LEARNER_LEAST,
                       (long long)(t->sum->pairs - t->sum->untold));
    else if (rung == RUNG_RULES)
        (void)snprintf(text, sizeof text, "to learn: soon, or costlens route learn %.*s",
                       STR_ARG(r->name));
    struct str next = str_of(text);
    t->needs = !text[0] && row && rung != RUNG_CERTIFIED;
    if (t->needs)
        (void)study_fell(row->note, &next);
    json_out_text(t->out, "next", next);
}

// Why it is no more than it is, but for what was said as what is next.
static void write_note(const struct telling *t, const struct promise_row *row)
{
    char text[NEXT_BYTES + 1];
    struct str rest;
    struct buf b;
    const struct str fell = t->ended ? str_of(STUDY_ENDED) : study_fell(row->note, &rest);
    buf_fixed(&b, text, NEXT_BYTES);
    buf_add(&b, t->needs || t->ended ? fell : row->note);
    if (t->sum->untold && !row->certified.holds)
        buf_printf(&b,
                   "%s%lld of its pairs are of an earlier version of costlens and no proof: they "
                   "do not say which calls belong together",
                   b.len ? "; " : "", (long long)t->sum->untold);
    json_out_text(t->out, "note", buf_str(&b));
}

// Of a row that the look has of the route, or of a task.
static void write_both(const struct telling *t, const struct promise_row *row)
{
    write_found(t->out, "certified", t->lost ? NULL : &row->certified, &row->loss_upper_ppm);
    write_found(t->out, "measured", t->lost ? NULL : &row->measured,
                row->measured_upper_ppm >= 0 ? &row->measured_upper_ppm : NULL);
}

static int64_t share_of(const struct telling *t, const struct promise_row *row)
{
    const struct promise_found *used =
        t->route->mode == CONFIG_CERTIFIED ? &row->certified : &row->measured;
    if (t->rung == RUNG_RULES)
        return 0;
    return t->lost ? -1 : used->holds ? used->share_ppm : 0;
}

static void write_route(struct telling *t, const struct promise_row *row)
{
    struct json_out *o = t->out;
    const struct config_route *r = t->route;
    static const struct promise_row none;
    const struct promise_row *is = row ? row : &none;
    t->there = row != NULL;
    t->lost = t->refused[0] && t->looked_us != is->at_us;
    t->share_ppm = share_of(t, is);
    json_out_text(o, "name", r->name);
    json_out_flag(o, "built_in", t->built_in);
    json_out_text(o, "mode", str_of(config_mode_name(r->mode)));
    json_out_text(o, "rung", str_of(rung_name(t->rung)));
    write_next(t, row);
    figure_share(o, "max_loss", r->max_loss_ppm);
    figure_share(o, "confidence", r->confidence_ppm);
    json_out_number(o, "pairs", t->sum->pairs);
    json_out_number(o, "unjudged", t->sum->unjudged);
    json_out_number(o, "verdicts", t->sum->ruled);
    json_out_number(o, "contradicted", t->sum->contradicted);
    json_out_number(o, "ties", t->sum->ties);
    json_out_number(o, "learned", is->learned);
    json_out_number(o, "proved", is->proved);
    json_out_number(o, "looks", is->looks);
    if (row)
        json_out_time(o, "tested", row->at_us);
    else
        json_out_null(o, "tested");
    write_note(t, is);
    json_out_text(o, "model", is->model);
    json_out_text(o, "refused", str_of(t->refused));
    write_both(t, is);
    json_out_begin(o, "tasks", '[');
}

static void tell(void *context, const struct promise_row *row)
{
    struct telling *t = context;
    char task[20];
    if (row->task == 0)
        t->ended = row->terms.len == 0 && row->certified.holds;
    if (!str_is(row->terms, t->terms))
        return;
    if (row->task == 0) {
        write_route(t, row);
        return;
    }
    if (!t->there)
        return;
    (void)snprintf(task, sizeof task, "%016llx", (unsigned long long)row->task);
    json_out_begin(t->out, NULL, '{');
    json_out_text(t->out, "task", str_of(task));
    json_out_number(t->out, "proved", row->proved);
    write_both(t, row);
    json_out_end(t->out, '}');
}

// --- the verbs ---

struct asking {
    const struct verb_call *call;
    struct wanted wanted;
    struct span span;
    struct routed routed; // of the span
    struct builtin builtin;
    struct json_out out;
    bool changed; // something was learned
};

// By what the gateway would choose by, if it read all anew.
static enum status find_rung(const struct asking *a, struct telling *t, struct why *why)
{
    const struct verb_call *c = a->call;
    const struct config_route *r = t->route;
    const struct learned_from from = {.routes = r,
                                      .count = 1,
                                      .state = c->config->state,
                                      .store = c->store,
                                      .before = a->builtin.now->learned};
    struct learned *learned = NULL;
    enum status s = learned_new(&from, &learned, why);
    if (s == STATUS_OK) {
        t->rung = learned_rung(learned, r);
        t->looked_us = learned_looked(learned, r);
        str_copy_clipped(learned_refused(learned, r), t->refused, sizeof t->refused);
    }
    learned_free(learned);
    return s;
}

static void write_served(struct asking *a, const struct config_route *r)
{
    json_out_begin(&a->out, "served", '{');
    if (a->span.since_us > 0)
        json_out_time(&a->out, "since", a->span.since_us);
    else
        json_out_null(&a->out, "since");
    routed_write(&a->routed, r->name, &a->out);
    json_out_end(&a->out, '}');
}

// What became of the calls that were drawn.
static void write_drawn(struct asking *a, const struct drawn_sum *sum)
{
    json_out_begin(&a->out, "drawn", '[');
    for (int i = 0; i < SHADOW_END_COUNT; i++) {
        if (sum->calls[i] == 0)
            continue;
        json_out_begin(&a->out, NULL, '{');
        json_out_text(&a->out, "result", str_of(shadow_end_name((enum shadow_end)i)));
        json_out_number(&a->out, "calls", (int64_t)sum->calls[i]);
        json_out_text(&a->out, "why", str_of(sum->why[i]));
        json_out_end(&a->out, '}');
    }
    json_out_end(&a->out, ']');
}

static enum status tell_route(struct asking *a, const struct config_route *r, struct why *why)
{
    struct store *store = a->call->store;
    struct pairs_sum sum = {.pairs = 0};
    struct telling t = {.out = &a->out, .route = r, .built_in = r == a->builtin.route, .sum = &sum};
    struct pair_query query = {.tenant = str_of(TENANT), .route = r->name};
    if (!terms_calls(r, sum.calls) || !terms_write(r, t.terms))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    enum status s = store_pair_each(store, &query, sum_pair, &sum, why);
    if (s == STATUS_OK)
        s = find_rung(a, &t, why);
    if (s != STATUS_OK)
        return s;
    if (a->call->gate)
        drawn_sum(gate_drawn(a->call->gate), r->name, &t.drawn);
    json_out_begin(&a->out, NULL, '{');
    s = store_promises_each(store, (struct promise_of){str_of(TENANT), r->name}, tell, &t, why);
    if (s == STATUS_OK && !t.there)
        write_route(&t, NULL);
    json_out_end(&a->out, ']');
    pair_costs_write(&sum.costs, t.share_ppm, &a->out);
    write_drawn(a, &t.drawn);
    write_served(a, r);
    json_out_end(&a->out, '}');
    return s;
}

static enum status learn_route(struct asking *a, const struct config_route *r, struct why *why)
{
    const struct study wish = {r, a->call->config->state, a->call->store, true};
    bool changed = false;
    if (r == a->builtin.route)
        return STATUS_OK;
    enum status s = study(&wish, &changed, why);
    a->changed |= changed;
    return s;
}

typedef enum status each_f(struct asking *a, const struct config_route *r, struct why *why);

// Those of the configuration first.
static enum status each_route(struct asking *a, each_f *f, struct why *why)
{
    const unsigned count = a->builtin.now->config->route_count;
    const struct str name = a->wanted.route;
    bool found = name.len == 0;
    enum status s = STATUS_OK;
    for (unsigned i = 0; s == STATUS_OK && i <= count; i++) {
        const struct config_route *r = i < count ? &a->builtin.routes[i] : a->builtin.route;
        if (name.len && !str_eq(name, r->name))
            continue;
        found = true;
        s = f(a, r, why);
    }
    if (s == STATUS_OK && !found)
        s = why_set(why, STATUS_UNKNOWN, "there is no route %.*s", STR_ARG(name));
    return s;
}

static enum status tell_all(struct asking *a, struct why *why)
{
    enum status s = routed_open(&a->routed, a->call->store, &a->span, why);
    json_out_begin(&a->out, NULL, '{');
    json_out_begin(&a->out, "routes", '[');
    if (s == STATUS_OK)
        s = each_route(a, tell_route, why);
    json_out_end(&a->out, ']');
    json_out_end(&a->out, '}');
    return s;
}

static enum status answer(struct asking *a, bool learn, struct why *why)
{
    struct gate *gate = a->call->gate;
    enum status s = builtin_open(&a->builtin, a->call, why);
    if (s == STATUS_OK && learn)
        s = each_route(a, learn_route, why);
    if (a->changed && gate)
        gate_learned_changed(gate);
    if (s == STATUS_OK)
        s = tell_all(a, why);
    builtin_close(&a->builtin);
    return s;
}

static enum status run(struct verb_call *c, bool learn, struct why *why)
{
    struct asking a = {.call = c, .out = {c->answer, true}};
    struct json *document = NULL;
    routed_init(&a.routed);
    enum status s = args_read(c->args, rows, &a.wanted, &document, why);
    const struct str since = a.wanted.since.len ? a.wanted.since : str_of(USUAL_SINCE);
    if (s == STATUS_OK)
        s = asked_span(since, STR_NONE, NULL, &a.span, why);
    if (s == STATUS_OK)
        s = answer(&a, learn, why);
    routed_fini(&a.routed);
    json_close(document);
    return s;
}

enum status promised_status(struct verb_call *c, struct why *why)
{
    return run(c, false, why);
}

enum status promised_learn(struct verb_call *c, struct why *why)
{
    return run(c, true, why);
}
