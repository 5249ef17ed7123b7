// SPDX-License-Identifier: Apache-2.0
//
// metrics - what /metrics shows. Each worker counts for itself, without a lock; a scrape asks every
// worker's loop for a copy and adds them up.
//
// To add a metric: a field of struct metrics, its sum in metrics_merge, its lines in metrics_write.

#ifndef GATE_METRICS_H
#define GATE_METRICS_H

#include "base/arena.h"
#include "base/map.h"
#include "core/entry.h"
#include "core/refusal.h"
#include "gate/ways.h"

// A call counts in the series of its (route, provider, model, status); its times in those of its
// (provider, model). The label `model` is "other" where the name may be an invention of the caller:
// see enum metric_name. So it is for such a name that is too long, and where there are too many;
// what is written must stay small for who collects it, and for an answer of the admin plane
// (64 MiB) whatever is configured. In lines, each counted as the most that it can come to:
//
//   names of answered calls that nothing else knows  METRIC_NEW_LINES
//   these and the book's                             METRIC_FOUND_LINES
//   these and the configuration's                    METRIC_NAMED_LINES  beyond: model="other"
//   these and "other" of each provider               METRIC_MODEL_LINES  beyond: and provider
//
// The label `status` is the class ("4xx") of a status that is not one of the usual: the provider
// chooses it.
#define METRIC_NEW_LINES   1500
#define METRIC_FOUND_LINES 8500
#define METRIC_NAMED_LINES 50000
#define METRIC_MODEL_LINES 58000
#define METRIC_MODEL_MAX   96 // bytes of a name that stands in no configuration

// Where a model's name stands. One that is new is shown once its provider has answered to it (with
// 200, as far as this worker knows), and its times are those of "other".
enum metric_name { METRIC_NEW, METRIC_BOOK, METRIC_NAMED };

#define BOUND_COUNT 16
#define SHARE_COUNT 12

// Durations as Prometheus has them, by fixed bounds; reports have the finer store/histogram.h.
struct spread {
    uint64_t count[BOUND_COUNT + 1]; // by metrics_bounds_us, then +Inf
    uint64_t sum_us;
    uint64_t total;
};

// What calls cost, in parts of the most that they could have.
struct shares {
    uint64_t count[SHARE_COUNT + 1]; // by bounds in metrics.c, then +Inf
    uint64_t sum;                    // 10^-6
    uint64_t total;
};

// The times of one (provider, model).
struct times {
    struct str provider, model;
    struct str labels; // the two as they are written
    struct spread duration;
    struct spread ttft;
    struct spread overhead;
};

// One (endpoint, provider, model, status).
struct series {
    struct str endpoint, provider, model;
    int status;        // a class is its first digit
    struct str labels; // the four as they are written
    enum metric_name name;
    struct times *times;
    uint64_t requests;
    int64_t tokens[BUCKET_COUNT];
    struct money_sum cost;
    uint64_t unpriced;
};

// X(ENUM, name): what became of a call whose answer was to be compared with another model's.
#define SHADOW_END_MAP(X)                                                                         \
    X(PAIR, "pair")         /* they were compared */                                              \
    X(UNJUDGED, "unjudged") /* nobody could say which is better, or there were too many to ask */ \
    X(REFUSED, "refused")   /* the other model was not asked: its budget, price, trouble */       \
    X(FAILED, "failed")     /* it was, and gave no answer that can be compared */                 \
    X(ESCALATED, "escalated") /* the small side's would not have been given */                    \
    X(BUSY, "busy")           /* there was no room to keep that it was drawn */                   \
    X(UNFIT, "unfit")         /* it, or its answer, is none that can be compared */

enum shadow_end {
#define X(id, name) SHADOW_END_##id,
    SHADOW_END_MAP(X)
#undef X
        SHADOW_END_COUNT
};
const char *shadow_end_name(enum shadow_end end); // static

struct metrics {
    struct arena arena;
    struct map series; // key: the four labels with zeros between
    struct map times;  // key: the two
    size_t lines;      // the most that they come to
    size_t kind[2];    // of that, names that are new, and those of the book
    uint64_t refused[REFUSAL_COUNT];
    uint64_t upstream_errors;
    uint64_t upstream_retries;
    uint64_t client_left;
    struct spread cancel;    // from a client's leaving seen to its upstream closed
    uint64_t contradictions; // calls whose provider's counts were corrected
    uint64_t captured;       // their output is unknown: booked at the most
    struct shares bound;     // of calls with a known cost, under budgets
    uint64_t shadows[SHADOW_END_COUNT];
    struct ways ways;
    uint64_t beyond_bound; // ... whose price is wrong: they cost more than their worst case
    int64_t in_flight;
};

void metrics_init(struct metrics *m);
void metrics_fini(struct metrics *m);
// Counts a settled call.
void metrics_entry(struct metrics *m, const struct entry *e, enum metric_name name);
// The upstream of a client that left was closed so long after its leaving was seen.
void metrics_cancel(struct metrics *m, int64_t us);
// A call cost so much, known from its provider, and its worst case was `most`; both 10^-9 USD. One
// that cost nothing, or could not cost anything, has no share.
void metrics_bound(struct metrics *m, int64_t cost, int64_t most);
// Adds `from` to `to` (which has its own memory). False when memory ended.
bool metrics_merge(struct metrics *to, const struct metrics *from) MUST_USE;
// Prometheus' text format 0.0.4.
void metrics_write(const struct metrics *m, struct buf *out);
// For lines of others: HELP and TYPE, a label `name="value"`.
void metrics_head(struct buf *out, const char *name, const char *type, const char *help);
void metrics_label(struct buf *out, const char *name, struct str value);

#endif
