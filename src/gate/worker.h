// SPDX-License-Identifier: Apache-2.0
//
// worker - one event loop with everything a call needs on it: listeners, journal, view, counters.
// Nothing of it is shared but immutable snapshots; other threads come in through loop_post.

#ifndef GATE_WORKER_H
#define GATE_WORKER_H

#include <pthread.h>

#include "base/digest.h"
#include "base/list.h"
#include "gate/live.h"
#include "gate/metrics.h"
#include "gate/tokens.h"
#include "gate/view.h"
#include "net/server.h"
#include "store/journal.h"

struct gate;

struct worker {
    unsigned number;
    struct gate *gate;
    pthread_t thread;
    bool threaded;
    struct loop *loop;
    struct view *view; // current
    struct mac *mac;   // of the pepper
    struct tokens tokens;
    struct journal *journal;
    struct metrics metrics;
    struct live live;
    struct list calls;   // running, struct req
    struct list askings; // of Ollamas, that run: asking.c
    struct list askers;  // who waits for them
    struct list ended;   // bookings of this turn: they end when its journal is written
    unsigned call_count;
    struct list shadow_held;  // comparisons of answers, from their calls' beginning on,
    unsigned shadow_count;    // ... how many they are,
    size_t shadow_bytes;      // ... what is kept of these calls till then,
    unsigned shadow_asking;   // ... those of which another model is asked,
    struct list shadow_queue; // ... and those that wait for that
    int shadow_waits;         // atomic: their pairs wait for the disk
    int shadow_bare;          // atomic: of those that are not made, and are kept as that
    unsigned feedback_waits;  // for the ledger
    int64_t shadow_said_us;   // when it was last said why there was none, monotonic; 0 = never
    struct server *servers[CONFIG_LISTEN_MAX];
    unsigned server_count;
    struct timer tick; // 100 ms: logs flushed
    bool draining;
    bool cut; // the calls that the drain does not wait for: no more are sent
    int64_t drain_until_us;
};

// Makes the loop, the view of `s` (with a reference of its own) and the journal. `w` is zeroed
// before and stays where it is. worker_close is due also on failure, whose status and `why` are
// those of the pepper or the journal, or NO_MEMORY.
enum status worker_open(struct worker *w, struct gate *g, unsigned number, struct snapshot *s,
                        struct why *why) MUST_USE;
// Opens the data plane's listeners of the configuration.
enum status worker_listen(struct worker *w, struct why *why) MUST_USE;
// Stops accepting; the loop stops when the last connection has ended. After drain_ms the calls that
// still run are cut; those whose bodies still come then are refused when they are whole, at the
// latest after STOP_BODY_MS. Their clients have a second to take the word.
void worker_drain(struct worker *w, int64_t drain_ms);
void worker_close(struct worker *w); // its loop has stopped
// The journal's records of this turn are written: before anything that follows from them goes out.
// At a turn's end that happens by itself; calls whose beginning cannot be written are refused.
void worker_write_journal(struct worker *w);
// A new snapshot, on the worker's thread.
void worker_swap(struct worker *w, struct snapshot *s);

#endif
