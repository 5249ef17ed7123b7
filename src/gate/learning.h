// SPDX-License-Identifier: Apache-2.0
//
// learning - what routes learn, in a running gateway: once a minute each looks at its pairs
// (gate/study.h), and what came of it goes into the snapshot (gate/learned.h).
//
//   worker 0's tick --a minute--> slow chore: study of every route --anything new--> gate/reload.h

#ifndef GATE_LEARNING_H
#define GATE_LEARNING_H

#include "gate/chore.h"
#include "gate/gate.h"

struct learning { // of a gateway; zeroed to begin with
    struct gate *gate;
    struct chore chore;
    int waits;     // atomic: it stands among the chores
    int64_t at_us; // monotonic; of worker 0
};
// Called by worker 0 ten times a second.
void learning_tick(struct learning *l, struct gate *g, int64_t now_us);
// Fills fresh->learned from the store and the state folder. What cannot be read is logged, and what
// `before` (may be NULL) has of it stays, where it is of the same promise. Without memory to tell
// that, what `fresh` has stays if both are of one configuration, and is dropped if not.
void learning_read(struct snapshot *fresh, const struct snapshot *before, struct store *store);

#endif
