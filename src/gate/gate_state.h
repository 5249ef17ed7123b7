// SPDX-License-Identifier: Apache-2.0
//
// gate_state - what the steps ask of the whole gateway.

#ifndef GATE_GATE_STATE_H
#define GATE_GATE_STATE_H

#include <stdbool.h>

#include "gate/chore.h"
#include "gate/gate.h"

// The bytes that wait in buffers of all calls passed limits.buffers: refuse new ones.
size_t *gate_bodies(struct gate *g); // atomic: bytes of the bodies that all servers hold
bool gate_buffers_exceeded(struct gate *g);
// Some worker's loop has not turned for more than a second.
bool gate_stuck(struct gate *g);
// Looks at the heap, for gate_buffers_exceeded; called by worker 0 ten times a second.
void gate_measure(struct gate *g);
// Forgets idle accounts of budgets, once a minute; called by worker 0 ten times a second.
void gate_tidy(struct gate *g, int64_t now_us);
// Lets routes learn from their pairs, once a minute; called as the former.
void gate_study(struct gate *g, int64_t now_us);
struct tls_server *gate_tls(const struct gate *g); // of the data plane; NULL without
struct chores *gate_chores(struct gate *g, enum chore_kind kind);
const struct gate_setup *gate_setup_of(const struct gate *g);
struct worker;
struct budgets;
struct cascades;
struct drawn;
struct owed;
struct worker *gate_worker(struct gate *g, unsigned i); // NULL beyond the last
bool gate_annex_stop(struct gate *g);                   // gate_annex.stop; called by worker 0
bool gate_draining(const struct gate *g);
struct cascades *gate_cascades(struct gate *g);   // how its routes' cascades fare
struct drawn *gate_drawn(struct gate *g);         // what became of calls that are compared
struct owed *gate_owed(struct gate *g);           // what their judges may still cost
struct standings *gate_standings(struct gate *g); // how its providers' models fare
struct budgets *gate_budgets(struct gate *g);     // the process's accounts

#endif
