// SPDX-License-Identifier: Apache-2.0
//
// The words are those of English, German, French, Spanish, Italian, Portuguese, Chinese and
// Japanese.

#include "verify/wish.h"

#include <ctype.h>

#include "verify/refusal.h"

#define TEXTS_MAX    16 // of instructions and a message, that are looked at
#define SOURCES_MAX  2  // of these, in which a refusal is looked for
#define NUMBERS_MAX  4  // who asks for a repetition says no more of them
#define NUMBER_LEAST 5
#define NUMBER_MOST  1000000
#define NEAR_BYTES   32 // behind a number, within which a word of repeating stands

// Each begins a word, and is all of one where a blank ends it; but for the last ones, of scripts
// without blanks.
static const char repeating[] =
    "repeat|times |copies|identical|same |zero|ones |dots |dashes|stars |blanks |spaces |asterisk|"
    "mal |wiederh|nullen|einsen|punkte|fois |rép|veces|repit|repet|ceros|unos|volte |ripet|zeri|"
    "vezes|次|遍|重复|回|繰り返|個の";
// A text is to be written,
static const char writing[] =
    "letter|mail|email|e-mail|message|reply|note |response|sms |text |write|draft|compose|brief|"
    "nachricht|antwort|schreib|lettre|courriel|réponse|écri|Écri|rédig|carta|correo|mensaje|"
    "respuesta|"
    "escrib|redact|lettera|messaggio|risposta|scriv|mensagem|resposta|escrev|redij|写|信|邮件|回复|"
    "書|メール|手紙|返信";
// ... and declines.
static const char declining[] =
    "declin|refus|reject|turn down|turning down|say no|saying no|cancel|apolog|rejection|absag|"
    "ablehn|abzulehnen|abzusagen|entschuldig|décliner|refuser|excus|rechaz|declinar|disculp|"
    "rifiut|declinar|scus|recus|desculp|拒绝|婉拒|谢绝|道歉|断り|断る|お断|辞退|謝";
// A text is to be put otherwise.
static const char rewriting[] =
    "translat|rewrit|rephras|paraphras|reword|proofread|correct|summar|übersetz|Übersetz|formulier|"
    "korrigier|tradui|reformul|corrig|tradu|traduc|reescrib|resum|riformul|riassum|corregg|"
    "reescrev|翻译|译|改写|翻訳|訳|言い換|要約";

// `word`, which has no capitals, begins at `at`.
static bool word_at(struct str s, size_t at, struct str word)
{
    const struct str trimmed = str_trim(word);
    const size_t end = at + trimmed.len;
    return str_starts_nocase(str_skip(s, at), trimmed) &&
           (word.len == trimmed.len || end >= s.len || !isalnum((unsigned char)s.ptr[end]));
}

// At `at` a word may begin: behind no other letter, or with a character of its own. TeX's \times is
// none.
static bool is_begin(struct str s, size_t at)
{
    const char before = at > 0 ? s.ptr[at - 1] : ' ';
    return ((unsigned char)s.ptr[at] & 0xc0) == 0xc0 ||
           (isalpha((unsigned char)s.ptr[at]) && !isalpha((unsigned char)before) && before != '\\');
}

static bool has_word(struct str s, const char *words)
{
    for (size_t at = 0; at < s.len; at++) {
        struct str list = str_of(words), word;
        while (is_begin(s, at) && str_cut(&list, '|', &word))
            if (word_at(s, at, word))
                return true;
    }
    return false;
}

// What of a text is looked at: its beginning and its end.
struct ends {
    struct str part[2];
};

static struct ends ends_of(struct str s)
{
    const size_t last = s.len > 2 * WISH_BYTES ? s.len - WISH_BYTES : WISH_BYTES;
    return (struct ends){{str_clip(s, WISH_BYTES), str_skip(s, last)}};
}

// --- a repetition ---

struct numbers {
    size_t of[NUMBERS_MAX + 1];
    size_t count;
};

static void read_numbers(struct numbers *n, struct str s)
{
    for (size_t at = 0; at < s.len && n->count <= NUMBERS_MAX;) {
        size_t number = 0;
        size_t end = at;
        for (; end < s.len && str_digit(s.ptr[end]) && number < NUMBER_MOST; end++)
            number = number * 10 + (size_t)(s.ptr[end] - '0');
        if (number >= NUMBER_LEAST && has_word(str_clip(str_skip(s, end), NEAR_BYTES), repeating))
            n->of[n->count++] = number;
        at = end > at ? end : at + 1;
    }
}

// Models count badly.
static bool is_about(size_t rounds, size_t number)
{
    const size_t slack = number / 10 + 1;
    return rounds + slack >= number && rounds <= number + slack;
}

static bool take_numbers(void *context, const struct saying *s)
{
    struct numbers *n = context;
    if (s->by != SPEAKER_USER)
        return true;
    const struct ends ends = ends_of(s->text);
    for (size_t i = 0; i < 2; i++)
        read_numbers(n, ends.part[i]);
    return true;
}

bool wish_repeats(const struct asked *a, size_t rounds)
{
    struct numbers n = {.count = 0};
    asked_each(a, take_numbers, &n);
    for (size_t i = 0; n.count <= NUMBERS_MAX && i < n.count; i++) {
        if (is_about(rounds, n.of[i]))
            return true;
        for (size_t j = 0; j < i; j++) // ten rows of ten
            if (is_about(rounds, n.of[i] * n.of[j]))
                return true;
    }
    return false;
}

// --- a refusal ---

struct words {
    bool writes, declines, rewrites;
    unsigned texts;
};

// Instructions may say that all is to be translated.
static bool take_words(void *context, const struct saying *s)
{
    struct words *w = context;
    const struct ends ends = ends_of(s->text);
    for (size_t i = 0; i < 2; i++) {
        const bool own = s->by == SPEAKER_USER;
        w->rewrites = w->rewrites || has_word(ends.part[i], rewriting);
        w->writes = w->writes || (own && has_word(ends.part[i], writing));
        w->declines = w->declines || (own && has_word(ends.part[i], declining));
    }
    return ++w->texts < TEXTS_MAX;
}

struct sources {
    bool refuse;
    unsigned texts;
};

static bool take_source(void *context, const struct saying *s)
{
    struct sources *w = context;
    if (s->by != SPEAKER_USER)
        return true;
    const struct ends ends = ends_of(s->text);
    w->refuse = refusal_within(ends.part[0]) || refusal_within(ends.part[1]);
    return !w->refuse && ++w->texts < SOURCES_MAX;
}

bool wish_refuses(const struct asked *a)
{
    struct words w = {.texts = 0};
    struct sources s = {.refuse = false};
    asked_each(a, take_words, &w);
    if (w.writes && w.declines)
        return true;
    if (w.rewrites)
        asked_each(a, take_source, &s);
    return s.refuse;
}
