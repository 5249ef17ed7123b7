// SPDX-License-Identifier: Apache-2.0

#include "wire/sse.h"

#include "base/limits.h"

// More than this is given back when it is not needed any more: thousands of streams wait at a time.
#define KEPT_BYTES_MAX 512

void sse_init(struct sse *s, const struct alloc *alloc)
{
    *s = (struct sse){0};
    buf_init(&s->carry, alloc, SSE_EVENT_BYTES_MAX);
    buf_init(&s->joined, alloc, SSE_EVENT_BYTES_MAX);
}

void sse_fini(struct sse *s)
{
    buf_fini(&s->carry);
    buf_fini(&s->joined);
}

static void empty(struct buf *b)
{
    const struct alloc *alloc = b->alloc;
    if (b->size <= KEPT_BYTES_MAX) {
        buf_clear(b);
        return;
    }
    buf_fini(b);
    buf_init(b, alloc, SSE_EVENT_BYTES_MAX);
}

// Length of the next line without its end; the whole length when it does not end here.
static size_t line_len(struct str s)
{
    const char *lf = memchr(s.ptr, '\n', s.len);
    size_t len = lf ? (size_t)(lf - s.ptr) : s.len;
    const char *cr = len ? memchr(s.ptr, '\r', len) : NULL;
    return cr ? (size_t)(cr - s.ptr) : len;
}

// Bytes of `s` up to the end of an event, over s.len when it does not end in it. What was seen is
// remembered in `s`, so that no byte is looked at twice.
static size_t find_end(struct sse *sse, struct str s)
{
    size_t at = 0;
    while (at < s.len) {
        if (sse->after_cr && s.ptr[at] == '\n') {
            sse->after_cr = false;
            at++;
            continue;
        }
        struct str rest = str_skip(s, at);
        size_t len = line_len(rest);
        bool blank = len == 0 && !sse->in_line;
        sse->after_cr = false;
        sse->in_line = sse->in_line || len > 0;
        at += len;
        if (at == s.len)
            break;
        sse->in_line = false;
        sse->after_cr = s.ptr[at++] == '\r';
        if (!blank)
            continue;
        if (sse->after_cr && at < s.len) {
            at += s.ptr[at] == '\n';
            sse->after_cr = false;
        }
        return at;
    }
    return s.len + 1;
}

static void add_data(struct sse *s, struct sse_event *e, struct str value)
{
    if (!e->has_data) {
        e->data = value;
        e->has_data = true;
        return;
    }
    if (s->joined.len == 0)
        buf_add(&s->joined, e->data);
    buf_add_char(&s->joined, '\n');
    buf_add(&s->joined, value);
    e->data = buf_str(&s->joined);
}

static void read_line(struct sse *s, struct sse_event *e, struct str line)
{
    size_t colon = str_find(line, ':');
    struct str name = str_from(line.ptr, colon);
    struct str value = str_skip(line, colon + (colon < line.len));
    if (value.len && value.ptr[0] == ' ')
        value = str_skip(value, 1);
    if (str_is(name, "data"))
        add_data(s, e, value);
    else if (str_is(name, "event"))
        e->name = value;
}

static void read_event(struct sse *s, struct str raw, struct sse_event *e)
{
    *e = (struct sse_event){.raw = raw};
    struct str rest = raw;
    if (!s->started && str_starts(raw, (struct str)STR("\xef\xbb\xbf")))
        rest = str_skip(raw, 3);
    s->started = true;
    while (rest.len) {
        size_t len = line_len(rest);
        if (len && rest.ptr[0] != ':')
            read_line(s, e, str_from(rest.ptr, len));
        rest = str_skip(rest, len + 1); // the LF of a CRLF reads as one more, empty line
    }
    if (buf_failed(&s->joined))
        s->too_long = true;
}

// What the call before gave out has been used.
static void forget(struct sse *s)
{
    if (s->joined.len)
        empty(&s->joined);
    if (!s->given)
        return;
    s->given = false;
    empty(&s->carry);
}

static bool carry(struct sse *s, struct str bytes)
{
    buf_add(&s->carry, bytes);
    if (buf_failed(&s->carry))
        s->too_long = true;
    return !s->too_long;
}

bool sse_next(struct sse *s, struct str *piece, struct sse_event *event)
{
    forget(s);
    if (s->too_long || piece->len == 0)
        return false;
    if (s->after_cr && s->carry.len == 0 && !s->in_line && s->started && piece->ptr[0] == '\n') {
        *event = (struct sse_event){.raw = str_from(piece->ptr, 1), .tail = true};
        s->after_cr = false;
        *piece = str_skip(*piece, 1);
        return true;
    }
    size_t end = find_end(s, *piece);
    if (end > piece->len) {
        (void)carry(s, *piece);
        *piece = STR_NONE;
        return false;
    }
    struct str raw = str_from(piece->ptr, end);
    *piece = str_skip(*piece, end);
    if (s->carry.len) {
        if (!carry(s, raw))
            return false;
        s->given = true;
        raw = buf_str(&s->carry);
    }
    if (raw.len > SSE_EVENT_BYTES_MAX)
        s->too_long = true;
    else
        read_event(s, raw, event);
    return !s->too_long;
}

bool sse_last(struct sse *s, struct sse_event *event)
{
    forget(s);
    if (s->too_long || s->carry.len == 0)
        return false;
    read_event(s, buf_str(&s->carry), event);
    s->given = true;
    return !s->too_long;
}

struct str sse_rest(const struct sse *s)
{
    return s->given ? STR_NONE : buf_str(&s->carry);
}
