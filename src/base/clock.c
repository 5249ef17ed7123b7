// SPDX-License-Identifier: Apache-2.0
//
// Days and dates: Howard Hinnant, "chrono-compatible low-level date algorithms". A year begins in
// March there, so that the leap day is its last; 400 years are one era of 146097 days.

#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define ERA_DAYS    146097
#define EPOCH_DAYS  719468 // from 0000-03-01 to 1970-01-01
#define MINUTE_US   (60 * SECOND_US)
#define YEAR_MIN    1970
#define YEAR_MAX    9999
#define SPAN_MAX_US (200 * 365 * DAY_US)

static int64_t read_clock(clockid_t which)
{
    struct timespec t;
    must(clock_gettime(which, &t) == 0);
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

int64_t clock_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t civil_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAYS;
}

static void date_from_days(int64_t days, struct civil *out)
{
    int64_t z = days + EPOCH_DAYS;
    int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t doe = z - era * ERA_DAYS;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    out->year = (int)(yoe + era * 400 + (out->month <= 2));
    out->weekday = (int)(((days + 3) % 7 + 7) % 7); // 1970-01-01 was a Thursday
}

void civil_from_us(int64_t us, struct civil *out)
{
    int64_t days = us / DAY_US;
    int64_t rest = us % DAY_US;
    if (rest < 0) {
        rest += DAY_US;
        days--;
    }
    date_from_days(days, out);
    out->micro = (int)(rest % SECOND_US);
    int seconds = (int)(rest / SECOND_US);
    out->second = seconds % 60;
    out->minute = seconds / 60 % 60;
    out->hour = seconds / 3600;
}

int64_t civil_to_us(const struct civil *c)
{
    int64_t seconds = (int64_t)c->hour * 3600 + (int64_t)c->minute * 60 + c->second;
    return civil_days(c->year, c->month, c->day) * DAY_US + seconds * SECOND_US + c->micro;
}

// --- reading ---

// Takes exactly n digits.
static bool take_digits(struct str *s, size_t n, int *out)
{
    int value = 0;
    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->ptr[i] < '0' || s->ptr[i] > '9')
            return false;
        value = value * 10 + (s->ptr[i] - '0');
    }
    *s = str_skip(*s, n);
    *out = value;
    return true;
}

static bool take_char(struct str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = str_skip(*s, 1);
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool take_date(struct str *s, struct civil *c)
{
    if (!take_digits(s, 4, &c->year) || !take_char(s, '-') || !take_digits(s, 2, &c->month) ||
        !take_char(s, '-') || !take_digits(s, 2, &c->day))
        return false;
    return c->year >= YEAR_MIN && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= month_days(c->year, c->month);
}

// What is finer than a microsecond is dropped.
static bool take_fraction(struct str *s, int *micro)
{
    size_t n = 0;
    for (; n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9'; n++)
        if (n < 6)
            *micro = *micro * 10 + (s->ptr[n] - '0');
    *s = str_skip(*s, n);
    for (size_t i = n; i < 6; i++)
        *micro *= 10;
    return n > 0;
}

static bool take_time(struct str *s, struct civil *c)
{
    if (!take_digits(s, 2, &c->hour) || !take_char(s, ':') || !take_digits(s, 2, &c->minute))
        return false;
    if (take_char(s, ':')) {
        if (!take_digits(s, 2, &c->second))
            return false;
        if (take_char(s, '.') && !take_fraction(s, &c->micro))
            return false;
    }
    return c->hour <= 23 && c->minute <= 59 && c->second <= 59;
}

// Minutes east of UTC. A time without a zone would mean another moment on each machine.
static bool take_zone(struct str *s, int *minutes)
{
    *minutes = 0;
    if (take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    bool west = s->len > 0 && s->ptr[0] == '-';
    if (!west && (s->len == 0 || s->ptr[0] != '+'))
        return false;
    *s = str_skip(*s, 1);
    int hour = 0;
    int minute = 0;
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute))
        return false;
    if (hour > 23 || minute > 59)
        return false;
    *minutes = (hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

bool civil_read(struct str s, int64_t *us)
{
    struct civil c = {0};
    int zone = 0;
    if (!take_date(&s, &c))
        return false;
    if (s.len > 0) {
        if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
            return false;
        if (!take_time(&s, &c) || !take_zone(&s, &zone) || s.len > 0)
            return false;
    }
    int64_t moment = civil_to_us(&c) - zone * MINUTE_US;
    if (moment < 0 || moment >= civil_days(YEAR_MAX + 1, 1, 1) * DAY_US)
        return false;
    *us = moment;
    return true;
}

// --- writing ---

static char *put_digits(char *at, int n, int value)
{
    for (int i = n - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + n;
}

void civil_write(struct buf *b, int64_t us, int digits)
{
    must(digits == 0 || digits == 3 || digits == 6);
    struct civil c;
    civil_from_us(us, &c);
    must(c.year >= 0 && c.year <= YEAR_MAX);
    char text[sizeof "2026-11-24T10:00:00.000000Z"];
    const int values[] = {c.year, c.month, c.day, c.hour, c.minute, c.second};
    char *at = text;
    for (int i = 0; i < 6; i++) {
        at = put_digits(at, i == 0 ? 4 : 2, values[i]);
        *at++ = "--T::."[i];
    }
    at--;
    if (digits > 0) {
        *at++ = '.';
        at = put_digits(at, digits, digits == 3 ? c.micro / 1000 : c.micro);
    }
    *at++ = 'Z';
    buf_add(b, str_from(text, (size_t)(at - text)));
}

const char *civil_date(int64_t us, char out[CIVIL_DATE])
{
    struct civil c;
    civil_from_us(us, &c);
    snprintf(out, CIVIL_DATE, "%04d-%02d-%02d", c.year, c.month, c.day);
    return out;
}

// --- spans ---

static int64_t unit_us(char c)
{
    switch (c) {
    case 's': return SECOND_US;
    case 'm': return MINUTE_US;
    case 'h': return 60 * MINUTE_US;
    case 'd': return DAY_US;
    case 'w': return 7 * DAY_US;
    default: return 0;
    }
}

// Taken off the end. 0 where there is none.
static int64_t take_unit(struct str *s)
{
    bool milli = str_ends(*s, str_of("ms"));
    size_t len = milli ? 2 : s->len > 0;
    s->len -= len;
    if (milli)
        return SECOND_US / 1000;
    return len ? unit_us(s->ptr[s->len]) : 0;
}

bool span_read(struct str s, int64_t *us)
{
    uint64_t n = 0;
    int64_t unit = take_unit(&s);
    if (unit == 0 || !str_u64(s, &n) || n > (uint64_t)(SPAN_MAX_US / unit))
        return false;
    *us = (int64_t)n * unit;
    return true;
}
