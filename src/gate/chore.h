// SPDX-License-Identifier: Apache-2.0
//
// chore - a thread for what may wait for the disk: admin calls, scrapes, reloads. One at a time, in
// order. The gateway has one for each kind: what may take long (reports) holds up nothing else, and
// what calls leave to be kept, which any key can make wait for the ledger (feedback), neither.

#ifndef GATE_CHORE_H
#define GATE_CHORE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/list.h"
#include "base/must.h"

enum chore_kind {
    CHORE_BRIEF, // the rest
    CHORE_LONG,  // it goes through the ledger: reports, studies
    CHORE_KEEPS, // what a call leaves beside it: feedback, pairs
    CHORE_KINDS
};

struct chore {
    struct list link;
    void (*run)(struct chore *c);
};

struct chores {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct list waiting;
    bool stopping;
    bool started;
};

// Starts the thread. False when none could be made: chores_stop then does nothing.
bool chores_start(struct chores *c) MUST_USE;
// From any thread. After chores_stop it is run at once, for the one thread that is left.
void chores_add(struct chores *c, struct chore *chore);
void chores_stop(struct chores *c); // runs what waits, then ends

#endif
