// SPDX-License-Identifier: Apache-2.0
//
// judging - a pair's judge, as calls of our own: who it is, what it is asked, and the most that its
// verdicts may cost, which is known before the other side has been asked.
//
//   the request, the answer that was given  }
//   the other one: at most so many tokens   }--> the question, at most --> the most a verdict costs

#ifndef REQUEST_JUDGING_H
#define REQUEST_JUDGING_H

#include "request/inner.h"
#include "shadow/judge.h"

#define JUDGING_VERDICTS 2 // of a judge: it is asked in either order
// Bytes of an answer's token, as most have them. One with longer ones may cost more: then its judge
// is asked where its budgets still cover that, else the pair is kept unjudged.
#define JUDGING_TOKEN_BYTES 4

struct judging { // borrowed
    struct worker *worker;
    struct view *view;
    struct str judge;         // "provider/model"
    const struct key *key;    // as whose it is booked
    const struct buf *source; // the body of
    const struct json *request;
    const struct answer *weak, *strong;
};

// Makes `call` ask for a verdict, with the question in `body`; its word, key and end are the
// caller's. NULL; or why it cannot be asked, a sentence; static.
const char *judging_ask(const struct judging *j, bool swapped, struct buf *body,
                        struct inner *call);
// The most that one verdict may cost, once the answer of the two that is NULL has at most so many
// tokens. False: nothing bounds it, or it is never asked.
bool judging_most(const struct judging *j, int64_t tokens, struct nano *out) MUST_USE;
// What it said.
enum judge_word judging_word(const struct said *s);

#endif
