// SPDX-License-Identifier: Apache-2.0

#include "tariff/figure.h"

#define DIGITS_MAX   34
#define EXPONENT_MAX 60
#define DEBRIS_MIN   16 // digits; a double that means a short decimal shows 15 at most
#define SHORT_MAX    12 // digits of what debris can stand for
#define APART        INT64_C(1000000000000000) // 10^15: one part in it is a few last places

static int128 power_of_ten(int n)
{
    int128 p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

static int count_digits(int128 n)
{
    int count = 0;
    for (; n; n /= 10)
        count++;
    return count;
}

static void trim(struct figure *f)
{
    while (f->digits && f->digits % 10 == 0) {
        f->digits /= 10;
        f->exponent++;
    }
    if (f->digits == 0)
        f->exponent = 0;
}

static enum status read_exponent(struct str s, int *out)
{
    int64_t n;
    if (s.len && s.ptr[0] == '+')
        s = str_skip(s, 1);
    if (!str_i64(s, &n))
        return STATUS_SYNTAX;
    if (n > EXPONENT_MAX || n < -EXPONENT_MAX)
        return STATUS_RANGE;
    *out = (int)n;
    return STATUS_OK;
}

// The digits and the point before the exponent.
static enum status read_digits(struct str s, struct figure *f)
{
    bool point = false;
    size_t seen = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            return STATUS_SYNTAX;
        seen++;
        if (f->digits >= power_of_ten(DIGITS_MAX - 1))
            return STATUS_RANGE;
        f->digits = f->digits * 10 + (c - '0');
        f->exponent -= point;
    }
    return seen ? STATUS_OK : STATUS_SYNTAX;
}

enum status figure_read(struct str number, struct figure *out)
{
    struct figure f = {0, 0};
    int exponent = 0;
    bool negative = number.len && number.ptr[0] == '-';
    struct str rest = str_skip(number, negative);
    size_t e = 0;
    while (e < rest.len && rest.ptr[e] != 'e' && rest.ptr[e] != 'E')
        e++;
    enum status s = read_digits(str_from(rest.ptr, e), &f);
    if (s == STATUS_OK && e < rest.len)
        s = read_exponent(str_skip(rest, e + 1), &exponent);
    if (s != STATUS_OK)
        return s;
    f.exponent += exponent;
    trim(&f);
    if (negative)
        f.digits = -f.digits;
    *out = f;
    return STATUS_OK;
}

bool figure_settle(struct figure *f)
{
    int count = count_digits(f->digits);
    if (f->digits <= 0 || count < DEBRIS_MIN || count > DEBRIS_MIN + 2)
        return false;
    for (int n = 1; n <= SHORT_MAX; n++) {
        int128 unit = power_of_ten(count - n);
        int128 near = decimal_divide(f->digits, unit) * unit;
        int128 apart = near > f->digits ? near - f->digits : f->digits - near;
        if (apart * APART <= f->digits) {
            f->digits = near;
            trim(f);
            return true;
        }
    }
    return false;
}

enum status figure_price(struct figure f, int power, struct price *out, bool *rounded)
{
    int shift = f.exponent + DECIMAL_PLACES - power;
    int128 atto = f.digits;
    *rounded = false;
    if (f.digits < 0 || (shift > 0 && count_digits(f.digits) + shift > 19))
        return STATUS_RANGE;
    if (shift > 0)
        atto *= power_of_ten(shift);
    if (shift < 0) {
        int128 unit = power_of_ten(-shift < 38 ? -shift : 38);
        *rounded = atto % unit != 0;
        atto = decimal_divide(atto, unit);
    }
    if (atto > INT64_MAX)
        return STATUS_RANGE;
    out->atto = (int64_t)atto;
    return STATUS_OK;
}
