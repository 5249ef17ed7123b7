// SPDX-License-Identifier: Apache-2.0
//
// chore - a thread for what may wait for the disk, one at a time, in order. The gateway has one for
// each kind, so that none of them holds up another: what goes through the ledger may take long, and
// what calls leave to be kept waits for the ledger whenever another program holds it.

#ifndef GATE_CHORE_H
#define GATE_CHORE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/list.h"
#include "base/must.h"

enum chore_kind {
    CHORE_BRIEF,    // admin calls, scrapes, reloads: soon done
    CHORE_LONG,     // it goes through the ledger: reports, studies
    CHORE_FEEDBACK, // of callers, each of whom waits to be told
    CHORE_PAIRS,    // for which nobody waits
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
    bool takes;   // what is added: the thread has not seen its end
    bool started; // there is a thread, to who starts and stops it
};

// Starts the thread. False when none could be made: chores_stop then does nothing.
bool chores_start(struct chores *c) MUST_USE;
// From any thread, in the order in which they are added. Once the thread has ended whoever adds one
// runs it.
void chores_add(struct chores *c, struct chore *chore);
// Of a chore that runs: the next that waits, where it is to be run the same way, which it does with
// its own; NULL: there is none.
struct chore *chores_also(struct chores *c, const struct chore *like) MUST_USE;
// Runs what waits, then ends. Before those whose chores it adds to.
void chores_stop(struct chores *c);

#endif
