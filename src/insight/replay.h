// SPDX-License-Identifier: Apache-2.0
//
// replay - the calls that a route has chosen for, chosen for anew under another policy: which go
// elsewhere, what that would have cost, and what it would have risked.
//
//   what was known of a call ──► core/choice.h under the policy ──► side, model
//   the same as then   its cost and its rating are what they were
//   another one        the cost that was expected there, and what such forecasts erred by: pairs
//                      have both sides' costs, each over the odds with which it is known
//   escalations        of answers that nobody has verified: as shadows show (refusals.h)
//   loss               of the pairs, each over its odds: both answers' quality is known there,
//                      wherever the call went
//
// A choice that was drawn counts over its propensity, too. M. Dudik, J. Langford, L. Li, "Doubly
// robust policy evaluation and learning" (2011).

#ifndef INSIGHT_REPLAY_H
#define INSIGHT_REPLAY_H

#include "base/json_out.h"
#include "insight/asked.h"
#include "insight/estimate.h"
#include "insight/halves.h"
#include "insight/logged.h"
#include "insight/loss.h"
#include "insight/policy.h"
#include "insight/shadowed.h"
#include "route/model.h"

#define REPLAY_EXAMPLES 5
#define REPLAY_TEXT     160 // bytes of a model's name
#define REPLAY_REASONS  16

// A call that goes elsewhere.
struct replay_example {
    struct uuid id;
    char was[REPLAY_TEXT], would[REPLAY_TEXT]; // models; empty: nobody would be asked
    const char *why;                           // static
};

// Calls that nobody could take, by what keeps the models out.
struct replay_refused {
    char why[40];
    int64_t calls;
};

// The threshold of a promise that is not the one which held (retest.h).
struct replay_retest {
    bool own; // scored by the route's own model, which is this:
    struct model model;
    struct halves halves; // of the pairs that it may have learned from
    int64_t pairs;        // it was tested by
    bool learns;          // the route would have learned something of its pairs (route/learner.h)
    bool holds;
    int64_t threshold; // in millionths; CHOICE_NOTHING: none
};

struct replay_pairs {
    struct evidence *list; // scored below 0 where they go to the small side
    size_t count, size;
};

// Calls that are not sure to go where they went.
struct replay_forecasts {
    int64_t calls;
    struct estimate_ratio erred; // what their forecasts erred by, of those of which it is known
};

// Small answers that would be verified, and were not.
struct replay_checks {
    int64_t calls;    // of which the costs are known
    int64_t answered; // that had an answer at all
    int64_t pairs;    // that have one of what a shadow had
    double large;     // what the large side costs for all `calls`, or is expected to
};

struct replay {
    const struct policy_route *policy;
    int64_t calls;    // that were chosen for; of them
    int64_t older;    // ... their record does not say what was known, or not of all candidates
    int64_t unjudged; // ... both sides could be used only now: no model has judged them
    struct replay_refused refused[REPLAY_REASONS]; // ... nobody could be asked
    unsigned refused_count;
    int64_t unscored; // ... another model has scored them than the one that the promise was tested
                      // with, and what it takes to do that anew was not kept
    int64_t made;     // ... and these are chosen anew. Of them
    int64_t scored;   // ... are scored anew: in the loss only pairs count that prove (halves.h)
    int64_t small_was, small_would;       // ask the small side first
    int64_t to_small, to_large, to_other; // go to another side, or to another model of the same
    int64_t stranded;                     // go nowhere from what has failed or was refused
    int64_t answered;                     // and by the small side:
    int64_t answered_was, answered_would; // ... would be, but for those that are verified newly
    // Costs, in picodollars.
    int64_t priced;
    int128 was;
    int128 more;                                   // by the forecast
    struct replay_forecasts forecasts[SIDE_COUNT]; // by the side that is asked first
    int64_t cascades, escalated;                   // small answers that were verified; and refused
    int64_t checked;                               // ... that would be, and were not:
    struct shadowed shadowed; // what tells how many of them would be refused (refusals.h),
    struct replay_checks by_shadow[SHADOWED_MOST]; // ... of those; of the others a guess:
    struct replay_checks guessed;
    int64_t large;          // calls that the large side has answered, of which shadows are asked
    uint32_t shadow_ppm;    // ... with these odds, at the most
    int64_t seconds;        // verified ones of which a second model was asked,
    double second;          // ... which cost so much
    int64_t to_second;      // calls of which it would be asked, and was not; of them
    int64_t checked_second; // ... those that were not verified at all
    char unpriced[REPLAY_TEXT]; // a model whose price is not known; empty: none
    int64_t rechecked;          // small answers that were verified, and would be
    int64_t unescalated;        // ... that were refused, and would be given
    // Calls whose side says what a cascade has paid (core/choice.h) with other models, or by other
    // checks.
    int64_t tried;
    int64_t reordered; // may find another model first at a side than the one that was (option.h)
    int64_t limited;   // go otherwise by a `max_cost` that is not the record's (option.h)
    // Of the large side's that go to the small one unverified: some of its answers to such calls
    // were refused, and are in no pair (shadowed.h).
    int64_t unheard;
    // Quality.
    struct replay_pairs pairs_was, pairs_would;
    bool certified; // some call came while a certificate held
    int64_t pairs_unjudged;
    int64_t pairs_other;   // of other models than the policy would ask: they are not among them
    int64_t pairs_unknown; // of calls that are scored anew: nor are these, and none stands for them
    struct estimate_ratio rated_was, rated_would;
    int64_t other_promise; // calls that were chosen for under another one, whose threshold this is:
    struct replay_retest retest;
    struct replay_example examples[REPLAY_EXAMPLES];
    unsigned example_count;
};

// Which calls.
struct replay_of {
    struct store *store;
    sqlite3 *db; // a reader of it
    struct span span;
    struct str state; // the folder, where routes have their models
};
// replay_fini ends it in any case.
enum status replay(const struct replay_of *of, const struct policy_route *policy,
                   struct replay *out, struct why *why) MUST_USE;
void replay_fini(struct replay *r);
// {"route","calls",...}: doc/replay.md tells its members.
void replay_write(const struct replay *r, struct json_out *o);

#endif
