// SPDX-License-Identifier: Apache-2.0

#include "route/reply.h"

#include <string.h>

#include "core/arithmetic.h"

#define NUMBERS_MAX 256 // of a text that are compared

// A number as a text has it: its digits, without commas and what follows a point.
struct numbers {
    uint64_t at[NUMBERS_MAX];
    unsigned count;
    bool last_part; // the last one has a fraction
};

static void find_numbers(struct str text, struct numbers *out)
{
    *out = (struct numbers){0};
    for (size_t at = 0; at < text.len && out->count < NUMBERS_MAX;) {
        if (!str_digit(text.ptr[at])) {
            at++;
            continue;
        }
        uint64_t n = 0;
        bool comma;
        do {
            if (str_digit(text.ptr[at]) && n < UINT64_MAX / 16)
                n = n * 10 + (uint64_t)(text.ptr[at] - '0');
            at++;
            comma = at + 1 < text.len && text.ptr[at] == ',' && str_digit(text.ptr[at + 1]);
        } while (at < text.len && (str_digit(text.ptr[at]) || comma));
        out->last_part = at + 1 < text.len && text.ptr[at] == '.' && str_digit(text.ptr[at + 1]);
        while (out->last_part && at + 1 < text.len && str_digit(text.ptr[at + 1]))
            at++;
        at += out->last_part;
        out->at[out->count++] = n;
    }
}

static bool has(const struct numbers *in, uint64_t n, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (in->at[i] == n)
            return true;
    }
    return false;
}

static unsigned count_doubts(struct str text)
{
    static const char *const words[] = {
        "however",   "but ",       "assum",     "unclear", "not clear",     "not sure",
        "unsure",    "might",      "maybe",     "perhaps", "possibly",      "probably",
        "likely",    "seems",      "cannot",    "can't",   "unable",        "wait",
        "mistake",   "approximat", "sorry",     "none of", "not enough",    "i think",
        "not given", "no answer",  "ambiguous", "depends", "not specified", "closest",
    };
    char lower[REPLY_BYTES];
    struct str rest = str_lower(str_clip(text, sizeof lower), lower);
    unsigned count = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct str left = rest, word = str_of(words[i]);
        for (size_t at; (at = str_search(left, word)) < left.len; count++)
            left = str_skip(left, at + word.len);
    }
    return count;
}

static void compare_numbers(struct str prompt, struct str text, uint16_t *value)
{
    struct numbers asked, said;
    find_numbers(prompt, &asked);
    find_numbers(text, &said);
    unsigned unused = 0, strange = 0;
    uint64_t largest = 0;
    for (unsigned i = 0; i < asked.count; i++)
        unused += !has(&said, asked.at[i], said.count);
    for (unsigned i = 0; i < said.count; i++) {
        strange += !has(&asked, said.at[i], asked.count) && !has(&said, said.at[i], i);
        largest = said.at[i] > largest ? said.at[i] : largest;
    }
    value[REPLY_UNUSED] = traits_share(unused, asked.count);
    value[REPLY_NEW] = traits_log(strange);
    value[REPLY_PART] = said.last_part ? TRAIT_ONE : 0;
    value[REPLY_LARGEST] = traits_log(largest);
    if (said.count > 1)
        value[REPLY_LAST] = has(&said, said.at[said.count - 1], said.count - 1) ? TRAIT_ONE : 0;
}

void reply_of(struct str prompt, struct str text, int agree, struct reply *out)
{
    struct traits own;
    struct traits_source source = {.texts = &text, .count = 1};
    traits_of(&source, &own);
    memset(out, 0, sizeof *out);
    memcpy(out->value, own.value, sizeof own.value);
    text = str_clip(text, REPLY_BYTES);
    struct arithmetic sums = arithmetic_check(text);
    out->value[REPLY_SUMS] = traits_log(sums.found);
    out->value[REPLY_WRONG] = traits_log(sums.wrong);
    out->value[REPLY_DOUBTS] = traits_log(count_doubts(text));
    compare_numbers(str_clip(prompt, REPLY_BYTES), text, out->value);
    if (agree > TRAIT_ONE)
        agree = TRAIT_ONE;
    out->value[REPLY_AGREE] = agree < 0 ? TRAIT_ONE : (uint16_t)(2 * agree);
}
