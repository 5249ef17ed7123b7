// SPDX-License-Identifier: Apache-2.0
//
// learner - what a route has learned of its own pairs, and what of it may be promised.
//
//   pairs ──┬─ one half ────► learned from (train.h), beginning with the prior ──► model
//           └─ the other ───► scored by that model, never learned from ──────────► certificate
//
// The call's id, which nobody chooses, says which half a pair is of, for ever.
//
//   rung        the side is chosen by                        what the next one needs
//   rules       the operator's rules and the prior           LEARNER_LEAST pairs
//   measured    the model; the loss is likelier below than   a certificate
//               above what is allowed
//   certified   the model, up to a threshold that has a certificate

#ifndef ROUTE_LEARNER_H
#define ROUTE_LEARNER_H

#include "base/random.h"
#include "route/certificate.h"
#include "route/train.h"

#define LEARNER_LEAST      100 // pairs, both halves, before anything is learned
#define LEARNER_TASK_LEAST 500 // ... of a task, before it is looked at by itself
#define LEARNER_TASKS_MAX  32  // that are

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
    struct uuid id;
    const struct traits *traits; // borrowed for the call
    uint64_t pair;               // model_pair
    float weak, strong, odds;    // as in struct evidence
    bool proves;                 // else it is only learned from, or dropped
};

struct learner {
    struct rows rows;       // learned from
    struct rows proof_rows; // ... and not
    float *odds;            // of the latter
    size_t odds_size;
};

// What holds of a route, or of one of its tasks.
struct outlook {
    uint64_t task; // 0: the route
    size_t pairs;  // tested on
    struct certificate certified;
    struct certificate measured; // the same at even odds: an estimate, no promise
    double loss_most;            // of the certified threshold; 1 where none is
};

struct outlooks {
    size_t pairs, learned; // all; those that the model comes from: 0 = none, it is the prior's
    struct outlook route;
    struct outlook tasks[LEARNER_TASKS_MAX]; // that have pairs enough; the most first
    unsigned task_count;
};

void learner_init(struct learner *l);
void learner_fini(struct learner *l);
// NO_MEMORY, LIMIT.
enum status learner_add(struct learner *l, const struct lesson *lesson, struct why *why) MUST_USE;
struct learner_wishes {
    const struct model *prior; // to begin with
    struct promise promise;
    unsigned time; // as in certificate.h
};
// Learns, and tests what came of it. The model's file is appended to `model`; nothing where the
// pairs are too few: then the prior was tested. RANGE, NO_MEMORY.
enum status learner_run(const struct learner *l, const struct learner_wishes *w, struct buf *model,
                        struct outlooks *out, struct why *why) MUST_USE;
// So many pairs, half of which prove, carry a promise at best.
size_t learner_pairs_least(const struct promise *p, unsigned time);

#endif
