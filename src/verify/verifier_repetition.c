// SPDX-License-Identifier: Apache-2.0
//
// A model that goes round in a loop writes the same words again and again: its text has a period.
// For each period up to PERIOD_MAX words, the longest run in which each word is the one a period
// before it is looked for. Words are letters and digits; a character that is none of ASCII is a
// word of its own, since many scripts have no blanks. Punctuation alone (rules) is none. What came
// to its end and may be data is not looked at: JSON, a block of code, the rows behind a table's
// rule; who loops does not come to an end. Of rows without a rule only the figures are data. What
// was asked for is no loop: so many rounds, or the same words where they go round themselves.

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/fnv.h"
#include "base/json.h"
#include "verify/fence.h"
#include "verify/verify.h"
#include "verify/wish.h"

#define PERIOD_MAX   64
#define WORDS_MAX    4096 // the last ones are looked at
#define ROUNDS_LEAST 5    // of a loop, and
#define WORDS_LEAST  24   // words of it
#define SIGNS_MAX    32   // of a fence: who writes more draws a line
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

// Where in a text the last line is that could end a block of so many signs, of each of the two.
struct ends {
    size_t at[2][SIGNS_MAX + 1];
};

static size_t *ends_of(struct ends *e, const struct fence *f)
{
    return e->at[f->sign == '~'];
}

static void ends_find(struct ends *e, struct str text)
{
    const char *const begin = text.ptr;
    struct str line;
    struct fence f;
    *e = (struct ends){.at = {{0}}};
    while (str_cut(&text, '\n', &line))
        if (fence_read(&f, str_trim(line)) && f.bare && f.signs <= SIGNS_MAX)
            ends_of(e, &f)[f.signs] = (size_t)(line.ptr - begin);
    for (size_t i = 0; i < 2; i++)
        for (size_t n = SIGNS_MAX; n > 0; n--)
            if (e->at[i][n - 1] < e->at[i][n])
                e->at[i][n - 1] = e->at[i][n];
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
    const char *const begin = text.ptr;
    bool table = false;
    struct str line;
    struct ends ends;
    struct fence in = {.signs = 0}, f;
    ends_find(&ends, text);
    while (str_cut(&text, '\n', &line)) {
        const bool fence = fence_read(&f, str_trim(line)) && f.signs <= SIGNS_MAX;
        if (in.signs > 0) {
            in.signs = fence && fence_ends(&f, &in) ? 0 : in.signs;
            continue;
        }
        if (fence && ends_of(&ends, &f)[f.signs] > (size_t)(line.ptr - begin)) {
            in = f;
            continue;
        }
        table = is_rule(line) || (table && str_find(line, '|') < line.len);
        if (!table || !whole || line.len > ROW_BYTES)
            read_line(w, line);
    }
}

struct loop {
    size_t words, rounds;
    size_t period;
    uint32_t of[PERIOD_MAX]; // one round, in the order of their hashes
};

static int by_hash(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

// The longest run of words that are each the one `period` before it.
static size_t run_of(const struct said *w, size_t period, size_t *end)
{
    size_t first = w->count > WORDS_MAX ? w->count - WORDS_MAX : 0;
    size_t run = 0;
    size_t longest = 0;
    for (size_t i = first + period; i < w->count; i++) {
        bool same = w->at[i % WORDS_MAX] == w->at[(i - period) % WORDS_MAX];
        run = same ? run + 1 : 0;
        if (run > longest) {
            longest = run;
            *end = i + 1;
        }
    }
    return longest;
}

static bool loops(const struct said *w, struct loop *found)
{
    size_t end = 0;
    for (size_t period = 1; period <= PERIOD_MAX && period < w->count; period++) {
        const size_t words = run_of(w, period, &end) + period;
        const size_t all = words == WORDS_MAX ? w->count : words; // it began before the ring
        *found = (struct loop){.words = words, .rounds = all / period, .period = period};
        if (found->rounds < ROUNDS_LEAST || words < WORDS_LEAST)
            continue;
        for (size_t i = 0; i < period; i++)
            found->of[i] = w->at[(end - 1 - i) % WORDS_MAX];
        qsort(found->of, period, sizeof found->of[0], by_hash);
        return true;
    }
    return false;
}

// What is asked goes round itself, with the same words: to be put right.
static bool asks_loop(const struct asked *a, const struct loop *found, struct said *w)
{
    struct loop of;
    for (size_t i = 0; i < 2 * asked_kept(&a->message); i++) {
        struct str text = wish_end(a->message.of[i / 2], i % 2);
        struct str line;
        w->count = 0;
        while (str_cut(&text, '\n', &line))
            read_line(w, line);
        if (loops(w, &of) && of.period == found->period &&
            memcmp(of.of, found->of, of.period * sizeof of.of[0]) == 0)
            return true;
    }
    return false;
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
    if (loops(w, &found) && !wish_repeats(c->asked, found.rounds) &&
        !asks_loop(c->asked, &found, w))
        finding_set(out, VERDICT_BAD, "it repeats itself over %zu words", found.words);
    alloc_free(c->answer->alloc, w);
}
