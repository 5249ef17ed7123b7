// SPDX-License-Identifier: Apache-2.0
//
// phrase - lists of words, and the beginning of a text in the form in which they are found there:
// in small letters, one blank between words and one before the first, a dash as " - ", and written
// out: "I can't" is "i cannot".
//
// A list is a text: "one|two"; NULL is an empty one. A word of it may be several, and stands at the
// beginning of one of the text; where a blank ends it, it is all of one.

#ifndef VERIFY_PHRASE_H
#define VERIFY_PHRASE_H

#include "base/str.h"

#define PHRASE_BYTES 400 // of a text's beginning

struct phrase_head {
    char text[PHRASE_BYTES + 16];
    size_t len;
};

// Without `left_out`, but at the start of a sentence.
void phrase_head(struct phrase_head *h, struct str text, const char *left_out);

// Of ASCII, or beyond it.
bool phrase_letter(char c);
// It ends a sentence, where a blank follows.
bool phrase_stop(char c);
// One of them stands at the front of `text`.
bool phrase_any(struct str text, const char *words);
// The bytes of `word` there; 0: it does not stand there.
size_t phrase_word(struct str text, struct str word);
// The bytes of a whole one of them there, of the first in the list; 0: none stands there.
size_t phrase_whole(struct str text, const char *words);
// The same; `wide`, of a language that has no blanks between words: the first that stands there.
size_t phrase_front(struct str text, const char *words, bool wide);
// One of the next `most` words is one of these.
bool phrase_among(struct str text, const char *words, unsigned most);
// `text` is one of them.
bool phrase_is(struct str text, const char *words);
// It ends with a whole one of them.
bool phrase_ends(struct str text, const char *words);
// They are anywhere in it, in words, too.
bool phrase_has(struct str text, const char *words);
// To the next word. False: there is none.
bool phrase_next(struct str *text);

#endif
