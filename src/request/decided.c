// SPDX-License-Identifier: Apache-2.0

#include "request/decided.h"

#include "core/decision.h"
#include "request/matched.h"
#include "request/plan.h"
#include "request/verifying.h"

// --- the record ---

// What led here, in words.
static struct str match_of(struct req *r)
{
    struct plan *p = r->plan;
    struct buf text;
    char bytes[DECISION_TEXT_MAX + 1] UNSET;
    if (!p->matched)
        return (struct str)STR("asked for by its name");
    if (p->match.len)
        return p->match;
    buf_fixed(&text, bytes, DECISION_TEXT_MAX);
    matched_write(r, &p->route->match, &text);
    p->match = arena_dup(&r->arena, buf_str(&text));
    return p->match;
}

static struct decision_candidate candidate_of(const struct candidate *c)
{
    return (struct decision_candidate){.model = c->full,
                                       .side = c->side,
                                       .out = c->out ? str_of(c->out) : STR_NONE,
                                       .state = c->expected_state,
                                       .expected = c->expected,
                                       .passed = c->barred ? str_of(c->barred) : STR_NONE};
}

static void list_candidates(const struct req *r, struct decision *d)
{
    const struct plan *p = r->plan;
    const unsigned at = r->attempt.target.place;
    if (r->attempt.entry.attempt > 0) { // the others stand in the record of the first
        d->list[0] = candidate_of(&p->list[at]);
        if (r->attempt.second)
            d->list[0] = (struct decision_candidate){
                .model = verifying_second_name(r), .side = SIDE_SMALL, .state = PRICE_UNPRICED};
        d->count = 1;
        return;
    }
    for (; d->count < p->count && d->count < DECISION_CANDIDATES_MAX; d->count++)
        d->list[d->count] = candidate_of(&p->list[d->count]);
    d->chosen = at < d->count ? at : d->count;
}

// Of the first attempt the side's; of a later one why that.
static const char *reason_of(const struct req *r)
{
    bool first = r->attempt.entry.attempt == 0;
    return first ? choice_why_text(r->plan->choice.why) : r->attempt.target.reason;
}

// Words tell what was said, and are left out.
static struct str traits_for(const struct req *r)
{
    return r->attempt.entry.attempt > 0 ? STR_NONE : r->plan->traits;
}

// By a certificate what was not looked at in time is refused for that; so is a second answer that
// did not come, of which there is nothing to be told.
static enum decision_by by_of(const struct attempt *a)
{
    const enum decision_by by = decision_by_of(a->refused_by ? a->refused_by : a->unseen_by);
    if (!a->judged)
        return decision_by_unseen(by) ? by : DECISION_BY_NONE;
    const bool asked_last = by == DECISION_BY_NONE || by == DECISION_BY_HTTP;
    return a->silent && asked_last ? DECISION_BY_SILENT : by;
}

static struct decision_verdict verdict_of(const struct attempt *a)
{
    return (struct decision_verdict){.there = a->judged,
                                     .good = a->judged && !a->refused_by,
                                     .by = by_of(a),
                                     .told = a->sure_told,
                                     .sure = a->sure.ppm,
                                     .mean = a->sure.mean};
}

// As they were expected at the side that went first.
static void put_tokens(const struct plan *p, struct decision *d)
{
    const struct candidate *first = NULL;
    for (unsigned i = 0; i < p->count && !first; i++)
        first = p->list[i].side == p->choice.side && !p->list[i].out ? &p->list[i] : NULL;
    if (!first)
        return;
    d->input = first->input;
    d->output = first->output;
}

// What led to the side, and was known of the call.
static void put_choice(const struct req *r, struct decision *d)
{
    const struct plan *p = r->plan;
    d->side = p->choice.side;
    d->cascade = p->choice.cascade;
    d->scored = p->known.judged.there;
    d->score_ppm = p->choice.score;
    d->threshold_ppm = p->choice.threshold;
    d->propensity_ppm = p->choice.propensity_ppm;
    d->known = r->attempt.entry.attempt == 0;
    d->call = p->known;
    d->confined = r->confined != NULL;
    d->files_only = r->ask.demand.images <= 0 && r->ask.demand.files > 0;
    d->cut = p->count > DECISION_CANDIDATES_MAX;
    d->max_loss_ppm = p->route->max_loss_ppm;
    d->confidence_ppm = p->route->confidence_ppm;
    put_tokens(p, d);
}

// As it stands before the attempt has an end. Without memory there is none.
static void pack(struct req *r)
{
    const struct plan *p = r->plan;
    struct decision d UNSET;
    struct buf packed;
    char bytes[DECISION_BYTES_MAX + 1] UNSET;
    decision_clear(&d);
    d.route = p->route->name;
    d.mode = str_of(config_mode_name(p->route->mode));
    d.match = match_of(r);
    d.reason = str_of(reason_of(r));
    d.traits = traits_for(r);
    put_choice(r, &d);
    list_candidates(r, &d);
    buf_fixed(&packed, bytes, DECISION_BYTES_MAX);
    decision_pack(&d, &packed);
    r->attempt.decided = arena_get(&r->arena, packed.len);
    r->attempt.entry.decision = STR_NONE;
    if (!r->attempt.decided)
        return;
    memcpy(r->attempt.decided, packed.ptr, packed.len);
    r->attempt.entry.decision = str_from(r->attempt.decided, packed.len);
}

void plan_record(struct req *r)
{
    if (r->plan)
        pack(r);
}

// --- its end ---

// The one that has answered, if it is one of them: those before it were passed over, or had failed.
// Else the first that nothing bars; those in trouble would be asked where there is no other, but
// none that a budget refused.
static const struct candidate *first_large(const struct req *r)
{
    const struct plan *p = r->plan;
    const struct candidate *barred = NULL, *own = &p->list[r->attempt.target.place];
    if (own->side == SIDE_LARGE)
        return own;
    for (unsigned i = 0; i < p->count; i++) {
        const struct candidate *c = &p->list[i];
        if (c->side != SIDE_LARGE || c->out || c->unpaid)
            continue;
        if (!c->barred)
            return c;
        barred = barred ? barred : c;
    }
    return barred;
}

// Who has answered. NULL: a second model that is no candidate.
static const struct candidate *whose(const struct req *r)
{
    const struct plan *p = r->plan;
    if (!r->attempt.second)
        return &p->list[r->attempt.target.place];
    for (unsigned i = 0; i < p->count; i++)
        if (str_eq(p->list[i].full, verifying_second_name(r)))
            return &p->list[i];
    return NULL;
}

// Of so many tokens that have come, those that the other model would have answered: fewer in the
// proportion in which it is expected to, and never more. Where a route has a `max_cost` something
// else is expected (request/expected.h).
static int64_t tokens_at(const struct req *r, const struct candidate *other, int64_t tokens)
{
    const struct plan *p = r->plan;
    const struct candidate *came = whose(r);
    if (p->route->max_cost.n > 0 || (came && other->output >= came->output))
        return tokens;
    if (!came)
        return tokens < other->output ? tokens : other->output;
    return (int64_t)((int128)tokens * other->output / came->output);
}

// Its tokens at that model's prices. False: they have none.
static bool rate_at(const struct req *r, const struct candidate *c, struct money *out)
{
    const struct entry *e = &r->attempt.entry;
    struct usage u = e->usage;
    struct cost cost;
    u.count[BUCKET_OUTPUT] = tokens_at(r, c, u.count[BUCKET_OUTPUT]);
    u.has_reported = false;
    u.service = SERVICE_STANDARD; // tiers and regions of one vendor are not another's
    u.us_region = false;
    u.count[BUCKET_BUSY] = 0;
    rate(c->sheet, &u, e->start_us, &cost);
    *out = cost.total;
    return cost.state != PRICE_UNPRICED;
}

static bool compare(const struct req *r, struct money *out)
{
    const struct candidate *large = first_large(r);
    const struct entry *e = &r->attempt.entry;
    if (!large || e->followed || e->outcome != OUTCOME_OK)
        return false;
    if (large->target.place != r->attempt.target.place)
        return rate_at(r, large, out);
    *out = e->cost;
    return e->price_state != PRICE_UNPRICED;
}

static void count_way(struct req *r)
{
    struct way_counts *way = ways_at(&r->worker->metrics.ways, r->plan->route->name);
    const struct entry *e = &r->attempt.entry;
    if (!way || e->followed || !outcome_answered(e->outcome, e->ttft_us, e->http_status))
        return;
    if (r->plan->list[r->attempt.target.place].side == SIDE_SMALL)
        way->small++;
    else
        way->large++;
}

void decided_waits(struct req *r)
{
    const struct decision_verdict verdict = verdict_of(&r->attempt);
    if (r->plan && r->attempt.decided)
        decision_end(r->attempt.decided, &verdict, NULL);
}

void decided_end(struct req *r)
{
    struct plan *p = r->plan;
    const struct entry *e = &r->attempt.entry;
    struct money large = {0};
    if (!p)
        return;
    count_way(r);
    p->end.unpriced |= e->price_state == PRICE_UNPRICED;
    if (!money_add(p->end.spent, e->cost, &p->end.spent))
        p->end.unpriced = true;
    p->end.compared = compare(r, &large);
    p->end.large = large;
    if (p->passed)
        pack(r);
    const struct decision_verdict verdict = verdict_of(&r->attempt);
    if (r->attempt.decided)
        decision_end(r->attempt.decided, &verdict, p->end.compared ? &large : NULL);
}

// --- what its caller is told ---

// Beside what its row says of it: why its side goes first, or why it is given after all, or, of
// another try at the large one, what brought it there.
static struct str more_of(const struct req *r)
{
    const char *own = r->attempt.target.reason;
    if (r->plan->given_after_all)
        return str_of(PLAN_AFTER_ALL);
    if (own == side_name(SIDE_SMALL) || own == side_name(SIDE_LARGE))
        return str_of(choice_why_text(r->plan->choice.why));
    return r->attempt.escalated && !str_is(str_of(own), PLAN_ESCALATED) ? str_of(PLAN_ESCALATED)
                                                                        : STR_NONE;
}

void decided_fields(struct req *r, bool with_cost)
{
    const struct plan *p = r->plan;
    struct money saved;
    char text[DECIMAL_TEXT];
    if (!p)
        return;
    const struct str parts[] = {r->attempt.entry.route, STR(", "), more_of(r)};
    exchange_field(r->x, str_of("x-costlens-reason"),
                   arena_join(&r->arena, parts, parts[2].len ? 3 : 1));
    if (with_cost && p->end.compared && !p->end.unpriced &&
        money_add(p->end.large, (struct money){-p->end.spent.pd}, &saved))
        exchange_field(r->x, str_of("x-costlens-saved"), money_text(saved, text));
}
