// SPDX-License-Identifier: Apache-2.0
//
// The text is read word by word: a run of letters, digits and bytes beyond ASCII, folded to small
// letters and each digit to 0, so that "in 1984" and "In 1066" are the same two words. What stands
// between words is counted by its class. A gram's hash is multiplicative (Knuth, TAOCP 3, 6.4).

#include "route/traits.h"

#include <string.h>

#define LONG_WORD 8
#define MIX       0x9e3779b97f4a7c15u // 2^64 / golden ratio
#define PAIR      0xd6e8feb86659fd93u // another odd number: "a b" is not "b a"
#define ROTATE(h) ((h) << 7 | (h) >> 57)

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

// A byte of a word as it is hashed; 0 for what stands between words.
#define L(c)   [c] = (c), [(c)-32] = (c)
#define D(c)   [c] = '0'
#define U1(c)  [c] = (c)
#define U4(c)  U1(c), U1((c) + 1), U1((c) + 2), U1((c) + 3)
#define U16(c) U4(c), U4((c) + 4), U4((c) + 8), U4((c) + 12)
static const uint8_t folded[256] = {
    L('a'),    L('b'),    L('c'),    L('d'),    L('e'),    L('f'),    L('g'),    L('h'),   L('i'),
    L('j'),    L('k'),    L('l'),    L('m'),    L('n'),    L('o'),    L('p'),    L('q'),   L('r'),
    L('s'),    L('t'),    L('u'),    L('v'),    L('w'),    L('x'),    L('y'),    L('z'),   D('0'),
    D('1'),    D('2'),    D('3'),    D('4'),    D('5'),    D('6'),    D('7'),    D('8'),   D('9'),
    U16(0x80), U16(0x90), U16(0xa0), U16(0xb0), U16(0xc0), U16(0xd0), U16(0xe0), U16(0xf0)};

// What is counted on the way.
struct tally {
    struct traits *out;
    uint64_t before; // the word before, hashed; 0: none
    uint32_t words, letters, longest, long_words, distinct;
    uint32_t numbers, digits, capitals, all_caps, foreign;
    uint32_t marks[MARK_COUNT];
    uint32_t sentences, blanks;
    uint32_t lines, line_longest, indented, bullets;
    uint32_t options, option_bytes, option_longest, option_shortest, option_numbers;
    uint32_t stem; // bytes before the first option
    uint32_t bytes;
    uint64_t seen[(1 << TRAITS_GRAM_BITS) / 64]; // a bit for each gram
};

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

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

// Keeps it unless it was there; whether it is new.
static inline bool keep(struct tally *t, uint64_t hash)
{
    unsigned gram = (unsigned)(hash >> (64 - TRAITS_GRAM_BITS));
    uint64_t bit = (uint64_t)1 << (gram & 63);
    if (t->seen[gram >> 6] & bit)
        return false;
    t->seen[gram >> 6] |= bit;
    if (t->out->gram_count < TRAITS_GRAMS_MAX)
        t->out->grams[t->out->gram_count++] = (uint16_t)gram;
    return true;
}

// Reads the word that starts at `at`; where it ends.
static inline size_t read_word(struct tally *t, struct str text, size_t at)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t start = at;
    uint64_t hash = 0;
    unsigned char fold;
    while (at < text.len && (fold = folded[p[at]]) != 0) {
        hash = ROTATE(hash) ^ fold;
        at++;
    }
    uint32_t len = (uint32_t)(at - start);
    uint64_t mixed = (hash + len) * MIX;
    t->words++;
    t->letters += len;
    t->longest = len > t->longest ? len : t->longest;
    t->long_words += len > LONG_WORD;
    t->distinct += keep(t, mixed);
    if (t->before)
        keep(t, (t->before * PAIR ^ mixed) * MIX);
    t->before = mixed | 1;
    unsigned char first = p[start];
    if (is_digit(first)) {
        t->numbers++;
        t->digits += len;
    } else if (is_capital(first)) {
        t->capitals++;
        t->all_caps += len > 1 && is_capital(p[start + 1]);
    } else if (first >= 0x80) {
        t->foreign += len;
    }
    return at;
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
    while (at < line.len && at < 3 && is_digit((unsigned char)line.ptr[at]))
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
    t->option_numbers += at < len && is_digit((unsigned char)option.ptr[at]);
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

// What stands at `at` is between words.
static inline void read_mark(struct tally *t, struct str text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    unsigned char next = at + 1 < text.len ? (unsigned char)text.ptr[at + 1] : '\n';
    unsigned mark = mark_of[c];
    if (c == '$' && is_digit(next))
        mark = MARK_MONEY;
    t->marks[mark]++;
    t->sentences += (mark == MARK_STOP || mark == MARK_QUESTION) && str_blank((char)next);
    t->blanks += c == '_' && next == '_' && (at == 0 || text.ptr[at - 1] != '_');
}

static void read_text(struct tally *t, struct str text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    size_t line = 0;
    for (size_t at = 0; at < text.len;) {
        if (folded[p[at]]) {
            at = read_word(t, text, at);
            continue;
        }
        if (p[at] == '\n') {
            add_line(t, text, line, at);
            line = at + 1;
        } else if (p[at] != ' ') {
            read_mark(t, text, at);
        }
        at++;
    }
    if (line < text.len)
        add_line(t, text, line, text.len);
    t->bytes += (uint32_t)text.len;
    t->before = 0;
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
    uint32_t sentences = t->sentences ? t->sentences : 1;
    value[TRAIT_WORDS] = traits_log(t->words);
    value[TRAIT_SENTENCES] = traits_log(t->sentences);
    value[TRAIT_WORD_MEAN] = traits_share(t->letters, t->words);
    value[TRAIT_WORD_LONGEST] = traits_log(t->longest);
    value[TRAIT_LONG_WORDS] = traits_share(t->long_words, t->words);
    value[TRAIT_SENTENCE_MEAN] = traits_log(t->words / sentences);
    value[TRAIT_NUMBERS] = traits_log(t->numbers);
    value[TRAIT_NUMBER_SHARE] = traits_share(t->numbers, t->words);
    value[TRAIT_DIGITS] = traits_log(t->digits);
    value[TRAIT_CAPITALS] = traits_share(t->capitals, t->words);
    value[TRAIT_ALL_CAPS] = traits_log(t->all_caps);
    value[TRAIT_FOREIGN] = traits_share(t->foreign, t->bytes);
    value[TRAIT_DISTINCT] = traits_share(t->distinct, t->words);
}

static void set_marks(const struct tally *t, uint16_t *value)
{
    value[TRAIT_COMMAS] = traits_share(t->marks[MARK_COMMA], t->words);
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
    struct tally t = {.out = out};
    uint64_t all = 0;
    size_t left = TRAITS_BYTES;
    memset(out->value, 0, sizeof out->value);
    out->gram_count = 0;
    out->task = from->task;
    for (unsigned i = 0; i < from->count; i++) {
        struct str text = str_clip(from->texts[i], left);
        read_text(&t, text);
        left -= text.len;
        all += from->texts[i].len;
    }
    set_words(&t, out->value);
    set_marks(&t, out->value);
    set_lines(&t, out->value);
    out->value[TRAIT_BYTES] = traits_log(all);
    out->value[TRAIT_ENDS] = from->count ? how_it_ends(from->texts[0]) : 0;
    out->value[TRAIT_SYSTEM] = traits_log(from->system.len);
    if (from->demand)
        set_demand(from->demand, out->value);
}

static uint64_t task_part(uint64_t hash, struct str text)
{
    bool digit = false;
    if (text.len == 0)
        return hash;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool again = digit && is_digit(c);
        digit = is_digit(c);
        if (!again)
            hash = (hash ^ (digit ? '0' : c)) * 0x100000001b3u; // FNV-1a
    }
    return (hash ^ hash >> 32) * MIX; // and what follows is another part
}

uint64_t traits_task(struct str system, struct str route, struct str tenant)
{
    if (system.len + route.len + tenant.len == 0)
        return 0;
    uint64_t hash = task_part(0xcbf29ce484222325u, str_clip(system, TRAITS_BYTES));
    hash = task_part(hash + 1, route);
    hash = task_part(hash + 1, tenant);
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
