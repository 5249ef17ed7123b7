// SPDX-License-Identifier: Apache-2.0
//
// evaluate - a model's scores on rows that were judged, beside what anybody can have: chance, the
// prompt's length alone, and the oracle that knows the outcome.

#ifndef ROUTE_EVALUATE_H
#define ROUTE_EVALUATE_H

#include "route/curve.h"
#include "route/model.h"
#include "route/rows.h"

struct evaluate_wishes {
    double ratio;   // price of a small call against a large one
    bool threshold; // use the two below; false: the model's own
    double at;      // calls whose expected gain is at least it go to the large model
};

struct evaluation {
    size_t rows;
    double weak, strong; // mean qualities
    double threshold;
    struct curve model, chance, length, oracle;
    struct at_threshold routed;
    // Of the rows that have an answer of the small model: it is asked first, always. None where the
    // model has learned nothing of answers: then so many have one in vain.
    size_t answered, untold;
    double threshold_after;
    struct curve cascade;
    struct at_threshold kept;
};

// RANGE: no rows. NO_MEMORY.
enum status evaluate(const struct model *m, const struct rows *rows,
                     const struct evaluate_wishes *w, struct evaluation *out,
                     struct why *why) MUST_USE;

#endif
