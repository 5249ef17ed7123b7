// SPDX-License-Identifier: Apache-2.0
//
// A model that goes round in a loop writes the same words again and again: its text has a period.
// For each period up to PERIOD_MAX words, the longest run in which each word is the one a period
// before it is looked for. Words are letters and digits; a character that is none of ASCII is a
// word of its own, since many scripts have no blanks. Punctuation alone (rules) is none. What came
// to its end and may be data is not looked at: JSON, a block of code, the rows behind a table's
// rule; who loops does not come to an end. Of rows without a rule only the figures are data. What
// was asked for is no loop: so many rounds, or words that go round themselves.

#include <ctype.h>

#include "base/fnv.h"
#include "base/json.h"
#include "verify/verify.h"
#include "verify/wish.h"

#define PERIOD_MAX   64
#define WORDS_MAX    4096 // the last ones are looked at
#define ROUNDS_LEAST 5    // of a loop, and
#define WORDS_LEAST  24   // words of it
#define ROW_BYTES    1024 // of a table: a longer one may hold a loop

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

// The signs of a fence that `line` begins with, three or more of a kind.
static size_t fence_of(struct str line)
{
    size_t n = 0;
    if (line.len == 0 || (line.ptr[0] != '`' && line.ptr[0] != '~'))
        return 0;
    while (n < line.len && line.ptr[n] == line.ptr[0])
        n++;
    return n >= 3 ? n : 0;
}

// The bytes of the block of code that a line begins at the front of `text`; 0: none does, or it has
// no end, which is as many signs or more.
static size_t block_bytes(struct str text)
{
    const size_t signs = fence_of(text);
    if (signs == 0)
        return 0;
    for (size_t at = str_find(text, '\n'); at < text.len;) {
        const struct str rest = str_skip(text, at + 1);
        size_t indent = 0;
        while (indent < rest.len && rest.ptr[indent] == ' ')
            indent++;
        const struct str line = str_skip(rest, indent);
        if (fence_of(line) >= signs && line.ptr[0] == text.ptr[0])
            return at + 1 + indent + fence_of(line);
        at += 1 + str_find(rest, '\n');
    }
    return 0;
}

// Of a table, between its head and its rows: "|---|:--|", "--- | ---".
static bool is_rule(struct str line)
{
    size_t bars = 0, dashes = 0;
    for (size_t i = 0; i < line.len; i++) {
        bars += line.ptr[i] == '|';
        dashes += line.ptr[i] == '-';
        if (line.ptr[i] != '|' && line.ptr[i] != '-' && line.ptr[i] != ':' &&
            !str_blank(line.ptr[i]))
            return false;
    }
    return bars > 0 && dashes > 0;
}

static bool is_json(struct str text, const struct alloc *alloc)
{
    struct json *json = NULL;
    const bool is = json_open(text, alloc, &json, NULL) == STATUS_OK;
    json_close(json);
    return is;
}

static void read_line(struct said *w, struct str line)
{
    const bool row = line.len > 0 && line.ptr[0] == '|';
    for (size_t i = 0; i < line.len;) {
        const size_t from = i;
        const size_t len = str_utf8_at(line, i);
        while (i < line.len && isalnum((unsigned char)line.ptr[i]))
            i++;
        const struct str word = str_from(line.ptr + from, i - from);
        if (word.len > 0 && !(row && is_figure(word)))
            add(w, word);
        else if (word.len == 0 && len > 1)
            add(w, str_from(line.ptr + from, len));
        if (i == from)
            i += len > 0 ? len : 1;
    }
}

// `whole`: it came to its end.
static void read(struct said *w, struct str text, bool whole)
{
    bool table = false;
    struct str line;
    for (;;) {
        text = str_skip(text, block_bytes(text));
        if (!str_cut(&text, '\n', &line))
            return;
        table = is_rule(line) || (table && str_find(line, '|') < line.len);
        if (!table || !whole || line.len > ROW_BYTES)
            read_line(w, line);
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

struct loop {
    size_t words, rounds;
};

static bool loops(const struct said *w, struct loop *found)
{
    for (size_t period = 1; period <= PERIOD_MAX && period < w->count; period++) {
        const size_t words = run_of(w, period) + period;
        const size_t all = words == WORDS_MAX ? w->count : words; // it began before the ring
        *found = (struct loop){words, all / period};
        if (found->rounds >= ROUNDS_LEAST && words >= WORDS_LEAST)
            return true;
    }
    return false;
}

// What is asked goes round itself: to be translated, or put right.
static bool asks_loop(void *context, const struct saying *s)
{
    struct said *w = context;
    struct loop of;
    w->count = 0;
    if (s->by == SPEAKER_USER)
        read(w, s->text, false);
    return !loops(w, &of); // `w` stays so
}

static bool is_asked(const struct asked *a, const struct loop *found, struct said *w)
{
    struct loop of;
    w->count = 0;
    if (wish_repeats(a, found->rounds))
        return true;
    asked_each(a, asks_loop, w);
    return loops(w, &of);
}

void verifier_repetition(const struct verify_case *c, struct finding *out)
{
    struct loop found;
    struct said *w = alloc_get(c->answer->alloc, sizeof *w);
    if (!w) {
        finding_set(out, VERDICT_UNSURE, "out of memory");
        return;
    }
    w->count = 0;
    if (!is_json(answer_text(c->answer), c->answer->alloc))
        read(w, answer_text(c->answer), c->answer->finish != ANSWER_CUT);
    if (loops(w, &found) && !is_asked(c->asked, &found, w))
        finding_set(out, VERDICT_BAD, "it repeats itself over %zu words", found.words);
    alloc_free(c->answer->alloc, w);
}
