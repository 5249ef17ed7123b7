// SPDX-License-Identifier: Apache-2.0
//
// plan - where a call that leaves the choice to a route may go, in the order of preference, and
// why. Made once, before the first attempt; what follows a failed one is read from it. Which one an
// attempt is at says its target's place.
//
//   small a   small b   large c   large d        the small side first: what fails goes on to the
//   ^ first   --next--> --next--> --next-->      right, and never from the large side to the small
//                       ^ escalation

#ifndef REQUEST_PLAN_H
#define REQUEST_PLAN_H

#include "config/route.h"
#include "core/choice.h"
#include "request/conversation.h"
#include "request/opening.h"
#include "request/req.h"
#include "verify/breakeven.h"

#define PLAN_ESCALATED "escalated" // why a target: an answer of the small side was not good enough
#define PLAN_FALLBACK  "fallback"  // ... the one before it failed, or was passed over
#define PLAN_AFTER_ALL "the large side failed" // why an answer is given that was not good enough

struct candidate {
    struct target target; // its place is that in the list
    enum side side;
    struct str full; // "provider/model", as the configuration has it
    uint32_t weight; // its part of the calls of those beside it that have one; 0: none was written
    // NULL: it may be used; else why not, a few words: "model unknown", "key", "dialect", ...
    const char *out;
    bool in_turn;       // of those that take turns it is the one, whatever bars it; or they do not
    const char *barred; // NULL: it is fit; else why it is passed over while another can be asked
    bool unpaid;        // ... a budget refused the call there
    bool asked;         // an attempt was made there
    const struct sheet *sheet;       // what is charged there; NULL: not known, or it is out
    enum price_state expected_state; // of `expected`
    struct money expected;           // what the call is expected to cost there, as of these tokens:
    int64_t input, cached, output;   // all that goes in, what of it a cache has, what comes out
};

// As its attempts end (request/decided.h).
struct plan_end {
    struct money spent; // by all of them
    bool unpriced;      // ... and by one whose cost is not known
    bool compared;      // the last one's usage has a price at the large side's first:
    struct money large;
};

// A budget refused the call at these; this is the one that may cost least.
struct plan_denied {
    bool there;
    struct nano amount;     // what it may cost there
    struct str text, purse; // in the call's arena
    bool paused;
};

struct plan {
    struct plan_end end;
    struct plan_denied denied;
    struct breakeven_call tried; // what its small side's attempts that were verified cost

    const struct config_route *route; // as long as the call's view
    bool matched;                     // by its match; else it was asked for by name
    struct candidate *list;           // in the order of preference; in the call's arena
    unsigned count;
    bool given_after_all;   // the large side was asked for a better answer, and had none
    bool passed;            // one was passed over since the call's first record was made
    struct opening opening; // of the call: which others are like it
    uint64_t task;          // its traits' where it has a choice of sides, else its opening's
    struct str traits;      // packed without words; empty where it has no choice of sides
    struct str words;       // packed with them, of a call that is to be compared; else empty
    uint32_t shadow_ppm;    // it is to be compared, as are so many; 0: it is not
    uint64_t scored_of;     // the models that it was judged for (route/model.h)
    bool provable;          // pairs can be of calls like it; false also where nobody had to ask
    struct str given; // of the small side: whose answer is given, were nothing barred and none bad
    struct str match; // what led here, as its records have it: made once
    struct conversation session; // its names, by its route's `sticky`

    struct choice_call known;  // of the call, when its side was chosen
    struct choice_made choice; // of the side that goes first
};

// Makes r->plan where the call leaves the choice to a route: by x-costlens-route, by a route's name
// or by `auto` in the place of a model's. NEXT: r->plan and the attempt's target are set, or it is
// none of a route's, and r->plan is NULL. WAIT: an Ollama is asked. END: it was refused.
enum flow plan_make(struct req *r);

// The next candidate behind the attempt's target, for a reason. False: there is none.
bool plan_next(const struct req *r, enum again_for why, struct target *out) MUST_USE;
// The attempt's target is left without having been asked, for that reason, and the next one is
// asked instead; or nobody is. Without a plan, nothing.
void plan_pass(struct req *r, enum again_for why);
// The attempt is at the small side of a route.
bool plan_small(const struct req *r);
// The attempt's target is asked: no other candidate that is the same model is asked by the call.
void plan_asked(struct req *r);
// A certificate sends the call to the small side. It is of one model (plan.given) and of the one
// that is first in line, so no other of that side answers, but where a budget wants a cheaper one.
bool plan_promised(const struct plan *p);
// Another model that the call may ask by its route. False: it may not, or nobody has it.
bool plan_target(const struct req *r, struct str full, struct target *out) MUST_USE;
// What stands in the attempt's row as its `route`: "route support: small". In the arena.
struct str plan_word(struct req *r);
// Puts into the attempt's entry why it goes there (core/decision.h). Without a plan, nothing.
void plan_record(struct req *r);

#endif
