// SPDX-License-Identifier: Apache-2.0
//
// pairs - what both models of a route made of the same call, and how good either was: the evidence
// by which the loss of a route is known. No text of them is kept.
//
//   the caller's answer, by one side ---.
//                                       +-- judged --> a pair <-- what its caller says (feedback.h)
//   a shadow's answer, by the other ----'
//
// Quality is in millionths, 0 to 1,000,000. A verdict between the two is told so: an answer that is
// beaten has 0, one that is not has 1,000,000; a tie gives it to both. A caller's own score goes
// over it, when the pair is read:
//
//   of the weak model's answer     its quality is the score; the other one's is what was judged, or
//                                  else taken to be perfect, which can only overstate the loss
//   of the strong model's answer   its quality is the score, and the weak one's is at most that,
//                                  unless it was judged to be better; unjudged it stays unjudged
//   of one that both models gave   both have the score

#ifndef STORE_PAIRS_H
#define STORE_PAIRS_H

#include "base/random.h"
#include "core/choice.h"
#include "core/money.h"
#include "store/store.h"

#define PAIR_WHOLE_PPM  1000000 // quality 1, probability 1
#define PAIR_TRAITS_MAX 8192    // bytes
#define PAIR_TALK_MAX   128     // bytes

// X(ENUM, number, name): by what it was judged. The numbers are stored.
#define PAIR_JUDGED_MAP(X)                                                                     \
    X(NOT, 0, "not")                   /* the qualities mean nothing */                        \
    X(EXACT, 1, "exact")               /* both say the same */                                 \
    X(SCHEMA, 2, "schema")             /* one keeps to the schema that was asked for */        \
    X(MODEL, 3, "model")               /* a judge's two verdicts, the order swapped between */ \
    X(FEEDBACK, 4, "feedback")         /* its caller's score: set by who reads */              \
    X(CONTRADICTED, 5, "contradicted") /* a judge's, who took the same place twice */

enum pair_judged {
#define X(id, number, name) PAIR_JUDGED_##id = (number),
    PAIR_JUDGED_MAP(X)
#undef X
};
const char *pair_judged_name(enum pair_judged j); // static
bool pair_ruled(enum pair_judged j);              // by a judge

struct pair_cost {
    bool known; // else it has no price
    struct money is;
};

struct pair {       // slices of one that is read live during the call
    int64_t number; // rises, and none is given twice; set by who reads
    struct uuid id; // of the call
    int64_t at_us;  // ... and its start
    struct str tenant, route;
    uint64_t task;           // that its traits name; 0 = none
    struct str weak, strong; // "provider/model"
    uint64_t scored; // the pair that its route's model was asked of (route/model.h); 0: not known
    // Of which calls it is, checked how, by whose judgement (gate/terms.h); empty: an earlier
    // version's, nobody knows.
    struct str calls;
    bool by_score; // nothing else decides where its call goes (core/choice.h), as far as is known
    enum side promised; // by the certificate of that time (core/choice.h); NONE: there was none
    // How many parts of its route had been asked, ever, when it was chosen (gate/doubt.h); below 0:
    // not known.
    int64_t doubts;
    bool served_strong;      // its caller got the strong one's answer, else the weak one's
    uint32_t propensity_ppm; // with which a call like it became a pair; never 0
    struct str traits;       // packed; empty where none were taken
    struct str talk;         // packed (route/talk.h): what it belongs to; empty: nobody knows
    enum pair_judged judged;
    uint32_t weak_ppm, strong_ppm; // quality
    // The other side was, and a judge where one was needed; else neither has a cost. Of an earlier
    // version's it is so where one is known.
    bool asked;
    // What the calls cost: that of the side that was not served is the shadow's; so is the other
    // one where its client had left, which nothing here tells.
    struct pair_cost weak_cost, strong_cost, judge_cost;
};

// All of them, or none: BUSY at once where the ledger's lock is somebody else's, if only the
// store's own for a moment, or calls wait for it: try again. A call has one pair: CONFLICT where
// one has it already. Safe from any thread but for the loops' (it waits for the disk).
enum status store_pairs_add(struct store *s, const struct pair *const *pairs, unsigned count,
                            struct why *why) MUST_USE;
static inline enum status store_pair_add(struct store *s, const struct pair *p, struct why *why)
{
    return store_pairs_add(s, &p, 1, why);
}
// The last `most` of a route, or the `next` behind `after`, the oldest of them first, with what
// their callers said. Not from a loop.
struct pair_query {
    struct str tenant, route;
    int64_t after;    // numbers above it only,
    bool next;        // the first of them
    int64_t since_us; // calls from then on only
    int64_t most;     // 0 = all
    int64_t until;    // numbers up to it only; 0 = all
    int64_t rated_us; // those that were rated after it only; 0 = all
    bool judged;      // only those that somebody has judged
};
typedef void store_pair_f(void *context, const struct pair *p);
enum status store_pair_each(struct store *s, const struct pair_query *q, store_pair_f *f,
                            void *context, struct why *why) MUST_USE;
// The number behind which at most `most` of them were judged when they were kept, and at most as
// many were not, whatever their callers said: behind it none is left out for another. At least
// `after`. Not from a loop.
enum status store_pair_window(struct store *s, const struct pair_query *q, int64_t *after,
                              struct why *why) MUST_USE;

#endif
