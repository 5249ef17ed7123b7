// SPDX-License-Identifier: Apache-2.0

#include "request/comparing.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "gate/terms.h"
#include "request/verifying.h"
#include "verify/verify.h"

#define TEXTS_MAX (16 * KIB)
// Of a worker; a route alone has half of each. HELD_MAX: those that are asked about or wait for it,
// with those whose calls are still answered; BYTES_MAX: of requests, and answers that are whole.
#define HELD_MAX      256
#define BYTES_MAX     (16 * MIB)
#define ASKING_MAX    64               // others wait for their turn
#define KEEP_US       (30 * SECOND_US) // for the ledger's lock; then a pair is lost
#define KEEP_STEP_NS  20000000
#define KEEP_TOGETHER 64 // in one transaction

// --- the room that routes share ---

struct portion { // a route's, of what a worker has
    size_t held, asking, bytes;
};

static struct portion portion_of(struct worker *w, const struct drawn_route *route)
{
    struct portion sum = {0, 0, 0};
    list_for (it, &w->shadow_held) {
        const struct shadow *s = list_of(it, struct shadow, place);
        if (s->drawn != route)
            continue;
        sum.held++;
        sum.asking += s->asks;
        sum.bytes += s->held;
    }
    return sum;
}

static bool has_room(size_t own, size_t all, size_t most)
{
    return all < most && own < most - all;
}

bool comparing_crowded(struct worker *w, const struct drawn_route *route, size_t bytes)
{
    const struct portion own = portion_of(w, route);
    return !has_room(own.held, w->shadow_count, HELD_MAX) ||
           !has_room(own.bytes + bytes, w->shadow_bytes, BYTES_MAX);
}

// While the gateway stops nobody is asked, and nothing need wait for that.
static bool has_turn(const struct shadow *s)
{
    struct worker *w = s->worker;
    return w->draining || has_room(portion_of(w, s->drawn).asking, w->shadow_asking, ASKING_MAX);
}

// The first that has its turn, in the order in which they came; or NULL.
static struct shadow *next_turn(struct worker *w)
{
    const struct drawn_route *barred = NULL;
    list_for (it, &w->shadow_queue) {
        struct shadow *s = list_of(it, struct shadow, link);
        if (s->drawn == barred)
            continue;
        if (has_turn(s))
            return s;
        barred = s->drawn;
    }
    return NULL;
}

// --- its end ---

// What was asked and said: all but the pair.
static void drop_texts(struct shadow *s)
{
    json_close(s->request);
    s->request = NULL;
    answer_fini(&s->small);
    answer_fini(&s->large);
    answer_of(&s->small, STR_NONE, &alloc_heap);
    answer_of(&s->large, STR_NONE, &alloc_heap);
    said_fini(&s->given);
    said_fini(&s->inner.said);
    buf_fini(&s->body);
    buf_fini(&s->question);
}

void comparing_free(struct shadow *s)
{
    must(!s->view);
    drop_texts(s);
    arena_fini(&s->arena);
    heap_free(s);
}

// What all of its route owe then.
static struct nano owe(struct shadow *s, int64_t nano)
{
    return owed_set(gate_owed(s->worker->gate), &s->owing, (struct nano){nano});
}

static void count(struct shadow *s, enum shadow_end end, struct str why)
{
    s->worker->metrics.shadows[end]++;
    drawn_count(s->drawn, end, why);
}

// It holds so much now.
static void hold(struct shadow *s, size_t bytes)
{
    s->worker->shadow_bytes += bytes - s->held;
    s->held = bytes;
}

void comparing_enter(struct shadow *s)
{
    if (s->bare) {
        __atomic_add_fetch(&s->worker->shadow_bare, 1, __ATOMIC_RELAXED);
    } else {
        s->worker->shadow_count++;
        list_push(&s->worker->shadow_held, &s->place);
    }
    s->entered = true;
    hold(s, s->body.len);
}

static void take_turn(struct shadow *s)
{
    s->asks = true;
    s->worker->shadow_asking++;
}

static void begin(void *argument);

static void wake(struct worker *w)
{
    struct shadow *s;
    while ((s = next_turn(w)) != NULL) {
        list_pull(&s->link);
        take_turn(s);
        loop_post_lent(w->loop, &s->post, begin, s);
    }
}

// What belongs to the worker's thread. One that is bare stays counted until it is kept.
static void leave_worker(struct shadow *s)
{
    struct worker *w = s->worker;
    if (s->entered && !s->bare) {
        w->shadow_count--;
        list_pull(&s->place);
    }
    s->entered = s->entered && s->bare;
    hold(s, 0);
    (void)owe(s, 0);
    if (s->view)
        view_free(s->view);
    s->view = NULL;
    s->route = NULL;
    if (s->asks) {
        s->asks = false;
        w->shadow_asking--;
        wake(w);
    }
}

// From any thread.
static void end(struct shadow *s)
{
    if (s->entered)
        __atomic_sub_fetch(&s->worker->shadow_bare, 1, __ATOMIC_RELAXED);
    comparing_free(s);
}

// They are paid for, and nobody waits: whoever has the ledger's lock is given time.
static bool keep_pairs(struct shadow *const *list, unsigned count, struct why *why)
{
    const struct timespec step = {.tv_nsec = KEEP_STEP_NS};
    const struct pair *pairs[KEEP_TOGETHER];
    struct store *store = list[0]->store;
    for (unsigned i = 0; i < count; i++)
        pairs[i] = &list[i]->pair;
    enum status kept = store_pairs_add(store, pairs, count, why);
    while (kept == STATUS_BUSY && clock_mono_us() < list[count - 1]->until_us) {
        nanosleep(&step, NULL);
        kept = store_pairs_add(store, pairs, count, why);
    }
    return kept == STATUS_OK;
}

// With those that wait behind it. Where they cannot be, each by itself: it may be for one of them.
static void keep(struct chore *c)
{
    struct shadow *list[KEEP_TOGETHER];
    struct why why = {0};
    unsigned held = 0;
    while (c) {
        struct shadow *s = list[held++] = list_of(c, struct shadow, chore);
        c = held < KEEP_TOGETHER ? chores_also(gate_chores(s->worker->gate, CHORE_PAIRS), c) : NULL;
    }
    const bool together = held > 1 && keep_pairs(list, held, &why);
    for (unsigned i = 0; i < held; i++) {
        struct shadow *s = list[i];
        if (!together && !keep_pairs(&list[i], 1, &why))
            log_say(LOG_WARN, "route %.*s: %s", STR_ARG(s->pair.route), why.text);
        if (!s->bare)
            __atomic_sub_fetch(&s->worker->shadow_waits, 1, __ATOMIC_RELAXED);
        end(s);
    }
}

// Once a minute.
static void complain(struct shadow *s, struct str detail)
{
    int64_t now_us = loop_now_us(s->worker->loop);
    struct worker *w = s->worker;
    if (w->shadow_said_us && now_us - w->shadow_said_us < 60 * SECOND_US)
        return;
    w->shadow_said_us = now_us;
    struct log_line l;
    log_begin(&l, LOG_WARN, "an answer of a route could not be compared with its other side's");
    log_str(&l, "route", s->pair.route);
    log_str(&l, "detail", detail);
    log_end(&l);
}

void comparing_drop(struct shadow *s, enum shadow_end how, struct str why)
{
    count(s, how, why);
    leave_worker(s);
    end(s);
}

static void give_up(struct shadow *s, enum shadow_end end, struct str detail)
{
    complain(s, detail);
    comparing_drop(s, end, detail);
}

// `why` there is no verdict.
static void finish(struct shadow *s, struct ruling ruling, struct str why)
{
    static const enum pair_judged judged[] = {[RULED_NOT] = PAIR_JUDGED_NOT,
                                              [RULED_EXACT] = PAIR_JUDGED_EXACT,
                                              [RULED_SCHEMA] = PAIR_JUDGED_SCHEMA,
                                              [RULED_MODEL] = PAIR_JUDGED_MODEL,
                                              [RULED_CONTRADICTED] = PAIR_JUDGED_CONTRADICTED};
    struct worker *w = s->worker;
    s->pair.judged = judged[ruling.by];
    s->pair.weak_ppm = ruling.by && ruling.weak_good ? PAIR_WHOLE_PPM : 0;
    s->pair.strong_ppm = ruling.by && ruling.strong_good ? PAIR_WHOLE_PPM : 0;
    count(s, ruling.by ? SHADOW_END_PAIR : SHADOW_END_UNJUDGED, why);
    s->store = gate_store(w->gate);
    s->until_us = clock_mono_us() + KEEP_US;
    s->chore.run = keep;
    drop_texts(s);
    leave_worker(s);
    if (!s->bare)
        __atomic_add_fetch(&w->shadow_waits, 1, __ATOMIC_RELAXED);
    chores_add(gate_chores(w->gate, CHORE_PAIRS), &s->chore);
}

static void unjudged(struct shadow *s, struct str detail)
{
    complain(s, detail);
    finish(s, (struct ruling){.by = RULED_NOT}, detail);
}

// Nobody is asked.
static void pass_by(struct shadow *s, const char *why)
{
    s->pair.asked = s->pair.judge_cost.known = false;
    unjudged(s, str_of(why));
}

// --- may it go on? ---

#define WITHDRAWN "The route has changed, and may not ask any more."

// The route as it is now, where it may still ask that model; or NULL.
static const struct config_route *route_now(const struct shadow *s, struct str model)
{
    const struct snapshot *now = s->worker->view->snapshot;
    const struct config_route *r = map_get(&now->routes, s->pair.route);
    struct target t;
    const bool may =
        r && r->shadow.on && !r->local_only && resolve_prefixed(now, model, &t) == REFUSAL_NONE;
    return may ? r : NULL;
}

// Why that model is not asked; or NULL.
static const char *forbidden(const struct shadow *s, struct str model)
{
    if (s->worker->draining)
        return COMPARING_STOPPED;
    return route_now(s, model) ? NULL : WITHDRAWN;
}

static struct str other_of(const struct shadow *s)
{
    return s->pair.served_strong ? s->pair.weak : s->pair.strong;
}

static struct str own_of(const struct shadow *s)
{
    return s->pair.served_strong ? s->pair.strong : s->pair.weak;
}

// The models that it will ask are still those of their sides.
static bool has_asked(const struct shadow *s, const struct config_route *r)
{
    const struct config_tier *other = s->pair.served_strong ? r->small : r->large;
    const struct config_tier *own = s->pair.served_strong ? r->large : r->small;
    return config_tier_has(other, other_of(s)) && (!s->anew || config_tier_has(own, own_of(s)));
}

// Goes on by what the configuration is now. Of other calls, or judged by another, its pair would
// not be what it says.
static const char *renew(struct shadow *s)
{
    struct view *now = s->worker->view;
    const struct config_route *r = route_now(s, other_of(s));
    if (s->worker->draining)
        return COMPARING_STOPPED;
    if (!r || !has_asked(s, r) || (s->anew && !route_now(s, own_of(s))) ||
        !str_eq(learned_calls_of(now->snapshot->learned, r), s->pair.calls))
        return WITHDRAWN;
    struct view *before = s->view;
    s->view = view_ref(now);
    s->route = r;
    view_free(before);
    return NULL;
}

// --- the calls that it makes ---

struct pair_cost comparing_cost(const struct req *r)
{
    const struct entry *e = &r->attempt.entry;
    return (struct pair_cost){e->price_state != PRICE_UNPRICED, e->cost};
}

static void add_cost(struct pair_cost *sum, const struct req *r)
{
    const struct pair_cost c = comparing_cost(r);
    sum->known = sum->known && c.known && money_add(sum->is, c.is, &sum->is);
}

static struct str error_of(const struct req *r)
{
    struct str detail = inner_refused(r);
    return detail.len ? detail : r->attempt.entry.error;
}

static void on_ended(struct inner *i, const struct req *r);

// False: it cannot be begun.
static bool ask(struct shadow *s, enum stage stage, const char *what)
{
    s->stage = stage;
    s->inner.word = arena_printf(&s->arena, "shadow %.*s: %s", STR_ARG(s->pair.route), what);
    s->inner.key = &s->key;
    s->inner.ended = on_ended;
    said_fini(&s->inner.said);
    said_init(&s->inner.said);
    return !arena_failed(&s->arena) && !s->worker->draining &&
           inner_begin(&s->inner, s->worker, s->view);
}

struct str comparing_judge(const struct shadow *s)
{
    const struct str judge = terms_judge(s->route);
    return judge.len ? judge : s->pair.strong;
}

static struct judging judging_of(const struct shadow *s)
{
    return (struct judging){.worker = s->worker,
                            .view = s->view,
                            .judge = comparing_judge(s),
                            .key = &s->key,
                            .source = &s->body,
                            .request = s->request,
                            .weak = &s->small,
                            .strong = &s->large};
}

// What both verdicts may cost, before there is the other answer. A pair of which that is not known,
// since its judge has no price or would have too much to read, is kept unjudged, and owes nothing.
static int64_t judge_most(const struct shadow *s, int64_t output_max)
{
    struct judging j = judging_of(s);
    struct nano verdict = {0};
    *(s->pair.served_strong ? &j.weak : &j.strong) = NULL;
    if (s->output_asked > 0 && s->output_asked < output_max)
        output_max = s->output_asked;
    if (s->route->shadow.unjudged || !s->given_read || !judging_most(&j, output_max, &verdict))
        return 0;
    return count_times(JUDGING_VERDICTS, verdict.n);
}

static bool ask_side(struct shadow *s, enum stage stage, struct str full, int64_t output_max)
{
    const bool small = str_eq(full, s->pair.weak);
    s->inner.found = s->found;
    s->inner.query = s->query;
    s->inner.body = buf_str(&s->body);
    s->inner.full = full;
    s->inner.output_max = output_max;
    return ask(s, stage, small ? "small" : "large");
}

static void ask_own(struct shadow *s)
{
    s->inner.beside = owe(s, 0);
    if (!ask_side(s, STAGE_OWN, own_of(s), COMPARING_OUTPUT_LEAST))
        pass_by(s, COMPARING_STOPPED);
}

// Only where its budget can pay for its judge, too: half a pair is worth nothing.
static void ask_other(struct shadow *s)
{
    const int64_t most =
        count_larger(count_times(s->output_given, COMPARING_OUTPUT_TIMES), COMPARING_OUTPUT_LEAST);
    s->inner.beside = owe(s, judge_most(s, most));
    if (!ask_side(s, STAGE_OTHER, other_of(s), most))
        pass_by(s, COMPARING_STOPPED);
}

// --- compared ---

static void ask_judge(struct shadow *s, enum stage stage)
{
    const struct judging j = judging_of(s);
    const char *why = judging_ask(&j, stage == STAGE_SECOND, &s->question, &s->inner);
    if (!why)
        why = forbidden(s, j.judge);
    if (!why && !ask(s, stage, "judge"))
        why = COMPARING_STOPPED;
    if (why)
        unjudged(s, str_of(why));
}

// Had it been asked first, the small side's answer would not have been given: the large side's is
// what runs. By what can be seen in the answer; nobody else is asked of it. What came too late is
// given without being looked at.
static bool is_escalated(const struct shadow *s)
{
    const struct config_route *r = s->route;
    const struct verify_case c = {.answer = &s->small, .asked = &s->asked};
    const bool asked = s->pair.served_strong || s->anew; // else it was looked at when it was given
    for (unsigned i = 0; asked && !s->late && i < r->verifier_count; i++) {
        const enum verifier_kind kind = r->verifiers[i].kind;
        struct finding f;
        if (!verifier_alone(kind))
            continue;
        verify(kind, &c, &f);
        if (f.verdict == VERDICT_BAD)
            return true;
    }
    return false;
}

// Its caller would have allowed more of what its own side said.
static bool is_cut_by_us(const struct shadow *s)
{
    return s->anew && (s->output_asked <= 0 || s->output_asked > COMPARING_OUTPUT_LEAST);
}

// What cannot be compared is kept unjudged: which calls have a pair must not depend on what their
// answers are.
static void compare(struct shadow *s)
{
    const struct answer *given = s->pair.served_strong ? &s->large : &s->small;
    struct answer *other = s->pair.served_strong ? &s->small : &s->large;
    if (!s->given_read) {
        unjudged(s, str_of("The answer that was given cannot be read, or is too long."));
        return;
    }
    if (!said_read(&s->inner.said, other)) {
        unjudged(s, str_of("The other answer cannot be read."));
        return;
    }
    if (other->finish == ANSWER_CUT && given->finish != ANSWER_CUT) {
        unjudged(s, str_of("The other answer is too long."));
        return;
    }
    if (given->finish == ANSWER_CUT && is_cut_by_us(s)) {
        unjudged(s, str_of("The answer that was asked for once more is too long."));
        return;
    }
    if (given->unseen || other->unseen) {
        unjudged(s, str_of("An answer has more than its text tells, as an image."));
        return;
    }
    if (is_escalated(s)) {
        comparing_drop(s, SHADOW_END_ESCALATED, STR_NONE);
        return;
    }
    const struct ruling ruling = ruling_compare(&s->asked, &s->small, &s->large);
    if (ruling.by == RULED_NOT && !s->route->shadow.unjudged)
        ask_judge(s, STAGE_FIRST);
    else
        finish(s, ruling, STR_NONE);
}

// A small answer that broke off would have been given as far as it came, where nobody looks at the
// whole of it first.
static bool is_given_broken(const struct shadow *s, const struct req *r)
{
    return r->recorded && r->attempt.entry.outcome == OUTCOME_INCOMPLETE &&
           (s->late || s->route->verifier_count == 0);
}

static void leave_unjudged(struct shadow *s, const char *why)
{
    if (s->stage == STAGE_OWN)
        pass_by(s, why);
    else
        unjudged(s, str_of(why));
}

// What the side said that was asked is in s->inner.said; else the pair has come to an end.
static bool side_ended(struct shadow *s, const struct req *r, bool small)
{
    *(small ? &s->pair.weak_cost : &s->pair.strong_cost) = comparing_cost(r);
    if (small)
        s->late = r->ask.demand.stream && loop_now_us(s->worker->loop) - r->start_mono_us >=
                                              s->route->hold_ms * (SECOND_US / 1000);
    if (inner_answered(r)) {
        said_end(&s->inner.said, r);
        return true;
    }
    if (r->recorded && s->worker->cut)
        leave_unjudged(s, COMPARING_STOPPED);
    else if (small && is_given_broken(s, r))
        leave_unjudged(s, DRAWN_BROKE_OFF);
    else
        give_up(s, r->recorded ? SHADOW_END_FAILED : SHADOW_END_REFUSED, error_of(r));
    return false;
}

static void read_given(struct shadow *s)
{
    s->given_read = said_read(&s->given, s->pair.served_strong ? &s->large : &s->small);
}

static void own_ended(struct shadow *s, const struct req *r)
{
    if (!side_ended(s, r, !s->pair.served_strong))
        return;
    s->output_given = usage_output(&r->attempt.entry.usage);
    said_fini(&s->given);
    s->given = s->inner.said;
    said_init(&s->inner.said);
    hold(s, s->body.len + s->given.bytes.len);
    read_given(s);
    const char *why = renew(s);
    if (why)
        pass_by(s, why);
    else
        ask_other(s);
}

static void other_ended(struct shadow *s, const struct req *r)
{
    if (side_ended(s, r, s->pair.served_strong))
        compare(s);
}

static void judge_ended(struct shadow *s, const struct req *r)
{
    (void)owe(s, s->stage == STAGE_FIRST ? s->owing.is.n / JUDGING_VERDICTS : 0);
    if (r->recorded)
        add_cost(&s->pair.judge_cost, r);
    if (!inner_answered(r)) {
        unjudged(s, error_of(r));
        return;
    }
    said_end(&s->inner.said, r);
    enum judge_word word = judging_word(&s->inner.said);
    if (word == JUDGE_NONE) {
        unjudged(s, str_of("The judge's answer is none of A, B and TIE."));
    } else if (s->stage == STAGE_FIRST) {
        s->first = word;
        ask_judge(s, STAGE_SECOND);
    } else {
        finish(s, judge_rule(s->first, word), STR_NONE);
    }
}

static void on_ended(struct inner *i, const struct req *r)
{
    struct shadow *s = list_of(i, struct shadow, inner);
    if (s->stage == STAGE_OWN)
        own_ended(s, r);
    else if (s->stage == STAGE_OTHER)
        other_ended(s, r);
    else
        judge_ended(s, r);
}

// --- its beginning ---

struct shadow *comparing_new(struct worker *w)
{
    struct shadow *s = alloc_zero(&alloc_heap, sizeof *s);
    if (!s)
        return NULL;
    s->worker = w;
    arena_init(&s->arena, &alloc_heap, KIB, TEXTS_MAX);
    buf_init(&s->body, &alloc_heap, COMPARING_BODY_MOST);
    buf_init(&s->question, &alloc_heap, 0);
    said_init(&s->given);
    said_init(&s->inner.said);
    answer_of(&s->small, STR_NONE, &alloc_heap);
    answer_of(&s->large, STR_NONE, &alloc_heap);
    return s;
}

// It has its turn.
static void begin(void *argument)
{
    struct shadow *s = argument;
    const char *why = renew(s);
    if (!why && json_open(buf_str(&s->body), &alloc_heap, &s->request, NULL) != STATUS_OK)
        why = COMPARING_STOPPED;
    if (why) {
        pass_by(s, why);
        return;
    }
    asked_read(&s->asked, s->found.endpoint, json_root(s->request));
    if (s->anew) {
        ask_own(s);
        return;
    }
    read_given(s);
    ask_other(s);
}

// The client's call is over, and its bytes are on their way.
static void go_on(void *argument)
{
    struct shadow *s = argument;
    struct worker *w = s->worker;
    hold(s, s->body.len + s->given.bytes.len);
    const bool fits = has_room(portion_of(w, s->drawn).bytes, w->shadow_bytes, BYTES_MAX);
    const char *why = s->bare ? s->bare : s->lost;
    if (why || !fits) {
        pass_by(s, why ? why : COMPARING_CROWDED);
        return;
    }
    if (has_turn(s)) {
        take_turn(s);
        begin(s);
    } else {
        list_push(&w->shadow_queue, &s->link);
    }
}

void comparing_begin(struct shadow *s, struct view *v)
{
    s->view = view_ref(v);
    s->owing.route = s->pair.route;
    loop_post_lent(s->worker->loop, &s->post, go_on, s);
}
