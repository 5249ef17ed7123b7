// SPDX-License-Identifier: Apache-2.0

#include "base/str.h"

#define DISTANCE_MAX 255 // longer names are never "did you mean"
#define SAFE_DIGITS  19  // so many of a number always fit into 64 bits

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u | 0x20) : u;
}

bool str_same_nocase(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

struct str str_lower(struct str s, char *out)
{
    for (size_t i = 0; i < s.len; i++)
        out[i] = (char)lower(s.ptr[i]);
    return str_from(out, s.len);
}

bool str_truth(struct str s, bool *out)
{
    static const struct str words[] = {STR("false"), STR("true"), STR("no"),
                                       STR("yes"),   STR("off"),  STR("on")};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_eq_nocase(s, words[i])) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

bool str_starts(struct str s, struct str head)
{
    return s.len >= head.len && str_eq(str_from(s.ptr, head.len), head);
}

bool str_starts_nocase(struct str s, struct str head)
{
    return s.len >= head.len && str_eq_nocase(str_from(s.ptr, head.len), head);
}

bool str_ends(struct str s, struct str tail)
{
    if (tail.len == 0)
        return true;
    return s.len >= tail.len && memcmp(s.ptr + s.len - tail.len, tail.ptr, tail.len) == 0;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

size_t str_find(struct str s, char c)
{
    const char *hit = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return hit ? (size_t)(hit - s.ptr) : s.len;
}

size_t str_search(struct str s, struct str part)
{
    if (part.len == 0)
        return 0;
    if (part.len > s.len)
        return s.len;
    const char *hit = memmem(s.ptr, s.len, part.ptr, part.len);
    return hit ? (size_t)(hit - s.ptr) : s.len;
}

bool str_has_nocase(struct str s, struct str part)
{
    if (part.len == 0)
        return true;
    const unsigned char first = lower(part.ptr[0]);
    for (size_t i = 0; i + part.len <= s.len; i++) {
        if (lower(s.ptr[i]) == first && str_eq_nocase(str_from(s.ptr + i, part.len), part))
            return true;
    }
    return false;
}

struct str str_skip(struct str s, size_t n)
{
    if (n > s.len)
        n = s.len;
    return n ? str_from(s.ptr + n, s.len - n) : s;
}

struct str str_trim(struct str s)
{
    while (s.len && str_blank(s.ptr[s.len - 1]))
        s.len--;
    while (s.len && str_blank(s.ptr[0]))
        s = str_skip(s, 1);
    return s;
}

bool str_cut(struct str *rest, char sep, struct str *part)
{
    if (rest->len == 0)
        return false;
    size_t at = str_find(*rest, sep);
    *part = str_from(rest->ptr, at);
    *rest = str_skip(*rest, at + 1);
    return true;
}

bool str_u64(struct str s, uint64_t *n)
{
    uint64_t value = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned char)s.ptr[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        if (i < SAFE_DIGITS)
            value = value * 10 + digit;
        else if (__builtin_mul_overflow(value, 10U, &value) ||
                 __builtin_add_overflow(value, (uint64_t)digit, &value))
            return false;
    }
    *n = value;
    return true;
}

bool str_i64(struct str s, int64_t *n)
{
    bool minus = s.len > 0 && s.ptr[0] == '-';
    uint64_t size;
    if (!str_u64(str_skip(s, minus), &size))
        return false;
    if (size > (uint64_t)INT64_MAX + minus)
        return false;
    if (minus && size > 0)
        *n = -(int64_t)(size - 1) - 1;
    else
        *n = (int64_t)size;
    return true;
}

bool str_copy(struct str s, char *out, size_t out_size)
{
    if (out_size == 0)
        return false;
    out[0] = '\0';
    if (s.len >= out_size)
        return false;
    if (s.len)
        memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
    return true;
}

static bool same(char a, char b)
{
    return lower(a) == lower(b);
}

static bool swapped(struct str a, size_t i, struct str b, size_t j)
{
    return i > 0 && j > 0 && same(a.ptr[i], b.ptr[j - 1]) && same(a.ptr[i - 1], b.ptr[j]);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

// Rows of the table of distances between beginnings, as optimal string alignment has them; three
// are kept, in turn.
size_t str_distance(struct str a, struct str b, size_t most)
{
    size_t apart = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (apart > most || a.len > DISTANCE_MAX || b.len > DISTANCE_MAX)
        return most + 1;
    size_t rows[3][DISTANCE_MAX + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 0; i < a.len; i++) {
        const size_t *before = rows[(i + 2) % 3], *above = rows[i % 3];
        size_t *row = rows[(i + 1) % 3];
        size_t best = row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            row[j + 1] = least(above[j] + !same(a.ptr[i], b.ptr[j]), above[j + 1] + 1, row[j] + 1);
            if (swapped(a, i, b, j) && before[j - 1] + 1 < row[j + 1])
                row[j + 1] = before[j - 1] + 1;
            best = row[j + 1] < best ? row[j + 1] : best;
        }
        if (best > most)
            return most + 1;
    }
    size_t distance = rows[a.len % 3][b.len];
    return distance > most ? most + 1 : distance;
}

void str_near(struct str_near *n, struct str name)
{
    size_t distance = n->distance ? str_distance(n->wanted, name, n->distance - 1) : 0;
    if (distance >= n->distance)
        return;
    n->distance = distance;
    n->name = name;
}

static bool follows(struct str s, size_t at)
{
    return at < s.len && ((unsigned char)s.ptr[at] & 0xc0) == 0x80;
}

struct str str_clip(struct str s, size_t most)
{
    if (s.len <= most)
        return s;
    while (most > 0 && follows(s, most))
        most--;
    return str_from(s.ptr, most);
}

size_t str_copy_clipped(struct str s, char *out, size_t out_size)
{
    must(out_size > 0);
    s = str_clip(s, out_size - 1);
    if (s.len)
        memcpy(out, s.ptr, s.len);
    out[s.len] = 0;
    return s.len;
}

// The table of well-formed sequences: Unicode 15, table 3-7.
size_t str_utf8_at(struct str s, size_t at)
{
    if (at >= s.len)
        return 0;
    unsigned char first = (unsigned char)s.ptr[at];
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4 || !follows(s, at + 1))
        return 0;
    if (first < 0xe0)
        return 2;
    unsigned char second = (unsigned char)s.ptr[at + 1];
    if (!follows(s, at + 2))
        return 0;
    if (first < 0xf0) {
        bool overlong = first == 0xe0 && second < 0xa0;
        bool surrogate = first == 0xed && second >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    bool overlong = first == 0xf0 && second < 0x90;
    bool beyond = first == 0xf4 && second >= 0x90;
    return overlong || beyond || !follows(s, at + 3) ? 0 : 4;
}

size_t str_control_at(struct str s, size_t at)
{
    unsigned char c = (unsigned char)s.ptr[at];
    if (c < 0x20 || c == 0x7f)
        return 1;
    if (c == 0xc2 && s.len - at > 1)
        return ((unsigned char)s.ptr[at + 1] & 0xe0) == 0x80 ? 2 : 0;
    if (c != 0xe2 || s.len - at < 3)
        return 0;
    unsigned char second = (unsigned char)s.ptr[at + 1], third = (unsigned char)s.ptr[at + 2];
    bool turns = (second == 0x80 && third >= 0xa8 && third <= 0xae) ||
                 (second == 0x81 && third >= 0xa6 && third <= 0xa9);
    return turns ? 3 : 0;
}

size_t str_tame(char *text, size_t len, bool lines)
{
    struct str s = str_from(text, len);
    size_t end = 0;
    for (size_t at = 0, n; at < len; at += n) {
        n = str_utf8_at(s, at);
        bool kept = n && (!str_control_at(s, at) || (lines && text[at] == '\n'));
        n = n ? n : 1;
        if (kept)
            memmove(text + end, text + at, n);
        else
            text[end] = '?';
        end += kept ? n : 1;
    }
    return end;
}

bool str_utf8(struct str s)
{
    size_t at = 0;
    while (at < s.len) {
        uint64_t eight;
        while (s.len - at >= sizeof eight) {
            memcpy(&eight, s.ptr + at, sizeof eight);
            if (eight & UINT64_C(0x8080808080808080))
                break;
            at += sizeof eight;
        }
        while (at < s.len && (unsigned char)s.ptr[at] < 0x80)
            at++;
        if (at == s.len)
            break;
        size_t n = str_utf8_at(s, at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

// On a mismatch only the last star has to take more: earlier ones took the least already.
bool str_glob(struct str pattern, struct str s)
{
    size_t p = 0;
    size_t i = 0;
    size_t star = SIZE_MAX;
    size_t taken = 0;
    while (i < s.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            taken = i;
        } else if (p < pattern.len && pattern.ptr[p] == s.ptr[i]) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

int str_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int str_percent(struct str s)
{
    int high = s.len > 2 && s.ptr[0] == '%' ? str_hex(s.ptr[1]) : -1;
    int low = high >= 0 ? str_hex(s.ptr[2]) : -1;
    return low >= 0 ? high * 16 + low : -1;
}

size_t str_unescape(struct str s, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int byte = str_percent(str_skip(s, i));
        out[n++] = byte >= 0 ? (char)byte : s.ptr[i];
        i += byte >= 0 ? 2 : 0;
    }
    return n;
}
