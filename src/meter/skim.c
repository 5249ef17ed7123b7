// SPDX-License-Identifier: Apache-2.0

#include "meter/skim.h"

#include "meter/quote.h"

#define DATA_URL_MIN 128 // bytes: a shorter one may be an answer's own word

// From behind the opening quote to behind the closing one; NULL when it does not close.
static const char *string_end(const char *p, const char *end)
{
    for (;;) {
        p = quote_find(p, end);
        if (p >= end)
            return NULL;
        if (*p == '"')
            return p + 1;
        if (end - p < 2)
            return NULL;
        p += 2;
    }
}

enum { SPACE = 1, ENDS_WORD = 2, TURNS = 4 /* what matters inside of brackets */ };

static const unsigned char kinds[256] = {
    [' '] = SPACE | ENDS_WORD,
    ['\n'] = SPACE | ENDS_WORD,
    ['\r'] = SPACE | ENDS_WORD,
    ['\t'] = SPACE | ENDS_WORD,
    [','] = ENDS_WORD,
    [':'] = ENDS_WORD,
    ['"'] = ENDS_WORD | TURNS,
    ['}'] = ENDS_WORD | TURNS,
    [']'] = ENDS_WORD | TURNS,
    ['{'] = TURNS,
    ['['] = TURNS,
};

static bool is(char c, unsigned kind)
{
    return kinds[(unsigned char)c] & kind;
}

static const char *skip_space(const char *p, const char *end)
{
    while (p < end && is(*p, SPACE))
        p++;
    return p;
}

static const char *container_end(const char *p, const char *end)
{
    size_t depth = 0;
    for (;;) {
        while (p < end && !is(*p, TURNS))
            p++;
        if (p == end)
            return NULL;
        char c = *p++;
        if (c == '"') {
            p = string_end(p, end);
            if (!p)
                return NULL;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (--depth == 0) {
            return p;
        }
    }
}

static const char *word_end(const char *p, const char *end)
{
    while (p < end && !is(*p, ENDS_WORD))
        p++;
    return p;
}

// Behind the value that starts at p; NULL when there is none or it does not end.
static const char *value_end(const char *p, const char *end)
{
    if (p >= end)
        return NULL;
    if (*p == '"')
        return string_end(p + 1, end);
    if (*p == '{' || *p == '[')
        return container_end(p, end);
    const char *q = word_end(p, end);
    return q == p ? NULL : q;
}

struct skim skim_of(struct str text)
{
    const char *end = text.ptr ? text.ptr + text.len : NULL;
    const char *p = skip_space(text.ptr, end);
    struct skim k = {0};
    if (p == end || (*p != '{' && *p != '[')) {
        k.broken = true;
        return k;
    }
    k.object = *p == '{';
    k.rest = str_from(p + 1, (size_t)(end - p - 1));
    return k;
}

static bool fail(struct skim *k)
{
    k->broken = true;
    return false;
}

// Past the comma before a member, or to the end. NULL when there is no further member.
static const char *next_member(struct skim *k, const char *p, const char *end)
{
    p = skip_space(p, end);
    if (p == end) {
        k->broken = true;
        return NULL;
    }
    if (*p == (k->object ? '}' : ']')) {
        k->whole = true;
        k->rest = str_from(p + 1, (size_t)(end - p - 1));
        return NULL;
    }
    if (k->begun) {
        if (*p != ',') {
            k->broken = true;
            return NULL;
        }
        p = skip_space(p + 1, end);
    }
    k->begun = true;
    return p;
}

static const char *read_key(const char *p, const char *end, struct str *key)
{
    if (p == end || *p != '"')
        return NULL;
    const char *q = string_end(p + 1, end);
    if (!q)
        return NULL;
    *key = str_from(p + 1, (size_t)(q - p - 2));
    q = skip_space(q, end);
    if (q == end || *q != ':')
        return NULL;
    return skip_space(q + 1, end);
}

bool skim_each(struct skim *k, struct str *key, struct str *value)
{
    if (k->broken || k->whole)
        return false;
    const char *end = k->rest.ptr + k->rest.len;
    const char *p = next_member(k, k->rest.ptr, end);
    if (!p)
        return false;
    struct str name = STR_NONE;
    if (k->object) {
        p = read_key(p, end, &name);
        if (!p)
            return fail(k);
    }
    const char *q = value_end(p, end);
    if (!q)
        return fail(k);
    if (key)
        *key = name;
    *value = str_from(p, (size_t)(q - p));
    k->rest = str_from(q, (size_t)(end - q));
    return true;
}

bool skim_whole(struct str text)
{
    struct skim k = skim_of(text);
    struct str value;
    while (skim_each(&k, NULL, &value))
        ;
    return k.whole && str_trim(k.rest).len == 0;
}

// The code unit of `\uXXXX` at p; -1 when it is none.
static int32_t unit(const char *p, const char *end)
{
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    int32_t code = 0;
    for (int i = 2; i < 6; i++) {
        int digit = str_hex(p[i]);
        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code;
}

// One character out of an escape at *p, which then stands behind it; -1 when it is malformed.
static int32_t unescape(const char **p, const char *end)
{
    static const char names[] = "\"\\/bfnrt";
    static const char codes[] = "\"\\/\b\f\n\r\t";
    if (end - *p < 2)
        return -1;
    const char *found = (*p)[1] ? strchr(names, (*p)[1]) : NULL;
    if (found) {
        *p += 2;
        return codes[found - names];
    }
    int32_t high = unit(*p, end);
    if (high < 0)
        return -1;
    *p += 6;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    int32_t low = unit(*p, end);
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return -1;
    *p += 6;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

bool skim_key_is(struct str raw_key, struct str name)
{
    const char *p = raw_key.ptr;
    const char *end = p + raw_key.len;
    for (size_t i = 0; i < name.len; i++) {
        if (p >= end)
            return false;
        int32_t c = *p == '\\' ? unescape(&p, end) : *p++;
        if (c != name.ptr[i])
            return false;
    }
    return p == end;
}

// Most keys are found, or not, by their length; whether one has escapes is looked at only then.
static const struct skim_field *find(struct str key, const struct skim_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (key.len == fields[i].name.len && memcmp(key.ptr, fields[i].name.ptr, key.len) == 0)
            return &fields[i];
    }
    if (!memchr(key.ptr, '\\', key.len))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (skim_key_is(key, fields[i].name))
            return &fields[i];
    }
    return NULL;
}

bool skim_fields(struct str object, const struct skim_field *fields, size_t count, void *out)
{
    struct skim k = skim_of(object);
    struct str key;
    struct str value;
    while (k.object && skim_each(&k, &key, &value)) {
        const struct skim_field *f = find(key, fields, count);
        if (f)
            memcpy((char *)out + f->offset, &value, sizeof value);
    }
    return k.object && k.whole;
}

struct str skim_get(struct str object, struct str name)
{
    const struct skim_field field = {name, 0};
    struct str value = STR_NONE;
    (void)skim_fields(object, &field, 1, &value);
    return value;
}

bool skim_is_null(struct str value)
{
    return value.len == 0 || str_is(value, "null");
}

bool skim_is_object(struct str value)
{
    return value.len > 0 && value.ptr[0] == '{';
}

struct str skim_plain(struct str value)
{
    if (value.len < 2 || value.ptr[0] != '"' || memchr(value.ptr, '\\', value.len))
        return STR_NONE;
    return str_from(value.ptr + 1, value.len - 2);
}

static size_t utf8_len(int32_t c)
{
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static void utf8_write(int32_t c, char *out)
{
    static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = utf8_len(c);
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(heads[n] | (unsigned char)c);
}

// Nearly all are plain ASCII without escapes.
static bool plain_copy(struct str text, char *out, size_t out_size)
{
    unsigned char odd = 0;
    if (text.len >= out_size)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        odd |= (unsigned char)((c < 0x20) | (c >= 0x7f) | (c == '\\'));
        out[i] = (char)c;
    }
    out[text.len] = 0;
    return !odd;
}

static bool text_copy(struct str value, char *out, size_t out_size)
{
    if (value.len < 2 || value.ptr[0] != '"')
        return false;
    if (plain_copy(str_from(value.ptr + 1, value.len - 2), out, out_size))
        return true;
    const char *p = value.ptr + 1;
    const char *end = value.ptr + value.len - 1;
    size_t n = 0;
    while (p < end) {
        int32_t c = (unsigned char)*p;
        bool escaped = c == '\\';
        c = escaped ? unescape(&p, end) : c;
        p += !escaped;
        size_t len = escaped && c >= 0 ? utf8_len(c) : 1;
        if (c < 0x20 || c == 0x7f || n + len >= out_size)
            return false;
        if (escaped)
            utf8_write(c, out + n);
        else
            out[n] = (char)c;
        n += len;
    }
    out[n] = 0;
    return str_utf8(str_from(out, n));
}

bool skim_text(struct str value, char *out, size_t out_size)
{
    bool ok = text_copy(value, out, out_size);
    if (!ok)
        out[0] = 0;
    return ok;
}

// Bytes that a raw string's content has as UTF-8.
static int64_t content_bytes(const char *p, const char *end)
{
    int64_t n = 0;
    while (p < end) {
        const char *q = quote_find(p, end);
        n += q - p;
        p = q;
        if (p >= end)
            break;
        int32_t c = unescape(&p, end);
        n += c < 0 ? 1 : (int64_t)utf8_len(c);
        if (c < 0)
            p++;
    }
    return n;
}

enum skim_label skim_label_of(enum skim_label around, struct str key)
{
    if (str_is(key, "data") || str_is(key, "b64_json") || str_is(key, "image_url") ||
        (around == SKIM_DATA && str_is(key, "url")))
        return SKIM_DATA;
    bool label = str_is(key, "role") || str_is(key, "id") || str_is(key, "type") ||
                 str_is(key, "call_id") || str_is(key, "item_id") || str_is(key, "obfuscation") ||
                 str_is(key, "signature") || str_is(key, "thoughtSignature") ||
                 str_is(key, "mimeType") || str_is(key, "encrypted_content");
    return label ? SKIM_LABEL : SKIM_TEXT;
}

bool skim_is_sealed(struct str type)
{
    return str_is(type, "reasoning.encrypted") || str_is(type, "redacted_thinking");
}

bool skim_is_data(struct str head, size_t len)
{
    return len >= DATA_URL_MIN && str_starts(head, (struct str)STR("data:"));
}

int64_t skim_text_bytes(struct str value, bool *data)
{
    const char *p = value.ptr;
    const char *end = value.ptr ? value.ptr + value.len : NULL;
    int64_t n = 0;
    enum skim_label label = SKIM_TEXT; // what the value that follows is
    bool sealed = false;               // so is the data to come
    while (p < end) {
        if (*p++ != '"')
            continue;
        const char *q = string_end(p, end);
        if (!q)
            break;
        const char *after = skip_space(q, end);
        struct str text = str_from(p, (size_t)(q - p - 1));
        p = q;
        if (after < end && *after == ':') {
            label = skim_label_of(label, text);
            continue;
        }
        bool is_data = (label == SKIM_DATA && !sealed) || skim_is_data(text, text.len);
        *data = *data || (is_data && text.len > 0);
        if (label == SKIM_TEXT && !is_data)
            n += content_bytes(text.ptr, q - 1);
        if (label != SKIM_TEXT)
            sealed = skim_is_sealed(text) || (sealed && label == SKIM_LABEL);
        label = SKIM_TEXT;
    }
    return n;
}
