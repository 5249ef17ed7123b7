// SPDX-License-Identifier: Apache-2.0
//
// The words are those of English, German, French, Spanish, Italian, Portuguese, Chinese and
// Japanese. The text is gone through once, whatever is asked.

#include <ctype.h>
#include <string.h>

#include "core/arithmetic_part.h"

#define NEAR_BYTES   160 // to both sides

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// Each begins a word, and is all of one where a blank ends it.
// Of these one in three lines is enough:
static const char *const denials[] = {
    "wrong",  "incorrect",  "false",    "untrue",     "mistake",    "error",
    "typo",   "invalid",    "fallac",   "contradict", "misconcept", "nonsense",
    "absurd", "impossible", "falsch",   "fehler",     "faux",       "fausse",
    "erreur", "erron",      "falso",    "falsa",      "equivoc",    "sbaglia",
    "errat",  "errad",      "suppose ", "pretend",    "student's ", "expected",
};

// ... and of these its sentence.
static const char *const doubts[] = {
    "not ",     "never ",  "cannot ",    "fails",   "if ",      "assum",      "imagine",
    "claim",    "instead", "rather ",    "should ", "wrote ",   "written ",   "said ",
    "says ",    "round",   "approx",     "estimat", "rough",    "about ",     "nicht",
    "kein",     "wenn ",   "statt ",     "gerund",  "ungef",    "angenommen", "n'est ",
    "si ",      "environ", "arrondi",    "no es ",  "aproxima", "redond",     "non \xc3\xa8",
    "arrotond", "circa ",  "n\xc3\xa3o", "whether", "ob ",
};

// These stand anywhere in a line of three: signs, and the words of scripts without blanks; n't.
static const char *const signs[] = {
    "\xe2\x89\xa0",             // not equal to
    "\xe2\x9d\x8c",             // a cross mark
    "\xe2\x9c\x97",             // a ballot X
    "\xe2\x9c\x98",             // a heavy one
    "\xe9\x94\x99",             // wrong
    "\xe8\xaf\xaf",             // mistake
    "\xe4\xb8\x8d",             // not
    "\xe5\x81\x87",             // false, suppose
    "\xe5\xa6\x82\xe6\x9e\x9c", // if
    "\xe7\xba\xa6",             // about
    "\xe9\x96\x93\xe9\x81\x95", // mistake
    "\xe8\xaa\xa4",             // mistake
};

static const char *const doubting[] = {"n't ", "n\xe2\x80\x99t ", "\xe2\x89\x88"};

// Of other numbers, wherever in the text.
static const char *const others[] = {
    "mod ",      "\\mod",   "\\pmod", "\\bmod",       "modul",   "binary",  "hexadec",
    "octal",     "boolean", "xor",    "in base ",     "o'clock", "clock",   "mathbb{z}_",
    "mathbb{f}", "z_",      "gf(",    "finite field", "cyclic",  "abelian", "bin\xc3\xa4r",
    "binaire",   "binari",  "concat", "strings",
};

// At `at` stands `word`, which has no capitals.
static bool says(struct str text, size_t at, const char *word)
{
    size_t i = 0;
    for (; word[i]; i++) {
        const unsigned char c = at + i < text.len ? (unsigned char)text.ptr[at + i] : ' ';
        if (word[i] == ' ' ? isalnum(c) != 0 : (tolower)(c) != (unsigned char)word[i])
            return false;
    }
    return true;
}

static bool any(struct str text, size_t at, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (says(text, at, words[i]))
            return true;
    return false;
}

// At `at` a word begins.
static bool begins_word(struct str text, size_t at)
{
    return isalpha((unsigned char)text.ptr[at]) &&
           (at == 0 || !isalpha((unsigned char)text.ptr[at - 1]));
}

static bool denies(struct str text, size_t at)
{
    return (begins_word(text, at) && any(text, at, denials, COUNT(denials))) ||
           ((unsigned char)text.ptr[at] >= 0x80 && any(text, at, signs, COUNT(signs)));
}

static bool doubts_at(struct str text, size_t at)
{
    return (begins_word(text, at) && any(text, at, doubts, COUNT(doubts))) ||
           any(text, at, doubting, COUNT(doubting));
}

static bool of_others(struct str text)
{
    for (size_t at = 0; at < text.len; at++)
        if ((at == 0 || !isalnum((unsigned char)text.ptr[at - 1])) &&
            any(text, at, others, COUNT(others)))
            return true;
    return false;
}

struct bounds {
    size_t begin, end;
};

// The line of `at`, and the ones before and behind it.
static struct bounds lines_around(struct str text, size_t at)
{
    struct bounds b = {at, at};
    const size_t least = at > NEAR_BYTES ? at - NEAR_BYTES : 0;
    const size_t most = text.len - at > NEAR_BYTES ? at + NEAR_BYTES : text.len;
    for (unsigned n = 0; b.begin > least && (text.ptr[b.begin - 1] != '\n' || n++ == 0);)
        b.begin--;
    for (unsigned n = 0; b.end < most && (text.ptr[b.end] != '\n' || n++ == 0);)
        b.end++;
    return b;
}

static struct bounds line_around(struct str text, size_t at)
{
    const struct bounds of = lines_around(text, at);
    struct bounds b = {at, at};
    while (b.begin > of.begin && text.ptr[b.begin - 1] != '\n')
        b.begin--;
    while (b.end < of.end && text.ptr[b.end] != '\n')
        b.end++;
    return b;
}

// Of a sentence, at its line's end or at a sign with a blank behind it.
static bool is_end(struct str text, size_t at)
{
    const bool blank = at + 1 == text.len || isspace((unsigned char)text.ptr[at + 1]);
    return text.ptr[at] == '\n' || (blank && text.ptr[at] != '\0' && strchr(".!?", text.ptr[at]));
}

static struct bounds sentence_around(struct str text, size_t at)
{
    struct bounds of = lines_around(text, at);
    struct bounds b = {at, at};
    while (b.begin > of.begin && !is_end(text, b.begin - 1))
        b.begin--;
    while (b.end < of.end && !is_end(text, b.end))
        b.end++;
    return b;
}

typedef bool says_f(struct str text, size_t at);

static bool said_within(struct arithmetic_said *s, struct str text, struct bounds b, says_f *f)
{
    for (s->scanned = s->scanned > b.begin ? s->scanned : b.begin; s->scanned < b.end; s->scanned++)
        if (f(text, s->scanned))
            s->last = s->scanned + 1;
    return s->last > b.begin;
}

// --- what is another's ---

static bool any_starts(struct str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(text, str_of(words[i])))
            return true;
    return false;
}

// "Nein." begins `text`, and is all of a clause.
static bool says_no(struct str text)
{
    static const char *const words[] = {"no", "nope", "nein", "non", "n\xc3\xa3o"};
    static const char *const wide[] = {"\xe4\xb8\x8d", "\xe3\x81\x84\xe3\x81\x84\xe3\x81\x88"};
    static const char *const untrue[] = {"that is not",   "that's not",       "this is not",
                                         "it is not",     "it isn't",         "that isn't",
                                         "das ist nicht", "das stimmt nicht", "no es cierto"};
    text = str_trim(str_clip(text, 24));
    while (text.len > 0 && (text.ptr[0] == '*' || text.ptr[0] == '_')) // in bold
        text = str_skip(text, 1);
    for (size_t i = 0; i < COUNT(words); i++) {
        const struct str word = str_of(words[i]);
        const char end = text.len > word.len ? text.ptr[word.len] : '.';
        if (str_starts_nocase(text, word) && (end == '\n' || (end && strchr(".,!;:*_", end))))
            return true;
    }
    for (size_t i = 0; i < COUNT(untrue); i++)
        if (str_starts_nocase(text, str_of(untrue[i])))
            return true;
    return any_starts(text, wide, COUNT(wide));
}

// Its sentence asks: "Is 1 + 1 = 3?"; or the next one denies it: "1 + 1 = 3. No, ...".
static bool is_asked(struct str text, size_t at)
{
    static const char *const asks[] = {"?", "\xef\xbc\x9f"};
    static const char *const tells[] = {"\xe3\x80\x82", "\xef\xbc\x81"};
    const size_t most = lines_around(text, at).end;
    while (at < most && !is_end(text, at) && !any_starts(str_skip(text, at), tells, COUNT(tells)) &&
           !any_starts(str_skip(text, at), asks, COUNT(asks)))
        at++;
    const struct str rest = str_skip(text, at);
    return any_starts(rest, asks, COUNT(asks)) || (rest.len > 1 && says_no(str_skip(rest, 1)));
}

// Behind an opening mark of its line, and before the closing one. JSON puts all that it says so.
static bool is_quoted(struct str text, size_t at)
{
    static const struct {
        const char *open, *close;
    } marks[] = {
        {"\"", "\""},
        {"\xe2\x80\x9c", "\xe2\x80\x9d"},
        {"\xe2\x80\x9e", "\xe2\x80\x9c"},
        {"\xc2\xab", "\xc2\xbb"},
        {"\xe3\x80\x8c", "\xe3\x80\x8d"},
    };
    const struct bounds b = line_around(text, at);
    if (str_starts(text, str_of("{")) || str_starts(text, str_of("[")))
        return false;
    const struct str before = str_from(text.ptr + b.begin, at - b.begin);
    const struct str behind = str_from(text.ptr + at, b.end - at);
    for (size_t i = 0; i < COUNT(marks); i++) {
        const struct str open = str_of(marks[i].open), close = str_of(marks[i].close);
        bool in = false;
        for (size_t c = 0; c < before.len; c++) {
            const struct str rest = str_skip(before, c);
            in = in ? !str_starts(rest, close) : str_starts(rest, open);
        }
        if (in && str_search(behind, close) < behind.len)
            return true;
    }
    return str_starts(str_trim(before), str_of(">"));
}

bool arithmetic_doubted(struct arithmetic_near *n, size_t at)
{
    if (n->other == 0)
        n->other = of_others(n->text) ? 1 : -1;
    return n->other > 0 || is_asked(n->text, at) || is_quoted(n->text, at) ||
           said_within(&n->denials, n->text, lines_around(n->text, at), denies) ||
           said_within(&n->doubts, n->text, sentence_around(n->text, at), doubts_at);
}
