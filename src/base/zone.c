// SPDX-License-Identifier: Apache-2.0

#include "base/zone.h"

#include "base/clock.h"

#define HEAD_BYTES   44
#define COUNT_MAX    100000
#define HOUR_S       3600
#define DAY_S        86400
#define OFFSET_MAX_S (26 * HOUR_S)

// "M3.5.0/2": the moment a rule begins in each year. Kinds as POSIX has them.
struct turn {
    enum { TURN_MONTH, TURN_JULIAN, TURN_DAY } kind;
    int month, week, day; // week 5 = the last one; day: of the week from Sunday, or of the year
    int32_t at_s;
};

struct zone {
    const struct alloc *alloc;
    uint32_t count;
    int64_t *moments_s; // rising
    int32_t *offsets;   // from that moment on
    int32_t first;      // before the first moment
    bool ruled;         // after the last moment the rule holds
    bool saves;         // the rule has daylight saving time
    int32_t standard, saving;
    struct turn begins, ends;
};

static uint32_t get32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int64_t get64(const char *p)
{
    return (int64_t)((uint64_t)get32(p) << 32 | get32(p + 4));
}

// --- the rule behind the table ---

static bool skip_name(struct str *s)
{
    if (s->len && *s->ptr == '<') {
        size_t end = str_find(*s, '>');
        *s = str_skip(*s, end + 1);
        return true;
    }
    size_t n = 0;
    while (n < s->len && ((s->ptr[n] | 0x20) >= 'a' && (s->ptr[n] | 0x20) <= 'z'))
        n++;
    *s = str_skip(*s, n);
    return n >= 3;
}

static bool take_number(struct str *s, int max, int *n)
{
    size_t digits = 0;
    *n = 0;
    while (digits < s->len && s->ptr[digits] >= '0' && s->ptr[digits] <= '9' && *n <= max)
        *n = *n * 10 + (s->ptr[digits++] - '0');
    *s = str_skip(*s, digits);
    return digits > 0 && *n <= max;
}

static bool take_char(struct str *s, char c)
{
    if (s->len == 0 || *s->ptr != c)
        return false;
    *s = str_skip(*s, 1);
    return true;
}

// "[+-]hh[:mm[:ss]]" in seconds.
static bool take_time(struct str *s, int32_t *seconds)
{
    bool minus = take_char(s, '-');
    if (!minus)
        take_char(s, '+');
    int part[3] = {0};
    if (!take_number(s, 167, &part[0]))
        return false;
    for (int i = 1; i < 3 && take_char(s, ':'); i++) {
        if (!take_number(s, 59, &part[i]))
            return false;
    }
    *seconds = part[0] * HOUR_S + part[1] * 60 + part[2];
    if (minus)
        *seconds = -*seconds;
    return true;
}

// Only the moment of a turn may be days away, no clock is.
static bool take_offset(struct str *s, int32_t *seconds)
{
    return take_time(s, seconds) && *seconds >= -OFFSET_MAX_S && *seconds <= OFFSET_MAX_S;
}

static bool take_turn(struct str *s, struct turn *t)
{
    t->at_s = 2 * HOUR_S;
    if (take_char(s, 'M')) {
        t->kind = TURN_MONTH;
        if (!take_number(s, 12, &t->month) || !take_char(s, '.') || !take_number(s, 5, &t->week) ||
            !take_char(s, '.') || !take_number(s, 6, &t->day) || t->month < 1 || t->week < 1)
            return false;
    } else {
        t->kind = take_char(s, 'J') ? TURN_JULIAN : TURN_DAY;
        if (!take_number(s, 366, &t->day))
            return false;
    }
    return !take_char(s, '/') || take_time(s, &t->at_s);
}

static bool read_rule(struct zone *z, struct str s)
{
    if (s.len == 0)
        return true;
    if (!skip_name(&s) || !take_offset(&s, &z->standard))
        return false;
    z->standard = -z->standard; // POSIX counts west of Greenwich
    z->ruled = true;
    if (s.len == 0)
        return true;
    if (!skip_name(&s))
        return false;
    z->saving = z->standard + HOUR_S;
    if (s.len && *s.ptr != ',') {
        if (!take_offset(&s, &z->saving))
            return false;
        z->saving = -z->saving;
    }
    z->saves = take_char(&s, ',') && take_turn(&s, &z->begins) && take_char(&s, ',') &&
               take_turn(&s, &z->ends) && s.len == 0;
    return z->saves;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_day(const struct turn *t, int year)
{
    int64_t first = civil_days(year, t->month, 1);
    int weekday = (int)((first + 4) % 7); // 1970-01-01 was a Thursday; 0 = Sunday
    int64_t day = first + (t->day - weekday + 7) % 7 + 7 * (int64_t)(t->week - 1);
    int64_t next = t->month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, t->month + 1, 1);
    return day >= next ? day - 7 : day;
}

// In seconds UTC; `offset` holds before it.
static int64_t turn_s(const struct turn *t, int year, int32_t offset)
{
    int64_t day = civil_days(year, 1, 1) + t->day;
    if (t->kind == TURN_MONTH)
        day = month_day(t, year);
    else if (t->kind == TURN_JULIAN)
        day -= t->day < 60 || !is_leap(year); // February 29 is never counted
    return day * DAY_S + t->at_s - offset;
}

static int year_of(const struct zone *z, int64_t s)
{
    struct civil local;
    int64_t us;
    if (__builtin_mul_overflow(s + z->standard, SECOND_US, &us))
        us = s < 0 ? INT64_MIN : INT64_MAX;
    civil_from_us(us, &local);
    return local.year;
}

static int32_t by_rule(const struct zone *z, int64_t s)
{
    if (!z->saves)
        return z->standard;
    int year = year_of(z, s);
    int64_t begins = turn_s(&z->begins, year, z->standard);
    int64_t ends = turn_s(&z->ends, year, z->saving);
    bool saving = begins < ends ? s >= begins && s < ends : s < ends || s >= begins;
    return saving ? z->saving : z->standard;
}

// The first turn after s.
static int64_t next_by_rule(const struct zone *z, int64_t s)
{
    int64_t next = INT64_MAX;
    if (!z->saves)
        return next;
    int year = year_of(z, s);
    for (int y = year - 1; y <= year + 2; y++) { // a turn may be a week outside of its year
        int64_t begins = turn_s(&z->begins, y, z->standard);
        int64_t ends = turn_s(&z->ends, y, z->saving);
        if (begins > s && begins < next)
            next = begins;
        if (ends > s && ends < next)
            next = ends;
    }
    return next;
}

// --- the table ---

static int64_t get_moment(const char *p, size_t width)
{
    return width == 8 ? get64(p) : (int32_t)get32(p);
}

static bool is_clock(int32_t offset)
{
    return offset >= -OFFSET_MAX_S && offset <= OFFSET_MAX_S;
}

struct layout { // counts of one block
    uint32_t utc, standard, leap, times, types, chars;
};

static bool read_head(struct str s, struct layout *l)
{
    if (s.len < HEAD_BYTES || memcmp(s.ptr, "TZif", 4) != 0)
        return false;
    uint32_t *const fields[] = {&l->utc, &l->standard, &l->leap, &l->times, &l->types, &l->chars};
    for (unsigned i = 0; i < 6; i++) {
        *fields[i] = get32(s.ptr + 20 + 4 * i);
        if (*fields[i] > COUNT_MAX)
            return false;
    }
    return l->types > 0;
}

static size_t block_bytes(const struct layout *l, size_t width)
{
    return l->times * (width + 1) + l->types * (size_t)6 + l->chars + l->leap * (width + 4) +
           l->standard + l->utc;
}

static enum status read_block(struct zone *z, struct str s, const struct layout *l, size_t width)
{
    const char *indices = s.ptr + l->times * width;
    const char *types = indices + l->times;
    z->moments_s = alloc_get(z->alloc, (l->times + 1) * sizeof *z->moments_s);
    z->offsets = alloc_get(z->alloc, (l->times + 1) * sizeof *z->offsets);
    if (!z->moments_s || !z->offsets)
        return STATUS_NO_MEMORY;
    z->count = l->times;
    z->first = (int32_t)get32(types);
    for (uint32_t i = 0; i < l->times; i++) {
        uint8_t type = (uint8_t)indices[i];
        if (type >= l->types)
            return STATUS_DAMAGED;
        z->moments_s[i] = get_moment(s.ptr + i * width, width);
        z->offsets[i] = (int32_t)get32(types + (size_t)type * 6);
        if (!is_clock(z->offsets[i]) || (i > 0 && z->moments_s[i] <= z->moments_s[i - 1]))
            return STATUS_DAMAGED;
    }
    return is_clock(z->first) ? STATUS_OK : STATUS_DAMAGED;
}

static enum status read_all(struct zone *z, struct str s)
{
    struct layout l;
    if (!read_head(s, &l))
        return STATUS_DAMAGED;
    size_t width = 4;
    if (s.ptr[4] >= '2') { // the same once more, in 64 bits
        size_t skip = HEAD_BYTES + block_bytes(&l, 4);
        s = str_skip(s, skip);
        width = 8;
        if (!read_head(s, &l))
            return STATUS_DAMAGED;
    }
    if (l.leap > 0)
        return STATUS_UNSUPPORTED;
    s = str_skip(s, HEAD_BYTES);
    size_t size = block_bytes(&l, width);
    if (size > s.len)
        return STATUS_DAMAGED;
    enum status status = read_block(z, s, &l, width);
    if (status != STATUS_OK || width == 4)
        return status;
    return read_rule(z, str_trim(str_skip(s, size))) ? STATUS_OK : STATUS_DAMAGED;
}

enum status zone_read(struct str bytes, const struct alloc *alloc, struct zone **out,
                      struct why *why)
{
    struct zone *z = alloc_zero(alloc, sizeof *z);
    if (!z)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    z->alloc = alloc;
    enum status status = read_all(z, bytes);
    if (status == STATUS_OK) {
        *out = z;
        return status;
    }
    zone_close(z);
    if (status == STATUS_NO_MEMORY)
        return why_set(why, status, "out of memory");
    if (status == STATUS_UNSUPPORTED)
        return why_set(why, status, "the time zone counts leap seconds: take one that does not");
    return why_set(why, status, "the time zone's file is no TZif file");
}

void zone_close(struct zone *z)
{
    if (!z)
        return;
    alloc_free(z->alloc, z->moments_s);
    alloc_free(z->alloc, z->offsets);
    alloc_free(z->alloc, z);
}

// --- questions ---

// How many of the table's moments are at or before s.
static uint32_t passed(const struct zone *z, int64_t s)
{
    uint32_t low = 0;
    uint32_t high = z->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (z->moments_s[middle] <= s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int32_t offset_at(const struct zone *z, int64_t s)
{
    uint32_t n = passed(z, s);
    if (n == z->count && z->ruled)
        return by_rule(z, s);
    return n == 0 ? z->first : z->offsets[n - 1];
}

static int64_t next_change(const struct zone *z, int64_t s)
{
    uint32_t n = passed(z, s);
    return n < z->count ? z->moments_s[n] : next_by_rule(z, s);
}

int32_t zone_offset(const struct zone *z, int64_t us)
{
    return z ? offset_at(z, us / SECOND_US - (us % SECOND_US < 0)) : 0;
}

int64_t zone_first_s(const struct zone *z, int64_t local_s)
{
    if (!z)
        return local_s;
    // Nowhere do clocks show that time earlier. On from there, one stretch of one offset after
    // another, until in one of them it is that time or later.
    int64_t s = local_s - OFFSET_MAX_S - HOUR_S;
    for (;;) {
        int64_t next = next_change(z, s);
        int64_t reached = local_s - offset_at(z, s);
        if (reached < s)
            reached = s; // the clocks were put forward over it
        if (reached < next)
            return reached;
        s = next;
    }
}

bool zone_whole_hours(const struct zone *z, int64_t from_us, int64_t until_us)
{
    if (!z)
        return true;
    for (uint32_t i = 0; i < z->count; i++) {
        int64_t s = z->moments_s[i];
        if (s >= from_us / SECOND_US && s <= until_us / SECOND_US && z->offsets[i] % HOUR_S)
            return false;
    }
    bool rule = z->standard % HOUR_S == 0 && (!z->saves || z->saving % HOUR_S == 0);
    return zone_offset(z, from_us) % HOUR_S == 0 && (!z->ruled || rule);
}
