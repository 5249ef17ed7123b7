// SPDX-License-Identifier: Apache-2.0

#include "insight/zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"

#define FOLDER         "/usr/share/zoneinfo/"
#define FILE_BYTES_MAX (256 * KIB)
#define HEAD_BYTES     44
#define COUNT_MAX      100000
#define HOUR_S         3600
#define OFFSET_MAX_S   (26 * HOUR_S)

// "M3.5.0/2": the moment a rule begins in each year. Kinds as POSIX has them.
struct turn {
    enum { TURN_MONTH, TURN_JULIAN, TURN_DAY } kind;
    int month, week, day; // week 5 = the last one; day: of the week from Sunday, or of the year
    int32_t at_s;
};

struct zone {
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
    return day * 86400 + t->at_s - offset;
}

static int32_t by_rule(const struct zone *z, int64_t s)
{
    if (!z->saves)
        return z->standard;
    struct civil local;
    int64_t local_s = s + z->standard;
    civil_from_us(local_s < 0 ? 0 : local_s * SECOND_US, &local);
    int64_t begins = turn_s(&z->begins, local.year, z->standard);
    int64_t ends = turn_s(&z->ends, local.year, z->saving);
    bool saving = begins < ends ? s >= begins && s < ends : s < ends || s >= begins;
    return saving ? z->saving : z->standard;
}

// --- the table ---

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

static bool read_block(struct zone *z, struct str s, const struct layout *l)
{
    const char *indices = s.ptr + (size_t)l->times * 8;
    const char *types = indices + l->times;
    z->moments_s = alloc_get(&alloc_heap, (l->times + 1) * sizeof *z->moments_s);
    z->offsets = alloc_get(&alloc_heap, (l->times + 1) * sizeof *z->offsets);
    if (!z->moments_s || !z->offsets)
        return false;
    z->count = l->times;
    z->first = (int32_t)get32(types);
    for (uint32_t i = 0; i < l->times; i++) {
        uint8_t type = (uint8_t)indices[i];
        if (type >= l->types)
            return false;
        z->moments_s[i] = get64(s.ptr + (size_t)i * 8);
        z->offsets[i] = (int32_t)get32(types + (size_t)type * 6);
        if (z->offsets[i] > OFFSET_MAX_S || z->offsets[i] < -OFFSET_MAX_S ||
            (i > 0 && z->moments_s[i] <= z->moments_s[i - 1]))
            return false;
    }
    return z->first <= OFFSET_MAX_S && z->first >= -OFFSET_MAX_S;
}

static bool read_all(struct zone *z, struct str s)
{
    struct layout l;
    if (!read_head(s, &l) || s.ptr[4] < '2')
        return false; // version 1 has 32 bits only; nobody ships it any more
    size_t skip = HEAD_BYTES + block_bytes(&l, 4);
    if (skip > s.len || !read_head(str_skip(s, skip), &l))
        return false;
    s = str_skip(s, skip + HEAD_BYTES);
    size_t size = block_bytes(&l, 8);
    if (size > s.len || !read_block(z, s, &l))
        return false;
    return read_rule(z, str_trim(str_skip(s, size)));
}

enum status zone_read(struct str bytes, struct zone **out, struct why *why)
{
    struct zone *z = alloc_zero(&alloc_heap, sizeof *z);
    if (!z)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (!read_all(z, bytes)) {
        zone_close(z);
        return why_set(why, STATUS_DAMAGED, "the time zone's file is no TZif file");
    }
    *out = z;
    return STATUS_OK;
}

void zone_close(struct zone *z)
{
    if (!z)
        return;
    heap_free(z->moments_s);
    heap_free(z->offsets);
    heap_free(z);
}

// --- its file ---

static bool name_is_fine(struct str name)
{
    if (name.len == 0 || name.len > NAME_BYTES_MAX || *name.ptr == '/')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '_' && c != '-' && c != '+' && c != '/')
            return false; // no dots: no way out of the folder
    }
    return true;
}

enum status zone_open(struct str name, struct zone **out, struct why *why)
{
    char path[sizeof FOLDER + NAME_BYTES_MAX];
    struct buf bytes;
    int fd = -1;
    if (name_is_fine(name)) {
        snprintf(path, sizeof path, FOLDER "%.*s", STR_ARG(name));
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return why_set(why, STATUS_SYNTAX,
                       "there is no time zone %.*s; write it as in Europe/Berlin, or UTC",
                       STR_ARG(name));
    buf_init(&bytes, &alloc_heap, FILE_BYTES_MAX);
    ssize_t n = 0;
    char *room = buf_room(&bytes, FILE_BYTES_MAX);
    if (room)
        n = read(fd, room, FILE_BYTES_MAX);
    close(fd);
    enum status status = zone_read(str_from(room, n > 0 ? (size_t)n : 0), out, why);
    buf_fini(&bytes);
    return status;
}

// --- questions ---

int32_t zone_offset(const struct zone *z, int64_t us)
{
    if (!z)
        return 0;
    int64_t s = us / SECOND_US - (us % SECOND_US < 0);
    uint32_t low = 0;
    uint32_t high = z->count; // the first moment after s
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (z->moments_s[middle] <= s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == z->count && z->ruled)
        return by_rule(z, s);
    return low == 0 ? z->first : z->offsets[low - 1];
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
