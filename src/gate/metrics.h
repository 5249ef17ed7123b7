// SPDX-License-Identifier: Apache-2.0
//
// metrics - what /metrics shows. Each worker counts for itself, without a lock; a scrape asks every
// worker's loop for a copy and adds them up.
//
// To add a metric: a field of struct metrics, its sum in metrics_merge, its lines in metrics_write.

#ifndef GATE_METRICS_H
#define GATE_METRICS_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "core/entry.h"
#include "core/refusal.h"

// The label `model` is "other" where the name may be an invention of the caller: one that stands
// neither in the configuration nor in a price list, and to which the provider has not answered
// (with 200, as far as this worker knows). So it is for such a name that is too long, and where
// there are too many: what is written must fit into an answer of the admin plane (64 MiB), so each
// series counts as the most that it can come to, some 11 KiB where names are short.
//
//   names that stand in no configuration   METRIC_FOUND_BYTES
//   these and the configuration's          METRIC_NAMED_BYTES   beyond: model="other"
//   these and "other" of each provider     METRIC_MODEL_BYTES   beyond: provider="other" too
//
// The label `status` is the class ("4xx") of a status that is not one of the usual: the provider
// chooses it.
#define METRIC_FOUND_BYTES (25 * MIB)
#define METRIC_NAMED_BYTES (50 * MIB)
#define METRIC_MODEL_BYTES (57 * MIB)
#define METRIC_MODEL_MAX   96 // bytes of a name that stands in no configuration

#define BOUND_COUNT        16

// Durations as Prometheus has them, by fixed bounds; reports have the finer store/histogram.h.
struct spread {
    uint64_t count[BOUND_COUNT + 1]; // by metrics_bounds_us, then +Inf
    uint64_t sum_us;
    uint64_t total;
};

// One (endpoint, provider, model, status).
struct series {
    struct str endpoint, provider, model;
    int status;        // a class is its first digit
    struct str labels; // the four as they are written
    bool named;        // its model stands in the configuration
    uint64_t requests;
    int64_t tokens[BUCKET_COUNT];
    struct money_sum cost;
    uint64_t unpriced;
    struct spread duration;
    struct spread ttft;
    struct spread overhead;
};

struct metrics {
    struct arena arena;
    struct map series;  // key: the four labels with zeros between
    size_t bytes;       // the most that they come to
    size_t found_bytes; // of that, names that stand in no configuration
    uint64_t refused[REFUSAL_COUNT];
    uint64_t upstream_errors;
    uint64_t upstream_retries;
    uint64_t client_left;
    struct spread cancel;    // from a client's leaving seen to its upstream closed
    uint64_t contradictions; // calls whose provider's counts were corrected
    uint64_t captured;       // estimated because the end was missing
    int64_t in_flight;
};

void metrics_init(struct metrics *m);
void metrics_fini(struct metrics *m);
// Counts a settled call. `named`: its model stands in the configuration.
void metrics_entry(struct metrics *m, const struct entry *e, bool named);
// The upstream of a client that left was closed so long after its leaving was seen.
void metrics_cancel(struct metrics *m, int64_t us);
// Adds `from` to `to` (which has its own memory). False when memory ended.
bool metrics_merge(struct metrics *to, const struct metrics *from) MUST_USE;
// Prometheus' text format 0.0.4.
void metrics_write(const struct metrics *m, struct buf *out);

#endif
