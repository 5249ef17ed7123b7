// SPDX-License-Identifier: Apache-2.0
//
// learner - what a route has learned of its own pairs, and what of it may be promised.
//
//   pairs ──┬─ one half ────► learned from (train.h), beginning with the prior ──► model
//           └─ the other ───► scored by that model, never learned from ──────────► certificate
//
// Calls that belong together (talks.h) are of one half, or it were proved that a conversation is
// known by heart; and they prove what one does. Where the largest group is learned from, there may
// be one like it among those that are to come: what it has beyond the others is taken to be lost,
// too. Which half it is their group's number says: the same of the same pairs. A pair of which
// nobody knows what it belongs to is none: what it teaches another may prove.
//
// What holds is shown part by part: each task that has pairs enough is a part, and all other calls
// are one. Each has a threshold of its own, tested by its own pairs at its share of the risk; one
// that nothing is proved of has none. Losses add up: what no part loses more than, their sum does
// not either. So the promise is of all the parts at once, as calls are really sent.
//
//   risk of the k-th look, risk / (k (k + 1)) ─┬─ task 1   threshold 0.08
//                                              ├─ task 2   none: the large side
//                                              └─ the rest threshold 0.02
//
// A task whose pairs are too few to win at its share of the risk is no part: its calls are the
// rest's. Where the rest has too few, it is not tested, and has no share; where there is no other
// part, no risk is spent at all.
//
// A judge who contradicts himself says nothing of the answers. His ties would be taken for proof
// that nothing is lost, so where more than a third of his verdicts are such, nothing is certified.
// Nor is it where they outnumber his preferences. Whose words do not depend on what he reads, and
// are A with a chance of a, and B with b, contradicts himself in a² + b² of the pairs and prefers
// an answer in 2 a b, which is never more: so he may know nothing. That is asked where one verdict
// in LEARNER_CONTRADICTED_SOME is such, or more than half of what may be lost: fewer hide little. A
// judge who knows has a few where hardly any answer is better, which is where most can go to the
// small model.
//
//   rung        the side is chosen by                        what the next one needs
//   rules       the operator's rules and the prior           LEARNER_LEAST pairs
//   measured    the model, up to a threshold that loses on   a certificate
//               average what is allowed (estimate.h)
//   certified   the model, up to a threshold that has a certificate

#ifndef ROUTE_LEARNER_H
#define ROUTE_LEARNER_H

#include "core/choice.h"
#include "route/certificate.h"
#include "route/train.h"

#define LEARNER_PAIRS_MOST        12000 // the newest of a route, that are learned from or prove
#define LEARNER_LEAST             100   // pairs, both halves, before anything is learned
#define LEARNER_TASK_LEAST        500   // ... of a task, before it is looked at by itself
#define LEARNER_CONTRADICTED_PART 3  // more than one in so many verdicts: who judges knows nothing
#define LEARNER_CONTRADICTED_SOME 20 // from one in so many at most preferences must not be fewer
#define LEARNER_TASKS_MAX         32 // that are

// X(ENUM, name)
#define RUNG_MAP(X)         \
    X(RULES, "rules")       \
    X(MEASURED, "measured") \
    X(CERTIFIED, "certified")

enum rung {
#define X(id, name) RUNG_##id,
    RUNG_MAP(X)
#undef X
};
const char *rung_name(enum rung r); // static

// A call that both sides answered.
struct lesson {
    uint64_t group;              // that it belongs to; 0: not known
    const struct traits *traits; // borrowed for the call
    uint64_t pair;               // model_pair
    uint64_t scored;             // the pair that its route's model was asked of
    float weak, strong;          // quality
    bool unjudged;               // they mean nothing: it is no lesson, but may not be left out
    bool ruled;                  // a judge has compared them,
    bool contradicted;           // ... and contradicted himself
    bool swayed;        // something else than its score may send a call like it to the large side
    enum side promised; // by the certificate of its time
    bool proves;        // else it is only learned from, or dropped
    int64_t doubts;     // parts that had been asked when it was chosen; below 0: not known
};

struct learner {
    struct rows rows;       // learned from
    struct rows proof_rows; // ... and not; their pair is the scored one
    bool *unjudged;         // of the latter
    size_t unjudged_size, unjudged_count;
    size_t ruled, contradicted, preferred; // of those that prove: verdicts of a judge
};

// What holds of a part, or of all of them.
struct outlook {
    uint64_t task; // 0: none
    size_t pairs;  // tested on
    size_t units;  // that prove as much, if each belonged to no other and was judged, rounded down
    size_t needs;  // of these to be tested at all; 0: no number is enough (`largest`)
    struct certificate certified;
    struct certificate measured; // an estimate, no promise (estimate.h)
    double loss_upper;           // of what is certified, an estimate, not below the loss that
                                 // the pairs have; 1 where nothing is
    double measured_upper;       // the same of what is measured, not below its loss
};

struct outlooks {
    size_t pairs, learned; // all; those that the model comes from: 0 = none, it is the prior's
    size_t unjudged;       // of those that prove
    size_t largest;        // so many pairs has the largest group
    size_t ruled, contradicted, preferred;
    bool doubtful; // the judge may know nothing: nothing is certified
    bool hopeless; // the large side's quality is 0 in all that prove: there is none to be lost
    bool tested;   // some risk was spent
    // All calls: share and loss as each part's threshold has it; something holds where it does of
    // any part. The thresholds are those of the calls of no task below.
    struct outlook route;
    struct certificate small;                // what it would be if all calls went to the small side
    struct outlook tasks[LEARNER_TASKS_MAX]; // that have pairs enough; the most first
    unsigned task_count;
};

// The small one's quality as it proves: where a call like it may go to the large side all the same,
// that it is the better one there is no gain that could make up for a loss elsewhere.
float lesson_proves(const struct lesson *l);
// A pair of that group is proof; else the model is learned from it.
bool learner_proves(uint64_t group);

// So many pairs of either half are enough to learn from the first.
bool learner_learns(size_t learned, size_t proof);

void learner_init(struct learner *l);
void learner_fini(struct learner *l);
// NO_MEMORY, LIMIT.
enum status learner_add(struct learner *l, const struct lesson *lesson, struct why *why) MUST_USE;
struct learner_wishes {
    const struct model *prior; // to begin with
    struct promise promise;
    unsigned time; // as in certificate.h, of the looks that tested something
    bool whole;    // no task is a part of its own
};
// Learns, and tests what came of it. The model's file is appended to `model`; nothing where the
// pairs are too few: then the prior was tested. RANGE, NO_MEMORY.
enum status learner_run(const struct learner *l, const struct learner_wishes *w, struct buf *model,
                        struct outlooks *out, struct why *why) MUST_USE;
// Tests a model that has learned of none of the pairs that prove; `prior` is not asked.
enum status learner_test(const struct learner *l, const struct model *m,
                         const struct learner_wishes *w, struct outlooks *out,
                         struct why *why) MUST_USE;
// Tests once more what an earlier test of the same pairs has certified, by the same model at the
// same risk, since how they are judged has changed. `out` says what held: the parts, and of each
// `certified`; and then what does. A threshold stays where its pairs lose no more than they did;
// else it is lowered to what they prove, or falls. None is raised: nothing is certified by being
// asked again. (A loss that is not known is below -1.) What is measured is estimated anew.
enum status learner_retest(const struct learner *l, const struct model *m,
                           const struct learner_wishes *w, struct outlooks *out,
                           struct why *why) MUST_USE;
// So many pairs that prove, were judged, and belong to no other ones carry a promise at best: what
// is fewer is not tested.
size_t learner_proof_least(const struct promise *p, unsigned time);

#endif
