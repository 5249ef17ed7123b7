// SPDX-License-Identifier: Apache-2.0
//
// The text is gone through by its strings and brackets alone: servers write NaN, halves of
// characters, or a name twice, which a reader of JSON refuses, and clients take.

#include "verify/strip.h"

#include <string.h>

#include "meter/sse.h"

struct stripping {
    struct str text;
    size_t from; // what of it was not written yet
    struct buf *out;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// What becomes of the members of an object: dropped, replaced, or gone through as `within` says, if
// objects or lists of such.
struct level {
    const char *name;    // NULL: no more
    const char *instead; // "": it is dropped
    const struct level *within;
};

static const struct level chosen[] = {{"logprobs", "null", NULL}, {NULL, NULL, NULL}};
static const struct level candidate[] = {{"logprobsResult", "", NULL}, {NULL, NULL, NULL}};
static const struct level part[] = {{"logprobs", "[]", NULL}, {NULL, NULL, NULL}};
static const struct level item[] = {{"content", NULL, part}, {NULL, NULL, NULL}};
static const struct level output[] = {{"output", NULL, item}, {NULL, NULL, NULL}};

// A Gemini answer, or a chunk of one.
static const struct level gemini[] = {{"candidates", NULL, candidate}, {NULL, NULL, NULL}};
// A response, or an event of its stream: of a piece of text, a text, an item, or all of it.
static const struct level response[] = {
    {"logprobs", "[]", NULL},   {"part", NULL, part},   {"item", NULL, item},
    {"response", NULL, output}, {"output", NULL, item}, {NULL, NULL, NULL},
};
// A chat completion, or a chunk of one; an Ollama's answer, or a line of one; a Gemini's.
static const struct level others[] = {
    {"choices", NULL, chosen},
    {"candidates", NULL, candidate},
    {"logprobs", "", NULL},
    {NULL, NULL, NULL},
};

// --- the text, by its brackets ---

static size_t past_blanks(struct str s, size_t at)
{
    while (at < s.len && is_blank(s.ptr[at]))
        at++;
    return at;
}

static bool is_at(struct str s, size_t at, char c)
{
    return at < s.len && s.ptr[at] == c;
}

// `at` is its opening quote; the place behind the closing one, 0 where there is none.
static size_t string_end(struct str s, size_t at)
{
    for (at++; at < s.len; at++) {
        if (s.ptr[at] == '\\')
            at++;
        else if (s.ptr[at] == '"')
            return at + 1;
    }
    return 0;
}

// Of an object or a list; 0: its end is not there.
static size_t brackets_end(struct str s, size_t at)
{
    for (size_t depth = 0; at < s.len; at++) {
        const char c = s.ptr[at];
        if (c == '"') {
            at = string_end(s, at);
            if (at-- == 0)
                return 0;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return at + 1;
        }
    }
    return 0;
}

static size_t value_end(struct str s, size_t at)
{
    if (is_at(s, at, '{') || is_at(s, at, '['))
        return brackets_end(s, at);
    if (is_at(s, at, '"'))
        return string_end(s, at);
    while (at < s.len && !is_blank(s.ptr[at]) && !(s.ptr[at] && strchr(",]}", s.ptr[at])))
        at++;
    return at;
}

struct member {
    size_t name, name_end; // with its quotes
    size_t value, value_end;
};

// The member whose name stands at `at`, or behind blanks. False: none does, or it is not whole.
static bool member_at(struct str s, size_t at, struct member *m)
{
    m->name = past_blanks(s, at);
    m->name_end = is_at(s, m->name, '"') ? string_end(s, m->name) : 0;
    const size_t colon = m->name_end ? past_blanks(s, m->name_end) : s.len;
    m->value = past_blanks(s, colon + 1);
    m->value_end = is_at(s, colon, ':') ? value_end(s, m->value) : 0;
    return m->value_end > m->value;
}

// A name may be written with \u006c.
static bool is_named(struct str s, const struct member *m, const char *name)
{
    size_t at = m->name + 1;
    for (; *name; name++) {
        const bool coded = is_at(s, at, '\\') && is_at(s, at + 1, 'u') && at + 6 < m->name_end;
        int c = coded ? 0 : at < s.len ? s.ptr[at] : 0;
        for (size_t i = 2; coded && i < 6; i++)
            c = c << 4 | (str_hex(s.ptr[at + i]) & 0xf);
        if (c != *name)
            return false;
        at += coded ? 6 : 1;
    }
    return at + 1 == m->name_end;
}

static const struct level *level_of(struct str s, const struct member *m, const struct level *l)
{
    while (l->name && !is_named(s, m, l->name))
        l++;
    return l->name ? l : NULL;
}

static void replace_member(struct stripping *s, const struct member *m, const char *instead)
{
    buf_add(s->out, str_from(s->text.ptr + s->from, m->value - s->from));
    buf_add_cstr(s->out, instead);
    s->from = m->value_end;
}

// With the comma that parts it from another.
static void drop_member(struct stripping *s, const struct member *m)
{
    const char *text = s->text.ptr;
    size_t begin = m->name;
    size_t end = m->value_end;
    while (begin > s->from && is_blank(text[begin - 1]))
        begin--;
    if (begin > s->from && text[begin - 1] == ',') {
        begin--;
    } else {
        end = past_blanks(s->text, end);
        end += is_at(s->text, end, ',');
    }
    buf_add(s->out, str_from(text + s->from, begin - s->from));
    s->from = end;
}

static void strip_value(struct stripping *s, size_t at, const struct level *l);

// Every member of such a name, in the order of the text: a name may be there more than once.
// NOLINTNEXTLINE(misc-no-recursion): the tables above are a tree
static void strip_members(struct stripping *s, size_t at, const struct level *in)
{
    struct member m;
    const struct str none = STR("null");
    for (at++; member_at(s->text, at, &m); at++) {
        const struct level *l = level_of(s->text, &m, in);
        const bool is_null = str_eq(str_from(s->text.ptr + m.value, m.value_end - m.value), none);
        if (l && l->within)
            strip_value(s, m.value, l->within);
        else if (l && l->instead[0] && !is_null)
            replace_member(s, &m, l->instead);
        else if (l && !l->instead[0])
            drop_member(s, &m);
        at = past_blanks(s->text, m.value_end);
        if (!is_at(s->text, at, ','))
            return;
    }
}

// NOLINTNEXTLINE(misc-no-recursion): as above
static void strip_value(struct stripping *s, size_t at, const struct level *l)
{
    if (is_at(s->text, at, '{'))
        strip_members(s, at, l);
    if (!is_at(s->text, at, '['))
        return;
    for (at = past_blanks(s->text, at + 1); at < s->text.len;) {
        if (is_at(s->text, at, '{'))
            strip_members(s, at, l);
        at = value_end(s->text, at);
        at = past_blanks(s->text, at ? at : s->text.len);
        if (!is_at(s->text, at, ','))
            return;
        at = past_blanks(s->text, at + 1);
    }
}

// Of the object that the text begins with.
static bool is_response(struct str text, size_t at)
{
    struct member m;
    for (at++; member_at(text, at, &m); at++) {
        const struct str value = str_from(text.ptr + m.value, m.value_end - m.value);
        if ((is_named(text, &m, "object") && str_is(value, "\"response\"")) ||
            (is_named(text, &m, "type") && str_starts(value, str_of("\"response."))))
            return true;
        at = past_blanks(text, m.value_end);
        if (!is_at(text, at, ','))
            return false;
    }
    return false;
}

// What is no JSON goes on as it is. `level` NULL: as its root says.
static void strip_by(const struct level *level, struct str text, struct buf *out)
{
    struct stripping s = {text, 0, out};
    const struct str bom = STR("\xef\xbb\xbf");
    const size_t at = past_blanks(text, str_starts(text, bom) ? bom.len : 0);
    if (!level && is_at(text, at, '[')) // a stream of Gemini's that is one list
        level = gemini;
    else if (!level)
        level = is_response(text, at) ? response : others;
    strip_value(&s, at, level);
    buf_add(out, str_skip(text, s.from));
}

void strip_text(struct str text, struct buf *out)
{
    strip_by(NULL, text, out);
}

void strip_lines(struct str lines, struct buf *out)
{
    while (lines.len) {
        size_t len = str_find(lines, '\n');
        strip_text(str_from(lines.ptr, len), out);
        len += len < lines.len;
        if (lines.ptr[len - 1] == '\n')
            buf_add_char(out, '\n');
        lines = str_skip(lines, len);
    }
}

void strip_elements(struct str elements, struct buf *out)
{
    while (elements.len) {
        size_t before = str_find(elements, '{');
        buf_add(out, str_from(elements.ptr, before));
        elements = str_skip(elements, before);
        size_t len = elements.len ? brackets_end(elements, 0) : 0;
        if (len)
            strip_by(gemini, str_from(elements.ptr, len), out);
        else
            buf_add(out, elements);
        elements = str_skip(elements, len ? len : elements.len);
    }
}

// An event's line of data.
struct data_line {
    struct str before; // its value: "data:", and one blank where there is one
    struct str end;    // behind it: LF, CR or both
};

// Takes the next line of `raw`. True: it is one of data, as sse_next reads them.
static bool take_line(struct str *raw, struct str *line, struct data_line *out)
{
    const struct str name = STR("data");
    const size_t len = sse_line(*raw);
    const struct str end = str_skip(*raw, len);
    const size_t end_len = str_starts(end, str_of("\r\n")) ? 2 : end.len > 0;
    size_t before = name.len + (len > name.len);
    before += before < len && raw->ptr[before] == ' ';
    *line = str_from(raw->ptr, len + end_len);
    *raw = str_skip(*raw, line->len);
    if (!str_eq(str_from(line->ptr, str_find(str_from(line->ptr, len), ':')), name))
        return false;
    *out = (struct data_line){str_from(line->ptr, before), str_from(end.ptr, end_len)};
    return true;
}

// A CR alone would be one end with an LF that comes to stand behind it.
static void add_end(struct buf *out, struct str end, bool mixed)
{
    buf_add(out, mixed && str_is(end, "\r") ? str_of("\n") : end);
}

// In the place of the data's first line stands all of the new, its lines ended as that one was, but
// for a CR where lines end in several ways.
static void write_event(struct str raw, struct str data, struct buf *out)
{
    struct str line;
    struct str one;
    struct data_line l;
    const bool mixed = str_find(raw, '\n') < raw.len;
    bool written = false;
    while (raw.len > 0) {
        const bool is_data = take_line(&raw, &line, &l);
        if (!is_data) {
            const size_t len = sse_line(line);
            buf_add(out, str_from(line.ptr, len));
            add_end(out, str_skip(line, len), mixed);
        }
        if (is_data && !written)
            buf_add(out, l.before);
        for (bool next = false; is_data && !written && str_cut(&data, '\n', &one); next = true) {
            buf_add_cstr(out, next ? "data: " : "");
            buf_add(out, one);
            add_end(out, l.end, mixed);
        }
        written = written || is_data;
    }
}

static void strip_event(const struct sse_event *e, struct buf *out)
{
    struct buf data;
    buf_init(&data, &alloc_heap, 0);
    if (!e->part)
        strip_text(e->data, &data);
    if (e->part || str_eq(buf_str(&data), e->data))
        buf_add(out, e->raw);
    else
        write_event(e->raw, buf_str(&data), out);
    buf_fini(&data);
}

void strip_events(struct str events, struct buf *out)
{
    const struct str bom = STR("\xef\xbb\xbf");
    struct sse cutter;
    struct sse_event e;
    const size_t begin = str_starts(events, bom) ? bom.len : 0;
    buf_add(out, str_from(events.ptr, begin));
    events = str_skip(events, begin);
    sse_init(&cutter, &alloc_heap);
    cutter.started = true;
    cutter.long_bytes = events.len + 1; // none is given in parts
    while (sse_next(&cutter, &events, &e))
        strip_event(&e, out);
    buf_add(out, sse_rest(&cutter));
    sse_fini(&cutter);
}
