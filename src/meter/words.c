// SPDX-License-Identifier: Apache-2.0
//
// What a word may begin with: a printable character of ASCII but for the slash, which o200k_base
// joins to the line end before it; and, by its first byte in UTF-8, a letter of the scripts that
// are written with blanks, an ideograph or an emoji. Not C2, E1, E2, E3 and EF, behind which
// Unicode's own blanks stand, too, nor a \u escape: such a word is passed over.

#include "meter/words.h"

enum { BLANK = 1, BEGINS = 2 };

static unsigned kind_of(unsigned char c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        return BLANK;
    if (c < 0x80)
        return c > ' ' && c < 0x7f && c != '/' ? BEGINS : 0;
    return (c >= 0xc3 && c <= 0xe0) || (c >= 0xe4 && c <= 0xed) || c >= 0xf0 ? BEGINS : 0;
}

static unsigned kind_escaped(unsigned char c)
{
    if (c == 'n' || c == 't' || c == 'r')
        return BLANK;
    return c == '"' || c == '\\' ? BEGINS : 0;
}

static void add(struct words *w, unsigned kind)
{
    w->bytes++;
    w->words += !w->inside && kind == BEGINS;
    w->inside = kind != BLANK;
}

void words_add(struct words *w, struct str raw)
{
    if (raw.len < 2 || raw.ptr[0] != '"')
        return;
    const char *p = raw.ptr + 1;
    const char *end = raw.ptr + raw.len - 1;
    while (p < end) {
        unsigned char c = (unsigned char)*p++;
        if (c != '\\' || p == end) {
            add(w, kind_of(c));
            continue;
        }
        c = (unsigned char)*p++;
        add(w, kind_escaped(c));
        if (c == 'u')
            p += end - p < 4 ? end - p : 4;
    }
}

int64_t words_tokens(const struct words *w)
{
    int64_t long_ones = (w->bytes + WORDS_TOKEN_BYTES - 1) / WORDS_TOKEN_BYTES;
    return w->words > long_ones ? w->words : long_ones;
}
