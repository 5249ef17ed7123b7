// SPDX-License-Identifier: Apache-2.0
//
// Three loops do most of the work and none of them looks at a byte more than once or twice: strings
// are skipped to their quote by memchr, what is inside brackets to the next byte that matters, and
// what is kept is copied a run at a time.

#include "base/scan.h"

// The bytes that matter inside brackets.
static const bool turning[256] = {
    ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

void scan_init(struct scan *s, const struct alloc *alloc)
{
    *s = (struct scan){.state = SCAN_START};
    for (int i = 0; i < SCAN_MEMBERS_MAX; i++)
        buf_init(&s->members[i].text, alloc, 0);
}

void scan_fini(struct scan *s)
{
    for (int i = 0; i < SCAN_MEMBERS_MAX; i++)
        buf_fini(&s->members[i].text);
    s->count = 0;
    s->member = NULL;
}

void scan_want(struct scan *s, struct str name, size_t bytes_max)
{
    must(s->count < SCAN_MEMBERS_MAX && name.len <= SCAN_KEY_MAX && bytes_max > 0);
    struct scan_member *m = &s->members[s->count++];
    m->name = name;
    m->text.ceiling = bytes_max;
}

struct str scan_member(const struct scan *s, const char *name)
{
    for (unsigned i = 0; i < s->count; i++) {
        const struct scan_member *m = &s->members[i];
        if (str_is(m->name, name) && m->whole && !buf_failed(&m->text))
            return buf_str(&m->text);
    }
    return STR_NONE;
}

static void keep(struct scan *s, struct str text)
{
    if (s->member)
        buf_add(&s->member->text, text);
}

static void value_end(struct scan *s)
{
    if (s->member)
        s->member->whole = true;
    s->member = NULL;
    s->state = SCAN_AFTER;
}

static void key_add(struct scan *s, struct str text)
{
    size_t room = s->key_len < SCAN_KEY_MAX ? SCAN_KEY_MAX - s->key_len : 0;
    if (text.len <= room && text.len > 0)
        memcpy(s->key + s->key_len, text.ptr, text.len);
    s->key_len += text.len;
}

static void key_end(struct scan *s)
{
    s->state = SCAN_COLON;
    for (unsigned i = 0; i < s->count && s->key_len <= SCAN_KEY_MAX; i++) {
        struct scan_member *m = &s->members[i];
        if (!str_eq(m->name, str_from(s->key, s->key_len)))
            continue;
        if (m->whole)
            s->broken = true;
        else
            s->member = m;
        return;
    }
}

// The bytes of `p` up to and with the closing quote, or all; *closed says which.
static size_t skip_string(struct scan *s, struct str p, bool *closed)
{
    size_t at = s->escaped;
    size_t from = at;
    s->escaped = false;
    *closed = false;
    while (!*closed && at < p.len) {
        at += str_find(str_skip(p, at), '"');
        size_t slashes = 0;
        while (at - slashes > from && p.ptr[at - slashes - 1] == '\\')
            slashes++;
        bool odd = slashes % 2 != 0;
        if (at == p.len) {
            s->escaped = odd;
            break;
        }
        at++;
        from = at;
        *closed = !odd;
    }
    return at;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void open_bracket(struct scan *s, char c)
{
    if (s->depth == JSON_DEPTH_MAX - 1) { // the object itself is one
        s->broken = true;
        return;
    }
    uint64_t bit = UINT64_C(1) << (s->depth % 64);
    uint64_t *kinds = &s->kinds[s->depth / 64];
    *kinds = c == '{' ? *kinds | bit : *kinds & ~bit;
    s->depth++;
    s->state = SCAN_INNER;
}

static void close_bracket(struct scan *s, char c)
{
    s->depth--;
    bool brace = s->kinds[s->depth / 64] >> (s->depth % 64) & 1;
    if (brace != (c == '}'))
        s->broken = true;
}

// One byte between the parts of the outermost object.
static void step(struct scan *s, char c)
{
    if (blank(c))
        return;
    enum scan_state state = s->state;
    if (state == SCAN_START && c == '{') {
        s->state = SCAN_FIRST;
    } else if ((state == SCAN_FIRST || state == SCAN_NEXT) && c == '"') {
        s->state = SCAN_KEY;
        s->key_len = 0;
    } else if (state == SCAN_COLON && c == ':') {
        s->state = SCAN_VALUE;
    } else if (state == SCAN_AFTER && c == ',') {
        s->state = SCAN_NEXT;
    } else if ((state == SCAN_AFTER || state == SCAN_FIRST) && c == '}') {
        s->state = SCAN_END;
        s->done = true;
    } else {
        s->broken = true;
    }
}

static size_t between(struct scan *s, struct str p)
{
    step(s, p.ptr[0]);
    return 1;
}

static size_t in_key(struct scan *s, struct str p)
{
    bool closed;
    size_t n = skip_string(s, p, &closed);
    key_add(s, str_from(p.ptr, n - closed));
    if (closed)
        key_end(s);
    return n;
}

static size_t at_value(struct scan *s, struct str p)
{
    char c = p.ptr[0];
    if (blank(c))
        return 1;
    if (c == '{' || c == '[')
        open_bracket(s, c);
    else if (c == '"')
        s->state = SCAN_STRING;
    else if (c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n')
        s->state = SCAN_WORD;
    else
        s->broken = true;
    keep(s, str_from(p.ptr, 1));
    return 1;
}

static size_t in_string(struct scan *s, struct str p)
{
    bool closed;
    size_t n = skip_string(s, p, &closed);
    keep(s, str_from(p.ptr, n));
    if (closed)
        value_end(s);
    return n;
}

// The byte that ends a number is not its own.
static size_t in_word(struct scan *s, struct str p)
{
    size_t n = 0;
    while (n < p.len && p.ptr[n] != ',' && p.ptr[n] != '}' && !blank(p.ptr[n]))
        n++;
    keep(s, str_from(p.ptr, n));
    if (n < p.len)
        value_end(s);
    return n;
}

static size_t in_brackets(struct scan *s, struct str p)
{
    size_t n = 0;
    while (n < p.len && s->state == SCAN_INNER && !s->broken) {
        while (n < p.len && !turning[(unsigned char)p.ptr[n]])
            n++;
        if (n == p.len)
            break;
        char c = p.ptr[n++];
        if (c == '"')
            s->state = SCAN_QUOTED;
        else if (c == '{' || c == '[')
            open_bracket(s, c);
        else
            close_bracket(s, c);
        if (s->depth == 0)
            break;
    }
    keep(s, str_from(p.ptr, n));
    if (s->depth == 0)
        value_end(s);
    return n;
}

static size_t in_quotes(struct scan *s, struct str p)
{
    bool closed;
    size_t n = skip_string(s, p, &closed);
    keep(s, str_from(p.ptr, n));
    if (closed)
        s->state = SCAN_INNER;
    return n;
}

static size_t advance(struct scan *s, struct str p)
{
    switch (s->state) {
    case SCAN_KEY: return in_key(s, p);
    case SCAN_VALUE: return at_value(s, p);
    case SCAN_STRING: return in_string(s, p);
    case SCAN_WORD: return in_word(s, p);
    case SCAN_INNER: return in_brackets(s, p);
    case SCAN_QUOTED: return in_quotes(s, p);
    case SCAN_START:
    case SCAN_FIRST:
    case SCAN_NEXT:
    case SCAN_COLON:
    case SCAN_AFTER:
    case SCAN_END: break;
    }
    return between(s, p);
}

void scan_feed(struct scan *s, struct str piece)
{
    while (piece.len > 0 && !s->broken)
        piece = str_skip(piece, advance(s, piece));
}
