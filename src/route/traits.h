// SPDX-License-Identifier: Apache-2.0
//
// traits - what a request looks like to the router: counters of its structure, its hashed words,
// its task.
//
// One pass over at most TRAITS_BYTES of text, no memory asked for, no floating point: the same text
// has the same traits everywhere, and what was stored of them gives the same score again.
//
//   text ──► counters   lengths, numbers, symbols, lines, options of a choice   "structure"
//        └─► grams      each word and each two in a row, hashed to 16 bits      "words"
//   demand ► counters   messages, tools, media, most output
//   system, route, tenant ► task, the hash that means of a task are kept by
//
// Hashed words tell much of a text to who wants to know: they are as private as the text itself.

#ifndef ROUTE_TRAITS_H
#define ROUTE_TRAITS_H

#include "base/buf.h"
#include "core/demand.h"

#define TRAITS_BYTES     4096 // of text that are looked at
#define TRAITS_GRAMS_MAX 2048 // different ones that are kept: the first
#define TRAITS_GRAM_BITS 16
#define TRAITS_VERSION   3 // of what the counters mean, how words are hashed and tasks are named

// X(NAME, "name", "what it counts"). "log" is log2(1 + n).
#define TRAIT_MAP(X)                                                         \
    X(BYTES, "bytes", "bytes of all text, log")                              \
    X(WORDS, "words", "words, log")                                          \
    X(LINES, "lines", "lines, log")                                          \
    X(SENTENCES, "sentences", "sentences, log")                              \
    X(WORD_MEAN, "word_mean", "letters a word")                              \
    X(WORD_LONGEST, "word_longest", "letters of the longest word, log")      \
    X(LONG_WORDS, "long_words", "share of words of more than 8 letters")     \
    X(SENTENCE_MEAN, "sentence_mean", "words a sentence, log")               \
    X(LINE_LONGEST, "line_longest", "bytes of the longest line, log")        \
    X(NUMBERS, "numbers", "numbers, log")                                    \
    X(NUMBER_SHARE, "number_share", "share of words that are numbers")       \
    X(DIGITS, "digits", "digits, log")                                       \
    X(CAPITALS, "capitals", "share of words with a capital")                 \
    X(ALL_CAPS, "all_caps", "words of capitals, log")                        \
    X(FOREIGN, "foreign", "share of bytes that are no ASCII")                \
    X(DISTINCT, "distinct", "share of words that are the first of theirs")   \
    X(COMMAS, "commas", "commas a word")                                     \
    X(COLONS, "colons", "colons and semicolons, log")                        \
    X(QUESTIONS, "questions", "question marks, log")                         \
    X(QUOTES, "quotes", "quotation marks, log")                              \
    X(BRACKETS, "brackets", "round brackets, log")                           \
    X(MATH, "math", "signs of arithmetic, log")                              \
    X(TEX, "tex", "signs of formulas: $ and backslashes, log")               \
    X(CODE, "code", "signs of code, log")                                    \
    X(MONEY, "money", "signs of currencies and of percent, log")             \
    X(HYPHENS, "hyphens", "hyphens, log")                                    \
    X(INDENTED, "indented", "share of lines that are indented")              \
    X(BULLETS, "bullets", "lines that are items of a list, log")             \
    X(BLANKS, "blanks", "blanks to fill: two underscores or more, log")      \
    X(OPTIONS, "options", "options to choose from, log")                     \
    X(OPTION_MEAN, "option_mean", "bytes an option, log")                    \
    X(OPTION_LONGEST, "option_longest", "bytes of the longest option, log")  \
    X(OPTION_SPREAD, "option_spread", "longest less shortest option, log")   \
    X(OPTION_NUMBERS, "option_numbers", "share of options that are numbers") \
    X(STEM, "stem", "bytes before the options, log")                         \
    X(ENDS, "ends", "how it ends: 1 with ?, 2 with :, 3 with .")             \
    X(SYSTEM, "system", "bytes of the system prompt, log")                   \
    X(MESSAGES, "messages", "messages, log")                                 \
    X(TOOLS, "tools", "tools, log")                                          \
    X(MEDIA, "media", "images and files, log")                               \
    X(OUTPUT_MAX, "output_max", "most output tokens asked for, log")

enum trait {
#define X(name, word, text) TRAIT_##name,
    TRAIT_MAP(X)
#undef X
        TRAIT_COUNT
};

#define TRAIT_ONE 1024 // counters are in 1/1024; 65535 stands for all that is more

struct traits {
    uint16_t value[TRAIT_COUNT];
    uint16_t gram_count;
    uint64_t task; // 0: of no known task
    // Each once, in the order in which they came; the last one's place is for what is not kept.
    uint16_t grams[TRAITS_GRAMS_MAX + 1];
};

// What is looked at. All is borrowed for the call.
struct traits_source {
    const struct demand *demand; // NULL: nothing is known but the text
    uint64_t system_bytes;       // of instructions that go before
    const struct str *texts;     // the newest that was said first: the others get what it leaves
    unsigned count;              // of texts
    uint64_t task;               // from traits_task
};

void traits_of(const struct traits_source *from, struct traits *out);
// The template of instructions: `before`, 0 at first, and one more text of them. A number is as
// good as another.
uint64_t traits_template(uint64_t before, struct str text);
// The name of a task by what makes calls alike: the template, the route, the tenant. What is 0 or
// empty counts for nothing; 0 when all are. Names count as they are: q1 is another one than q2.
uint64_t traits_task(uint64_t template, struct str route, struct str tenant);
// How an explanation names a trait, "word_mean", and what it counts. Never NULL.
const char *trait_name(enum trait t);
const char *trait_text(enum trait t);

// The traits as bytes, appended; without `words` the grams are left out, and with them what was
// said.
void traits_pack(const struct traits *t, bool words, struct buf *out);
// False: the bytes are none of this TRAITS_VERSION; `out` is then undefined.
bool traits_unpack(struct str bytes, struct traits *out) MUST_USE;

// log2(1 + n) in 1/TRAIT_ONE, straight lines between powers of two.
uint16_t traits_log(uint64_t n);
// part / whole in 1/TRAIT_ONE, cut at 65535; 0 when whole is 0.
uint16_t traits_share(uint64_t part, uint64_t whole);

#endif
