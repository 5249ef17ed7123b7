// SPDX-License-Identifier: Apache-2.0

#include "budget/window.h"

#include "base/clock.h"

#define DAY_S 86400

static int64_t floor_divide(int64_t n, int64_t d)
{
    return n / d - (n % d < 0);
}

// Local days since 1970-01-01, as civil_days counts them.
static int64_t month_start(int64_t day, int months_on)
{
    const int64_t most = INT64_MAX / DAY_US; // beyond it lie a few days of the same month
    struct civil date;
    if (day > most || day < -most)
        day = day < 0 ? -most : most;
    civil_from_us(day * DAY_US, &date);
    int month = date.month + months_on;
    return civil_days(date.year + (month > 12), month > 12 ? month - 12 : month, 1);
}

// The first day of the window that holds a day, and of the one after it.
static int64_t first_day(const struct window_rule *rule, int64_t day)
{
    if (rule->kind == WINDOW_MONTH)
        return month_start(day, 0);
    if (rule->kind == WINDOW_DAY)
        return day;
    int64_t weekday = day + 3 - rule->first_day; // 1970-01-01 was a Thursday
    return day - (weekday - floor_divide(weekday, 7) * 7);
}

static int64_t next_day(const struct window_rule *rule, int64_t first)
{
    if (rule->kind == WINDOW_MONTH)
        return month_start(first, 1);
    return first + (rule->kind == WINDOW_WEEK ? 7 : 1);
}

static int64_t midnight_s(const struct window_rule *rule, int64_t day)
{
    return zone_first_s(rule->zone, day * DAY_S);
}

static int64_t within_us(int64_t s)
{
    int64_t us;
    if (__builtin_mul_overflow(s, SECOND_US, &us))
        return s < 0 ? INT64_MIN : INT64_MAX;
    return us;
}

struct window window_at(const struct window_rule *rule, int64_t at_us)
{
    if (rule->kind == WINDOW_LIFETIME)
        return (struct window){INT64_MIN, INT64_MAX, rule->kind};
    int64_t at_s = floor_divide(at_us, SECOND_US);
    int64_t local_s = at_s + zone_offset(rule->zone, at_us);
    int64_t first = first_day(rule, floor_divide(local_s, DAY_S));
    int64_t next = next_day(rule, first);
    int64_t end_s = midnight_s(rule, next);
    // Put back over midnight the clocks show the old day once more, but the new one has begun.
    while (end_s <= at_s) {
        first = next;
        next = next_day(rule, first);
        end_s = midnight_s(rule, next);
    }
    return (struct window){within_us(midnight_s(rule, first)), within_us(end_s), rule->kind};
}

static const struct {
    enum window_kind kind;
    const char *name;
} names[] = {
#define X(id, number, name) {WINDOW_##id, name},
    WINDOW_MAP(X)
#undef X
};

enum status window_read(struct str name, enum window_kind *out, struct why *why)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_is(name, names[i].name)) {
            *out = names[i].kind;
            return STATUS_OK;
        }
    }
    char shown[40];
    str_copy_clipped(name, shown, sizeof shown);
    return why_set(why, STATUS_UNKNOWN, "no window `%s`: take day, week, month or lifetime", shown);
}

const char *window_name(enum window_kind kind)
{
    const char *name = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].kind == kind)
            name = names[i].name;
    }
    must(name);
    return name;
}
