// SPDX-License-Identifier: Apache-2.0
//
// costlens_route.h - the router of CostLens without its gateway: which calls a small model can
// answer, and a promise of what that costs in quality.
//
//   struct costlens_router *router;
//   struct costlens_features features;
//   struct costlens_choice choice;
//   costlens_router_open(NULL, "support.model", &router, NULL, 0);
//   costlens_features(NULL, prompt, "support", &features);
//   costlens_pick(router, &features, &choice);            // choice.side, .gain, .reason
//
//   costlens_outcome_add(router, &features, 0.8, 1.0, 1); // both were asked, and judged
//   costlens_certify(router, 0.02, 0.95, &certificate);   // from now on it holds for the picks
//
// A model file comes from `costlens route train`; NULL for its path is the one that is compiled in.
// The rules of costlens.h hold here, too; the only file that is touched is the model's, which is
// read once. A router belongs to one thread.

#ifndef COSTLENS_ROUTE_H
#define COSTLENS_ROUTE_H

#include "costlens.h"

#ifdef __cplusplus
extern "C" {
#endif

struct costlens_router;

// Opens a model's file. `alloc` is copied; NULL is the heap. COSTLENS_IO: it cannot be read;
// COSTLENS_DAMAGED: it was refused. The message (may be NULL) says why.
COSTLENS_PUBLIC enum costlens_status costlens_router_open(const struct costlens_alloc *alloc,
                                                          const char *path,
                                                          struct costlens_router **out,
                                                          char *message, size_t message_size);
// Between which two ("provider/model") it chooses, where the model was learned from several pairs.
COSTLENS_PUBLIC void costlens_router_pair(struct costlens_router *router, const char *small,
                                          const char *large);
COSTLENS_PUBLIC void costlens_router_close(struct costlens_router *router); // NULL is fine

// What a prompt looks like to the router: no text of it, but hashes of its words. To be copied and
// kept as it is, whole. What another version made is refused, and so is what none has made.
#define COSTLENS_FEATURES_WORDS 544
struct costlens_features {
    uint64_t opaque[COSTLENS_FEATURES_WORDS];
};
// `system` and `task` may be NULL; without a task the system prompt makes one. The first 4,096
// bytes are looked at.
COSTLENS_PUBLIC void costlens_features(const char *system, const char *prompt, const char *task,
                                       struct costlens_features *out);
// What the large model's answer is expected to be better by, in quality of 0 to 1: so -1 to 1, and
// held to that where a model's sum is beyond. NaN
// of features that are refused.
COSTLENS_PUBLIC double costlens_gain(const struct costlens_router *router,
                                     const struct costlens_features *features);

enum costlens_side { COSTLENS_SMALL = 0, COSTLENS_LARGE = 1 };

struct costlens_choice {
    enum costlens_side side;
    double gain;
    double threshold; // gains of at least that go to the large model; minus infinity: all do
    int certified;    // 1: the threshold has a certificate
    char reason[160]; // in a sentence
};

// By the certificate's threshold where there is one, else by the one that the model proposes, which
// is an estimate. Features that are refused go to the large model.
COSTLENS_PUBLIC void costlens_pick(const struct costlens_router *router,
                                   const struct costlens_features *features,
                                   struct costlens_choice *out);

// Some calls are asked of both models more often than others: `least`, above 0 and at most 1, are
// the lowest odds that any call has, whether or not one of those has come yet. To be declared
// before the first outcome; else all calls are asked alike, and the odds of each outcome are 1.
// What may be seldom seen may lose most: every outcome is held against it, so that a tenth of the
// odds wants some ten times the outcomes. COSTLENS_RANGE; COSTLENS_CONFLICT: there are outcomes.
COSTLENS_PUBLIC enum costlens_status costlens_router_odds(struct costlens_router *router,
                                                          double least);
// Outcomes from here on are of calls that belong together: turns of one conversation or agent, the
// same prompt again. They prove what one does, and none of them may be of a conversation of which
// the model has learned others. NULL, as at first: each is by itself.
COSTLENS_PUBLIC void costlens_router_conversation(struct costlens_router *router, const char *name);
// Both models have answered it: the quality of each, 0 to 1, and the odds with which calls like it
// are asked of both: 1, or from the declared ones on. None that the model was learned from: they
// prove nothing. An outcome weighs the declared odds over its own. Where what is asked of both does
// not depend on the call, odds of 1 are right for all, however seldom it is done. COSTLENS_RANGE,
// also for odds below those that were declared: without them there is no proof. COSTLENS_DAMAGED:
// the features are refused. COSTLENS_NO_MEMORY.
COSTLENS_PUBLIC enum costlens_status costlens_outcome_add(struct costlens_router *router,
                                                          const struct costlens_features *features,
                                                          double small, double large, double odds);

struct costlens_certificate {
    int certified;      // 1: some share can be promised; the numbers below are 0 without
    double threshold;   // gains below it go to the small model
    double share_small; // of the outcomes
    double loss;        // in them: 1 - quality of the routed / quality of the large model's
    double loss_upper;  // an estimate of what it loses at most; the promise is `loss` as asked for
    size_t outcomes;
};

// Tests what the outcomes carry: at most `loss` (above 0, below 1) with `confidence` (the same).
// Until the next one the picks are by it; those of a router that has lost its certificate all go to
// the large model. Each time is another chance to be wrong: the k-th spends risk / (k (k + 1)), the
// first one a half, as `costlens route certify` does; loss_upper is at that risk, too.
// COSTLENS_RANGE.
COSTLENS_PUBLIC enum costlens_status costlens_certify(struct costlens_router *router, double loss,
                                                      double confidence,
                                                      struct costlens_certificate *out);

#ifdef __cplusplus
}
#endif

#endif
