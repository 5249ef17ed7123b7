// SPDX-License-Identifier: Apache-2.0
//
// wish - what looks like a failure of an answer, and was asked for: the same words again and again,
// or a text that refuses. Where it cannot be told it was not: another call costs little, and a
// refusal that passes is a bad answer. A worker waits for it: of a request no more is looked at
// than ASKED_TEXTS texts, and of each what wish_end gives.

#ifndef VERIFY_WISH_H
#define VERIFY_WISH_H

#include "verify/asked.h"

#define WISH_BYTES 1024 // of a text's beginning, and of its end, that are looked at

// The beginning of a text or, `last`, its end. One that is not too long is all beginning.
struct str wish_end(struct str text, bool last);

// Something is to be said about so many times: "print 100 zeros", "repeat it 50 times", "a 10 by 10
// table of the same word".
bool wish_repeats(const struct asked *a, size_t rounds);
// To write a letter, a message, a reply: it may decline something.
bool wish_writes(const struct asked *a);
// To write a text that declines, or to put a text that does into other words, or another language.
bool wish_refuses(const struct asked *a);
// To write, to say or to put otherwise something that is not the model's own.
bool wish_speaks(const struct asked *a);
// The first words of what is ordered: its verbs, mostly. How many there are, `most` at most.
size_t wish_orders(const struct asked *a, struct str *verbs, size_t most);
// A question that no may answer.
bool wish_asks(const struct asked *a);

#endif
