// SPDX-License-Identifier: Apache-2.0

#include "config/value.h"

#include "base/decimal.h"

#define PPM 1000000

struct unit {
    const char *name;
    int64_t factor;
};

// Largest first: the writers take the first that divides.
static const struct unit sizes[] = {
    {"TiB", INT64_C(1) << 40},
    {"GiB", 1 << 30},
    {"MiB", 1 << 20},
    {"KiB", 1 << 10},
    {"TB", 1000000000000},
    {"GB", 1000000000},
    {"MB", 1000000},
    {"KB", 1000},
    {"B", 1},
    {"", 1},
};
static const struct unit times[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

// The digits at the head of `s`, taken off.
static bool take_number(struct str *s, uint64_t *n)
{
    size_t digits = 0;
    while (digits < s->len && s->ptr[digits] >= '0' && s->ptr[digits] <= '9')
        digits++;
    bool ok = str_u64(str_from(s->ptr, digits), n);
    *s = str_skip(*s, digits);
    return ok;
}

bool value_size(struct str s, int64_t *bytes)
{
    uint64_t n = 0;
    int64_t all = 0;
    if (!take_number(&s, &n) || n > INT64_MAX)
        return false;
    s = str_trim(s);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        if (!str_is(s, sizes[i].name))
            continue;
        if (__builtin_mul_overflow((int64_t)n, sizes[i].factor, &all))
            return false;
        *bytes = all;
        return true;
    }
    return false;
}

static const struct unit *take_time_unit(struct str *s)
{
    size_t letters = 0;
    while (letters < s->len && (s->ptr[letters] < '0' || s->ptr[letters] > '9'))
        letters++;
    struct str name = str_from(s->ptr, letters);
    *s = str_skip(*s, letters);
    for (size_t i = 0; i < COUNT(times); i++) {
        if (str_is(name, times[i].name))
            return &times[i];
    }
    return NULL;
}

bool value_time(struct str s, int64_t *ms)
{
    int64_t all = 0;
    int64_t last = INT64_MAX; // units fall: 1h30m, not 30m1h
    if (str_is(s, "0")) {
        *ms = 0;
        return true;
    }
    if (s.len == 0)
        return false;
    while (s.len) {
        uint64_t n = 0;
        int64_t part = 0;
        if (!take_number(&s, &n) || n > INT64_MAX)
            return false;
        const struct unit *unit = take_time_unit(&s);
        if (!unit || unit->factor >= last ||
            __builtin_mul_overflow((int64_t)n, unit->factor, &part) ||
            __builtin_add_overflow(all, part, &all))
            return false;
        last = unit->factor;
    }
    *ms = all;
    return true;
}

bool value_share(struct str s, int64_t *ppm)
{
    int128 atto;
    bool percent = str_ends(s, (struct str)STR("%"));
    if (percent)
        s = str_trim(str_from(s.ptr, s.len - 1));
    if (decimal_read(s, &atto) != STATUS_OK || atto < 0)
        return false;
    int128 unit = (int128)1000000000000 * (percent ? 100 : 1); // of a part per million
    if (atto % unit != 0 || atto / unit > PPM)
        return false;
    *ppm = (int64_t)(atto / unit);
    return true;
}

void value_share_write(struct buf *b, int64_t ppm)
{
    decimal_write(b, ppm, 4, 0);
    buf_add_char(b, '%');
}

void value_size_write(struct buf *b, int64_t bytes)
{
    size_t i = 0;
    while (sizes[i].factor > 1 && (bytes == 0 || bytes % sizes[i].factor))
        i++;
    buf_add_i64(b, bytes / sizes[i].factor);
    buf_add_cstr(b, sizes[i].name);
}

void value_time_write(struct buf *b, int64_t ms)
{
    size_t i = 1; // days only for what is counted in days
    while (times[i].factor > 1 && (ms == 0 || ms % times[i].factor))
        i++;
    buf_add_i64(b, ms / times[i].factor);
    buf_add_cstr(b, times[i].name);
}
