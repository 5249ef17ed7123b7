// SPDX-License-Identifier: Apache-2.0
//
// A model that goes round in a loop writes the same words again and again: its text has a period.
// For each period up to PERIOD_MAX words, the longest run in which each word is the one a period
// before it is looked for. Words are letters and digits; a character that is none of ASCII is a
// word of its own, since many scripts have no blanks. Punctuation alone (rules, tables) is none,
// nor are the figures of a table's rows, which are data. So is JSON, and a block of code, that came
// to its end: who loops does not.

#include <ctype.h>

#include "base/fnv.h"
#include "base/json.h"
#include "verify/verify.h"

#define PERIOD_MAX   64
#define WORDS_MAX    4096 // the last ones are looked at
#define ROUNDS_LEAST 5    // of a loop, and
#define WORDS_LEAST  24   // words of it

struct said {
    uint32_t at[WORDS_MAX]; // their hashes, a ring
    size_t count;
};

static void add(struct said *w, struct str word)
{
    uint32_t hash = FNV32;
    for (size_t i = 0; i < word.len; i++)
        hash = fnv32(hash, (unsigned char)(tolower)((unsigned char)word.ptr[i]));
    w->at[w->count++ % WORDS_MAX] = hash;
}

static bool is_figure(struct str word)
{
    size_t i = 0;
    while (i < word.len && isdigit((unsigned char)word.ptr[i]))
        i++;
    return i == word.len;
}

// The bytes of the block of code that a line begins at the front of `text`; 0: none does, or it has
// no end.
static size_t block_bytes(struct str text)
{
    const struct str fence = STR("```"), other = STR("~~~");
    const struct str by = str_starts(text, other) ? other : fence;
    if (!str_starts(text, by))
        return 0;
    for (size_t at = str_find(text, '\n'); at < text.len;) {
        const struct str rest = str_skip(text, at + 1);
        size_t indent = 0;
        while (indent < rest.len && rest.ptr[indent] == ' ')
            indent++;
        if (str_starts(str_skip(rest, indent), by))
            return at + 1 + indent + by.len;
        at += 1 + str_find(rest, '\n');
    }
    return 0;
}

static bool is_json(struct str text, const struct alloc *alloc)
{
    struct json *json = NULL;
    const bool is = json_open(text, alloc, &json, NULL) == STATUS_OK;
    json_close(json);
    return is;
}

static void read(struct said *w, struct str text)
{
    size_t i = 0;
    bool row = false; // of a table
    while (i < text.len) {
        if (i == 0 || text.ptr[i - 1] == '\n') {
            row = text.ptr[i] == '|';
            i += block_bytes(str_skip(text, i));
        }
        size_t from = i;
        size_t len = str_utf8_at(text, i);
        while (i < text.len && isalnum((unsigned char)text.ptr[i]))
            i++;
        struct str word = str_from(text.ptr + from, i - from);
        if (word.len > 0 && !(row && is_figure(word)))
            add(w, word);
        else if (word.len == 0 && len > 1)
            add(w, str_from(text.ptr + from, len));
        if (i == from)
            i += len > 0 ? len : 1;
    }
}

// The longest run of words that are each the one `period` before it.
static size_t run_of(const struct said *w, size_t period)
{
    size_t first = w->count > WORDS_MAX ? w->count - WORDS_MAX : 0;
    size_t run = 0;
    size_t longest = 0;
    for (size_t i = first + period; i < w->count; i++) {
        bool same = w->at[i % WORDS_MAX] == w->at[(i - period) % WORDS_MAX];
        run = same ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static bool loops(const struct said *w, size_t *words)
{
    for (size_t period = 1; period <= PERIOD_MAX && period < w->count; period++) {
        *words = run_of(w, period) + period;
        if (*words >= ROUNDS_LEAST * period && *words >= WORDS_LEAST)
            return true;
    }
    return false;
}

void verifier_repetition(const struct verify_case *c, struct finding *out)
{
    size_t words = 0;
    struct said *w = alloc_get(c->answer->alloc, sizeof *w);
    if (!w) {
        finding_set(out, VERDICT_UNSURE, "out of memory");
        return;
    }
    w->count = 0;
    if (!is_json(answer_text(c->answer), c->answer->alloc))
        read(w, answer_text(c->answer));
    if (loops(w, &words))
        finding_set(out, VERDICT_BAD, "it repeats itself over %zu words", words);
    alloc_free(c->answer->alloc, w);
}
