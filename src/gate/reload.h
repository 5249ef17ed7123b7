// SPDX-License-Identifier: Apache-2.0
//
// reload - what calls are decided by, read anew and swapped in while they run: another snapshot
// becomes the current one, and each worker takes it up on its own loop.
//
//   read anew ----> fresh snapshot ----> current of the gate ----posted----> view of each worker
//
// What is read, and cannot be, changes nothing.

#ifndef GATE_RELOAD_H
#define GATE_RELOAD_H

#include "gate/gate.h"

// Reads the keys of the store anew and swaps them in. From the chore thread.
enum status gate_keys_changed(struct gate *g, struct why *why) MUST_USE;
// The same with its budgets.
enum status gate_budgets_changed(struct gate *g, struct why *why) MUST_USE;
// What routes have learned lies anew in the store and the state folder: it is read and swapped in,
// soon. From any thread.
void gate_learned_changed(struct gate *g);
// Reads the configuration anew; a bad one changes nothing. From the chore thread.
enum status gate_reload(struct gate *g, struct why *why) MUST_USE;
// The same, soon; what comes of it is logged. From any thread.
void gate_reload_later(struct gate *g);

#endif
