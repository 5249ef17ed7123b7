// SPDX-License-Identifier: Apache-2.0
//
// train - learns a model from rows.
//
// Every part (words, trees, means of tasks and pairs) is fitted on four fifths of the rows and
// tried on the fifth it has not seen, five times; what it said there decides how much of it is
// taken (a ridge regression that holds on to the model it began with, the fewer rows the more).
// Then each is fitted to all rows. Beyond MODEL_KEYS_MAX tasks and pairs the rarest are left out.
// The same rows in the same order give the same bytes.

#ifndef ROUTE_TRAIN_H
#define ROUTE_TRAIN_H

#include "route/model.h"
#include "route/rows.h"

#define TRAIN_ROWS_MIN 20

struct train_wishes {
    const struct model
        *prior; // to begin with; NULL: with nothing. Only its trees over traits count
    // Learn from structure alone what holds within tasks: for rows of other tasks. No words, tasks,
    // pairs, answers are in it.
    bool structure;
};

// Appends the model's file to `out`. RANGE: fewer than TRAIN_ROWS_MIN rows. NO_MEMORY.
enum status train(const struct rows *rows, const struct train_wishes *w, struct buf *out,
                  struct why *why) MUST_USE;

#endif
