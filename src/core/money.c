// SPDX-License-Identifier: Apache-2.0

#include "core/money.h"

#define ATTO_PER_PICO 1000000

bool money_add(struct money a, struct money b, struct money *sum)
{
    int64_t pd;
    if (__builtin_add_overflow(a.pd, b.pd, &pd))
        return false;
    sum->pd = pd;
    return true;
}

void money_sum_add(struct money_sum *sum, struct money m)
{
    // 2^64 costs of the largest size fit: only a bug gets here.
    must(!__builtin_add_overflow(sum->pd, (int128)m.pd, &sum->pd));
}

bool money_from_atto(int128 atto, struct money *out)
{
    int128 pd = decimal_divide(atto, ATTO_PER_PICO);
    if (pd > INT64_MAX || pd < INT64_MIN)
        return false;
    out->pd = (int64_t)pd;
    return true;
}

enum status money_read(struct str usd, struct money *out)
{
    int128 atto;
    bool inexact;
    enum status s = decimal_read(usd, &atto);
    if (s == STATUS_LIMIT)
        s = decimal_round(usd, &atto, &inexact);
    if (s != STATUS_OK)
        return s;
    return money_from_atto(atto, out) ? STATUS_OK : STATUS_RANGE;
}

void money_write(struct buf *b, struct money m)
{
    decimal_write(b, m.pd, 12, 12);
}

struct str money_text(struct money m, char text[DECIMAL_TEXT])
{
    return decimal_text(m.pd, 12, 12, text);
}

void money_sum_write(struct buf *b, struct money_sum m)
{
    decimal_write(b, m.pd, 12, 2);
}

enum status price_read(struct str usd, int64_t units, struct price *out)
{
    must(units > 0);
    int128 atto;
    enum status s = decimal_read(usd, &atto);
    if (s != STATUS_OK)
        return s;
    if (atto < 0)
        return STATUS_RANGE;
    if (atto % units != 0)
        return STATUS_LIMIT;
    if (atto / units > INT64_MAX)
        return STATUS_RANGE;
    out->atto = (int64_t)(atto / units);
    return STATUS_OK;
}

void price_write(struct buf *b, struct price p, int64_t units)
{
    must(units > 0);
    decimal_write(b, (int128)p.atto * units, DECIMAL_PLACES, 0);
}
