// SPDX-License-Identifier: Apache-2.0

#include <math.h>

#include "insight/figures.h"
#include "insight/replay.h"

#define SHARE_UNIT 1e6
#define SEEN_LEAST 10 // forecasts of which it is known what they erred by, for an interval

static void write_share(struct json_out *o, const char *name, double share)
{
    figure_share(o, name, llround(share * SHARE_UNIT));
}

// An end that is not finite is not known.
static void write_interval(struct json_out *o, double low, double high)
{
    if (isfinite(low))
        write_share(o, "low", low);
    else
        json_out_null(o, "low");
    write_share(o, "high", high);
}

static double part(int64_t n, int64_t of)
{
    return of > 0 ? (double)n / (double)of : 0;
}

// --- costs ---

// It is not known well enough what the side's forecasts err by.
static bool is_unseen(const struct replay_forecasts *f)
{
    return f->calls && f->erred.count < SEEN_LEAST;
}

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
    const double checks =
        r->checked_large * part(r->escalated, r->cascades) + (double)r->checked_second * second;
    const int128 base = r->was + r->more + (int128)round(checks);
    const struct estimated erred = err(r);
    figure_usd(o, "would", true, base + (int128)round(erred.is));
    if (is_unseen(&r->forecasts[SIDE_SMALL]) || is_unseen(&r->forecasts[SIDE_LARGE])) {
        json_out_null(o, "low");
        json_out_null(o, "high");
        return;
    }
    const int128 low = base + (int128)round(erred.low);
    figure_usd(o, "low", true, low > 0 ? low : 0);
    figure_usd(o, "high", true, base + (int128)round(erred.high));
}

static void write_cost(const struct replay *r, struct json_out *o)
{
    if (r->priced == 0) {
        json_out_null(o, "cost_usd");
        return;
    }
    const struct replay_forecasts *small = &r->forecasts[SIDE_SMALL];
    const struct replay_forecasts *large = &r->forecasts[SIDE_LARGE];
    json_out_begin(o, "cost_usd", '{');
    json_out_number(o, "calls", r->priced);
    figure_usd(o, "was", true, r->was);
    write_would(r, o);
    json_out_number(o, "forecast", small->calls + large->calls);
    json_out_number(o, "seen", small->erred.count + large->erred.count);
    if (r->checked && r->cascades)
        write_share(o, "escalated", part(r->escalated, r->cascades));
    else
        json_out_null(o, "escalated");
    json_out_end(o, '}');
}

// --- quality ---

static void write_loss(struct json_out *o, const char *name, const struct replay_pairs *p)
{
    if (p->count == 0) {
        json_out_null(o, name);
        return;
    }
    const struct loss loss = loss_of(p->list, p->count);
    json_out_begin(o, name, '{');
    json_out_number(o, "pairs", (int64_t)p->count);
    write_share(o, "is", loss.is);
    write_interval(o, loss.low, loss.high);
    json_out_end(o, '}');
}

static void write_rating(struct json_out *o, const char *name, const struct estimate_ratio *e)
{
    if (e->count == 0) {
        json_out_null(o, name);
        return;
    }
    const struct estimated mean = estimate_mean(e);
    json_out_begin(o, name, '{');
    json_out_number(o, "calls", e->count);
    write_share(o, "is", mean.is);
    write_interval(o, fmax(0, mean.low), fmin(1, mean.high));
    json_out_end(o, '}');
}

static void write_quality(const struct replay *r, struct json_out *o)
{
    json_out_begin(o, "loss", '{');
    write_loss(o, "was", &r->pairs_was);
    write_loss(o, "would", &r->pairs_would);
    json_out_number(o, "unjudged", r->pairs_unjudged);
    json_out_end(o, '}');
    json_out_begin(o, "rated", '{');
    write_rating(o, "was", &r->rated_was);
    write_rating(o, "would", &r->rated_would);
    json_out_end(o, '}');
}

// --- what the figures do not say ---

// What a tier was taken for that nobody wrote, and by whose providers.
static void write_filled(const struct policy_route *p, const struct policy_side *s,
                         const char *side, struct json_out *o)
{
    struct buf models;
    if (!s->filled)
        return;
    buf_init(&models, &alloc_heap, 0);
    for (unsigned i = 0; i < s->count; i++)
        buf_printf(&models, "%s%.*s", i ? ", " : "", STR_ARG(s->models[i].name));
    json_out_note(o,
                  "the %s side is the tier `%.*s`, which no file names: it is taken as it is "
                  "proposed now by %s, %s",
                  side, STR_ARG(s->tier),
                  p->own_providers ? "the policy's providers"
                                   : "the providers of the configuration that holds, since the "
                                     "policy's file names none",
                  s->count ? buf_cstr(&models) : "without any model");
    buf_fini(&models);
}

// Whose models, and which calls.
static void note_calls(const struct replay *r, struct json_out *o)
{
    write_filled(r->policy, &r->policy->small, "small", o);
    write_filled(r->policy, &r->policy->large, "large", o);
    if (r->policy->unasked.len)
        json_out_note(o,
                      "what `%.*s` has, an Ollama of the policy's, is not known: no gateway asks "
                      "it",
                      STR_ARG(r->policy->unasked));
    if (r->older)
        json_out_note(o,
                      "%lld calls were decided by an earlier version, or have more models than "
                      "are kept: they are left out",
                      (long long)r->older);
    if (r->unjudged)
        json_out_note(o,
                      "%lld calls are left out: then they had one side, now they have both, and no "
                      "model has judged them",
                      (long long)r->unjudged);
    for (unsigned i = 0; i < r->refused_count; i++)
        json_out_note(o,
                      "%lld calls would be refused, and cost nothing: no model of the policy's can "
                      "take them (%s)",
                      (long long)r->refused[i].calls, r->refused[i].why);
    if (r->stranded)
        json_out_note(o,
                      "%lld calls would have no model to go on to from what has failed, or was "
                      "refused: they would end there",
                      (long long)r->stranded);
    if (r->unscored)
        json_out_note(o,
                      "%lld calls are left out: another model has scored them than the one that "
                      "the promise was tested with, and no pair has kept the words to do it anew. "
                      "So shares, costs and ratings lean to the days since that model is there: of "
                      "the days before only calls with a pair count",
                      (long long)r->unscored);
    if (r->scored)
        json_out_note(o,
                      "%lld calls are scored anew by the model that the promise was tested with: "
                      "of their pairs only those count in the loss that it has not learned from",
                      (long long)r->scored);
}

// Which the calls' records cannot tell.
static void note_unseen(const struct policy_route *p, struct json_out *o)
{
    if (p->other_ttft)
        json_out_note(o, "the policy's route has another `max_ttft`: it is not looked at, who was "
                         "too slow then is passed over");
    if (p->other_sticky)
        json_out_note(o, "the policy's route has another `sticky`: it is not looked at, sessions "
                         "stand where they stood");
}

static void note_forecasts(const struct replay_forecasts *f, const char *side, struct json_out *o)
{
    if (is_unseen(f))
        json_out_note(o,
                      "what %lld calls would cost at the %s side that go elsewhere, or are checked "
                      "by another model, is a forecast; %d pairs of them (`shadow`) would tell how "
                      "far it errs, and there are %lld",
                      (long long)f->calls, side, SEEN_LEAST, (long long)f->erred.count);
}

static void note_costs(const struct replay *r, struct json_out *o)
{
    if (r->made > r->priced)
        json_out_note(o,
                      "the cost of %lld calls is not known, of %s for one: they do not count "
                      "in the costs",
                      (long long)(r->made - r->priced), r->unpriced);
    note_forecasts(&r->forecasts[SIDE_SMALL], "small", o);
    note_forecasts(&r->forecasts[SIDE_LARGE], "large", o);
    if (r->checked && !r->cascades)
        json_out_note(o,
                      "%lld small answers would be verified, and none was: what escalations "
                      "cost is not known, and not counted",
                      (long long)r->checked);
    if (r->to_second && !r->seconds)
        json_out_note(o,
                      "a second model would be asked of up to %lld small answers (`agree`), and "
                      "was of none: what that costs is not known, and not counted",
                      (long long)r->to_second);
    if (r->policy->other_prices)
        json_out_note(
            o, "the policy's file has other prices: they are not looked at, all is by those that "
               "hold now");
}

static void note_risk(const struct replay *r, struct json_out *o)
{
    if (r->made && r->pairs_would.count == 0)
        json_out_note(o, "what it would risk is not known: there is no pair of the models that it "
                         "asks; give the route a `shadow: { budget: USD }`");
    if (r->pairs_other)
        json_out_note(o,
                      "%lld pairs are of other models than the policy would ask of their calls: "
                      "they tell nothing of what it would lose",
                      (long long)r->pairs_other);
    if (r->pairs_unjudged)
        json_out_note(
            o,
            "%lld of the pairs that its loss is of were judged by nobody: those whose call "
            "goes to the small side count as lost",
            (long long)r->pairs_unjudged);
    if (r->other_promise)
        json_out_note(o,
                      "the promise that held for %lld calls was another: their threshold is what a "
                      "test by %lld pairs gives now",
                      (long long)r->other_promise, (long long)r->retest.pairs);
    if (r->other_promise && r->policy->other_calls)
        json_out_note(o, "the policy's route takes other calls, checks answers otherwise, has "
                         "another judge, or asks other models first (`match`, `require`, `verify`, "
                         "`hold`, `judge`; order, `weight`, `max_cost`): of the pairs only those "
                         "prove its promise that came while all of that was so; the calls are "
                         "those that it had");
}

static void write_notes(const struct replay *r, struct json_out *o)
{
    json_out_begin(o, "notes", '[');
    note_calls(r, o);
    note_unseen(r->policy, o);
    note_costs(r, o);
    note_risk(r, o);
    json_out_end(o, ']');
}

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

// To which side they go first, and which has answered. Of small answers that would be checked, and
// were not, as many are refused as of the others.
static void write_shares(const struct replay *r, struct json_out *o)
{
    const double accepted = 1 - part(r->escalated, r->cascades);
    json_out_begin(o, "share_small", '{');
    write_part(o, "was", (double)r->small_was, r->made);
    write_part(o, "would", (double)r->small_would, r->made);
    json_out_end(o, '}');
    json_out_begin(o, "answered_small", '{');
    write_part(o, "was", (double)r->answered_was, r->answered);
    write_part(o, "would", (double)r->answered_would + accepted * (double)r->answered_checked,
               r->answered);
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
    write_notes(r, o);
    json_out_end(o, '}');
}
