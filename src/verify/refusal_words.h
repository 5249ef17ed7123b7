// SPDX-License-Identifier: Apache-2.0
//
// refusal_words - the words that models refuse with, in eight languages. refusal.c walks over a
// text with them. They are as that walk has a text: in small letters, one blank between words,
// without the adverbs below, and written out: "I can't" is "i cannot".
//
//   I'm sorry, but   i cannot   in good conscience   provide   you with   instructions.
//   courtesy         begins     passing              gives                things
//
// A list is one of phrase.h.

#ifndef VERIFY_REFUSAL_WORDS_H
#define VERIFY_REFUSAL_WORDS_H

#include <stdbool.h>

struct refusal_tongue {
    const char *begins;  // a clause: who, and that he does not
    const char *passing; // words before the verb that add nothing
    const char *helps;   // that he does not do: a refusal
    const char *gives;   // a refusal before one of ...
    const char *things;  // ... these, or at the clause's end
    const char *opens;   // before one of these or of `sources`, unless they are his own
    const char *sources;
    const char *own;
    const char *lacks; // among the words that pass: what he has not to do anything at all
    const char *wills; // of the beginnings: he does not want to. A refusal before one of ...
    const char *makes; // ... these, whatever it is
    bool bare;         // what begins a clause is one where it ends there: "I must decline."
};

// Of a language that has no blanks between words.
struct refusal_wide {
    const char *sorry;    // begins a sentence
    const char *topics;   // say of what it is
    const char *supposes; // "if", "he said": before what is none of the answer's own
    const char *cannot, *helps;
    const char *goes_on; // behind a refusal that gives a reason, or is told
};

extern const struct refusal_words {
    const char *courtesies; // begin what is said before an answer
    const char *adverbs;    // are left out behind another word of a sentence
    const char *before;     // behind these a clause begins
    const char *supposes;   // ... unless its sentence, or part of it, begins with one of these
    const char *idioms;     // "I can't wait ..."
    const char *decisive;   // begin a clause, and say it all
    const char *anywhere;   // in the first sentence: "that is not something I can"
    const char *bounds;     // ... and "that is beyond my", before one of ...
    const char *limits;     // ... these
    const char *topics;     // begin what a colon may end before one's own words
    const char *told;       // ... and what does not, though it is one word
    const char *wants_help; // who asks for help refuses none
    const struct refusal_tongue *tongues; // the last one begins with nothing
    // German has its verb at the end of a clause, and who does not before or behind its object.
    struct refusal_tongue german;
    const char *german_not;
    const char *german_found; // what was looked for, and is not there
    const char *german_supposes;
    struct refusal_wide chinese, japanese;
    const char *salutations, *closings; // of letters
} refusal_words;

#endif
