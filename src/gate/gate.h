// SPDX-License-Identifier: Apache-2.0
//
// gate - the running gateway: workers, listeners, admin plane, reload and drain.

#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/status.h"
#include "config/config.h"
#include "gate/admin.h"
#include "gate/snapshot.h"
#include "store/store.h"

struct gate;

struct gate_setup {
    struct config_source source; // for reloads
    struct config *config;       // taken over
    struct store *store;         // opened with a writer; stays the caller's
    const struct admin_route *routes;
    unsigned route_count;
    uint16_t mock_port;                              // where the built-in mock listens; 0 = none
    void (*on_ready)(struct gate *g, void *context); // listeners are open; may be NULL
    void *context;
};

// Runs until SIGTERM or SIGINT, then drains (config.drain_ms). SIGHUP reloads. Fails before
// on_ready only: a listener that cannot be opened, a state folder that cannot be written.
enum status gate_run(const struct gate_setup *setup, struct why *why) MUST_USE;

struct store *gate_store(struct gate *g); // the setup's, borrowed; from any thread
// The current snapshot, with a reference: snapshot_free ends it.
struct snapshot *gate_snapshot(struct gate *g) MUST_USE;
// Reads the keys of the store anew and swaps them in. From the chore thread.
enum status gate_keys_changed(struct gate *g, struct why *why) MUST_USE;
// Reads the configuration anew; a bad one changes nothing. From the chore thread.
enum status gate_reload(struct gate *g, struct why *why) MUST_USE;
// Pepper of the state folder, made when missing (0600). For keys: HMAC-SHA-256(pepper, token).
// UNKNOWN when it is missing and the store (NULL: none is asked) has keys that work: another one
// would lock out whoever has them, and nothing would say so.
enum status gate_pepper(struct str state, struct store *store, uint8_t out[32],
                        struct why *why) MUST_USE;

#endif
