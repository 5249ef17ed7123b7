// SPDX-License-Identifier: Apache-2.0

#include "insight/replay_notes.h"

#include "insight/refusals.h"

bool replay_unseen(const struct replay_forecasts *f)
{
    return f->calls && f->erred.count < REPLAY_SEEN_LEAST;
}

// Small answers would be verified otherwise than such answers ever were.
static bool is_checked_otherwise(const struct replay *r)
{
    return r->policy->other_checks && r->rechecked + r->checked > 0;
}

// Calls that go elsewhere, or are escalated otherwise, and so may take their session there.
static int64_t swaying(const struct replay *r)
{
    const int64_t moved = r->to_small + r->to_large + r->to_other;
    return r->policy->sticky.len ? moved + r->unescalated + r->checked : 0;
}

// What a call finds first is no matter of what is known of it.
static bool is_placed_otherwise(const struct replay *r)
{
    return r->reordered || (r->policy->other_sticky && r->made) || swaying(r) || r->limited;
}

bool replay_costs_open(const struct replay *r)
{
    return r->policy->other_match || is_checked_otherwise(r) || is_placed_otherwise(r) ||
           r->unheard || r->tried || r->guessed.calls || (r->checked && r->policy->sways) ||
           (r->to_second && !r->seconds);
}

bool replay_quality_open(const struct replay *r)
{
    return r->policy->other_match || is_checked_otherwise(r) || is_placed_otherwise(r) ||
           r->unheard || r->tried || r->unescalated;
}

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
                         "stand where they stood, and nothing has an interval");
    if (p->other_limits)
        json_out_note(o,
                      "the policy's file has other budgets or keys: they are not looked at, what "
                      "was refused, or sent to another model, is as it was");
}

static void note_places(const struct replay *r, struct json_out *o)
{
    if (r->reordered)
        json_out_note(o,
                      "%lld calls would find the models of a side in another order (the policy's, "
                      "its `weight`s, or that of a session): it is not looked at, they stay with "
                      "the model that was first, and nothing has an interval",
                      (long long)r->reordered);
    if (swaying(r) && !r->policy->other_sticky)
        json_out_note(o,
                      "%lld calls would go elsewhere, or be checked otherwise, and with `sticky` "
                      "others of their session after them: these stand where they stood, and "
                      "nothing has an interval",
                      (long long)swaying(r));
    if (r->limited)
        json_out_note(
            o,
            "%lld calls would go otherwise by a `max_cost` that is not the record's: it is "
            "compared with the costs that were expected then. A gateway with that limit "
            "expects less, by a model's own answers where they are shorter, and of one "
            "that never answered next to nothing: it may ask what is left out here, and "
            "nothing has an interval",
            (long long)r->limited);
    if (r->unheard)
        json_out_note(o,
                      "%lld calls would go from the large side to the small one, unverified: some "
                      "answers that shadows had to such calls were refused, and are in no pair. "
                      "What they cost and how bad they are is not in the figures, and nothing has "
                      "an interval",
                      (long long)r->unheard);
}

// What no interval is told for.
static void note_open(const struct replay *r, struct json_out *o)
{
    note_places(r, o);
    if (r->policy->other_match)
        json_out_note(o, "the policy's route takes other calls (its `match`, or that of a route "
                         "before it): which ones, no record tells. The figures are of the calls "
                         "that it had, and have no interval");
    if (is_checked_otherwise(r))
        json_out_note(o,
                      "the policy's route checks answers otherwise (`verify`, `hold`): how many of "
                      "%lld small answers it would refuse is not known. As many are taken to be "
                      "refused as were, and costs and loss have no interval",
                      (long long)(r->rechecked + r->checked));
    if (r->unescalated)
        json_out_note(o,
                      "%lld small answers that a verifier has refused would be given: they are in "
                      "no pair. The loss is more than that of the pairs by as much as they are "
                      "bad, and has no interval",
                      (long long)r->unescalated);
    if (r->tried)
        json_out_note(o,
                      "%lld calls go by whether asking the small side first has paid, as it was "
                      "measured with other models or checks: a gateway goes by that, too, until "
                      "its own calls tell otherwise. What is true of the policy's is not known, "
                      "and nothing has an interval",
                      (long long)r->tried);
}

static void note_forecasts(const struct replay_forecasts *f, const char *side, struct json_out *o)
{
    if (replay_unseen(f))
        json_out_note(o,
                      "what %lld calls would cost at the %s side that go elsewhere, or are checked "
                      "by another model, is a forecast; %d pairs of them (`shadow`) would tell how "
                      "far it errs, and there are %lld",
                      (long long)f->calls, side, REPLAY_SEEN_LEAST, (long long)f->erred.count);
}

// Small answers that are verified newly.
static void note_refusals(const struct replay *r, struct json_out *o)
{
    struct refusals refused;
    refusals_of(r, &refused);
    if (r->guessed.calls && r->cascades)
        json_out_note(o,
                      "%lld small answers would be verified of a kind that was not: of other "
                      "calls, or by another model. As many are taken to be refused as of the %lld "
                      "that were, and the costs have no interval",
                      (long long)r->guessed.calls, (long long)r->cascades);
    else if (r->guessed.calls)
        json_out_note(o,
                      "%lld small answers would be verified, and none was: what escalations "
                      "cost is not known, and not counted",
                      (long long)r->guessed.calls);
    if (refused.asked)
        json_out_note(o,
                      "%lld small answers would be verified of calls that the large side has "
                      "answered: of %lld such answers that shadows had verifiers have refused "
                      "%lld, and as many are taken to be escalated%s",
                      (long long)(r->checked - r->guessed.calls), (long long)refused.asked,
                      (long long)refused.refused,
                      refused.any_of_them && !replay_costs_open(r)
                          ? ". Which of these calls would come to the small side "
                            "is not known: the interval is right for any"
                          : "");
    if (refused.asked && r->policy->sways)
        json_out_note(o, "`agree`, `http` and `logprob` are asked of no shadow: what they would "
                         "refuse is not known, and the costs have no interval");
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
    note_refusals(r, o);
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
    if (r->pairs_unknown)
        json_out_note(o,
                      "%lld pairs of calls that are scored anew do not say whether the model has "
                      "learned from them (they are of an earlier version, older than what a look "
                      "goes back to, or belong together with some that it has and some that it has "
                      "not): they are not in the loss, nor is any other for them",
                      (long long)r->pairs_unknown);
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

void replay_notes(const struct replay *r, struct json_out *o)
{
    json_out_begin(o, "notes", '[');
    note_calls(r, o);
    note_unseen(r->policy, o);
    note_open(r, o);
    note_costs(r, o);
    note_risk(r, o);
    json_out_end(o, ']');
}
