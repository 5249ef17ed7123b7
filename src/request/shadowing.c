// SPDX-License-Identifier: Apache-2.0

#include "request/shadowing.h"

#include "base/clock.h"
#include "base/log.h"
#include "gate/drawn.h"
#include "gate/gate_state.h"
#include "gate/learned.h"
#include "request/inner.h"
#include "request/plan.h"
#include "request/ranking.h"
#include "request/verifying.h"
#include "shadow/judge.h"
#include "store/pairs.h"
#include "verify/verify.h"

#define BODY_BYTES_MOST (256 * KIB) // of a request that is asked again
#define TEXTS_MAX       (16 * KIB)
#define RUNNING_MAX     32  // of a worker
#define WAITING_MAX     256 // of its pairs, for the disk, beside those that run
#define VERDICTS        2   // of a judge: it is asked in either order
// The other answer may be so much longer than the first one; one that is cut there is not compared.
#define OUTPUT_TIMES 8
#define OUTPUT_LEAST 8192 // tokens

enum stage { STAGE_CHOSEN, STAGE_OTHER, STAGE_FIRST, STAGE_SECOND };

struct shadow {
    struct chore chore; // that keeps its pair
    struct post post;
    struct worker *worker;
    struct view *view; // NULL until it goes on by itself
    struct store *store;
    const struct config_route *route; // of the view
    struct drawn_route *drawn;        // the same route's
    int64_t owes;                     // 10^-9 USD: what its judge may cost, as `drawn` knows
    struct arena arena;               // of texts
    struct key key;
    enum stage stage;
    bool running; // counted among the worker's
    bool late;    // its other answer came when a stream is held back no longer
    struct endpoint_found found;
    struct str query;
    struct buf body;
    struct json *request; // of the body
    struct asked asked;
    struct said given;          // what its client was told
    struct answer small, large; // read, once both are there
    struct buf question;        // of the judge
    struct inner inner;
    enum judge_word first; // of the judge's words
    int64_t output_given;  // tokens
    struct pair pair;
};

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

static void shadow_free(struct shadow *s)
{
    must(!s->view);
    drop_texts(s);
    arena_fini(&s->arena);
    heap_free(s);
}

static void owe(struct shadow *s, int64_t now)
{
    if (now != s->owes)
        drawn_owe(s->drawn, now - s->owes);
    s->owes = now;
}

static void count(struct shadow *s, enum shadow_end end, struct str why)
{
    s->worker->metrics.shadows[end]++;
    drawn_count(s->drawn, end, why);
}

// What belongs to the worker's thread.
static void leave_worker(struct shadow *s)
{
    if (s->running)
        s->worker->shadow_count--;
    s->running = false;
    owe(s, 0);
    if (s->view)
        view_free(s->view);
    s->view = NULL;
    s->route = NULL;
}

static void keep(struct chore *c)
{
    struct shadow *s = list_of(c, struct shadow, chore);
    struct why why = {0};
    if (store_pair_add(s->store, &s->pair, &why) != STATUS_OK)
        log_say(LOG_WARN, "route %.*s: %s", STR_ARG(s->pair.route), why.text);
    __atomic_sub_fetch(&s->worker->shadow_waits, 1, __ATOMIC_RELAXED);
    shadow_free(s);
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

static void give_up(struct shadow *s, enum shadow_end end, struct str detail)
{
    complain(s, detail);
    count(s, end, detail);
    leave_worker(s);
    shadow_free(s);
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
    s->chore.run = keep;
    drop_texts(s);
    leave_worker(s);
    __atomic_add_fetch(&w->shadow_waits, 1, __ATOMIC_RELAXED);
    chores_add(gate_chores(w->gate, CHORE_KEEPS), &s->chore);
}

static void unjudged(struct shadow *s, struct str detail)
{
    complain(s, detail);
    finish(s, (struct ruling){.by = RULED_NOT}, detail);
}

// --- the calls that it makes ---

static struct pair_cost cost_of(const struct req *r)
{
    const struct entry *e = &r->attempt.entry;
    return (struct pair_cost){e->price_state != PRICE_UNPRICED, e->cost};
}

static void add_cost(struct pair_cost *sum, const struct req *r)
{
    const struct pair_cost c = cost_of(r);
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

// Only where its budget can pay for its judge, too: half a pair is worth nothing.
static void ask_other(struct shadow *s)
{
    if (!s->route->shadow.unjudged)
        owe(s, count_times(VERDICTS, drawn_verdict(s->drawn)));
    s->inner.beside = drawn_owed(s->drawn);
    int64_t most = count_times(s->output_given, OUTPUT_TIMES);
    s->inner.found = s->found;
    s->inner.query = s->query;
    s->inner.body = buf_str(&s->body);
    s->inner.full = s->pair.served_strong ? s->pair.weak : s->pair.strong;
    s->inner.output_max = most > OUTPUT_LEAST ? most : OUTPUT_LEAST;
    if (!ask(s, STAGE_OTHER, s->pair.served_strong ? "small" : "large"))
        give_up(s, SHADOW_END_FAILED, str_of("The gateway is being stopped, or has no memory."));
}

// --- compared ---

static bool judge_find(const struct shadow *s, struct str full, enum endpoint *out)
{
    const struct snapshot *now = s->view->snapshot;
    struct target t;
    if (resolve_prefixed(now, full, &t) != REFUSAL_NONE)
        return false;
    *out = judge_endpoint(now->config->providers[t.provider].dialect);
    return true;
}

static void ask_judge(struct shadow *s, enum stage stage)
{
    const struct str judge = s->route->shadow.judge.len ? s->route->shadow.judge : s->pair.strong;
    struct judge_question q = {.request = s->request,
                               .source = buf_str(&s->body),
                               .weak = &s->small,
                               .strong = &s->large,
                               .swapped = stage == STAGE_SECOND,
                               .model = judge};
    enum endpoint endpoint;
    random_bytes(&q.mark, sizeof q.mark);
    buf_clear(&s->question);
    if (!judge_find(s, judge, &endpoint)) {
        unjudged(s, str_of("The judge is no model of a provider."));
        return;
    }
    if (judge_write(&q, endpoint, &s->question) != STATUS_OK) {
        unjudged(s, str_of("The request and the answers are too long to be judged."));
        return;
    }
    s->inner.found = (struct endpoint_found){.endpoint = endpoint, .allow = "POST"};
    if (endpoint == ENDPOINT_GENERATE) { // whose path names a model
        s->inner.found.model = judge;
        s->inner.found.rest = str_of("v1beta");
        s->inner.found.method = str_of("generateContent");
    }
    s->inner.query = STR_NONE;
    s->inner.body = buf_str(&s->question);
    s->inner.full = judge;
    s->inner.output_max = JUDGE_OUTPUT_MAX;
    s->inner.beside = NULL;
    if (!ask(s, stage, "judge"))
        unjudged(s, str_of("The gateway is being stopped, or has no memory."));
}

static bool read_said(struct answer *a, const struct said *said)
{
    return said_whole(said) &&
           answer_read(a, said->endpoint, said->kind, buf_str(&said->bytes), &alloc_heap) &&
           !a->failed;
}

// Had it been asked first, the small side's answer would not have been given: the large side's is
// what runs. By what can be seen in the answer; nobody else is asked of it. What came too late is
// given without being looked at.
static bool is_escalated(const struct shadow *s)
{
    const struct config_route *r = s->route;
    const struct verify_case c = {.answer = &s->small, .asked = &s->asked};
    for (unsigned i = 0; s->pair.served_strong && !s->late && i < r->verifier_count; i++) {
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

// What cannot be compared is kept unjudged: which calls have a pair must not depend on what their
// answers are.
static void compare(struct shadow *s)
{
    struct answer *given = s->pair.served_strong ? &s->large : &s->small;
    struct answer *other = s->pair.served_strong ? &s->small : &s->large;
    if (!read_said(given, &s->given)) {
        unjudged(s, str_of("The answer that was given cannot be read, or is too long."));
        return;
    }
    if (!read_said(other, &s->inner.said)) {
        unjudged(s, str_of("The other answer cannot be read."));
        return;
    }
    if (other->finish == ANSWER_CUT && given->finish != ANSWER_CUT) {
        unjudged(s, str_of("The other answer is too long."));
        return;
    }
    if (is_escalated(s)) {
        count(s, SHADOW_END_ESCALATED, STR_NONE);
        leave_worker(s);
        shadow_free(s);
        return;
    }
    const struct ruling ruling = ruling_compare(&s->asked, &s->small, &s->large);
    if (ruling.by == RULED_NOT && !s->route->shadow.unjudged)
        ask_judge(s, STAGE_FIRST);
    else
        finish(s, ruling, STR_NONE);
}

static void other_ended(struct shadow *s, const struct req *r)
{
    *(s->pair.served_strong ? &s->pair.weak_cost : &s->pair.strong_cost) = cost_of(r);
    if (!inner_answered(r)) {
        give_up(s, r->recorded ? SHADOW_END_FAILED : SHADOW_END_REFUSED, error_of(r));
        return;
    }
    said_end(&s->inner.said, r);
    s->late = r->ask.demand.stream && loop_now_us(s->worker->loop) - r->start_mono_us >=
                                          s->route->hold_ms * (SECOND_US / 1000);
    compare(s);
}

static enum judge_word word_of(struct shadow *s, const struct req *r)
{
    struct answer a;
    answer_of(&a, STR_NONE, &alloc_heap);
    said_end(&s->inner.said, r);
    enum judge_word word = read_said(&a, &s->inner.said) ? judge_read(answer_text(&a)) : JUDGE_NONE;
    answer_fini(&a);
    return word;
}

static void judge_ended(struct shadow *s, const struct req *r)
{
    const struct reservation *held = &r->attempt.reservation;
    if (held->bounded)
        drawn_judge(s->drawn, held->most.n);
    owe(s, s->stage == STAGE_FIRST ? s->owes / VERDICTS : 0);
    if (r->recorded)
        add_cost(&s->pair.judge_cost, r);
    if (!inner_answered(r)) {
        unjudged(s, error_of(r));
        return;
    }
    enum judge_word word = word_of(s, r);
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
    if (s->stage == STAGE_OTHER)
        other_ended(s, r);
    else
        judge_ended(s, r);
}

// --- the call's own part ---

static bool other_side(const struct plan *p, enum side side, struct str *full)
{
    for (unsigned i = 0; i < p->count; i++) {
        if (p->list[i].out || p->list[i].side != side)
            continue;
        *full = p->list[i].full;
        return true;
    }
    return false;
}

bool shadowing_may(const struct req *r)
{
    const struct demand *d = &r->ask.demand;
    return !d->stored_context && !d->server_tools && !d->web_search && !d->background &&
           !demand_media(d) && demand_choices(d) == 1 && r->ask.json &&
           r->ask.body.len <= BODY_BYTES_MOST;
}

static uint32_t rate_of(const struct req *r, const struct config_route *route)
{
    bool certified = learned_certified(r->view->snapshot->learned, route);
    return certified ? route->shadow.rate_certified_ppm : route->shadow.rate_ppm;
}

// By the random part of its id: as probable as `ppm` says.
static bool falls_on(const struct req *r, uint32_t ppm)
{
    uint32_t dice;
    memcpy(&dice, r->id.bytes + sizeof r->id.bytes - sizeof dice, sizeof dice);
    return (uint64_t)dice * PAIR_WHOLE_PPM >> 32 < ppm;
}

uint32_t shadowing_draw(const struct req *r, const struct config_route *route)
{
    uint32_t ppm = route->shadow.on && !route->local_only ? rate_of(r, route) : 0;
    return ppm && falls_on(r, ppm) ? ppm : 0;
}

static bool is_chosen(const struct req *r)
{
    struct str ignored;
    return r->plan->shadow_ppm && !endpoint_free(r->found.endpoint) && shadowing_may(r) &&
           !r->worker->draining && other_side(r->plan, SIDE_SMALL, &ignored) &&
           other_side(r->plan, SIDE_LARGE, &ignored);
}

static void own_found(struct shadow *s, const struct req *r)
{
    struct arena *a = &s->arena;
    s->found = r->found;
    s->found.model = arena_dup(a, r->found.model);
    s->found.rest = arena_dup(a, r->found.rest);
    s->found.method = arena_dup(a, r->found.method);
    s->query = arena_dup(a, r->query);
}

static bool own_key(struct shadow *s, const struct req *r)
{
    struct tags tags = {0};
    struct buf packed;
    const struct str name[] = {STR(CONFIG_SHADOW), s->pair.route};
    s->key = (struct key){.name = arena_join(&s->arena, name, 2),
                          .tenant = arena_dup(&s->arena, r->key->tenant)};
    s->pair.tenant = s->key.tenant;
    if (tags_set(&tags, str_of("shadow"), s->pair.route) != STATUS_OK)
        return false;
    buf_init(&packed, &alloc_heap, 0);
    tags_pack(&tags, &packed);
    s->key.tags = arena_dup(&s->arena, buf_str(&packed));
    bool fine = !buf_failed(&packed);
    buf_fini(&packed);
    return fine;
}

static bool fill(struct shadow *s, const struct req *r)
{
    s->worker = r->worker;
    arena_init(&s->arena, &alloc_heap, KIB, TEXTS_MAX);
    buf_init(&s->body, &alloc_heap, BODY_BYTES_MOST);
    buf_init(&s->question, &alloc_heap, 0);
    said_init(&s->given);
    said_init(&s->inner.said);
    answer_of(&s->small, STR_NONE, &alloc_heap);
    answer_of(&s->large, STR_NONE, &alloc_heap);
    s->route = map_get(&r->view->snapshot->routes, r->plan->route->name); // a plan's may be its own
    s->drawn = drawn_at(gate_drawn(r->worker->gate), s->route->name);
    s->pair.id = r->id;
    s->pair.at_us = r->start_us;
    s->pair.route = arena_dup(&s->arena, s->route->name);
    s->pair.propensity_ppm = r->plan->shadow_ppm;
    s->pair.task = r->plan->task;
    s->pair.traits = arena_dup(&s->arena, r->plan->words);
    s->pair.scored = r->plan->scored_of;
    s->pair.by_score = choice_by_score(&r->plan->known);
    s->pair.promised = choice_promised(&r->plan->known.judged);
    s->pair.judge_cost.known = true;
    own_found(s, r);
    buf_add(&s->body, r->ask.body);
    return s->drawn && own_key(s, r) && !arena_failed(&s->arena) && !buf_failed(&s->body);
}

// Why no more are begun just now; or NULL. What is begun is kept: there is room for all that run.
static const char *too_many(const struct worker *w)
{
    if (w->shadow_count >= RUNNING_MAX)
        return "Too many other comparisons are under way.";
    return __atomic_load_n(&w->shadow_waits, __ATOMIC_RELAXED) >= WAITING_MAX
               ? "Too many pairs wait for the ledger's file."
               : NULL;
}

static void pass_over(const struct req *r, const char *why)
{
    struct drawn_route *drawn = drawn_at(gate_drawn(r->worker->gate), r->plan->route->name);
    r->worker->metrics.shadows[SHADOW_END_BUSY]++;
    if (drawn)
        drawn_count(drawn, SHADOW_END_BUSY, str_of(why));
}

void shadowing_begin(struct req *r)
{
    if (r->shadow || !is_chosen(r))
        return;
    const char *busy = too_many(r->worker);
    if (busy) {
        pass_over(r, busy);
        return;
    }
    struct shadow *s = alloc_zero(&alloc_heap, sizeof *s);
    if (s && !fill(s, r)) {
        shadow_free(s);
        s = NULL;
    }
    if (!s)
        return;
    s->running = true;
    r->worker->shadow_count++;
    r->shadow = s;
    r->said = &s->given;
}

// The client's call is over, and its bytes are on their way.
static void go_on(void *argument)
{
    struct shadow *s = argument;
    if (s->worker->draining ||
        json_open(buf_str(&s->body), &alloc_heap, &s->request, NULL) != STATUS_OK) {
        leave_worker(s);
        shadow_free(s);
        return;
    }
    asked_read(&s->asked, s->found.endpoint, json_root(s->request));
    ask_other(s);
}

// The first model of that side that is not to be left alone now.
static bool fit_side(const struct req *r, enum side side, struct str *full)
{
    const struct plan *p = r->plan;
    for (unsigned i = 0; i < p->count; i++) {
        const struct candidate *c = &p->list[i];
        if (c->out || c->side != side || ranking_barred(r, p, c))
            continue;
        *full = c->full;
        return true;
    }
    count(r->shadow, SHADOW_END_REFUSED,
          str_of("No model of the other side can be asked just now."));
    return false;
}

// Whose answer it is, where one of the small side's was to agree with another model's: that other's
// is given. False: it is of neither side.
static bool find_own(const struct req *r, const struct candidate *c, struct str *full)
{
    const struct plan *p = r->plan;
    *full = r->attempt.second ? verifying_second_name(r) : c->full;
    for (unsigned i = 0; i < p->count; i++)
        if (p->list[i].side == c->side && str_eq(p->list[i].full, *full))
            return true;
    return false;
}

// False: its answer is none that can be compared. Where the small side was asked, and the large one
// has answered, the small one's was not good enough, or there was none: that is no loss of the
// route's.
static bool take_answer(struct shadow *s, const struct req *r)
{
    const struct attempt *a = &r->attempt;
    const struct candidate *c = &r->plan->list[a->target.place];
    const bool large = c->side == SIDE_LARGE;
    struct str own, other;
    if (a->entry.outcome != OUTCOME_OK || (large && r->plan->choice.side == SIDE_SMALL) ||
        !find_own(r, c, &own) || !fit_side(r, large ? SIDE_SMALL : SIDE_LARGE, &other))
        return false;
    own = arena_dup(&s->arena, own);
    other = arena_dup(&s->arena, other);
    s->pair.served_strong = large;
    s->pair.weak = large ? other : own;
    s->pair.strong = large ? own : other;
    *(large ? &s->pair.strong_cost : &s->pair.weak_cost) = cost_of(r);
    s->output_given = usage_output(&a->entry.usage);
    said_end(&s->given, r);
    return !arena_failed(&s->arena);
}

void shadowing_end(struct req *r)
{
    struct shadow *s = r->shadow;
    if (!s)
        return;
    bool goes = take_answer(s, r);
    if (!goes)
        return; // it goes with the call
    r->shadow = NULL;
    r->said = NULL;
    s->view = view_ref(r->view);
    loop_post_lent(s->worker->loop, &s->post, go_on, s);
}

void shadowing_free(struct req *r)
{
    struct shadow *s = r->shadow;
    if (!s)
        return;
    r->shadow = NULL;
    r->said = NULL;
    leave_worker(s);
    shadow_free(s);
}
