// SPDX-License-Identifier: Apache-2.0
//
// probe - asks an Ollama what it has, on the loop of its pool, without holding anything up.
//
//   GET /api/tags --> done() --> GET /api/ps --> POST /api/show of each model not told of yet

#ifndef LOCAL_PROBE_H
#define LOCAL_PROBE_H

#include "local/local.h"
#include "net/client.h"

struct probe;
typedef void probe_done_f(void *context);

struct probe_setup {
    struct local *local;
    struct origin *origin; // lives longer than the probe
    struct secret *key;    // sent as Bearer; NULL = none
    struct str path;       // of the base URL, before /api; static or as long as the probe
    // The list has come, or nobody answered: once, never before probe_start returns. May be NULL.
    probe_done_f *done;
    // Everything has ended: the probe is gone. Once, never before probe_start returns.
    probe_done_f *ended;
    void *context;
};

// NULL when out of memory: nothing is called then.
struct probe *probe_start(const struct probe_setup *setup) MUST_USE;
// Ends it at once; nothing is called any more. It tells nothing of who was asked.
void probe_cancel(struct probe *p);

#endif
