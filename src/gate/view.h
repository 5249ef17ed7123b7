// SPDX-License-Identifier: Apache-2.0
//
// view - a snapshot as one worker sees it: with its own upstream pools, counted without atomics
// because only that worker's thread touches it.

#ifndef GATE_VIEW_H
#define GATE_VIEW_H

#include "gate/snapshot.h"
#include "gate/standing.h"
#include "gate/thrift.h"
#include "net/client.h"
#include "net/tls.h"

struct pools; // of one configuration: views that differ in their keys only have the same

struct view {
    unsigned references;
    struct snapshot *snapshot;
    struct pools *pools;
    struct loop *loop;
    uint16_t mock_port; // where the built-in mock listens
};

// Takes over one reference to the snapshot. `before` (may be NULL) is the worker's view until now:
// where the configuration is the same its connections go on. NULL when out of memory.
struct view *view_new(struct loop *l, struct snapshot *s, uint16_t mock_port,
                      const struct view *before) MUST_USE;
struct view *view_ref(struct view *v);
void view_free(struct view *v); // drops one reference
// The pool of that provider; made at its first use. NULL with a sentence in `why` when its CA file
// cannot be read or memory ends.
struct origin *view_origin(struct view *v, unsigned provider, struct why *why) MUST_USE;

// The same of a user's verifier over HTTP; NULL without memory.
struct origin *view_outside(struct view *v, const struct config_verifier *of) MUST_USE;

// That it refuses to be asked for a stream's usage, as it told this worker.
bool view_usage_refused(const struct view *v, unsigned provider);
void view_refuse_usage(struct view *v, unsigned provider); // it did now
// Its Ollamas have told this worker what they have, or were waited for (gate/asking.h).
bool view_heard(const struct view *v);
void view_hear(struct view *v);
// What that provider may still be asked again.
struct thrift *view_thrift(struct view *v, unsigned provider);
// How its models fare.
struct ward *view_ward(const struct view *v, unsigned provider);

#endif
