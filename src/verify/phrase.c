// SPDX-License-Identifier: Apache-2.0

#include "verify/phrase.h"

#include <ctype.h>

bool phrase_letter(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

bool phrase_stop(char c)
{
    return c == '.' || c == '!' || c == '?';
}

size_t phrase_word(struct str text, struct str word)
{
    const bool ends = word.ptr[word.len - 1] == ' ';
    const size_t len = word.len - ends;
    if (!str_starts(text, str_from(word.ptr, len)) ||
        (ends && text.len > len && phrase_letter(text.ptr[len])))
        return 0;
    return len;
}

// The next word of a list that begins with `c`; false: there is none. Most do not.
static bool next_like(const char **list, char c, struct str *word)
{
    for (const char *at = *list; at && *at;) {
        const char *bar = strchrnul(at, '|');
        *list = *bar ? bar + 1 : bar;
        if (*at == c) {
            *word = str_from(at, (size_t)(bar - at));
            return true;
        }
        at = *list;
    }
    return false;
}

bool phrase_any(struct str text, const char *words)
{
    struct str word;
    while (text.len > 0 && next_like(&words, text.ptr[0], &word))
        if (phrase_word(text, word) > 0)
            return true;
    return false;
}

bool phrase_next(struct str *text)
{
    size_t n = 0;
    while (n < text->len && text->ptr[n] != ' ')
        n++;
    *text = str_skip(*text, n + 1);
    return text->len > 0;
}

size_t phrase_front(struct str text, const char *words, bool wide)
{
    struct str list = str_of(words), word;
    if (!wide)
        return phrase_whole(text, words);
    while (str_cut(&list, '|', &word))
        if (str_starts(text, word))
            return word.len;
    return 0;
}

bool phrase_among(struct str text, const char *words, unsigned most)
{
    for (text = str_trim(text); text.len > 0 && most > 0; most--) {
        if (phrase_any(text, words))
            return true;
        if (!phrase_next(&text))
            return false;
    }
    return false;
}

bool phrase_is(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (str_eq(text, word))
            return true;
    return false;
}

size_t phrase_whole(struct str text, const char *words)
{
    struct str word;
    while (text.len > 0 && next_like(&words, text.ptr[0], &word)) {
        const size_t len = phrase_word(text, word);
        if (len > 0 && (len == text.len || !phrase_letter(text.ptr[len])))
            return len;
    }
    return 0;
}

bool phrase_ends(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word)) {
        if (str_ends(text, word) &&
            (text.len == word.len || text.ptr[text.len - word.len - 1] == ' '))
            return true;
    }
    return false;
}

bool phrase_has(struct str text, const char *words)
{
    struct str list = str_of(words), word;
    while (str_cut(&list, '|', &word))
        if (str_search(text, word) < text.len)
            return true;
    return false;
}

// "i'm", written out; what no other word begins with is not looked at twice.
static const struct {
    const char *tail, *full;
} contractions[] = {
    {" can't", " cannot"}, {" cant", " cannot"}, {" dont", " do not"}, {" won't", " will not"},
    {"n't", " not"},       {" i'm", " i am"},    {" i'd", " i would"}, {" i'll", " i will"},
    {"that's", "that is"}, {" i've", " i have"}, {" it's", " it is"},
};

static bool is_sentence_end(const struct phrase_head *h, size_t end)
{
    return end == 0 || phrase_stop(h->text[end - 1]);
}

// A word has ended.
static void head_word(struct phrase_head *h, const char *left_out)
{
    struct str now = str_from(h->text, h->len);
    for (size_t i = 0; i < sizeof contractions / sizeof contractions[0]; i++) {
        const struct str tail = str_of(contractions[i].tail), full = str_of(contractions[i].full);
        if (str_ends(now, tail)) {
            h->len -= tail.len;
            memcpy(h->text + h->len, full.ptr, full.len);
            h->len += full.len;
            return;
        }
    }
    size_t begin = h->len;
    while (begin > 0 && h->text[begin - 1] != ' ')
        begin--;
    const struct str word = str_from(h->text + begin, h->len - begin);
    if (begin > 1 && !is_sentence_end(h, begin - 1) && phrase_is(word, left_out))
        h->len = begin;
}

static void head_add(struct phrase_head *h, char c, const char *left_out)
{
    const char last = h->text[h->len - 1];
    if (phrase_letter(last) && !phrase_letter(c) && c != '\'')
        head_word(h, left_out);
    // d'accès, n'ai: two words. Marks of Markdown are none.
    const bool elides = c == '\'' && h->len > 1 && strchr("dlnmtsjc", h->text[h->len - 1]) &&
                        h->text[h->len - 2] == ' ';
    const bool blank = isspace((unsigned char)c) || c == '*' || c == '#';
    if (!blank || h->text[h->len - 1] != ' ')
        h->text[h->len++] = blank ? ' ' : (char)(tolower)((unsigned char)c);
    if (elides || (c == '\'' && str_ends(str_from(h->text, h->len), str_of(" qu'"))))
        h->text[h->len++] = ' ';
}

void phrase_head(struct phrase_head *h, struct str text, const char *left_out)
{
    const struct str curly = STR("’"), blank = STR("\xc2\xa0"), thin = STR("\xe2\x80\xaf");
    const struct str dash = STR("—"), half = STR("–");
    h->text[0] = ' ';
    h->len = 1;
    for (size_t i = 0; i < text.len && h->len < PHRASE_BYTES; i++) {
        const struct str rest = str_skip(text, i);
        char c = text.ptr[i];
        if (str_starts(rest, curly)) {
            c = '\'';
            i += curly.len - 1;
        } else if (str_starts(rest, dash) || str_starts(rest, half)) {
            i += dash.len - 1;
            head_add(h, ' ', left_out);
            head_add(h, '-', left_out);
            c = ' ';
        } else if (str_starts(rest, blank) || str_starts(rest, thin)) {
            c = ' ';
            i += c == rest.ptr[0] ? 0 : (rest.ptr[0] == blank.ptr[0] ? blank.len : thin.len) - 1;
        } else if (i > 0 && (unsigned char)text.ptr[i - 1] == 0xc3 && (unsigned char)c >= 0x80 &&
                   (unsigned char)c <= 0x9e && (unsigned char)c != 0x97) {
            c = (char)((unsigned char)c + 0x20); // the capitals of Latin-1
        }
        head_add(h, c, left_out);
    }
    if (phrase_letter(h->text[h->len - 1]))
        head_word(h, left_out);
}
