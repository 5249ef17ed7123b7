// SPDX-License-Identifier: Apache-2.0

#include "core/tags.h"

#include <string.h>

static bool is_text(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x20 || c == 0x7f)
            return false;
    }
    return str_utf8(s);
}

// The place of the tag, or t->count.
static unsigned find(const struct tags *t, struct str name)
{
    unsigned i = 0;
    while (i < t->count && !str_eq(t->at[i].name, name))
        i++;
    return i;
}

bool tags_has(const struct tags *t, struct str name)
{
    return find(t, name) < t->count;
}

enum status tags_set(struct tags *t, struct str name, struct str value)
{
    if (name.len == 0 || !is_text(name) || !is_text(value))
        return STATUS_SYNTAX;
    if (name.len > TAG_NAME_MAX || value.len > TAG_VALUE_MAX)
        return STATUS_LIMIT;
    unsigned i = find(t, name);
    if (i == TAGS_MAX)
        return STATUS_LIMIT;
    if (i == t->count)
        t->count++;
    t->at[i] = (struct tag){name, value};
    return STATUS_OK;
}

// The text with %XX replaced, in the arena where there is any.
static enum status decode(struct str s, struct arena *arena, struct str *out)
{
    *out = s;
    if (str_find(s, '%') == s.len)
        return STATUS_OK;
    char *to = arena_get(arena, s.len);
    if (!to)
        return STATUS_NO_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '%') {
            to[n++] = s.ptr[i];
            continue;
        }
        int byte = str_percent(str_skip(s, i));
        if (byte < 0)
            return STATUS_SYNTAX;
        to[n++] = (char)byte;
        i += 2;
    }
    *out = str_from(to, n);
    return STATUS_OK;
}

static enum status explain(enum status s, struct str item, struct why *why)
{
    struct str shown = str_from(item.ptr, item.len < 80 ? item.len : 80);
    if (s == STATUS_LIMIT)
        return why_set(why, s, "at most %d tags, names of %d bytes and values of %d: \"%.*s\"",
                       TAGS_MAX, TAG_NAME_MAX, TAG_VALUE_MAX, STR_ARG(shown));
    if (s == STATUS_SYNTAX)
        return why_set(why, s, "a tag is name=value in UTF-8 or percent-encoded: \"%.*s\"",
                       STR_ARG(shown));
    if (s == STATUS_DUPLICATE)
        return why_set(why, s, "a tag has one value, and another one before: \"%.*s\"",
                       STR_ARG(shown));
    return why_set(why, s, "%s", status_text(s));
}

// Which of two values is meant nobody knows; a route's `match` and a budget go by it.
static enum status set_once(struct tags *t, struct str name, struct str value)
{
    unsigned i = find(t, name);
    return i < t->count && !str_eq(t->at[i].value, value) ? STATUS_DUPLICATE
                                                          : tags_set(t, name, value);
}

static enum status read_one(struct tags *t, struct str item, struct arena *arena)
{
    size_t at = str_find(item, '=');
    if (at == item.len)
        return STATUS_SYNTAX;
    struct str name;
    struct str value = STR_NONE;
    enum status s = decode(str_trim(str_from(item.ptr, at)), arena, &name);
    if (s == STATUS_OK)
        s = decode(str_trim(str_skip(item, at + 1)), arena, &value);
    return s == STATUS_OK ? set_once(t, name, value) : s;
}

enum status tags_read(struct tags *t, struct str text, struct arena *arena, struct why *why)
{
    struct str item;
    while (str_cut(&text, ',', &item)) {
        item = str_trim(item);
        if (item.len == 0)
            continue;
        enum status s = read_one(t, item, arena);
        if (s != STATUS_OK)
            return explain(s, item, why);
    }
    return STATUS_OK;
}

static void add_encoded(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c > ' ' && c != 0x7f && !strchr("%,=", c))
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
}

void tags_add(struct buf *text, struct str name, struct str value)
{
    if (text->len)
        buf_add_char(text, ',');
    add_encoded(text, name);
    buf_add_char(text, '=');
    add_encoded(text, value);
}

struct str tags_get(const struct tags *t, const char *name)
{
    unsigned i = find(t, str_of(name));
    return i < t->count ? t->at[i].value : STR_NONE;
}

void tags_pack(const struct tags *t, struct buf *out)
{
    must(t->count <= TAGS_MAX);
    buf_add_char(out, (char)t->count);
    for (unsigned i = 0; i < t->count; i++) {
        const struct tag *tag = &t->at[i];
        must(tag->name.len > 0 && tag->name.len <= TAG_NAME_MAX);
        must(tag->value.len <= TAG_VALUE_MAX);
        char length[2] = {(char)(tag->value.len & 0xff), (char)(tag->value.len >> 8)};
        buf_add_char(out, (char)tag->name.len);
        buf_add(out, tag->name);
        buf_add(out, str_from(length, sizeof length));
        buf_add(out, tag->value);
    }
}

// Takes n bytes out of `rest`.
static bool take(struct str *rest, size_t n, struct str *out)
{
    if (n > rest->len)
        return false;
    *out = str_from(rest->ptr, n);
    *rest = str_skip(*rest, n);
    return true;
}

static bool take_tag(struct str *rest, struct tags *t)
{
    struct str length;
    struct str name;
    struct str value;
    if (!take(rest, 1, &length) || !take(rest, (unsigned char)length.ptr[0], &name))
        return false;
    if (!take(rest, 2, &length))
        return false;
    size_t n = (unsigned char)length.ptr[0] | (size_t)(unsigned char)length.ptr[1] << 8;
    if (!take(rest, n, &value) || find(t, name) < t->count)
        return false;
    return tags_set(t, name, value) == STATUS_OK;
}

bool tags_unpack(struct str packed, struct tags *out)
{
    struct tags t;
    struct str count;
    t.count = 0;
    if (!take(&packed, 1, &count))
        return false;
    for (unsigned n = (unsigned char)count.ptr[0]; n > 0; n--) {
        if (!take_tag(&packed, &t))
            return false;
    }
    if (packed.len != 0)
        return false;
    out->count = t.count;
    memcpy(out->at, t.at, t.count * sizeof t.at[0]);
    return true;
}
