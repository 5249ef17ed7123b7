// SPDX-License-Identifier: Apache-2.0
//
// gate_part - what the files of the running gateway share: gate.c opens and closes it, reload.c
// swaps what its calls are decided by, gate_state.c answers what is asked of all of it.

#ifndef GATE_GATE_PART_H
#define GATE_GATE_PART_H

#include <pthread.h>
#include <signal.h>

#include "base/digest.h"
#include "gate/chore.h"
#include "gate/gate.h"
#include "gate/learning.h"
#include "gate/owed.h"

struct gate {
    const struct gate_setup *setup;
    struct worker *workers;
    unsigned worker_count;
    pthread_mutex_t lock; // guards the next
    struct snapshot *snapshot;
    struct locals *locals; // what its Ollamas have
    struct thrifts *thrifts;
    struct habits *habits;
    struct turns *turns;
    struct standings *standings;
    struct sessions *sessions, *keepers;
    struct cascades *cascades;
    struct drawn *drawn;
    struct owed owed;
    struct budgets *budgets;
    uint8_t pepper[DIGEST_BYTES];
    struct tls_server *tls;
    void *annex;
    struct chores chores[CHORE_KINDS];
    int draining;     // atomic
    int over_buffers; // atomic
    size_t bodies;    // atomic: bytes of all requests' bodies
    struct chore reloading, relearning;
    int reload_waits, relearn_waits; // atomic: one that waits is enough
    struct chore recalling;
    int64_t began_us; // wall
    struct chore tidying;
    int tidy_waits;    // atomic: it stands among the chores
    int64_t tidied_us; // monotonic; of worker 0
    struct learning learning;
    sigset_t signals;
};

// What the whole gateway has, and each of its snapshots that is made anew points to.
void gate_lend(const struct gate *g, struct snapshot *s);
// What its budgets have spent, for who asks how scarce money is, before the first call that knows
// them. Failing, it is logged: a gateway serves without it, too. Not from a loop.
void gate_recall_spent(struct gate *g, const struct snapshot *s);

#endif
