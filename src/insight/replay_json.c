// SPDX-License-Identifier: Apache-2.0

#include <math.h>

#include "insight/figures.h"
#include "insight/refusals.h"
#include "insight/replay_notes.h"
#include "route/share.h"

static void write_share(struct json_out *o, const char *name, double share)
{
    figure_share(o, name, llround(share * SHARE_PPM));
}

// An end that is not finite is not known.
static void write_end(struct json_out *o, const char *name, double end, enum share_to to)
{
    if (isfinite(end))
        figure_share(o, name, share_steps(end, SHARE_PPM, to));
    else
        json_out_null(o, name);
}

// No narrower than it is.
static void write_interval(struct json_out *o, bool open, double low, double high)
{
    write_end(o, "low", open ? -HUGE_VAL : low, SHARE_DOWN);
    write_end(o, "high", open ? HUGE_VAL : high, SHARE_UP);
}

// --- costs ---

// By how much the forecasts of all calls that need one err, as far as it is known: what those of
// one side err by says nothing of the other's.
static struct estimated err(const struct replay *r)
{
    struct estimated all = {0, 0, 0};
    for (int side = SIDE_SMALL; side < SIDE_COUNT; side++) {
        const struct replay_forecasts *f = &r->forecasts[side];
        if (f->calls == 0 || f->erred.count == 0)
            continue;
        const struct estimated one = estimate_mean(&f->erred);
        const double n = (double)f->calls;
        all.is += n * one.is;
        all.low += n * one.low;
        all.high += n * one.high;
    }
    return all;
}

static void write_would(const struct replay *r, struct json_out *o)
{
    const double second = r->cascades ? r->second / (double)r->cascades : 0;
    const int128 base = r->was + r->more + (int128)round((double)r->checked_second * second);
    const struct estimated erred = err(r);
    struct refusals refused;
    refusals_of(r, &refused);
    figure_usd(o, "would", true, base + (int128)round(erred.is + refused.cost.is));
    if (replay_unseen(&r->forecasts[SIDE_SMALL]) || replay_unseen(&r->forecasts[SIDE_LARGE]) ||
        replay_costs_open(r)) {
        json_out_null(o, "low");
        json_out_null(o, "high");
        return;
    }
    const int128 low = base + (int128)floor(erred.low + refused.cost.low);
    figure_usd(o, "low", true, low > 0 ? low : 0);
    figure_usd(o, "high", true, base + (int128)ceil(erred.high + refused.cost.high));
}

static void write_cost(const struct replay *r, struct json_out *o)
{
    if (r->priced == 0) {
        json_out_null(o, "cost_usd");
        return;
    }
    const struct replay_forecasts *small = &r->forecasts[SIDE_SMALL];
    const struct replay_forecasts *large = &r->forecasts[SIDE_LARGE];
    struct refusals refused;
    json_out_begin(o, "cost_usd", '{');
    json_out_number(o, "calls", r->priced);
    figure_usd(o, "was", true, r->was);
    write_would(r, o);
    json_out_number(o, "forecast", small->calls + large->calls);
    json_out_number(o, "seen", small->erred.count + large->erred.count);
    refusals_of(r, &refused);
    if (r->checked && (r->cascades || !r->guessed.calls))
        write_share(o, "escalated", refused.share);
    else
        json_out_null(o, "escalated");
    json_out_end(o, '}');
}

// --- quality ---

static void write_loss(struct json_out *o, const char *name, const struct replay_pairs *p,
                       bool open)
{
    if (p->count == 0) {
        json_out_null(o, name);
        return;
    }
    const struct loss loss = loss_of(p->list, p->count);
    json_out_begin(o, name, '{');
    json_out_number(o, "pairs", (int64_t)p->count);
    write_share(o, "is", loss.is);
    write_interval(o, open, loss.low, loss.high);
    json_out_end(o, '}');
}

static void write_rating(struct json_out *o, const char *name, const struct estimate_ratio *e,
                         bool open)
{
    if (e->count == 0) {
        json_out_null(o, name);
        return;
    }
    const struct estimated mean = estimate_mean(e);
    json_out_begin(o, name, '{');
    json_out_number(o, "calls", e->count);
    write_share(o, "is", mean.is);
    write_interval(o, open, fmax(0, mean.low), fmin(1, mean.high));
    json_out_end(o, '}');
}

static void write_quality(const struct replay *r, struct json_out *o)
{
    const bool open = replay_quality_open(r);
    json_out_begin(o, "loss", '{');
    write_loss(o, "was", &r->pairs_was, false);
    write_loss(o, "would", &r->pairs_would, open);
    json_out_number(o, "unjudged", r->pairs_unjudged);
    json_out_end(o, '}');
    json_out_begin(o, "rated", '{');
    write_rating(o, "was", &r->rated_was, false);
    write_rating(o, "would", &r->rated_would, open);
    json_out_end(o, '}');
}

// --- the whole ---

static void write_retest(const struct replay *r, struct json_out *o)
{
    if (r->other_promise == 0) {
        json_out_null(o, "promise");
        return;
    }
    json_out_begin(o, "promise", '{');
    json_out_number(o, "calls", r->other_promise);
    json_out_number(o, "pairs", r->retest.pairs);
    if (r->retest.holds)
        figure_share(o, "threshold", r->retest.threshold);
    else
        json_out_null(o, "threshold");
    json_out_end(o, '}');
}

static void write_example(struct json_out *o, const struct replay_example *e)
{
    char id[UUID_TEXT];
    uuid_write(&e->id, id);
    json_out_begin(o, NULL, '{');
    json_out_text(o, "request", str_from(id, UUID_TEXT));
    json_out_text(o, "was", str_of(e->was));
    if (e->would[0])
        json_out_text(o, "would", str_of(e->would));
    else
        json_out_null(o, "would");
    json_out_text(o, "reason", str_of(e->why));
    json_out_end(o, '}');
}

static void write_refused(const struct replay *r, struct json_out *o)
{
    json_out_begin(o, "refused", '{');
    for (unsigned i = 0; i < r->refused_count; i++)
        json_out_number(o, r->refused[i].why, r->refused[i].calls);
    json_out_end(o, '}');
}

// A share of none is not known.
static void write_part(struct json_out *o, const char *name, double n, int64_t of)
{
    if (of > 0)
        write_share(o, name, n / (double)of);
    else
        json_out_null(o, name);
}

// To which side they go first, and which has answered.
static void write_shares(const struct replay *r, struct json_out *o)
{
    double newly = (double)r->guessed.answered;
    struct refusals refused;
    refusals_of(r, &refused);
    for (unsigned i = 0; i < r->shadowed.count; i++)
        newly += (double)r->by_shadow[i].answered;
    json_out_begin(o, "share_small", '{');
    write_part(o, "was", (double)r->small_was, r->made);
    write_part(o, "would", (double)r->small_would, r->made);
    json_out_end(o, '}');
    json_out_begin(o, "answered_small", '{');
    write_part(o, "was", (double)r->answered_was, r->answered);
    write_part(o, "would", (double)r->answered_would + newly - refused.answered, r->answered);
    json_out_end(o, '}');
}

void replay_write(const struct replay *r, struct json_out *o)
{
    json_out_begin(o, NULL, '{');
    json_out_text(o, "route", r->policy->name);
    json_out_number(o, "calls", r->calls);
    json_out_number(o, "replayed", r->made);
    json_out_number(o, "changed", r->to_small + r->to_large + r->to_other);
    json_out_number(o, "to_small", r->to_small);
    json_out_number(o, "to_large", r->to_large);
    json_out_number(o, "to_other", r->to_other);
    write_refused(r, o);
    write_shares(r, o);
    write_cost(r, o);
    write_quality(r, o);
    write_retest(r, o);
    json_out_begin(o, "examples", '[');
    for (unsigned i = 0; i < r->example_count; i++)
        write_example(o, &r->examples[i]);
    json_out_end(o, ']');
    replay_notes(r, o);
    json_out_end(o, '}');
}
