// SPDX-License-Identifier: Apache-2.0
//
// The text is folded and its words' edges found 64 bytes at a time, so that no branch depends on
// where a word ends. A word is a run of letters, digits and bytes beyond ASCII, folded to small
// letters and each digit to 0, so that "in 1984" and "In 1066" are the same two words. What stands
// between words is counted by its class. A gram's hash is multiplicative.

#include "route/traits.h"

#include <string.h>

#include "base/fnv.h"
#include "base/golden.h"
#include "base/sixteen.h"

#define LONG_WORD 8
#define NO_TASK   FNV64
#define PAIR      0xd6e8feb86659fd93u // another odd number: "a b" is not "b a"

enum mark {
    MARK_OTHER,
    MARK_COMMA,
    MARK_COLON,
    MARK_QUESTION,
    MARK_QUOTE,
    MARK_BRACKET,
    MARK_MATH,
    MARK_TEX,
    MARK_CODE,
    MARK_MONEY,
    MARK_HYPHEN,
    MARK_STOP,
    MARK_COUNT
};

// Between words. A dollar is money where a digit follows.
static const uint8_t mark_of[256] = {
    [','] = MARK_COMMA, [':'] = MARK_COLON,  [';'] = MARK_COLON,   ['?'] = MARK_QUESTION,
    ['"'] = MARK_QUOTE, ['\''] = MARK_QUOTE, ['('] = MARK_BRACKET, [')'] = MARK_BRACKET,
    ['+'] = MARK_MATH,  ['='] = MARK_MATH,   ['*'] = MARK_MATH,    ['/'] = MARK_MATH,
    ['^'] = MARK_MATH,  ['<'] = MARK_MATH,   ['>'] = MARK_MATH,    ['|'] = MARK_MATH,
    ['$'] = MARK_TEX,   ['\\'] = MARK_TEX,   ['{'] = MARK_CODE,    ['}'] = MARK_CODE,
    ['['] = MARK_CODE,  [']'] = MARK_CODE,   ['_'] = MARK_CODE,    ['`'] = MARK_CODE,
    ['#'] = MARK_CODE,  ['&'] = MARK_CODE,   ['~'] = MARK_CODE,    ['@'] = MARK_CODE,
    ['%'] = MARK_MONEY, ['-'] = MARK_HYPHEN, ['.'] = MARK_STOP,    ['!'] = MARK_STOP,
};

// Which grams there were: a bit each. What stands in `bits` counts where `known` is -1, not 0: to
// clear all of them would push some kilobytes out of the cache that most texts do not need.
#define SEEN_WORDS ((1 << TRAITS_GRAM_BITS) / 64)
struct seen {
    int8_t known[SEEN_WORDS];
    uint64_t bits[SEEN_WORDS];
};

// Of the words.
struct words {
    uint64_t before; // the word before, hashed; 0: none
    uint32_t count, letters, longest, long_ones, distinct;
    uint32_t numbers, digits, capitals, all_caps, foreign;
    uint32_t grams; // kept
};

// What is counted on the way.
struct tally {
    struct words words;
    uint16_t *grams;
    struct seen *seen;
    uint32_t marks[MARK_COUNT];
    uint32_t sentences, blanks;
    uint32_t lines, line_longest, indented, bullets;
    uint32_t options, option_bytes, option_longest, option_shortest, option_numbers;
    uint32_t stem; // bytes before the first option
    uint32_t bytes;
};

// Of the bytes of one span, or of sixteen: a bit each.
struct kinds {
    uint64_t word, mark;
    uint64_t digit, capital, far; // of a word, far beyond ASCII
};

// What the span before ended within: 1 where ...
struct within {
    uint64_t word;
    uint64_t number, foreign; // ... a word that such a byte begins
    uint64_t capital;         // ... its last byte was a capital that begins a word
};

// A text with its bytes folded, and a bit for each that is of a word, or a mark.
#define SPAN 64
struct scan {
    struct str text;
    size_t spans; // the last has room for a byte that ends a word
    size_t line;  // where the line begins that is read
    uint64_t word[TRAITS_BYTES / SPAN + 1], mark[TRAITS_BYTES / SPAN + 1];
    union { // of a word's bytes: as they are hashed; else 0. Sixteen zeros follow the last span
        unsigned char fold[TRAITS_BYTES + SPAN + 16];
        sixteen folded[(TRAITS_BYTES + SPAN + 16) / 16];
    };
};

static bool is_capital(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

uint16_t traits_log(uint64_t n)
{
    if (n == UINT64_MAX)
        n--;
    n++;
    unsigned power = 63u - (unsigned)__builtin_clzll(n);
    uint64_t rest = n - ((uint64_t)1 << power);
    uint64_t part = power > 10 ? rest >> (power - 10) : rest << (10 - power);
    return (uint16_t)(power * TRAIT_ONE + part);
}

uint16_t traits_share(uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return 0;
    uint64_t share = part > UINT64_MAX / TRAIT_ONE ? UINT64_MAX : part * TRAIT_ONE / whole;
    return share > UINT16_MAX ? UINT16_MAX : (uint16_t)share;
}

// Keeps it unless it was there; 1 if it is new. Without a branch: nobody could guess it.
static inline unsigned keep(struct words *w, struct seen *seen, uint16_t *grams, uint64_t hash)
{
    unsigned gram = (unsigned)(hash >> (64 - TRAITS_GRAM_BITS)), at = gram / 64;
    uint64_t word = seen->bits[at] & (uint64_t)(int64_t)seen->known[at];
    uint64_t bit = (uint64_t)1 << gram % 64;
    unsigned new = ((word & bit) == 0) & (w->grams < TRAITS_GRAMS_MAX);
    seen->known[at] = -1;
    seen->bits[at] = word | bit;
    grams[w->grams] = (uint16_t)gram;
    w->grams += new;
    return new;
}

// Of folded bytes, eight at a time.
static inline uint64_t hash_word(const unsigned char *fold, size_t len)
{
    uint64_t hash = len, part;
    for (; len > 8; len -= 8, fold += 8) {
        memcpy(&part, fold, 8);
        hash = (hash ^ part) * PAIR;
        hash ^= hash >> 32;
    }
    memcpy(&part, fold, 8);
    return golden(golden_low(hash ^ (part & UINT64_MAX >> (64 - 8 * len))));
}

// "A. ", "B) " or "(C) " at the start of a line: its length; 0: no option.
static size_t option_mark(struct str line)
{
    size_t at = line.len > 0 && line.ptr[0] == '(';
    if (line.len < at + 2 || !is_capital((unsigned char)line.ptr[at]))
        return 0;
    char after = line.ptr[at + 1];
    if (at ? after != ')' : after != '.' && after != ')' && after != ':')
        return 0;
    at += 2;
    return at == line.len || line.ptr[at] == ' ' ? at : 0;
}

// "- ", "* ", "1. ": an item of a list.
static bool is_bullet(struct str line)
{
    size_t at = 0;
    while (at < line.len && at < 3 && str_digit(line.ptr[at]))
        at++;
    if (at + 1 >= line.len || line.ptr[at + 1] != ' ')
        return false;
    char c = line.ptr[at];
    return at ? c == '.' || c == ')' : c == '-' || c == '*';
}

static void add_option(struct tally *t, struct str option, uint32_t stem)
{
    option = str_trim(option);
    uint32_t len = (uint32_t)option.len;
    if (t->options++ == 0) {
        t->stem = stem;
        t->option_shortest = len;
    }
    t->option_bytes += len;
    t->option_longest = len > t->option_longest ? len : t->option_longest;
    t->option_shortest = len < t->option_shortest ? len : t->option_shortest;
    size_t at = len && (option.ptr[0] == '-' || option.ptr[0] == '$');
    t->option_numbers += at < len && str_digit(option.ptr[at]);
}

static void add_line(struct tally *t, struct str text, size_t start, size_t end)
{
    struct str line = str_from(text.ptr + start, end - start);
    t->lines++;
    t->line_longest = line.len > t->line_longest ? (uint32_t)line.len : t->line_longest;
    t->indented += line.len > 1 && str_blank(line.ptr[0]);
    size_t mark = option_mark(line);
    if (mark)
        add_option(t, str_skip(line, mark), t->bytes + (uint32_t)start);
    else
        t->bullets += is_bullet(line);
}

// What stands at `at` is neither of a word nor a space.
static void read_mark(struct tally *t, struct scan *s, size_t at)
{
    struct str text = s->text;
    unsigned char c = (unsigned char)text.ptr[at];
    if (c == '\n') {
        add_line(t, text, s->line, at);
        s->line = at + 1;
        return;
    }
    char next = at + 1 < text.len ? text.ptr[at + 1] : '\n';
    unsigned mark = c == '$' && str_digit(next) ? MARK_MONEY : mark_of[c];
    t->marks[mark]++;
    t->sentences += (mark == MARK_STOP || mark == MARK_QUESTION) && str_blank(next);
    t->blanks += c == '_' && next == '_' && (at == 0 || text.ptr[at - 1] != '_');
}

// Folds sixteen bytes, and says which are what.
static inline struct kinds fold_sixteen(const char *from, sixteen *to)
{
    sixteen c = sixteen_at(from);
    sixteen small = c | 0x20;
    sixteen letter = (sixteen)(small >= 'a') & (sixteen)(small <= 'z');
    sixteen digit = (sixteen)(c >= '0') & (sixteen)(c <= '9'), far = (sixteen)(c >= 0x80);
    sixteen of_word = letter | digit | far, is_mark = ~of_word & (sixteen)(c != ' ');
    *to = (letter & small) | (digit & '0') | (far & c);
    return (struct kinds){.word = sixteen_bits(of_word),
                          .mark = sixteen_bits(is_mark),
                          .digit = sixteen_bits(digit),
                          .capital = sixteen_bits(letter & (sixteen)(c != small)),
                          .far = sixteen_bits(far)};
}

static inline struct kinds fold_span(const char *from, sixteen *to)
{
    struct kinds all = {0};
    for (unsigned k = 0; k < SPAN; k += 16) {
        struct kinds some = fold_sixteen(from + k, &to[k / 16]);
        all.word |= some.word << k;
        all.mark |= some.mark << k;
        all.digit |= some.digit << k;
        all.capital |= some.capital << k;
        all.far |= some.far << k;
    }
    return all;
}

// In pairs, fours and eights (Warren, Hacker's Delight, 5-1): there may be no instruction for it.
static inline uint32_t ones_of(uint64_t n)
{
    n -= n >> 1 & 0x5555555555555555u;
    n = (n & 0x3333333333333333u) + (n >> 2 & 0x3333333333333333u);
    n = (n + (n >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)(n * 0x0101010101010101u >> 56);
}

// Of the bytes of words that begin at `first`: what is added there carries over each word's end.
static inline uint64_t whole(uint64_t word, uint64_t first)
{
    return word & ~(word + first);
}

// What the words of a span begin with, and how many bytes are in those.
static inline void count_kinds(struct words *w, const struct kinds *k, struct within *in)
{
    uint64_t starts = k->word & ~(k->word << 1 | in->word);
    uint64_t capitals = starts & k->capital;
    w->capitals += ones_of(capitals);
    w->all_caps += ones_of(k->capital & (capitals << 1 | in->capital));
    if (k->digit | in->number) {
        uint64_t bytes = whole(k->word, (starts & k->digit) | (k->word & in->number));
        w->numbers += ones_of(starts & k->digit);
        w->digits += ones_of(bytes);
        in->number = bytes >> 63;
    }
    if (k->far | in->foreign) {
        uint64_t bytes = whole(k->word, (starts & k->far) | (k->word & in->foreign));
        w->foreign += ones_of(bytes);
        in->foreign = bytes >> 63;
    }
    in->word = k->word >> 63;
    in->capital = capitals >> 63;
}

// Folds the text and notes what is where. Spaces follow its end.
static void fold_text(struct scan *s, struct words *w)
{
    char tail[SPAN];
    struct within in = {0};
    size_t full = s->text.len / SPAN;
    memset(tail, ' ', sizeof tail);
    if (s->text.len % SPAN)
        memcpy(tail, s->text.ptr + full * SPAN, s->text.len % SPAN);
    s->spans = full + 1;
    for (size_t i = 0; i < s->spans; i++) {
        const char *from = i < full ? s->text.ptr + i * SPAN : tail;
        struct kinds k = fold_span(from, &s->folded[i * SPAN / 16]);
        s->word[i] = k.word;
        s->mark[i] = k.mark;
        count_kinds(w, &k, &in);
    }
    s->folded[s->spans * SPAN / 16] = (sixteen){0};
}

static inline void end_word(struct words *w, struct tally *t, const struct scan *s, size_t start,
                            size_t at)
{
    uint32_t len = (uint32_t)(at - start);
    uint64_t hash = hash_word(s->fold + start, len);
    w->count++;
    w->letters += len;
    w->longest = len > w->longest ? len : w->longest;
    w->long_ones += len > LONG_WORD;
    w->distinct += keep(w, t->seen, t->grams, hash);
    if (w->before)
        keep(w, t->seen, t->grams, golden(w->before * PAIR ^ hash));
    w->before = hash | 1;
}

// The words from edge to edge: their lengths are guessed by nobody. The counters are in a variable
// that the compiler may keep in registers.
static void read_words(struct tally *t, const struct scan *s)
{
    struct words w = t->words;
    uint64_t inside = 0; // 1: the edge before began a word
    size_t start = 0;
    for (size_t i = 0; i < s->spans; i++) {
        uint64_t edges = s->word[i] ^ (s->word[i] << 1 | inside);
        for (; edges; edges &= edges - 1, inside ^= 1) {
            size_t at = i * SPAN + (size_t)__builtin_ctzll(edges);
            if (inside)
                end_word(&w, t, s, start, at);
            else
                start = at;
        }
    }
    w.before = 0;
    t->words = w;
}

static void read_text(struct tally *t, struct str text)
{
    struct scan s UNSET; // as much of it as the text needs is written
    s.text = text;
    s.line = 0;
    fold_text(&s, &t->words);
    read_words(t, &s);
    for (size_t i = 0; i < s.spans; i++) {
        for (uint64_t mark = s.mark[i]; mark; mark &= mark - 1)
            read_mark(t, &s, i * SPAN + (size_t)__builtin_ctzll(mark));
    }
    if (s.line < text.len)
        add_line(t, text, s.line, text.len);
    t->bytes += (uint32_t)text.len;
}

static uint16_t how_it_ends(struct str text)
{
    text = str_trim(text);
    switch (text.len ? text.ptr[text.len - 1] : ' ') {
    case '?': return 1 * TRAIT_ONE;
    case ':': return 2 * TRAIT_ONE;
    case '.': return 3 * TRAIT_ONE;
    default: return 0;
    }
}

static void set_words(const struct tally *t, uint16_t *value)
{
    const struct words *w = &t->words;
    uint32_t sentences = t->sentences ? t->sentences : 1;
    value[TRAIT_WORDS] = traits_log(w->count);
    value[TRAIT_SENTENCES] = traits_log(t->sentences);
    value[TRAIT_WORD_MEAN] = traits_share(w->letters, w->count);
    value[TRAIT_WORD_LONGEST] = traits_log(w->longest);
    value[TRAIT_LONG_WORDS] = traits_share(w->long_ones, w->count);
    value[TRAIT_SENTENCE_MEAN] = traits_log(w->count / sentences);
    value[TRAIT_NUMBERS] = traits_log(w->numbers);
    value[TRAIT_NUMBER_SHARE] = traits_share(w->numbers, w->count);
    value[TRAIT_DIGITS] = traits_log(w->digits);
    value[TRAIT_CAPITALS] = traits_share(w->capitals, w->count);
    value[TRAIT_ALL_CAPS] = traits_log(w->all_caps);
    value[TRAIT_FOREIGN] = traits_share(w->foreign, t->bytes);
    value[TRAIT_DISTINCT] = traits_share(w->distinct, w->count);
}

static void set_marks(const struct tally *t, uint16_t *value)
{
    value[TRAIT_COMMAS] = traits_share(t->marks[MARK_COMMA], t->words.count);
    value[TRAIT_COLONS] = traits_log(t->marks[MARK_COLON]);
    value[TRAIT_QUESTIONS] = traits_log(t->marks[MARK_QUESTION]);
    value[TRAIT_QUOTES] = traits_log(t->marks[MARK_QUOTE]);
    value[TRAIT_BRACKETS] = traits_log(t->marks[MARK_BRACKET]);
    value[TRAIT_MATH] = traits_log(t->marks[MARK_MATH]);
    value[TRAIT_TEX] = traits_log(t->marks[MARK_TEX]);
    value[TRAIT_CODE] = traits_log(t->marks[MARK_CODE]);
    value[TRAIT_MONEY] = traits_log(t->marks[MARK_MONEY]);
    value[TRAIT_HYPHENS] = traits_log(t->marks[MARK_HYPHEN]);
    value[TRAIT_BLANKS] = traits_log(t->blanks);
}

static void set_lines(const struct tally *t, uint16_t *value)
{
    value[TRAIT_LINES] = traits_log(t->lines);
    value[TRAIT_LINE_LONGEST] = traits_log(t->line_longest);
    value[TRAIT_INDENTED] = traits_share(t->indented, t->lines);
    value[TRAIT_BULLETS] = traits_log(t->bullets);
    value[TRAIT_OPTIONS] = traits_log(t->options);
    value[TRAIT_OPTION_MEAN] = t->options ? traits_log(t->option_bytes / t->options) : 0;
    value[TRAIT_OPTION_LONGEST] = traits_log(t->option_longest);
    value[TRAIT_OPTION_SPREAD] = traits_log(t->option_longest - t->option_shortest);
    value[TRAIT_OPTION_NUMBERS] = traits_share(t->option_numbers, t->options);
    value[TRAIT_STEM] = traits_log(t->options ? t->stem : t->bytes);
}

static void set_demand(const struct demand *d, uint16_t *value)
{
    value[TRAIT_MESSAGES] = traits_log(d->messages > 0 ? (uint64_t)d->messages : 0);
    value[TRAIT_TOOLS] = traits_log(d->tools > 0 ? (uint64_t)d->tools : 0);
    value[TRAIT_MEDIA] = traits_log((d->images > 0 ? (uint64_t)d->images : 0) +
                                    (d->files > 0 ? (uint64_t)d->files : 0));
    value[TRAIT_OUTPUT_MAX] = traits_log(d->output_max > 0 ? (uint64_t)d->output_max : 0);
}

void traits_of(const struct traits_source *from, struct traits *out)
{
    struct seen seen UNSET; // as much of it as there are words is written
    struct tally t = {.grams = out->grams, .seen = &seen};
    uint64_t all = 0;
    size_t left = TRAITS_BYTES;
    memset(seen.known, 0, sizeof seen.known);
    memset(out->value, 0, sizeof out->value);
    for (unsigned i = 0; i < from->count; i++) {
        struct str text = str_clip(from->texts[i], left);
        read_text(&t, text);
        left -= text.len;
        all += from->texts[i].len;
    }
    out->gram_count = (uint16_t)t.words.grams;
    out->task = from->task;
    set_words(&t, out->value);
    set_marks(&t, out->value);
    set_lines(&t, out->value);
    out->value[TRAIT_BYTES] = traits_log(all);
    out->value[TRAIT_ENDS] = from->count ? how_it_ends(from->texts[0]) : 0;
    out->value[TRAIT_SYSTEM] = traits_log(from->system_bytes);
    if (from->demand)
        set_demand(from->demand, out->value);
}

// With `folded` all numbers are one.
static uint64_t task_part(uint64_t hash, struct str text, bool folded)
{
    bool digit = false;
    if (text.len == 0)
        return hash;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool again = digit && str_digit(text.ptr[i]);
        digit = folded && str_digit(text.ptr[i]);
        if (!again)
            hash = fnv64(hash, digit ? '0' : c);
    }
    return golden(hash ^ hash >> 32); // and what follows is another part
}

uint64_t traits_template(uint64_t before, struct str text)
{
    return text.len == 0 ? before : task_part(before ? before : NO_TASK, text, true);
}

uint64_t traits_task(uint64_t template, struct str route, struct str tenant)
{
    if (template == 0 && route.len + tenant.len == 0)
        return 0;
    uint64_t hash = task_part((template ? template : NO_TASK) + 1, route, false);
    hash = task_part(hash + 1, tenant, false);
    return hash ? hash : 1;
}

const char *trait_name(enum trait t)
{
    static const char *const names[] = {
#define X(name, word, text) word,
        TRAIT_MAP(X)
#undef X
    };
    return names[t];
}

const char *trait_text(enum trait t)
{
    static const char *const texts[] = {
#define X(name, word, text) text,
        TRAIT_MAP(X)
#undef X
    };
    return texts[t];
}
