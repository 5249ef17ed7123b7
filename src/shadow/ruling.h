// SPDX-License-Identifier: Apache-2.0
//
// ruling - how good two answers to the same request are, one beside the other: 0 for an answer that
// the other beats, 1 for one that it does not. So a tie is 1 to 1, and two that are no use are 0
// to 0.

#ifndef SHADOW_RULING_H
#define SHADOW_RULING_H

#include "verify/answer.h"
#include "verify/asked.h"

enum ruled {
    RULED_NOT,          // it cannot be told
    RULED_EXACT,        // both say the same
    RULED_SCHEMA,       // one of them, or none, keeps to the form that was asked for
    RULED_MODEL,        // by a judge
    RULED_CONTRADICTED, // by a judge who said twice that the first is better, or the second: a tie
};

struct ruling {
    enum ruled by;
    bool weak_good, strong_good; // unless RULED_NOT
};

// What can be said without a judge: answers that say the same (blanks around them apart; JSON by
// its value; calls of tools by name and arguments) are a tie, and of a form that was asked for one
// that does not keep to it is beaten. Else RULED_NOT.
struct ruling ruling_compare(const struct asked *asked, const struct answer *weak,
                             const struct answer *strong);

#endif
