// SPDX-License-Identifier: Apache-2.0
//
// reply - what an answer of the small model looks like, for a cascade: its own structure, and what
// can be checked of it without asking anybody.
//
// Sums are done again ("3 * 60 = 180"), the prompt's numbers are looked for, words of doubt are
// counted, and whether another small model said the same, where the caller knows.

#ifndef ROUTE_REPLY_H
#define ROUTE_REPLY_H

#include "route/traits.h"

#define REPLY_BYTES 16384 // of an answer that are looked at

// X(NAME, "name", "what it counts"), after the traits of the answer's own text. "log" is log2(1 +
// n).
#define REPLY_MAP(X)                                                        \
    X(SUMS, "sums", "sums that were done, log")                             \
    X(WRONG, "wrong", "sums that are wrong, log")                           \
    X(DOUBTS, "doubts", "words of doubt, log")                              \
    X(UNUSED, "unused", "share of the prompt's numbers that it leaves out") \
    X(NEW, "new", "numbers that neither the prompt nor a sum has, log")     \
    X(LAST, "last", "whether its last number is the result of a sum")       \
    X(PART, "part", "whether its last number has a fraction")               \
    X(LARGEST, "largest", "its largest number, log")                        \
    X(AGREE, "agree", "how many of others agree: 1 unknown, 0 to 2")

enum reply_check {
    REPLY_FIRST = TRAIT_COUNT - 1,
#define X(name, word, text) REPLY_##name,
    REPLY_MAP(X)
#undef X
        REPLY_COUNT
};

struct reply {
    uint16_t value[REPLY_COUNT]; // in 1/TRAIT_ONE; by enum trait, then by enum reply_check
};

// `agree`: the share of other small models that gave the same answer, 0..1 in 1/TRAIT_ONE; < 0 =
// not known.
void reply_of(struct str prompt, struct str text, int agree, struct reply *out);

#endif
