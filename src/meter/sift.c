// SPDX-License-Identifier: Apache-2.0
//
// A machine with one state a place in the text. Its loops take runs of bytes: a key or a string to
// its quote, and what is inside of skipped or kept brackets to the next byte that matters.

#include "meter/sift.h"

#include "meter/quote.h"

#define ROOM_FIRST   500
#define ELEMENTS_MAX (SIFT_BYTES_MAX / 2)

enum {
    // Runs of bytes that have loops of their own.
    AT_KEY,    // inside of a key
    AT_STRING, // inside of a string
    AT_WORD,   // inside of a number, true, false, null
    AT_INNER,  // inside of brackets that the tables do not lead into
    AT_QUOTED, // inside of a string inside of them
    // Between them, byte by byte.
    AT_START,
    AT_FIRST, // a key, or the end of the object
    AT_NEXT,  // a key
    AT_COLON,
    AT_VALUE,
    AT_FIRST_ELEMENT, // or the end of the list
    AT_ELEMENT,
    AT_BEHIND, // behind a string inside of brackets: is it a key?
    AT_AFTER,  // a comma, or the end of the object or list
    AT_END
};

// The bytes that matter inside of brackets.
static const bool turning[256] = {
    ['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

void sift_init(struct sift *s, const struct sift_level *levels, unsigned root,
               const struct alloc *alloc)
{
    *s = (struct sift){.levels = levels, .into = (unsigned char)root, .state = AT_START};
    buf_init(&s->out, alloc, SIFT_BYTES_MAX + 2 * SIFT_VALUE_MAX);
}

void sift_fini(struct sift *s)
{
    buf_fini(&s->out);
}

// --- what is kept ---

static bool in_object(const struct sift *s)
{
    unsigned at = s->depth - 1;
    return s->kinds[at / 64] >> (at % 64) & 1;
}

static void begin_kept(struct sift *s)
{
    s->member_at = s->out.len;
    char last = s->out.len ? s->out.ptr[s->out.len - 1] : '{';
    if (last != '{' && last != '[')
        buf_add_char(&s->out, ',');
}

static void begin_member(struct sift *s, struct str name)
{
    begin_kept(s);
    buf_add_char(&s->out, '"');
    buf_add(&s->out, name);
    buf_add(&s->out, (struct str)STR("\":"));
    s->value_at = s->out.len;
}

// The value is kept as a mark that there was one.
static void leave_out(struct sift *s)
{
    s->out.len = s->value_at;
    buf_add_char(&s->out, '0');
    s->take = SIFT_SKIP;
}

static void keep(struct sift *s, const char *from, const char *until)
{
    size_t n = (size_t)(until - from);
    if (s->take != SIFT_KEEP || n == 0)
        return;
    if (n > SIFT_VALUE_MAX || s->out.len - s->value_at + n > SIFT_VALUE_MAX)
        leave_out(s);
    else
        buf_add(&s->out, str_from(from, n));
}

static void put_text(struct sift *s)
{
    if (s->summing) {
        s->sum += s->text;
        s->sums += s->text > 0;
    } else {
        buf_add_i64(&s->out, s->text);
    }
}

// Behind a value. One of the outermost object has its place in what is kept.
static void end_place(struct sift *s)
{
    if (s->walked == 1 && s->place < SIFT_PLACES)
        s->places[s->place] = (struct sift_place){s->place_at, s->out.len - s->place_at};
}

static void value_end(struct sift *s)
{
    if (s->take == SIFT_TEXT)
        put_text(s);
    end_place(s);
    s->state = AT_AFTER;
}

// --- text ---

static int64_t unit_bytes(uint32_t unit)
{
    bool half = unit >= 0xd800 && unit <= 0xdfff; // of a character with four
    return unit < 0x80 ? 1 : unit < 0x800 || half ? 2 : 3;
}

// A byte of a \u escape; false when it is none of it, which ends a malformed one.
static bool unit_byte(struct sift *s, unsigned char c)
{
    if (c == '"' || c == '\\') {
        s->escape = 0;
        return false;
    }
    s->unit = s->unit * 16 + (c <= '9' ? c & 15U : (c & 7U) + 9);
    s->escape = s->escape == 5 ? 0 : (unsigned char)(s->escape + 1);
    s->string_bytes += s->escape ? 0 : unit_bytes(s->unit);
    return true;
}

// As string_end, and counts how many bytes the string has as UTF-8.
static const char *text_end(struct sift *s, const char *p, const char *end, bool *closed)
{
    *closed = false;
    while (p < end) {
        if (s->escape > 1) {
            p += unit_byte(s, (unsigned char)*p);
        } else if (s->escape == 1) {
            s->escape = *p == 'u' ? 2 : 0;
            s->string_bytes += *p++ != 'u';
            s->unit = 0;
        } else {
            const char *q = quote_find(p, end);
            s->string_bytes += q - p;
            if (q == end)
                return q;
            p = q + 1;
            *closed = *q == '"';
            if (*closed)
                return p;
            s->escape = 1;
        }
    }
    return p;
}

static void text_begin(struct sift *s)
{
    s->key_len = 0;
    s->string_bytes = 0;
    s->escape = 0;
}

static void key_add(struct sift *s, const char *from, const char *until)
{
    size_t n = (size_t)(until - from);
    size_t room = s->key_len < SIFT_KEY_MAX ? SIFT_KEY_MAX - s->key_len : 0;
    if (n > 0 && room > 0)
        memcpy(s->key + s->key_len, from, n < room ? n : room);
    s->key_len += n;
}

static struct str key_text(const struct sift *s)
{
    return str_from(s->key, s->key_len < SIFT_KEY_MAX ? s->key_len : SIFT_KEY_MAX);
}

// A string of which `head` is what matters, by the byte behind it: a key, or a text.
static void take_string(struct sift *s, struct str head, size_t len, int64_t bytes, char behind)
{
    if (behind == ':') {
        s->label = len <= SIFT_KEY_MAX ? skim_label_of(s->label, head) : SKIM_TEXT;
        return;
    }
    bool data = (s->label == SKIM_DATA && !s->sealed) || skim_is_data(head, len);
    s->data = s->data || (data && len > 0);
    if (s->label == SKIM_TEXT && !data)
        s->text += bytes;
    if (s->label != SKIM_TEXT)
        s->sealed = skim_is_sealed(head) || (s->sealed && s->label == SKIM_LABEL);
    s->label = SKIM_TEXT;
}

static void string_read(struct sift *s, char behind)
{
    take_string(s, key_text(s), s->key_len, s->string_bytes, behind);
}

// --- strings ---

// From inside a string to behind its closing quote, or to the end of the piece.
static const char *string_end(struct sift *s, const char *p, const char *end, bool *closed)
{
    *closed = false;
    if (s->escaped && p < end) {
        s->escaped = false;
        p++;
    }
    for (;;) {
        p = quote_find(p, end);
        if (p == end)
            return p;
        if (*p == '"') {
            *closed = true;
            return p + 1;
        }
        if (end - p < 2) {
            s->escaped = true;
            return end;
        }
        p += 2;
    }
}

static const char *in_string(struct sift *s, const char *p, const char *end)
{
    bool closed;
    bool text = s->take == SIFT_TEXT;
    const char *q = text ? text_end(s, p, end, &closed) : string_end(s, p, end, &closed);
    if (text)
        key_add(s, p, q - closed);
    keep(s, p, q);
    if (!closed)
        return q;
    if (text && s->state == AT_STRING)
        string_read(s, ',');
    if (s->state == AT_STRING)
        value_end(s);
    else
        s->state = text ? AT_BEHIND : AT_INNER;
    return q;
}

static void behind_string(struct sift *s, char c)
{
    string_read(s, c);
    s->state = AT_INNER;
}

// --- members ---

static void begin_element(struct sift *s)
{
    s->take = SIFT_SKIP;
    if (s->out.len >= ELEMENTS_MAX)
        return;
    begin_kept(s);
    s->value_at = s->out.len;
    s->take = SIFT_INTO;
    s->into = s->level[s->walked - 1];
}

static void begin_named(struct sift *s, const struct sift_level *level, unsigned i)
{
    const struct sift_name *n = &level->names[i];
    uint64_t bit = UINT64_C(1) << i;
    if (s->walked == 1 && s->once && s->seen & bit)
        s->broken = true;
    if (s->walked == 1)
        s->seen |= bit;
    if (n->take == SIFT_SKIP || s->out.len >= SIFT_BYTES_MAX)
        return;
    s->summing = n->take == SIFT_SUM;
    s->take = s->summing ? SIFT_TEXT : n->take;
    s->into = n->level;
    if (s->summing)
        return;
    begin_member(s, n->name);
    if (s->walked == 1) {
        s->place = i;
        s->place_at = s->value_at;
    }
}

static unsigned find_name(const struct sift_level *level, struct str key)
{
    unsigned i = 0;
    while (i < level->count && !str_eq(key, level->names[i].name))
        i++;
    if (i < level->count || key.len == 0 || !memchr(key.ptr, '\\', key.len))
        return i;
    for (i = 0; i < level->count && !skim_key_is(key, level->names[i].name);)
        i++;
    return i;
}

static void key_end(struct sift *s, struct str key)
{
    const struct sift_level *level = &s->levels[s->level[s->walked - 1]];
    s->state = AT_COLON;
    s->take = SIFT_SKIP;
    s->label = SKIM_TEXT;
    s->sealed = false;
    s->summing = false;
    s->text = 0;
    if (s->walked == 1)
        s->place = SIFT_PLACES;
    unsigned i = find_name(level, key);
    if (i < level->count) {
        begin_named(s, level, i);
    } else if (level->other == SIFT_TEXT && s->out.len < SIFT_BYTES_MAX) {
        s->take = SIFT_TEXT;
        s->label = skim_label_of(s->label, key);
        begin_member(s, STR_NONE);
    }
}

// Most keys lie whole in the piece.
static const char *in_key(struct sift *s, const char *p, const char *end)
{
    bool closed;
    const char *q = string_end(s, p, end, &closed);
    if (closed && s->key_len == 0) {
        key_end(s, str_from(p, (size_t)(q - p - 1)));
        bool colon = q < end && *q == ':' && !s->broken;
        s->state = colon ? AT_VALUE : AT_COLON;
        return q + colon;
    }
    key_add(s, p, q - closed);
    if (closed)
        key_end(s, s->key_len <= SIFT_KEY_MAX ? key_text(s) : STR_NONE);
    return q;
}

// --- brackets ---

static void open_bracket(struct sift *s, char c)
{
    if (s->depth == JSON_DEPTH_MAX) {
        s->broken = true;
        return;
    }
    uint64_t bit = UINT64_C(1) << (s->depth % 64);
    uint64_t *kinds = &s->kinds[s->depth / 64];
    *kinds = c == '{' ? *kinds | bit : *kinds & ~bit;
    s->depth++;
}

static void close_bracket(struct sift *s, char c)
{
    if (in_object(s) != (c == '}'))
        s->broken = true;
    s->depth--;
}

static void walk_into(struct sift *s, char c, unsigned char level)
{
    open_bracket(s, c);
    s->level[s->walked++] = level;
    buf_add_char(&s->out, c);
    s->state = c == '{' ? AT_FIRST : AT_FIRST_ELEMENT;
}

static void walk_out(struct sift *s, char c)
{
    if (in_object(s) != (c == '}')) {
        s->broken = true;
        return;
    }
    s->depth--;
    s->walked--;
    buf_add_char(&s->out, c);
    end_place(s);
    s->done = s->walked == 0;
    s->state = s->done ? AT_END : AT_AFTER;
}

static void begin_brackets(struct sift *s, char c)
{
    bool list_in_list = c == '[' && !in_object(s);
    if (s->take == SIFT_INTO && s->walked < SIFT_WALKED_MAX && !list_in_list) {
        walk_into(s, c, s->into);
        return;
    }
    if (s->take == SIFT_INTO)
        leave_out(s);
    open_bracket(s, c);
    s->state = AT_INNER;
}

static void begin_value(struct sift *s, const char *p)
{
    char c = *p;
    if (s->take == SIFT_INTO && c != 'n')
        s->met |= UINT32_C(1) << s->into;
    if (c == '{' || c == '[') {
        begin_brackets(s, c);
    } else if (c == '"') {
        s->state = AT_STRING;
        text_begin(s);
    } else if (c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n') {
        s->state = AT_WORD;
    } else {
        s->broken = true;
    }
    if (s->take == SIFT_INTO && (s->state == AT_STRING || s->state == AT_WORD))
        s->take = SIFT_KEEP;
    keep(s, p, p + 1);
}

// The byte that ends a number is not its own.
static const char *in_word(struct sift *s, const char *p, const char *end)
{
    const char *q = p;
    while (q < end && *q != ',' && *q != ':' && !turning[(unsigned char)*q] && !str_blank(*q))
        q++;
    keep(s, p, q);
    if (q < end)
        value_end(s);
    return q;
}

// A string inside of brackets; one that is whole and has no escapes is passed over at once, where
// its text counts with the byte behind it.
static const char *past_string(struct sift *s, const char *p, const char *end)
{
    const char *q = quote_find(p, end);
    bool whole = q < end && *q == '"';
    if (whole && s->take != SIFT_TEXT)
        return q + 1;
    if (whole && q + 1 < end && !str_blank(q[1])) {
        take_string(s, str_from(p, (size_t)(q - p)), (size_t)(q - p), q - p, q[1]);
        return q + 1;
    }
    s->state = AT_QUOTED;
    text_begin(s);
    return p;
}

static const char *in_brackets(struct sift *s, const char *p, const char *end)
{
    const char *from = p;
    while (p < end && s->depth > s->walked && s->state == AT_INNER && !s->broken) {
        while (p < end && !turning[(unsigned char)*p])
            p++;
        if (p == end)
            break;
        char c = *p++;
        if (c == '{' || c == '[') {
            open_bracket(s, c);
        } else if (c != '"') {
            close_bracket(s, c);
        } else {
            p = past_string(s, p, end);
        }
    }
    keep(s, from, p);
    if (s->depth == s->walked)
        value_end(s);
    return p;
}

// --- the text ---

// One byte, not blank, between the parts of what the tables lead into.
static void step(struct sift *s, const char *p)
{
    char c = *p;
    bool closing = c == '}' || c == ']';
    switch (s->state) {
    case AT_START:
        if (c == '{' && buf_room(&s->out, ROOM_FIRST))
            walk_into(s, c, s->into);
        else
            s->broken = true;
        return;
    case AT_FIRST:
    case AT_NEXT:
        if (c == '"') {
            s->state = AT_KEY;
            s->key_len = 0;
        } else if (c == '}' && s->state == AT_FIRST) {
            walk_out(s, c);
        } else {
            s->broken = true;
        }
        return;
    case AT_COLON:
        s->state = AT_VALUE;
        s->broken = s->broken || c != ':';
        return;
    case AT_VALUE: begin_value(s, p); return;
    case AT_FIRST_ELEMENT:
    case AT_ELEMENT:
        if (c == ']' && s->state == AT_FIRST_ELEMENT) {
            walk_out(s, c);
            return;
        }
        begin_element(s);
        if (s->take == SIFT_INTO && c != '{')
            leave_out(s);
        begin_value(s, p);
        return;
    case AT_AFTER:
        if (c == ',')
            s->state = in_object(s) ? AT_NEXT : AT_ELEMENT;
        else if (closing)
            walk_out(s, c);
        else
            s->broken = true;
        return;
    case AT_BEHIND: behind_string(s, c); return;
    default: return;
    }
}

static const char *between(struct sift *s, const char *p, const char *end)
{
    while (p < end && s->state >= AT_START && !s->broken && !s->done) {
        unsigned char before = s->state;
        if (!str_blank(*p))
            step(s, p);
        p += before != AT_BEHIND || str_blank(*p);
    }
    return p;
}

static const char *advance(struct sift *s, const char *p, const char *end)
{
    switch (s->state) {
    case AT_KEY: return in_key(s, p, end);
    case AT_STRING:
    case AT_QUOTED: return in_string(s, p, end);
    case AT_WORD: return in_word(s, p, end);
    case AT_INNER: return in_brackets(s, p, end);
    default: return between(s, p, end);
    }
}

size_t sift_feed(struct sift *s, struct str piece)
{
    const char *p = piece.ptr;
    const char *end = piece.len ? p + piece.len : p;
    while (p < end && !s->broken && !s->done)
        p = advance(s, p, end);
    s->broken = s->broken || buf_failed(&s->out);
    return (size_t)(p - piece.ptr);
}

// What was kept of the value so far counts only where it is a number of bytes.
static void end_value(struct sift *s)
{
    bool begun = s->state == AT_COLON || s->state == AT_VALUE || s->state == AT_STRING ||
                 s->state == AT_WORD || s->state == AT_INNER || s->state == AT_QUOTED ||
                 s->state == AT_BEHIND;
    if (!begun || s->take == SIFT_SKIP)
        return;
    if (s->take == SIFT_TEXT) {
        put_text(s);
        end_place(s);
    } else {
        s->out.len = s->member_at;
    }
}

struct str sift_text(struct sift *s)
{
    if (buf_failed(&s->out))
        return STR_NONE;
    end_value(s);
    while (s->walked > 0) {
        bool inside = s->walked > 1;
        s->depth = s->walked--;
        buf_add_char(&s->out, in_object(s) ? '}' : ']');
        if (inside)
            end_place(s);
    }
    s->depth = 0;
    return buf_failed(&s->out) ? STR_NONE : buf_str(&s->out);
}

struct str sift_value(const struct sift *s, unsigned i)
{
    must(i < SIFT_PLACES);
    const struct sift_place *p = &s->places[i];
    return p->len && !buf_failed(&s->out) ? str_from(s->out.ptr + p->at, p->len) : STR_NONE;
}
