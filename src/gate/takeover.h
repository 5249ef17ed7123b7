// SPDX-License-Identifier: Apache-2.0
//
// takeover - what a new snapshot changes for those who call, said in the log, a line each: budgets
// that came, went, or hold otherwise, and the prices of models that were called in the last 30
// days.

#ifndef GATE_TAKEOVER_H
#define GATE_TAKEOVER_H

#include "gate/snapshot.h"

void takeover_log(const struct snapshot *old, const struct snapshot *fresh, struct store *store);

#endif
