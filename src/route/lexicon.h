// SPDX-License-Identifier: Apache-2.0
//
// lexicon - a linear model over hashed words: a weight of one byte for each of 2^16 grams.
//
//   score(x) = bias + scale · Σ weight[g] / √(number of grams)

#ifndef ROUTE_LEXICON_H
#define ROUTE_LEXICON_H

#include "base/random.h"
#include "route/traits.h"

#define LEXICON_WEIGHTS (1 << TRAITS_GRAM_BITS)

struct lexicon {
    const int8_t *weights; // LEXICON_WEIGHTS of them
    float scale;
    float bias;
};

float lexicon_score(const struct lexicon *w, const uint16_t *grams, unsigned count);

// To learn from: the grams of row r, and what it is to be.
struct lexicon_row {
    const uint16_t *grams;
    unsigned count;
    float target;
};

struct lexicon_rows {
    const struct lexicon_row *at;
    size_t count;
};

// Ridge regression; `ridge` is the weight of its penalty. The full weights (of LEXICON_WEIGHTS
// floats at `weights`) and the bias. False without memory.
bool lexicon_fit(struct lexicon_rows rows, float ridge, struct dice *dice, float *weights,
                 float *bias) MUST_USE;

// To one byte each.
void lexicon_round(const float *weights, float bias, int8_t *bytes, struct lexicon *out);

#endif
