// SPDX-License-Identifier: Apache-2.0
//
// verdict - what a check says of an answer. UNSURE is an answer of its own: what a check cannot
// judge is neither kept nor given up because of it.

#ifndef VERIFY_VERDICT_H
#define VERIFY_VERDICT_H

#include "base/must.h"

enum finding_verdict { VERDICT_GOOD, VERDICT_UNSURE, VERDICT_BAD };

struct finding {
    enum finding_verdict verdict;
    char why[160]; // for a person, of what is BAD or UNSURE: no text of the answer but names in it
};

// Fills it.
void finding_set(struct finding *f, enum finding_verdict verdict, const char *format, ...)
    PRINTF(3, 4);
const char *verdict_name(enum finding_verdict v); // "good", "unsure", "bad"

#endif
