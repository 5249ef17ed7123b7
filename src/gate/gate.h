// SPDX-License-Identifier: Apache-2.0
//
// gate - the running gateway: workers, listeners and drain; gate/reload.h has the reload.

#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/status.h"
#include "config/config.h"
#include "gate/snapshot.h"
#include "store/store.h"

struct gate;
struct worker;
struct live_call;

// What stands above this room and lives on worker 0's loop: the admin plane. `open` is called when
// worker 0 is open and its loop does not run yet. `close` is due also when it failed, once the loop
// has stopped.
struct gate_annex {
    enum status (*open)(struct gate *g, struct worker *w, void **out, struct why *why);
    // On the loop, which would stop now, and again in a moment unless true: it has answered what it
    // was asked, and is asked no more.
    bool (*stop)(void *annex);
    void (*close)(void *annex);
};

// What is done with calls, by the room above (request).
struct gate_calls {
    const struct server_events *events; // of the data plane's servers; their context is the worker
    void (*tick)(struct worker *w);     // ten times a second
    // Ends the worker's calls that something was sent for, and says how many.
    unsigned (*cut)(struct worker *w);
    // Ends all of them; their clients are not told.
    void (*end)(struct worker *w);
    // Tells up to `most` calls that run and that `part` fits (gate/live.h), the oldest first, and
    // how many.
    unsigned (*look)(struct worker *w, struct str part, struct live_call *out, unsigned most);
    // A call's DISPATCHED record could not be written: nothing of it has gone upstream.
    void (*lost)(struct worker *w, const struct uuid *id, uint8_t attempt);
};

struct gate_setup {
    struct config_source source; // for reloads
    struct config *config;       // taken over
    struct store *store;         // opened with a writer; stays the caller's
    const struct gate_calls *calls;
    const struct gate_annex *annex;
    uint16_t mock_port;    // where the built-in mock listens; 0 = none
    int64_t drain_most_ms; // whatever the configuration says, now or later; 0 = no ceiling
    void (*on_ready)(struct gate *g, void *context); // listeners are open; may be NULL
    void *context;
};

// Runs until SIGTERM or SIGINT, then drains (config.drain_ms). SIGHUP reloads. Fails before
// on_ready only: a listener that cannot be opened, a state folder that cannot be written.
enum status gate_run(const struct gate_setup *setup, struct why *why) MUST_USE;

struct store *gate_store(struct gate *g); // the setup's, borrowed; from any thread
// The current snapshot, with a reference: snapshot_free ends it.
struct snapshot *gate_snapshot(struct gate *g) MUST_USE;
// Pepper of the state folder, made when missing (0600). For keys: HMAC-SHA-256(pepper, token).
// UNKNOWN when it is missing, or not the one of store_pepper_mark, and the store (NULL: none is
// asked) has keys that work: it would lock out whoever has them, and nothing would say so.
enum status gate_pepper(struct str state, struct store *store, uint8_t out[32],
                        struct why *why) MUST_USE;
// For store_pepper_mark_set; 0 when memory ends.
int64_t gate_pepper_mark(const uint8_t pepper[32]) MUST_USE;

#endif
