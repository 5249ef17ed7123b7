// SPDX-License-Identifier: Apache-2.0
//
// owed - what the pairs under way of each route may still cost beside what they hold: their judges.
//
//   other side asked --> first verdict --> second verdict --> kept
//   |<------- two verdicts -------->|<------ one ------->|
//
// A pair is begun only where its budgets have that left, for itself and for those before it
// (request/shadowing.h), so that none is paid for by half. By a route's name: it outlives a reload.

#ifndef GATE_OWED_H
#define GATE_OWED_H

#include <pthread.h>

#include "base/list.h"
#include "base/str.h"
#include "budget/nano.h"

struct owed { // of all workers
    pthread_mutex_t lock;
    struct list pairs;
};

struct owing { // one pair's part, zeroed before; the pair's
    struct list link;
    struct str route; // borrowed while it owes
    struct nano is;
};

void owed_init(struct owed *o);
void owed_fini(struct owed *o);
// The pair owes so much from now on; nothing (0) before it goes. What all of its route owe then.
struct nano owed_set(struct owed *o, struct owing *pair, struct nano is);

#endif
