// SPDX-License-Identifier: Apache-2.0
//
// curt_words - what a curt denial is made of (curt.h), in the form of phrase.h. Of two that begin
// alike the longer one comes first.

#ifndef VERIFY_CURT_WORDS_H
#define VERIFY_CURT_WORDS_H

#include <stdbool.h>

struct curt_tongue {
    bool wide;            // it has no blanks between words
    const char *sorry;    // an apology, or stress
    const char *mine;     // that its author does not,
    const char *elliptic; // ... where nobody else was named before it
    const char *stressed; // that it is by no means,
    const char *none;     // ... or is not
    const char *joins;    // name nobody
    const char *points;   // of the empty ones: what was asked, or who did
    const char *empty;    // name nothing
    bool last;            // it says at its end that it cannot be done, of nobody
    const char *unable;   // begin what refuses behind an apology,
    const char *nots;     // ... or in the words of an order (rebuff.h)
    const char *found;    // but not these: "I can't find a fault"
    const char *denials;  // one of these must be there, too; NULL: what stands above denies
};

extern const struct curt_tongue *const curt_tongues[]; // the last one is NULL

#endif
