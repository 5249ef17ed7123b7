// SPDX-License-Identifier: Apache-2.0
//
// words - the least number of tokens that a text can be, in whatever vocabulary, counted as it
// passes. doc/why/bounds.md says what it takes for granted.
//
//   "The  ledger\n" "er" "s, then"     3 words: a token has never parts of two
//
// A word stands between blanks (space, tab, line end) and begins with what no vocabulary joins to
// the blanks before it; one that is cut by a chunk's border is one word. A text that is counted
// cannot be fewer tokens than its words, nor fewer than its bytes / WORDS_TOKEN_BYTES.

#ifndef METER_WORDS_H
#define METER_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define WORDS_TOKEN_BYTES 128 // of the longest token: a run of blanks

struct words {
    int64_t words;
    int64_t bytes;
    bool inside; // of a word
};

// The next of the text: a raw JSON string, quotes and escapes included. Anything else is none.
void words_add(struct words *w, struct str raw);
// So many tokens it is at least.
int64_t words_tokens(const struct words *w);

#endif
