// SPDX-License-Identifier: Apache-2.0
//
// answer - what a model has said, read from the bytes of its answer in any dialect: its text, its
// calls of tools, why it ended, and how sure it was of each token.
//
//   {"choices":[{"message":...}]}  or  data: {"choices":[{"delta":...}]} ...   -->  struct answer
//
// Of several choices the first is read. What the model thought before it answered is no part of it.

#ifndef VERIFY_ANSWER_H
#define VERIFY_ANSWER_H

#include "base/buf.h"
#include "meter/meter.h"
#include "wire/dialect.h"

#define ANSWER_BYTES_MAX  (1 * MIB) // of its text, and of the arguments of each call
#define ANSWER_CALLS_MAX  64
#define ANSWER_TOKENS_MAX 65536 // of which it is known how sure they are

enum answer_finish {
    ANSWER_UNTOLD,  // it did not say
    ANSWER_ENDED,   // of itself, or with calls of tools
    ANSWER_CUT,     // at a limit of its length
    ANSWER_REFUSED, // the provider, or the model by a mark of its own, gave none
};

// Why a chat's answer ended, by its provider's word: "stop", "length", ... False: it is none of
// those that are known.
bool answer_finish_read(struct str word, enum answer_finish *out) MUST_USE;
const char *answer_finish_word(unsigned i); // the known ones, from 0 on; NULL: no more

struct answer_call {
    int64_t index; // of a stream: where its pieces belong
    struct buf name;
    struct buf arguments; // JSON, if the model wrote such
};

struct answer {
    const struct alloc *alloc;
    enum answer_finish finish;
    struct buf text;
    struct answer_call *calls;
    unsigned call_count;
    int32_t *tokens; // the logarithm of each one's probability, in millionths; <= 0
    unsigned token_count;
    bool mean_told; // by a provider that does so of all tokens together:
    int32_t mean;   // as one of them
    bool token_odd; // one of these was no such logarithm, so none is believed
    bool more;   // beside text and calls: images, sound, what its caller is to run or to allow, ...
    bool unseen; // of that something has no words in the text, as an image
    bool begun;  // no more than that: it is made in the background, or its turn goes on
    bool failed; // of it something is missing: no memory, or it is beyond a limit above
};

// Reads `bytes`, the whole body of an answer to `endpoint`, as its provider sent it. False when
// nothing of it could be read. To be ended with answer_fini in any case.
bool answer_read(struct answer *a, enum endpoint endpoint, enum meter_kind kind, struct str bytes,
                 const struct alloc *alloc) MUST_USE;
// An answer that is a text, and nothing else is known of it.
void answer_of(struct answer *a, struct str text, const struct alloc *alloc);
// Adds how sure it was of each token, from a list of logarithms as answers have them: no less than
// -1000, the first ANSWER_TOKENS_MAX. One above 0, but for rounding, is none (token_odd).
struct json_val;
void answer_tokens(struct answer *a, const struct json_val *list);
void answer_fini(struct answer *a);
// Its text without blanks around it and without the thoughts that some models write into it
// (<think>...</think> at its start). Borrowed.
struct str answer_text(const struct answer *a);

#endif
