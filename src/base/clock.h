// SPDX-License-Identifier: Apache-2.0
//
// clock - time as a value. Only this file asks the machine; everything else is told.
// Wall time is int64 microseconds UTC since 1970 (leap seconds as POSIX has them).

#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

int64_t clock_wall_us(void); // jumps when somebody sets the clock
int64_t clock_mono_us(void); // never goes back; since some start

// A civil date and time in UTC.
struct civil {
    int year;  // 1970..9999
    int month; // 1..12
    int day;   // 1..31
    int hour;
    int minute;
    int second;
    int micro;
    int weekday; // 0 = Monday .. 6 = Sunday
};

void civil_from_us(int64_t us, struct civil *out);
int64_t civil_to_us(const struct civil *c); // weekday is ignored; fields must be valid
// Days since 1970-01-01.
int64_t civil_days(int year, int month, int day);
// `2026-11-24`, `2026-11-24T10:00:00Z`, `...+01:00`, fractions, a space for the T; no seconds.
// A date alone is its midnight UTC, a time needs its zone. False on anything else and outside of
// 1970..9999.
bool civil_read(struct str s, int64_t *us) MUST_USE;
// `2026-11-24T10:00:00.000Z`; `digits` of fraction: 0, 3 or 6.
void civil_write(struct buf *b, int64_t us, int digits);
// The date alone, `2026-11-24`, with a NUL; returns `out`.
#define CIVIL_DATE 16
const char *civil_date(int64_t us, char out[CIVIL_DATE]);

// `2w`, `90d`, `12h`, `30m`, `10s`, `500ms`, up to 200 years. False, and `us` untouched, on
// anything else.
bool span_read(struct str s, int64_t *us) MUST_USE;

#endif
