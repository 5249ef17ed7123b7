// SPDX-License-Identifier: Apache-2.0
//
// doubt - do the newest pairs prove that a certificate is broken? Asked of the pairs since it began
// to hold, each by the side that it gave the call then, whatever looks came in between: what holds
// is not asked anew by looking, and what does not cannot be renewed before it is seen.
//
// All calls together are asked, and each part that has a promise of its own. Tasks become parts one
// by one, look by look, and each is another chance to be wrong: the j-th part that was ever asked
// of the route has risk / (j (j + 1)) for all times, which is the risk for all of them
// (route/drift.h).
//
//   look            1          2          3              pairs of task a
//   all calls       1 of 1/2 ──────────────────────►     count here
//   no such task               2 of 1/6 ───────────►
//   task a                     3 of 1/12 ──────────►     ... and here, from look 2 on
//   task b                                4 of 1/20 ►
//
// A pair is asked of the part that it was of when it was kept. So nothing that is asked is changed
// by what comes later. One whose call was chosen before the part was there is not asked of it,
// however late its other answer or its judge came: another threshold has sent it where it went. It
// says so itself: how many parts had been asked by then. Where a task is a part no more the rest
// has its calls, and is another part.
//
// Calls that belong together (route/talks.h) lose together. So of a part each group is one bet:
// what its pairs add up to, where the first of them came. Of large ones only so many pairs are
// looked at as tell soonest where twice as much is lost as was promised, which the sizes of all
// groups say and no answer does; what is given beyond is taken to be perfect, and all groups bear
// that alike. A pair of which nobody knows what it belongs to is by itself.
//
// The last groups are still open, and bet with what has come of them. The risk is that of whole
// ones: where a group's pairs lose alike, those to come say once more what the first ones did, and
// it holds, but for the little that good ones take from a fortune; one whose first pairs are lost
// and whose last are not may be doubted early.

#ifndef GATE_DOUBT_H
#define GATE_DOUBT_H

#include "gate/lessons.h"
#include "route/drift.h"
#include "store/promises.h"

struct doubt_part {
    uint64_t task;  // 0: all calls of no other part
    int64_t number; // among all that were ever asked of the route; 0: nothing is promised of it
    int64_t from;   // pairs with numbers above it are of the part; 0: of none yet that is known
};

// Those of a route. What was asked in vain stays counted.
struct doubt_parts {
    int64_t ever;  // were asked
    int64_t whole; // the number of all calls together; 0: there is no certificate
    unsigned count;
    struct doubt_part list[PROMISE_TASKS_MAX + 1]; // the rest first; none where all calls are one
};

// What is looked at by itself from a look on, and whether anything of it is certified.
struct doubt_task {
    uint64_t task; // 0: the rest
    bool holds;
};
// The parts once a look has certified something: those that were there go on, as far as the
// certificate does; *p without a certificate begins one. `newest`: the number of the last pair.
void doubt_go_on(struct doubt_parts *p, const struct doubt_task *tasks, unsigned count,
                 int64_t newest);
// It is no more.
void doubt_end(struct doubt_parts *p);

struct doubt_found {
    bool broken;
    int64_t since; // number of the last pair before that
};

// The pairs that doubt() asks.
struct doubts {
    const struct doubt_parts *parts;
    struct promise promise;
    int64_t began; // of the certificate: the number of the last pair before it
    struct doubt_asked *asked;
    size_t count, size;
};
void doubt_begin(struct doubts *d, const struct doubt_parts *p, const struct promise *promise,
                 int64_t began);
void doubt_fini(struct doubts *d);
struct doubt_pair {
    uint64_t task;
    int64_t number;
    double routed, strong; // quality of what the certificate gives, and of the large side's answer
    int64_t doubts;        // `ever` when its call was chosen; below 0: not known
    uint64_t group;        // that it belongs to (route/talks.h); 0: not known
};
// In any order. False without memory.
bool doubt_add(struct doubts *d, const struct doubt_pair *pair) MUST_USE;
// What those that were added say. False without memory. None are added after it.
bool doubt_tell(struct doubts *d, struct doubt_found *out) MUST_USE;

struct doubt {
    const struct lessons_of *of; // the pairs since it began
    const struct doubt_parts *parts;
    struct promise promise;
};
// Not from a loop.
enum status doubt(const struct doubt *d, struct doubt_found *out, struct why *why) MUST_USE;

#endif
