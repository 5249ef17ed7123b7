// SPDX-License-Identifier: Apache-2.0
//
// refusal_words - the words that models refuse with, in eight languages, in small letters and with
// one blank between them. verifier_refusal.c walks over an answer with them.

#ifndef VERIFY_REFUSAL_WORDS_H
#define VERIFY_REFUSAL_WORDS_H

#include <stddef.h>

#define REFUSAL_VERB_BYTES 24 // behind "I can't", within which the verb stands

// What begins a clause, and what then has to follow within the next few words.
struct refusal_tongue {
    const char *const *cannot, *const *helping; // NULL: no more tongues
    size_t bytes;                               // behind the first, within which the second stands
};

// Each list ends with a NULL. `wide`: of scripts that have no blanks.
extern const struct refusal_words {
    const char *const *courtesies, *const *courtesies_wide; // what is said before an answer
    const struct refusal_tongue *tongues;
    const char *const *looking; // what is looked for and is not there, but for ...
    const char *const *given;   // ... what it was given to look at
    const char *const *idioms;  // "I can't wait to see it"
    const char *const *decisive, *const *decisive_wide; // each says it all
    const char *const *cannot_wide, *const *helping_wide;
    const char *const *sorry_wide, *const *asked_wide; // before what is decisive in Japanese
} refusal_words;

#endif
