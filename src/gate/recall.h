// SPDX-License-Identifier: Apache-2.0
//
// recall - what a gateway that has just begun knows from its ledger: what calls have used
// (gate/habits.h), whether cascades have paid, and how sure their models were (gate/cascades.h).
// None of it is stored by itself: the calls are.

#ifndef GATE_RECALL_H
#define GATE_RECALL_H

#include "gate/cascades.h"
#include "gate/habits.h"

struct store;

struct recall {
    struct store *store;
    struct habits *habits;
    struct cascades *cascades;
    int64_t began_us; // of the gateway, wall: later calls are counted as they end
};

// Reads the disk, for a moment.
enum status recall(const struct recall *r, struct why *why) MUST_USE;

#endif
