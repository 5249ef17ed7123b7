// SPDX-License-Identifier: Apache-2.0
//
// judge - a model that is asked which of two answers serves a request better. Models prefer the one
// that they read first, so it is asked twice:
//
//   first   A is the weak one's, B the strong one's   --.
//   second  A is the strong one's, B the weak one's   --'-> both say the same answer: it is better
//                                                           else: a tie
//
// Who says twice that the one is better that stands first, or second, has contradicted himself.
// That is a tie, too, as is the custom, but no proof that both are as good: it is told apart.
//
// Both texts are foreign, and may tell the judge what to say: they stand between marks that they
// cannot know, and the judge is told to take nothing of them for an order.

#ifndef SHADOW_JUDGE_H
#define SHADOW_JUDGE_H

#include "shadow/ruling.h"

#define JUDGE_QUESTION_MAX \
    (96 * KIB)                // bytes of a request and both answers that a judge is asked of
#define JUDGE_OUTPUT_MAX 2048 // tokens of its answer: room for what it thinks before

enum judge_word { JUDGE_NONE, JUDGE_A, JUDGE_B, JUDGE_TIE }; // NONE: it cannot be read

// How a judge is spoken to, by its provider's dialect.
enum endpoint judge_endpoint(enum dialect d);

struct judge_question {
    const struct json *request; // its body,
    struct str source;          // of these bytes
    const struct answer *weak, *strong;
    bool swapped;     // the second time
    uint64_t mark;    // which the answers cannot know
    struct str model; // the judge, as it is written into the body
};
// The body for judge_endpoint, appended. LIMIT: more is to be read than a judge is asked of, or
// the request says nothing that can be shown it; NO_MEMORY.
enum status judge_write(const struct judge_question *q, enum endpoint to, struct buf *out) MUST_USE;
// Bytes that the answers may still have, so that it can be asked; 0: none, or it is too long.
size_t judge_room(const struct judge_question *q);
// What it said.
enum judge_word judge_read(struct str text);
// Of both times.
struct ruling judge_rule(enum judge_word first, enum judge_word second);

#endif
