// SPDX-License-Identifier: Apache-2.0

#include "request/shadowing.h"

#include "gate/gate_state.h"
#include "gate/learned.h"
#include "request/availability.h"
#include "request/comparing.h"
#include "request/plan.h"
#include "request/ranking.h"
#include "request/side.h"
#include "request/verifying.h"
#include "route/talk.h"

#define WAITING_MAX 256 // of a worker's pairs, for the disk, beside those that are under way
#define HTTP_ERROR  400
#define BARE_MAX    1024 // of those of which the other side is not asked, from their beginning on

bool shadowing_may(const struct req *r)
{
    const struct demand *d = &r->ask.demand;
    return !d->stored_context && !d->server_tools && !d->web_search && !d->background &&
           !demand_media(d) && demand_choices(d) == 1 && r->ask.json &&
           r->ask.body.len <= COMPARING_BODY_MOST;
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

// Why a call that is drawn is none that can be compared; or NULL.
static const char *unfit(const struct req *r)
{
    if (!shadowing_may(r))
        return "It has several answers, images, files, tools of its provider, what is kept there, "
               "or a long body.";
    if (!side_first(r->plan, SIDE_SMALL) || !side_first(r->plan, SIDE_LARGE))
        return "One of the route's sides has no model for it.";
    return side_given(r->plan) ? NULL
                               : "The second model that has to agree is none of the small side's.";
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

static struct str talk_packed(struct shadow *s, const struct req *r)
{
    struct talk talk;
    uint8_t bytes[TALK_BYTES];
    talk_of(json_root(r->ask.json), &talk);
    talk_name(&talk, r->key->name, tags_get(&r->attempt.entry.tags, "session"));
    return arena_dup(&s->arena, str_from((const char *)bytes, talk_pack(&talk, bytes)));
}

static bool fill(struct shadow *s, const struct req *r)
{
    s->route = map_get(&r->view->snapshot->routes, r->plan->route->name); // a plan's may be its own
    s->drawn = drawn_at(gate_drawn(r->worker->gate), s->route->name);
    s->pair.id = r->id;
    s->pair.at_us = r->start_us;
    s->pair.route = arena_dup(&s->arena, s->route->name);
    s->pair.propensity_ppm = r->plan->shadow_ppm;
    s->pair.task = r->plan->task;
    s->pair.traits = arena_dup(&s->arena, r->plan->words);
    s->pair.talk = talk_packed(s, r);
    s->pair.scored = r->plan->scored_of;
    s->pair.by_score = choice_by_score(&r->plan->known) && r->plan->provable;
    s->pair.promised = choice_promised(&r->plan->known.judged);
    s->pair.calls = arena_dup(&s->arena, learned_calls_of(r->view->snapshot->learned, s->route));
    s->pair.doubts = learned_doubts(r->view->snapshot->learned, r->plan->route);
    s->pair.asked = s->pair.judge_cost.known = !s->bare;
    s->output_asked = r->ask.demand.output_max;
    own_found(s, r);
    if (!s->bare)
        buf_add(&s->body, r->ask.body);
    return s->drawn && own_key(s, r) && !arena_failed(&s->arena) && !buf_failed(&s->body);
}

// Why nothing of it can be kept just now; or NULL.
static const char *stuffed(const struct worker *w)
{
    return __atomic_load_n(&w->shadow_bare, __ATOMIC_RELAXED) >= BARE_MAX
               ? "Too many pairs wait for the ledger's file."
               : NULL;
}

// Why the other side is asked of no more just now; or NULL. What is begun is kept: there is room
// for all of these. Of any other it is kept that it was drawn, since bursts may be like no other
// calls.
static const char *engaged(const struct req *r)
{
    struct worker *w = r->worker;
    if (w->draining)
        return COMPARING_STOPPED;
    if (comparing_crowded(w, drawn_at(gate_drawn(w->gate), r->plan->route->name), r->ask.body.len))
        return COMPARING_CROWDED;
    return __atomic_load_n(&w->shadow_waits, __ATOMIC_RELAXED) >= WAITING_MAX
               ? "Too many pairs wait for the ledger's file."
               : NULL;
}

static void pass_over(const struct req *r, enum shadow_end end, const char *why)
{
    struct drawn_route *drawn = drawn_at(gate_drawn(r->worker->gate), r->plan->route->name);
    r->worker->metrics.shadows[end]++;
    if (drawn)
        drawn_count(drawn, end, str_of(why));
}

// `bare`: why the other side is not asked; NULL: it is.
static struct shadow *make(const struct req *r, const char *bare)
{
    struct shadow *s = comparing_new(r->worker);
    if (s)
        s->bare = bare;
    if (!s || fill(s, r))
        return s;
    comparing_free(s);
    return NULL;
}

void shadowing_begin(struct req *r)
{
    if (r->shadow || r->plan->shadow_ppm == 0 || endpoint_free(r->found.endpoint))
        return;
    const char *never = unfit(r), *now = stuffed(r->worker);
    if (never || now) {
        pass_over(r, never ? SHADOW_END_UNFIT : SHADOW_END_BUSY, never ? never : now);
        return;
    }
    struct shadow *s = make(r, engaged(r));
    if (!s) {
        pass_over(r, SHADOW_END_BUSY, "There is no memory for it.");
        return;
    }
    comparing_enter(s);
    r->shadow = s;
    r->said = s->bare ? NULL : &s->given;
}

// The model of that side whose answer would be given, and that is not to be left alone now. What a
// certificate may be of goes before what stands in for it.
static bool fit_side(const struct req *r, enum side side, struct str *full)
{
    const struct plan *p = r->plan;
    bool found = false;
    for (unsigned i = 0; i < p->count; i++) {
        const struct candidate *c = &p->list[i];
        const bool given = side == SIDE_SMALL && str_eq(c->full, p->given);
        if (c->out || c->side != side || (found && !given) || ranking_barred(r, p, c) ||
            (side == SIDE_SMALL && !side_gives(p, c)))
            continue;
        *full = c->full;
        found = true;
    }
    return found;
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

// Whether or not the answers will need one: which calls have a pair must not depend on that.
static bool lacks_judge(const struct shadow *s, const struct req *r)
{
    struct target t;
    return !s->route->shadow.unjudged &&
           resolve_prefixed(r->view->snapshot, comparing_judge(s), &t) == REFUSAL_NONE &&
           availability_bar(r, &t) != BAR_NONE;
}

// NULL; or why its answer is not compared, and how it ends. Where the small side was asked, and the
// large one has answered, that is no loss of the route's. Its client may have left since the answer
// was bad: so that of its side is asked for once more.
static const char *take_answer(struct shadow *s, const struct req *r, enum shadow_end *end)
{
    const struct attempt *a = &r->attempt;
    const struct candidate *c = &r->plan->list[a->target.place];
    const bool large = c->side == SIDE_LARGE;
    struct str own, other;
    const bool broken = a->entry.outcome == OUTCOME_INCOMPLETE && !large;
    *end = SHADOW_END_UNFIT;
    s->anew = a->entry.outcome == OUTCOME_LEFT && a->refusal == REFUSAL_NONE &&
              a->entry.http_status < HTTP_ERROR;
    if ((!s->anew && !broken && a->entry.outcome != OUTCOME_OK) || r->worker->cut)
        return "It failed, or was cut as the gateway stopped.";
    if (!find_own(r, c, &own))
        return "A model of neither side has answered.";
    *end = SHADOW_END_ESCALATED;
    if (large && r->plan->choice.side == SIDE_SMALL)
        return "The small side's answer was not good enough, came too late to be looked at, or "
               "there was none.";
    *end = SHADOW_END_REFUSED;
    if (!fit_side(r, large ? SIDE_SMALL : SIDE_LARGE, &other))
        return "No model of the other side can be asked just now.";
    own = arena_dup(&s->arena, own);
    other = arena_dup(&s->arena, other);
    s->pair.served_strong = large;
    s->pair.weak = large ? other : own;
    s->pair.strong = large ? own : other;
    if (lacks_judge(s, r))
        return "Its judge cannot be asked just now.";
    if (broken)
        s->lost = DRAWN_BROKE_OFF;
    if (!s->anew) {
        *(large ? &s->pair.strong_cost : &s->pair.weak_cost) = comparing_cost(r);
        s->output_given = usage_output(&a->entry.usage);
        said_end(&s->given, r);
    }
    *end = SHADOW_END_FAILED;
    return arena_failed(&s->arena) ? COMPARING_STOPPED : NULL;
}

void shadowing_end(struct req *r)
{
    struct shadow *s = r->shadow;
    if (!s)
        return;
    enum shadow_end end;
    const char *why = take_answer(s, r, &end);
    r->shadow = NULL;
    r->said = NULL;
    if (why) {
        comparing_drop(s, end, str_of(why));
        return;
    }
    comparing_begin(s, r->view);
}

void shadowing_free(struct req *r)
{
    struct shadow *s = r->shadow;
    if (!s)
        return;
    r->shadow = NULL;
    r->said = NULL;
    comparing_drop(s, SHADOW_END_UNFIT, str_of("It ended before it had an answer."));
}
