// SPDX-License-Identifier: Apache-2.0

#include "base/decimal.h"

#include <stdint.h>

#define TEN_19       ((int128)UINT64_C(10000000000000000000))
#define VALUE_MAX    (TEN_19 * TEN_19)  // 10^20 in units of 10^-18
#define EXPONENT_MAX (INT64_C(1) << 60) // saturates: far beyond any text's length

// A number's text, taken apart but not yet a value.
struct parts {
    bool minus;
    struct str whole;
    struct str fraction;
    int64_t exponent;
};

static struct str take_digits(struct str *s)
{
    size_t n = 0;
    while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
        n++;
    struct str digits = str_from(s->ptr, n);
    *s = str_skip(*s, n);
    return digits;
}

static bool take_exponent(struct str *s, int64_t *exponent)
{
    *s = str_skip(*s, 1);
    bool minus = s->len > 0 && s->ptr[0] == '-';
    if (s->len > 0 && (s->ptr[0] == '-' || s->ptr[0] == '+'))
        *s = str_skip(*s, 1);
    struct str digits = take_digits(s);
    int64_t n = 0;
    for (size_t i = 0; i < digits.len; i++)
        n = n < EXPONENT_MAX / 10 ? n * 10 + (digits.ptr[i] - '0') : EXPONENT_MAX;
    *exponent = minus ? -n : n;
    return digits.len > 0;
}

static bool take_apart(struct str s, struct parts *p)
{
    *p = (struct parts){.minus = s.len > 0 && s.ptr[0] == '-'};
    s = str_skip(s, p->minus);
    p->whole = take_digits(&s);
    if (s.len > 0 && s.ptr[0] == '.') {
        s = str_skip(s, 1);
        p->fraction = take_digits(&s);
        if (p->fraction.len == 0)
            return false;
    }
    if (p->whole.len + p->fraction.len == 0)
        return false;
    if (s.len > 0 && (s.ptr[0] == 'e' || s.ptr[0] == 'E') && !take_exponent(&s, &p->exponent))
        return false;
    return s.len == 0;
}

// value * 10^places, or false beyond the most.
static bool scale(int128 *value, int64_t places)
{
    for (; places > 0 && *value != 0; places--) {
        if (*value > VALUE_MAX / 10)
            return false;
        *value *= 10;
    }
    return true;
}

// The digits below the last place: how they compare with one half of it.
struct rest {
    bool any;
    bool half;  // the first of them is 5
    bool above; // more than one half
};

static void rest_add(struct rest *r, int digit, bool first)
{
    if (digit == 0)
        return;
    r->any = true;
    if (first) {
        r->half = digit == 5;
        r->above = digit > 5;
    } else if (r->half) {
        r->above = true;
    }
}

// Digits one after another, the first at `place`, counted in powers of ten of the result's unit.
static bool add_digits(struct str digits, int64_t place, int128 *value, struct rest *rest)
{
    for (size_t i = 0; i < digits.len; i++, place--) {
        int digit = digits.ptr[i] - '0';
        if (place < 0)
            rest_add(rest, digit, place == -1);
        else if (*value > (VALUE_MAX - digit) / 10)
            return false;
        else
            *value = *value * 10 + digit;
    }
    return true;
}

static bool add_up(const struct parts *p, int128 *value, struct rest *rest)
{
    int64_t point = p->exponent + DECIMAL_PLACES;
    return add_digits(p->whole, point + (int64_t)p->whole.len - 1, value, rest) &&
           add_digits(p->fraction, point - 1, value, rest) &&
           scale(value, point - (int64_t)p->fraction.len);
}

enum status decimal_round(struct str s, int128 *out, bool *inexact)
{
    struct parts p;
    if (!take_apart(s, &p))
        return STATUS_SYNTAX;
    int128 value = 0;
    struct rest rest = {0};
    if (!add_up(&p, &value, &rest))
        return STATUS_RANGE;
    if (rest.above || (rest.half && value % 2 != 0))
        value++;
    if (value > VALUE_MAX)
        return STATUS_RANGE;
    *out = p.minus ? -value : value;
    *inexact = rest.any;
    return STATUS_OK;
}

enum status decimal_read(struct str s, int128 *out)
{
    int128 value;
    bool inexact;
    enum status status = decimal_round(s, &value, &inexact);
    if (status != STATUS_OK)
        return status;
    if (inexact)
        return STATUS_LIMIT;
    *out = value;
    return STATUS_OK;
}

// The last digit of *n, which becomes a tenth. Most amounts fit 64 bits, where it is much cheaper.
static char last_digit(uint128 *n)
{
    char digit;
    if (*n <= UINT64_MAX) {
        uint64_t small = (uint64_t)*n;
        digit = (char)('0' + small % 10);
        *n = small / 10;
    } else {
        digit = (char)('0' + (int)(*n % 10));
        *n /= 10;
    }
    return digit;
}

struct str decimal_text(int128 value, unsigned places, unsigned keep, char text[DECIMAL_TEXT])
{
    char *end = text + DECIMAL_TEXT;
    char *at = end;
    must(places <= 38 && keep <= 38);
    uint128 size = value < 0 ? 0 - (uint128)value : (uint128)value;
    for (unsigned i = places; i < keep; i++)
        *--at = '0';
    for (unsigned i = places; i > 0; i--) {
        char digit = last_digit(&size);
        if (at != end || i <= keep || digit != '0')
            *--at = digit;
    }
    if (at != end)
        *--at = '.';
    do
        *--at = last_digit(&size);
    while (size > 0);
    if (value < 0)
        *--at = '-';
    return str_from(at, (size_t)(end - at));
}

void decimal_write(struct buf *b, int128 value, unsigned places, unsigned keep)
{
    char text[DECIMAL_TEXT];
    buf_add(b, decimal_text(value, places, keep, text));
}

int128 decimal_divide(int128 n, int128 d)
{
    must(d > 0);
    int128 whole = n / d;
    int128 rest = n % d; // of n's sign
    int128 size = rest < 0 ? -rest : rest;
    if (size > d - size || (size == d - size && whole % 2 != 0))
        whole += n < 0 ? -1 : 1;
    return whole;
}

int128 decimal_divide_up(int128 n, int128 d)
{
    must(d > 0);
    return n / d + (n % d > 0);
}

int128 decimal_divide_down(int128 n, int128 d)
{
    must(d > 0);
    return n / d - (n % d < 0);
}
