// SPDX-License-Identifier: Apache-2.0
//
// sureness - how sure a model was of an answer, and what is usual for it.
//
// Of an answer: the tenth part of its tokens that it was least sure of begins at this logarithm of
// a probability (a quantile: a sum grows with the length, and a mean hides the one word that was
// guessed). What is usual is learned: the last SURENESS_KEPT answers of a model on a route are kept
// as such a number each, and `0.9` keeps an answer that is no less sure than nine in ten of them.

#ifndef VERIFY_SURENESS_H
#define VERIFY_SURENESS_H

#include "verify/answer.h"

#define SURENESS_KEPT  256
#define SURENESS_LEAST 30        // answers, before what is usual is known; until then
#define SURENESS_START (-693147) // ... a token of the tenth part has at least even odds

// In millionths, as answer.tokens. False when no token's is known, or
// believed.
bool sureness_of(const struct answer *a, int32_t *out) MUST_USE;

struct sureness {
    int32_t kept[SURENESS_KEPT]; // a ring
    unsigned count, next;
};

void sureness_add(struct sureness *s, int32_t of_answer);
// What an answer has to reach, so that `keep_ppm` of those like the kept ones do.
int32_t sureness_least(const struct sureness *s, uint32_t keep_ppm);

#endif
