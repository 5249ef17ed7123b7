// SPDX-License-Identifier: Apache-2.0

#include "budget/nano.h"

#define PICO_PER_NANO 1000
#define ATTO_PER_NANO 1000000000
#define SHOWN_BYTES   40 // of a text that is told back

struct nano nano_from_money(struct money m)
{
    // C rounds towards zero, which is up already below it.
    return (struct nano){m.pd / PICO_PER_NANO + (m.pd % PICO_PER_NANO > 0)};
}

bool nano_add(struct nano a, struct nano b, struct nano *out)
{
    int64_t n;
    if (__builtin_add_overflow(a.n, b.n, &n))
        return false;
    out->n = n;
    return true;
}

bool nano_sub(struct nano a, struct nano b, struct nano *out)
{
    int64_t n;
    if (__builtin_sub_overflow(a.n, b.n, &n))
        return false;
    out->n = n;
    return true;
}

enum status nano_read(struct str usd, struct nano *out, struct why *why)
{
    char shown[SHOWN_BYTES];
    str_copy_clipped(usd, shown, sizeof shown);
    int128 atto = 0;
    enum status s = decimal_read(usd, &atto);
    if (s == STATUS_SYNTAX)
        return why_set(why, s, "`%s` is no amount of USD. Write it like 500.00", shown);
    if (*usd.ptr == '-') // a number, so there is a first byte
        return why_set(why, STATUS_RANGE, "`%s` is negative: an amount is 0 or more", shown);
    if (s == STATUS_LIMIT || (s == STATUS_OK && atto % ATTO_PER_NANO))
        return why_set(why, STATUS_LIMIT, "`%s` has more than 9 places: write whole nanodollars",
                       shown);
    if (s == STATUS_RANGE || atto / ATTO_PER_NANO > INT64_MAX)
        return why_set(why, STATUS_RANGE, "`%s` is more than 9223372036.854775807 USD, the most",
                       shown);
    out->n = (int64_t)(atto / ATTO_PER_NANO);
    return STATUS_OK;
}

void nano_write(struct buf *b, struct nano m)
{
    decimal_write(b, m.n, NANO_PLACES, 2);
}

struct str nano_text(struct nano m, char text[DECIMAL_TEXT])
{
    return decimal_text(m.n, NANO_PLACES, 2, text);
}
