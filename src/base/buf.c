// SPDX-License-Identifier: Apache-2.0

#include "base/buf.h"

#include <stdio.h>

#define SIZE_FIRST 120

void buf_init(struct buf *b, const struct alloc *alloc, size_t ceiling)
{
    *b = (struct buf){.alloc = alloc, .ceiling = ceiling};
}

void buf_fixed(struct buf *b, char *bytes, size_t size)
{
    must(size > 0); // no ceiling otherwise
    buf_init(b, &alloc_heap, size);
    b->ptr = bytes;
    b->size = size;
}

void buf_fini(struct buf *b)
{
    alloc_free(b->alloc, b->ptr);
    buf_init(b, b->alloc, b->ceiling);
}

bool buf_failed(const struct buf *b)
{
    return b->failed;
}

// Doubles, so that appending stays linear, but never beyond the ceiling.
static size_t next_size(const struct buf *b, size_t need)
{
    size_t size = b->size < SIZE_FIRST / 2 ? SIZE_FIRST : b->size * 2;
    if (size < need)
        size = need;
    return b->ceiling && size > b->ceiling ? b->ceiling : size;
}

static bool grow(struct buf *b, size_t n)
{
    size_t need = b->len + n;
    if (n > SIZE_MAX / 4 || (b->ceiling && need > b->ceiling))
        return false;
    size_t size = next_size(b, need);
    char *ptr = alloc_resize(b->alloc, b->ptr, size + 1);
    if (!ptr)
        return false;
    b->ptr = ptr;
    b->size = size;
    return true;
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->failed)
        return NULL;
    if ((!b->ptr || n > b->size - b->len) && !grow(b, n)) {
        b->failed = true;
        return NULL;
    }
    return b->ptr + b->len;
}

void buf_add_slow(struct buf *b, struct str s)
{
    char *to = buf_room(b, s.len);
    if (!to)
        return;
    memcpy(to, s.ptr, s.len);
    b->len += s.len;
}

void buf_add_cstr(struct buf *b, const char *cstr)
{
    buf_add(b, str_of(cstr));
}

static size_t digits_before(char *end, uint64_t n)
{
    char *at = end;
    do {
        *--at = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    return (size_t)(end - at);
}

void buf_add_u64(struct buf *b, uint64_t n)
{
    char text[20];
    size_t len = digits_before(text + sizeof text, n);
    buf_add(b, str_from(text + sizeof text - len, len));
}

void buf_add_i64(struct buf *b, int64_t n)
{
    if (n < 0)
        buf_add_char(b, '-');
    buf_add_u64(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    char *to = buf_room(b, 0);
    if (!to)
        return;
    size_t room = b->size - b->len;
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(to, room + 1, format, args);
    to = n >= 0 && (size_t)n > room ? buf_room(b, (size_t)n) : NULL;
    if (to)
        n = vsnprintf(to, (size_t)n + 1, format, again);
    va_end(again);
    if (n < 0)
        b->failed = true;
    else if (!b->failed)
        b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

// The letter after a backslash; 'u' for \uXXXX.
static char letter(unsigned c)
{
    switch (c) {
    case '"':
    case '\\': return (char)c;
    case '\b': return 'b';
    case '\t': return 't';
    case '\n': return 'n';
    case '\f': return 'f';
    case '\r': return 'r';
    default: return 'u';
    }
}

static void add_escape(struct buf *b, unsigned c)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {'\\',       letter(c), hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15],
                    hex[c & 15]};
    buf_add(b, str_from(text, text[1] == 'u' ? 6 : 2));
}

// Bytes at `at` that go into a JSON string as they are.
static inline size_t plain(struct str s, size_t at)
{
    unsigned char c = (unsigned char)s.ptr[at];
    if (c >= 0x80)
        return str_control_at(s, at) ? 0 : str_utf8_at(s, at);
    return c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

// How far from `at` all bytes are plain, eight at a time. A borrow may stop it early, never late.
static inline size_t plain_run(struct str s, size_t at)
{
    uint64_t w;
    for (; s.len - at >= sizeof w; at += sizeof w) {
        memcpy(&w, s.ptr + at, sizeof w);
        uint64_t odd = w | (w - EACH(0x20)) | ((w ^ EACH('"')) - EACH(1)) |
                       ((w ^ EACH('\\')) - EACH(1)) | ((w ^ EACH(0x7f)) - EACH(1));
        if (odd & EACH(0x80))
            break;
    }
    return at;
}

bool buf_json_plain(struct str s)
{
    size_t at = plain_run(s, 0), n = 1;
    for (; at < s.len && n; at += n)
        n = plain(s, at);
    return n > 0;
}

// Adds the character at `at` another way; the bytes it took.
static size_t add_changed(struct buf *b, struct str s, size_t at)
{
    size_t n = str_utf8_at(s, at);
    if (n == 0)
        buf_add_cstr(b, "\xef\xbf\xbd"); // U+FFFD
    else if (n == 3)                     // U+2028 and above
        add_escape(b, 0x2000 | ((unsigned char)s.ptr[at + 1] & 3U) << 6 |
                          ((unsigned char)s.ptr[at + 2] & 0x3fU));
    else
        add_escape(b, (unsigned char)s.ptr[at + n - 1]); // below U+00C0 the last byte is the number
    return n ? n : 1;
}

void buf_add_json(struct buf *b, struct str s)
{
    size_t start = 0; // of what is copied as it is
    size_t at = plain_run(s, 0);
    buf_add_char(b, '"');
    while (at < s.len) {
        size_t n = plain(s, at);
        if (n) {
            at += n;
            continue;
        }
        buf_add(b, str_from(s.ptr + start, at - start));
        start = at + add_changed(b, s, at);
        at = plain_run(s, start);
    }
    if (at > start)
        buf_add(b, str_from(s.ptr + start, at - start));
    buf_add_char(b, '"');
}

void buf_drop(struct buf *b, size_t n)
{
    if (n == 0)
        return;
    must(n <= b->len);
    b->len -= n;
    if (b->len)
        memmove(b->ptr, b->ptr + n, b->len);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

struct str buf_str(const struct buf *b)
{
    return str_from(b->ptr, b->len);
}

const char *buf_cstr(struct buf *b)
{
    if (!buf_room(b, 0))
        return "";
    b->ptr[b->len] = '\0';
    return b->ptr;
}
