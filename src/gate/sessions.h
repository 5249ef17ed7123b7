// SPDX-License-Identifier: Apache-2.0
//
// sessions - which model answered last among calls that belong together, or which provider keeps
// what they go on from, so that the next one of them stays with it. Shared by all workers, without
// a lock, over reloads. What is forgotten, for want of room or after a restart, is chosen anew; who
// keeps an answer is read again then (gate/kept.h).

#ifndef GATE_SESSIONS_H
#define GATE_SESSIONS_H

#include <stdint.h>

#include "base/must.h"
#include "base/str.h"

struct sessions;

struct sessions *sessions_new(void) MUST_USE; // NULL when out of memory
void sessions_free(struct sessions *s);       // NULL is fine

// The number of a model, "provider/model": never 0.
uint64_t sessions_model(struct str full);
// The number of the model that answered last in that session (a hash that nobody outside can
// choose) within `for_ms`; 0: there is none. `now_us` is monotonic.
uint64_t sessions_find(struct sessions *s, uint64_t session, int64_t for_ms, int64_t now_us);
// As of then, which may be before the clock began.
void sessions_keep(struct sessions *s, uint64_t session, uint64_t model, int64_t now_us);

#endif
