// SPDX-License-Identifier: Apache-2.0

#include "meter/sse.h"

#include "base/limits.h"

// More than this is given back when it is not needed any more: thousands of streams wait at a time.
#define KEPT_BYTES_MAX 512
#define LINE_PIECE     256

void sse_init(struct sse *s, const struct alloc *alloc)
{
    *s = (struct sse){.long_bytes = SSE_EVENT_BYTES_MAX};
    buf_init(&s->carry, alloc, 0);
    buf_init(&s->joined, alloc, 0);
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
    buf_init(b, alloc, 0);
}

// In pieces, so that what stands behind a line's end is not searched again for each line.
size_t sse_line(struct str s)
{
    size_t at = 0;
    while (at < s.len) {
        const struct str near =
            str_from(s.ptr + at, LINE_PIECE < s.len - at ? LINE_PIECE : s.len - at);
        const size_t len = str_find(str_from(near.ptr, str_find(near, '\n')), '\r');
        if (len < near.len)
            return at + len;
        at += near.len;
    }
    return at;
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
        size_t len = sse_line(rest);
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

static bool has_bom(const struct sse *s, struct str raw)
{
    return !s->started && str_starts(raw, (struct str)STR("\xef\xbb\xbf"));
}

static void read_event(struct sse *s, struct str raw, struct sse_event *e)
{
    *e = (struct sse_event){.raw = raw};
    struct str rest = has_bom(s, raw) ? str_skip(raw, 3) : raw;
    s->started = true;
    while (rest.len) {
        size_t len = sse_line(rest);
        if (len && rest.ptr[0] != ':')
            read_line(s, e, str_from(rest.ptr, len));
        rest = str_skip(rest, len + 1); // the LF of a CRLF reads as one more, empty line
    }
    s->failed = s->failed || buf_failed(&s->joined);
}

// What the call before gave out has been used.
static void forget(struct sse *s)
{
    if (s->joined.len)
        empty(&s->joined);
    if (s->ends_given)
        s->ends_len = 0;
    s->ends_given = false;
    if (!s->given)
        return;
    s->given = false;
    empty(&s->carry);
}

static bool carry(struct sse *s, struct str bytes)
{
    buf_add(&s->carry, bytes);
    s->failed = s->failed || buf_failed(&s->carry);
    return !s->failed;
}

// --- long events ---

enum { LINE_FIELD, LINE_DATA, LINE_NAME, LINE_OTHER };

static size_t line_ends(struct str s)
{
    size_t n = 0;
    while (n < s.len && (s.ptr[s.len - n - 1] == '\n' || s.ptr[s.len - n - 1] == '\r'))
        n++;
    return n;
}

static void wait_ends(struct sse *s, struct str ends)
{
    must(ends.len <= sizeof s->ends - s->ends_len); // more would have ended the event
    if (ends.len)
        memcpy(s->ends + s->ends_len, ends.ptr, ends.len);
    s->ends_len = (unsigned char)(s->ends_len + ends.len);
}

// The name of a field whose colon or line end has not been read yet.
static struct str open_field(const struct sse_lines *l)
{
    bool is_one = l->state == LINE_FIELD && l->len <= sizeof l->field;
    return is_one ? str_from(l->field, l->len) : STR_NONE;
}

// The ends that are given are read after this: a field without a colon that they end counts here.
static bool give_ends(struct sse *s, struct sse_event *e, bool end)
{
    const struct sse_lines *l = &s->lines;
    struct str open = open_field(l);
    bool named = l->name_len <= sizeof l->name && !str_is(open, "event");
    *e = (struct sse_event){.raw = str_from(s->ends, s->ends_len), .part = true, .end = end};
    e->has_data = l->has_data || str_is(open, "data");
    e->name = str_from(l->name, named ? l->name_len : 0);
    s->ends_given = true;
    s->in_parts = !end;
    return true;
}

// A BOM may lie across the carry and the piece.
static size_t bom_bytes(const struct sse *s, struct str piece)
{
    char head[3];
    size_t n = 0;
    for (; n < s->carry.len && n < sizeof head; n++)
        head[n] = s->carry.ptr[n];
    for (size_t i = 0; i < piece.len && n < sizeof head; i++, n++)
        head[n] = piece.ptr[i];
    return has_bom(s, str_from(head, n)) ? sizeof head : 0;
}

// What was carried is given as the first part. Its line ends wait.
static bool begin_parts(struct sse *s, struct str piece, struct sse_event *e)
{
    struct str begun = buf_str(&s->carry);
    s->lines = (struct sse_lines){.skip = (unsigned char)bom_bytes(s, piece)};
    s->started = true;
    s->in_parts = true;
    if (begun.len == 0)
        return false;
    size_t ends = line_ends(begun);
    wait_ends(s, str_skip(begun, begun.len - ends));
    s->given = true;
    *e = (struct sse_event){.raw = str_from(begun.ptr, begun.len - ends), .part = true};
    return true;
}

static bool next_part(struct sse *s, struct str *piece, struct sse_event *e)
{
    if (s->left == 0) {
        size_t end = find_end(s, *piece);
        s->complete = end <= piece->len;
        s->left = s->complete ? end : piece->len;
    }
    struct str raw = str_from(piece->ptr, s->left);
    size_t ends = line_ends(raw);
    if (ends < raw.len && s->ends_len)
        return give_ends(s, e, false);
    if (ends < raw.len) {
        *e = (struct sse_event){.raw = str_from(raw.ptr, raw.len - ends), .part = true};
        *piece = str_skip(*piece, raw.len - ends);
        s->left = ends;
        return true;
    }
    wait_ends(s, raw);
    *piece = str_skip(*piece, raw.len);
    s->left = 0;
    return s->complete && give_ends(s, e, true);
}

// The field's name has ended, with its colon or with the line. True when the value is joined to an
// earlier one.
static bool begin_value(struct sse_lines *l)
{
    struct str field = open_field(l);
    bool joined = false;
    l->state = LINE_OTHER;
    l->space = true;
    if (str_is(field, "data")) {
        l->state = LINE_DATA;
        joined = l->has_data;
        l->has_data = true;
    } else if (str_is(field, "event")) {
        l->state = LINE_NAME;
        l->name_len = 0;
    }
    return joined;
}

static void add_bytes(char *to, unsigned char *len, size_t size, struct str bytes)
{
    for (size_t i = 0; i < bytes.len && *len <= size; i++, ++*len) {
        if (*len < size)
            to[*len] = bytes.ptr[i];
    }
}

// The line's end at the part's head. True when it is that of a field without a value which is
// joined to an earlier one.
static bool end_line(struct sse_lines *l, char c)
{
    bool joined = false;
    bool second = l->after_cr && c == '\n';
    l->after_cr = c == '\r';
    if (second)
        return false;
    if (l->state == LINE_FIELD && l->len)
        joined = begin_value(l);
    l->state = LINE_FIELD;
    l->len = 0;
    return joined;
}

// A run of the line that is not data; gives how much of it was read.
static size_t line_run(struct sse_lines *l, struct str run, bool *joined)
{
    if (l->state == LINE_FIELD) {
        size_t colon = str_find(run, ':');
        add_bytes(l->field, &l->len, sizeof l->field, str_from(run.ptr, colon));
        if (colon == run.len)
            return colon;
        *joined = begin_value(l);
        return colon + 1;
    }
    if (l->space) {
        l->space = false;
        if (run.ptr[0] == ' ')
            return 1;
    }
    if (l->state == LINE_DATA)
        return 0;
    if (l->state == LINE_NAME)
        add_bytes(l->name, &l->name_len, sizeof l->name, run);
    return run.len;
}

bool sse_data(struct sse *s, struct str *part, struct str *data)
{
    struct sse_lines *l = &s->lines;
    size_t skip = part->len < l->skip ? part->len : l->skip;
    *part = str_skip(*part, skip);
    l->skip = (unsigned char)(l->skip - skip);
    while (part->len) {
        bool joined = false;
        struct str run = str_from(part->ptr, sse_line(*part));
        size_t n = 1;
        if (run.len == 0) {
            joined = end_line(l, part->ptr[0]);
        } else {
            l->after_cr = false;
            n = line_run(l, run, &joined);
        }
        *data = joined ? (struct str)STR("\n") : run;
        *part = str_skip(*part, n ? n : run.len);
        if (joined || n == 0)
            return true;
    }
    return false;
}

// --- events ---

bool sse_next(struct sse *s, struct str *piece, struct sse_event *event)
{
    forget(s);
    if (s->failed || piece->len == 0)
        return false;
    if (s->in_parts)
        return next_part(s, piece, event);
    if (s->after_cr && s->carry.len == 0 && !s->in_line && s->started && piece->ptr[0] == '\n') {
        *event = (struct sse_event){.raw = str_from(piece->ptr, 1), .tail = true};
        s->after_cr = false;
        *piece = str_skip(*piece, 1);
        return true;
    }
    size_t end = find_end(s, *piece);
    s->complete = end <= piece->len;
    struct str raw = str_from(piece->ptr, s->complete ? end : piece->len);
    if (s->carry.len + raw.len > s->long_bytes) {
        s->left = raw.len;
        return begin_parts(s, *piece, event) || next_part(s, piece, event);
    }
    *piece = str_skip(*piece, raw.len);
    if (!s->complete) {
        (void)carry(s, raw);
        return false;
    }
    if (s->carry.len) {
        if (!carry(s, raw))
            return false;
        s->given = true;
        raw = buf_str(&s->carry);
    }
    read_event(s, raw, event);
    return !s->failed;
}

bool sse_last(struct sse *s, struct sse_event *event)
{
    forget(s);
    if (s->failed)
        return false;
    if (s->in_parts)
        return give_ends(s, event, true);
    if (s->carry.len == 0)
        return false;
    read_event(s, buf_str(&s->carry), event);
    s->given = true;
    return !s->failed;
}

struct str sse_rest(const struct sse *s)
{
    if (s->in_parts && !s->ends_given)
        return str_from(s->ends, s->ends_len);
    return s->given ? STR_NONE : buf_str(&s->carry);
}
