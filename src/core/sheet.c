// SPDX-License-Identifier: Apache-2.0

#include "core/sheet.h"

#define MINUTE_US INT64_C(60000000)
#define DAY_US    (1440 * MINUTE_US)

static int64_t day_of(int64_t us)
{
    return us >= 0 ? us / DAY_US : -((DAY_US - 1 - us) / DAY_US);
}

static bool has_day(const struct days *d, int64_t day)
{
    for (unsigned i = 0; i < d->count; i++) {
        if (d->at[i] == day)
            return true;
    }
    return false;
}

static bool is_hourly(const struct term *t)
{
    return t->minute_from != 0 || t->minute_until != 1440 || t->weekdays != TERM_EVERY_DAY ||
           t->except;
}

static bool is_dated(const struct term *t)
{
    return t->from_us != INT64_MIN || t->until_us != INT64_MAX || is_hourly(t);
}

static bool hour_holds(const struct term *t, int64_t at_us)
{
    int64_t day = day_of(at_us);
    int64_t minute = (at_us - day * DAY_US) / MINUTE_US;
    int64_t weekday = ((day + 3) % 7 + 7) % 7; // 1970-01-01 was a Thursday
    return minute >= t->minute_from && minute < t->minute_until && t->weekdays >> weekday & 1 &&
           !(t->except && has_day(t->except, day));
}

bool term_holds(const struct term *t, const struct moment *m)
{
    return m->at_us >= t->from_us && m->at_us < t->until_us && m->prompt > t->above &&
           t->services >> m->service & 1 && (!t->us || m->us) && (!t->thinking || m->thinking) &&
           (!is_hourly(t) || hour_holds(t, m->at_us));
}

static void take_rates(const struct rates *r, struct quote *q)
{
    const struct price *price = r->prices;
    for (uint32_t left = r->has; left; left &= left - 1)
        q->price[__builtin_ctz(left)] = *price++;
    q->has |= r->has;
}

static void take_term(const struct term *t, struct quote *q)
{
    take_rates(&t->rates, q);
    if (t->factor_ppm) {
        must(q->factor_count < FACTORS_MAX);
        q->factor_ppm[q->factor_count++] = t->factor_ppm;
    }
    if (t->above > q->cliff)
        q->cliff = t->above;
    q->dated |= is_dated(t);
    q->service_stated |= t->services != TERM_ANY_SERVICE;
}

bool sheet_silent(const struct sheet *s)
{
    return !s->free && s->rates.has == 0 && s->term_count == 0;
}

bool sheet_names(const struct sheet *s, enum bucket b)
{
    uint32_t has = s->rates.has;
    for (unsigned i = 0; i < s->term_count; i++)
        has |= s->terms[i].rates.has;
    return has & 1u << b;
}

const struct sheet *sheet_at(const struct sheet *s, int64_t at_us)
{
    while (s->before && at_us < s->since_us)
        s = s->before;
    return s;
}

void sheet_quote(const struct sheet *s, const struct moment *m, struct quote *out)
{
    must(m->service < SERVICE_COUNT);
    s = sheet_at(s, m->at_us);
    out->has = 0;
    out->factor_count = 0;
    out->cliff = 0;
    out->dated = false;
    out->service_stated = m->service == SERVICE_STANDARD;
    take_rates(&s->rates, out);
    for (unsigned i = 0; i < s->term_count; i++) {
        if (term_holds(&s->terms[i], m))
            take_term(&s->terms[i], out);
    }
}
