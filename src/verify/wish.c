// SPDX-License-Identifier: Apache-2.0
//
// The words are those of English, German, French, Spanish, Italian, Portuguese, Chinese and
// Japanese.

#include "verify/wish.h"

#include <ctype.h>

#define NUMBERS_MAX  16
#define NUMBER_LEAST 5
#define NUMBER_MOST  1000000

// Each begins a word, and is all of one where a blank ends it; but for the last ones, of scripts
// without blanks.
static const char *const repeating[] = {
    "repeat", "times ", "copies",  "identical", "same ",    "zero",   "ones ",   "dots ",
    "dashes", "stars ", "blanks ", "spaces ",   "asterisk", "mal ",   "wiederh", "nullen",
    "einsen", "punkte", "fois ",   "rép",       "veces",    "repit",  "repet",   "ceros",
    "unos",   "volte ", "ripet",   "zeri",      "vezes",    "repita", "次",      "遍",
    "重复",   "回",     "繰り返",  "個の",      NULL};

// `word`, which has no capitals, begins at `at`.
static bool word_at(struct str s, size_t at, const char *word)
{
    const bool wide = (unsigned char)word[0] >= 0xe0;
    const struct str trimmed = str_trim(str_of(word));
    const size_t end = at + trimmed.len;
    if (!wide && at > 0 && isalpha((unsigned char)s.ptr[at - 1]))
        return false;
    return str_starts_nocase(str_skip(s, at), trimmed) &&
           (word[trimmed.len] == '\0' || end >= s.len || !isalnum((unsigned char)s.ptr[end]));
}

static bool has_word(struct str s, const char *const *words)
{
    for (; *words; words++)
        for (size_t at = 0; at < s.len; at++)
            if (word_at(s, at, *words))
                return true;
    return false;
}

// --- a repetition ---

struct numbers {
    size_t of[NUMBERS_MAX];
    size_t count;
    bool repeats;
};

static void read_numbers(struct numbers *n, struct str s)
{
    for (size_t at = 0; at < s.len && n->count < NUMBERS_MAX;) {
        size_t number = 0;
        size_t end = at;
        for (; end < s.len && str_digit(s.ptr[end]) && number < NUMBER_MOST; end++)
            number = number * 10 + (size_t)(s.ptr[end] - '0');
        if (number >= NUMBER_LEAST)
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
    const size_t end = s->text.len > WISH_BYTES ? s->text.len - WISH_BYTES : 0;
    const struct str parts[] = {str_clip(s->text, WISH_BYTES),
                                str_skip(s->text, end > WISH_BYTES ? end : WISH_BYTES)};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        read_numbers(n, parts[i]);
        n->repeats = n->repeats || has_word(parts[i], repeating);
    }
    return true;
}

bool wish_repeats(const struct asked *a, size_t rounds)
{
    struct numbers n = {.count = 0};
    asked_each(a, take_numbers, &n);
    for (size_t i = 0; n.repeats && i < n.count; i++) {
        if (is_about(rounds, n.of[i]))
            return true;
        for (size_t j = 0; j < i; j++) // ten rows of ten
            if (is_about(rounds, n.of[i] * n.of[j]))
                return true;
    }
    return false;
}
