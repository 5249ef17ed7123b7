// SPDX-License-Identifier: Apache-2.0
//
// absent - keys and teams that budgets and teams name and that are nowhere, neither in the
// configuration nor in the store: most often a slip, and then nothing is held to the budget.

#ifndef GATE_ABSENT_H
#define GATE_ABSENT_H

#include "gate/snapshot.h"

// `text` lives during the call: "budget ci-day: no key is named `ci` ...".
typedef void absent_f(void *context, struct str text);
// Each of them, but for the keys of runs, which come and go. Without memory none is told.
void absent_each(const struct snapshot *s, absent_f *f, void *context);
// The same as warnings in the log.
void absent_log(const struct snapshot *s);

#endif
