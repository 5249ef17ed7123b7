// SPDX-License-Identifier: Apache-2.0
//
// sureness - how sure a model was of an answer, and what is usual for it.
//
// Of an answer: the tenth part of its tokens that it was least sure of begins at this logarithm of
// a probability (a quantile: a sum grows with the length, and a mean hides the one word that was
// guessed). Where its provider tells the mean of all tokens and none of them, it is that mean.
// What is usual is learned: the last SURENESS_KEPT answers of a model on a route are kept as such a
// number each, and `0.9` keeps an answer that is no less sure than nine in ten of them. A mean is
// always nearer to 0 than such a quantile: each kind is learned, and compared, by itself.

#ifndef VERIFY_SURENESS_H
#define VERIFY_SURENESS_H

#include "verify/answer.h"

#define SURENESS_KEPT  256
#define SURENESS_LEAST 30        // answers, before what is usual is known; until then
#define SURENESS_START (-693147) // ... a token of the tenth part has at least even odds:
#define SURENESS_START_MEAN \
    (SURENESS_START / 10) // the mean of such an answer, whose other tokens are certain

// How sure a model was of an answer, in millionths, as answer.tokens.
struct how_sure {
    int32_t ppm;
    bool mean; // of all tokens; else the quantile
};

// False when neither tokens nor their mean are known, or believed.
bool sureness_of(const struct answer *a, struct how_sure *out) MUST_USE;

struct sureness {
    struct sureness_ring {
        int32_t kept[SURENESS_KEPT];
        unsigned count, next;
    } of[2]; // quantiles, means
};

void sureness_add(struct sureness *s, struct how_sure of_answer);
// Of such numbers there are enough to know what is usual.
bool sureness_known(const struct sureness *s, bool mean);
// What such a number of an answer has to reach, so that `keep_ppm` of those like the kept ones do.
int32_t sureness_least(const struct sureness *s, bool mean, uint32_t keep_ppm);

#endif
