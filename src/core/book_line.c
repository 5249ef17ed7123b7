// SPDX-License-Identifier: Apache-2.0

#include "core/book_line.h"

#include "base/clock.h"
#include "base/limits.h"

#define ATTO_PER_PPM   INT64_C(1000000000000)
#define FACTOR_PPM_MAX 1000000000 // 1000

const struct term book_term_always = {
    .from_us = INT64_MIN,
    .until_us = INT64_MAX,
    .above = -1,
    .minute_until = 1440,
    .weekdays = TERM_EVERY_DAY,
    .services = TERM_ANY_SERVICE,
};

bool book_word(struct str *rest, struct str *word)
{
    size_t start = 0;
    while (start < rest->len && str_blank(rest->ptr[start]))
        start++;
    size_t end = start;
    while (end < rest->len && !str_blank(rest->ptr[end]))
        end++;
    if (start == end)
        return false;
    *word = str_from(rest->ptr + start, end - start);
    *rest = str_skip(*rest, end);
    return true;
}

bool book_is_name(struct str s)
{
    if (s.len == 0 || s.len > MODEL_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c == 0x7f || (c == '*' && i + 1 < s.len))
            return false;
    }
    return true;
}

size_t book_colon(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ':' && (i + 1 == s.len || str_blank(s.ptr[i + 1])))
            return i;
    }
    return s.len;
}

// --- days ---

bool book_day(struct str s, int32_t *day)
{
    int64_t us;
    if (s.len != 10 || !civil_read(s, &us))
        return false;
    *day = (int32_t)(us / DAY_US);
    return true;
}

bool book_add_day(struct catalog *c, struct days *d, int32_t day)
{
    if (d->count == d->size) {
        unsigned size = d->size ? d->size * 2 : 32;
        int32_t *at = arena_get(&c->arena, size * sizeof *at);
        if (!at)
            return false;
        if (d->count)
            memcpy(at, d->at, d->count * sizeof *at);
        d->at = at;
        d->size = size;
    }
    unsigned i = d->count;
    while (i > 0 && d->at[i - 1] > day)
        i--;
    if (i > 0 && d->at[i - 1] == day)
        return true;
    memmove(d->at + i + 1, d->at + i, (d->count - i) * sizeof *d->at);
    d->at[i] = day;
    d->count++;
    return true;
}

// --- prices ---

const char *book_factor(struct str number, uint32_t *factor_ppm)
{
    int128 atto;
    if (decimal_read(number, &atto) != STATUS_OK || atto % ATTO_PER_PPM)
        return "a factor is a decimal of at most 6 places";
    if (atto <= 0 || atto / ATTO_PER_PPM > FACTOR_PPM_MAX)
        return "a factor is more than 0 and at most 1000";
    *factor_ppm = (uint32_t)(atto / ATTO_PER_PPM);
    return NULL;
}

static const char *read_one(struct str name, struct str number, struct stated *out)
{
    enum bucket b;
    if (!bucket_find(name, &b))
        return "no kind of usage";
    if (out->has & 1u << b)
        return "a price stands twice";
    enum status s = price_read(number, bucket_units(b), &out->price[b]);
    if (s == STATUS_LIMIT)
        return "a price has more places than are kept (12 per Mtok or hour, else 18)";
    if (s == STATUS_RANGE)
        return "a price is negative or beyond belief";
    if (s != STATUS_OK)
        return "a price is a decimal number of USD";
    out->has |= 1u << b;
    return NULL;
}

const char *book_prices(struct str s, struct stated *out, uint32_t *factor_ppm, struct str *bad)
{
    struct str name;
    struct str number = STR_NONE;
    while (book_word(&s, &name)) {
        *bad = name;
        const char *what;
        if (name.ptr[0] == 'x')
            what = factor_ppm && *factor_ppm == 0 ? book_factor(str_skip(name, 1), factor_ppm)
                                                  : "a factor does not stand here";
        else if (!book_word(&s, &number))
            what = "a price is missing";
        else
            what = read_one(name, number, out);
        if (what)
            return what;
    }
    return NULL;
}

// --- conditions ---

static const char *const weekday_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int weekday_of(struct str s)
{
    for (int i = 0; i < 7; i++) {
        if (str_is(s, weekday_names[i]))
            return i;
    }
    return -1;
}

bool book_weekdays(struct str word, struct term *t)
{
    struct str rest = word;
    struct str first;
    if (!str_cut(&rest, '-', &first))
        return false;
    int from = weekday_of(first);
    int to = rest.len ? weekday_of(rest) : from;
    if (from < 0 || to < from)
        return false;
    unsigned bits = ((1u << (to + 1)) - 1) & ~((1u << from) - 1);
    t->weekdays = (uint8_t)(t->weekdays == TERM_EVERY_DAY ? bits : t->weekdays | bits);
    return true;
}

static bool read_minute(struct str s, uint16_t *minute)
{
    uint64_t hour;
    uint64_t rest;
    if (s.len != 5 || s.ptr[2] != ':' || !str_u64(str_from(s.ptr, 2), &hour) ||
        !str_u64(str_skip(s, 3), &rest) || rest > 59 || hour * 60 + rest > 1440)
        return false;
    *minute = (uint16_t)(hour * 60 + rest);
    return true;
}

bool book_hours(struct str word, struct term *t)
{
    return word.len == 11 && word.ptr[5] == '-' &&
           read_minute(str_from(word.ptr, 5), &t->minute_from) &&
           read_minute(str_skip(word, 6), &t->minute_until) && t->minute_from < t->minute_until;
}

static bool read_service(struct str word, struct term *t)
{
    enum service service;
    if (!service_find(word, &service))
        return false;
    unsigned bits = t->services == TERM_ANY_SERVICE ? 0 : t->services;
    t->services = (uint8_t)(bits | 1u << service);
    return true;
}

static const char *read_above(struct str number, struct term *t)
{
    return str_i64(number, &t->above) && t->above > 0 ? NULL : "above needs a number of tokens";
}

static const char *read_except(const struct catalog *c, struct str name, struct term *t)
{
    t->except = catalog_days(c, name);
    return t->except ? NULL : "except names days that are not stated before";
}

// A condition of two words.
static const char *read_pair(const struct catalog *c, struct str word, struct str value,
                             struct term *t)
{
    if (str_is(word, "from"))
        return civil_read(value, &t->from_us) ? NULL : "from needs a date or a time with its zone";
    if (str_is(word, "until"))
        return civil_read(value, &t->until_us) ? NULL
                                               : "until needs a date or a time with its zone";
    if (str_is(word, "above"))
        return read_above(value, t);
    if (str_is(word, "except"))
        return read_except(c, value, t);
    return "no condition";
}

const char *book_conditions(const struct catalog *c, struct str s, struct term *t, struct str *bad)
{
    struct str word;
    struct str value = STR_NONE;
    unsigned count = 0;
    for (; book_word(&s, &word); count++) {
        *bad = word;
        if (str_is(word, "us")) {
            t->us = true;
        } else if (str_is(word, "thinking")) {
            t->thinking = true;
        } else if (!read_service(word, t) && !book_hours(word, t) && !book_weekdays(word, t)) {
            (void)book_word(&s, &value);
            const char *what = read_pair(c, word, value, t);
            if (what)
                return what;
        }
    }
    if (t->from_us >= t->until_us)
        return "from is not before until";
    return count ? NULL : "a condition is missing";
}
