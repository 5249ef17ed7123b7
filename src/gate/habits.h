// SPDX-License-Identifier: Apache-2.0
//
// habits - what calls have used until now, so that the next ones can be foreseen (core/forecast.h):
// output, tokens a byte, share read from caches, time of a machine of one's own. Learned from every
// call as it ends, by model and by task; at the start from the ledger. How much a model says and
// how long it works is forgotten when it was not asked for a day: one that is passed over for that
// gets another try. Shared by all workers, without a lock, over reloads. Times are of the steady
// clock.

#ifndef GATE_HABITS_H
#define GATE_HABITS_H

#include <stdint.h>

#include "base/must.h"
#include "base/status.h"
#include "base/str.h"

struct habits;
struct store;
struct decided_query;

struct habits *habits_new(void) MUST_USE; // NULL when out of memory
void habits_free(struct habits *h);       // NULL is fine

// A model, and what it is asked to do there.
struct habit_of {
    struct str provider, model;
    struct str route; // empty: of none
    uint64_t task;    // within the route; 0 = not known
};

// What a call has told, counted by its provider. Of an outlier only a part counts
// (FORECAST_OUTLIER).
struct habit_seen {
    int64_t input;      // tokens, read from a cache or not
    int64_t cached;     // of it
    int64_t output;     // tokens of one answer
    int64_t busy_us;    // 0: no machine of one's own worked
    int64_t text_bytes; // that the input was; 0 where bytes tell nothing of it (images, files)
};
void habits_learn(struct habits *h, const struct habit_of *of, const struct habit_seen *seen,
                  int64_t now_us);

// What is foreseen of a model's next call; where nothing is known, what core/ says of any.
struct habit {
    int64_t output;     // tokens of one answer
    int64_t output_own; // the mean of its own answers, to this task if it can be; 0: there was none
    int64_t density;    // tokens of DENSITY_BYTES
    int64_t cached_ppm; // of its input
    int64_t busy_us;
};
void habits_foresee(struct habits *h, const struct habit_of *of, int64_t now_us, struct habit *out);

// What the ledger's attempts tell of each model; those at `q->until_us` were made at `now_us` of
// the steady clock. It reads the disk.
enum status habits_recall(struct habits *h, struct store *s, const struct decided_query *q,
                          int64_t now_us, struct why *why) MUST_USE;

#endif
