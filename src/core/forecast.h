// SPDX-License-Identifier: Apache-2.0
//
// forecast - what a call is expected to use at one model: what a choice between models compares,
// priced by core/rate.h like any usage, with all its cliffs and terms. It is no bound
// (budget/bound.h): half of all calls use more.
//
//   input   bytes of text x the model's tokens a byte, some for each image and file
//           of it, read from a cache: what the conversation has there, or else the usual share
//   output  the mean of the calls before, of the nearest kind that is known; at most what was asked
//
//   nothing known > any call > this model x this task's ratio > this task at this model
//         '------ each is believed as much as its observations weigh: 64 wholly --------'
//
// What other models said of a task tells how it compares with what they say of any, not how much
// this one will say: one answers in 80 tokens what another thinks about for 2,000.

#ifndef CORE_FORECAST_H
#define CORE_FORECAST_H

#include <stddef.h>

#include "core/decayed.h"
#include "core/demand.h"

#define FORECAST_OUTPUT 300  // tokens of an answer while nothing at all is known
#define FORECAST_MEDIUM 1000 // tokens of an image or a file: vendors' rules give some 100 to 5000
// Of a machine's time, each token that comes out, while nobody knows it: so little that it is asked
// for once, which tells. One that is guessed dear would never be.
#define FORECAST_TOKEN_US 1000
#define FORECAST_PRIOR    4 // observations that a more general mean is worth at first
// What was seen counts as at most so many times what was foreseen of it, or so many tokens: one
// answer that runs away, or a model that is loaded first, does not decide what all others cost.
#define FORECAST_OUTLIER       8
#define FORECAST_OUTLIER_LEAST 600

struct forecast_call {
    const struct demand *demand;
    int64_t density;      // the model's tokens of DENSITY_BYTES (core/density.h)
    int64_t output;       // expected of one answer, before any maximum
    int64_t output_limit; // the model's own maximum; 0 = not known
    int64_t cached;       // input tokens that its cache surely has; -1 = not known
    int64_t cached_ppm;   // then: the usual share of the input
    int64_t busy_us;      // that a machine of one's own works for it; 0 = not known
};

// The mean that the kinds tell, the most general first, each drawn towards the one before it.
// `start`: where they tell nothing.
int64_t forecast_mean(const struct decayed *kinds, size_t count, int64_t start);
// That mean of a model's, where it is asked to do a task: `task` is what models have told of the
// task, `usual` what is usual of those that did, call by call.
int64_t forecast_of_task(int64_t mean, struct decayed task, struct decayed usual);
// As what `seen` counts where `foreseen` was foreseen of it; `token`: what a token is in its unit.
int64_t forecast_counted(int64_t seen, int64_t foreseen, int64_t token);
// Estimated, in disjoint buckets.
void forecast_usage(const struct forecast_call *c, struct usage *out);

#endif
