// SPDX-License-Identifier: Apache-2.0
//
// fuzz_json - what json_open takes is what a plain checker of the grammar (RFC 8259) takes, but for
// depth and double keys; and everything in a document that was taken is as the text says.

#include "base/json.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// --- the plain checker: `at` moves over what is fine, ok is lost at the first fault ---

struct text {
    struct str s;
    size_t at;
    int depth;
    bool deep; // deeper than json_open goes
    bool lost; // deeper than this goes
    bool ok;
};

static char peek(const struct text *t)
{
    return t->at < t->s.len ? t->s.ptr[t->at] : '\0';
}

static void space(struct text *t)
{
    while (t->at < t->s.len && memchr(" \t\r\n", t->s.ptr[t->at], 4))
        t->at++;
}

static void expect(struct text *t, const char *word)
{
    size_t n = strlen(word);
    t->ok = t->ok && t->s.len - t->at >= n && memcmp(t->s.ptr + t->at, word, n) == 0;
    t->at += t->ok ? n : 0;
}

static void digits(struct text *t)
{
    size_t from = t->at;
    while (peek(t) >= '0' && peek(t) <= '9')
        t->at++;
    t->ok = t->ok && t->at > from;
}

static void number(struct text *t)
{
    if (peek(t) == '-')
        t->at++;
    if (peek(t) == '0')
        t->at++;
    else
        digits(t);
    if (peek(t) == '.') {
        t->at++;
        digits(t);
    }
    if (peek(t) == 'e' || peek(t) == 'E') {
        t->at++;
        if (peek(t) == '-' || peek(t) == '+')
            t->at++;
        digits(t);
    }
}

static unsigned hex4(struct text *t)
{
    unsigned value = 0;
    for (int i = 0; i < 4; i++, t->at++) {
        char c = peek(t);
        const char *all = "0123456789abcdefABCDEF";
        const char *hit = c ? strchr(all, c) : NULL;
        t->ok = t->ok && hit;
        unsigned digit = hit ? (unsigned)(hit - all) : 0;
        value = value * 16 + (digit > 15 ? digit - 6 : digit);
    }
    return value;
}

static void escape(struct text *t)
{
    char c = peek(t);
    t->at++;
    if (c != 'u') {
        t->ok = t->ok && c && strchr("\"\\/bfnrt", c);
        return;
    }
    unsigned unit = hex4(t);
    if (unit >= 0xdc00 && unit < 0xe000)
        t->ok = false;
    if (unit >= 0xd800 && unit < 0xdc00) {
        expect(t, "\\u");
        unsigned low = hex4(t);
        t->ok = t->ok && low >= 0xdc00 && low < 0xe000;
    }
}

static void string(struct text *t)
{
    expect(t, "\"");
    while (t->ok) {
        t->ok = t->at < t->s.len && (unsigned char)peek(t) >= 0x20;
        char c = peek(t);
        size_t n = str_utf8_at(t->s, t->at);
        t->at += n;
        t->ok = t->ok && n > 0;
        if (c == '"')
            return;
        if (c == '\\' && t->ok)
            escape(t);
    }
}

static void value(struct text *t);

static void members(struct text *t, char end)
{
    t->at++;
    space(t);
    if (peek(t) == end) {
        t->at++;
        return;
    }
    while (t->ok) {
        space(t);
        if (end == '}') {
            string(t);
            space(t);
            expect(t, ":");
        }
        if (t->ok)
            value(t);
        if (!t->ok || peek(t) != ',')
            break;
        t->at++;
    }
    expect(t, end == '}' ? "}" : "]");
}

static void value(struct text *t)
{
    space(t);
    char c = peek(t);
    if (c == '{' || c == '[') {
        t->depth++;
        t->deep = t->deep || t->depth > JSON_DEPTH_MAX;
        t->lost = t->lost || t->depth > 1000;
        t->ok = !t->lost;
        if (t->ok)
            members(t, c == '{' ? '}' : ']');
        t->depth--;
    } else if (c == '"') {
        string(t);
    } else if (c == 't') {
        expect(t, "true");
    } else if (c == 'f') {
        expect(t, "false");
    } else if (c == 'n') {
        expect(t, "null");
    } else {
        number(t);
    }
    space(t);
}

// --- what the document says ---

static void look_at_member(const struct json *j, struct str source, const struct json_iter *it,
                           const struct json_val *v)
{
    size_t start;
    size_t len;
    must(json_member_at(j, it->key, &start, &len));
    must(start + len <= source.len && len > 0);
    struct json *alone = NULL;
    must(json_open(str_from(source.ptr + start, len), &alloc_heap, &alone, NULL) == STATUS_OK);
    const struct json_val *root = json_root(alone);
    must(json_type(root) == json_type(v) && json_count(root) == json_count(v));
    must(str_eq(json_str(root), json_str(v)));
    must(str_eq(json_number(alone, root), json_number(j, v)));
    if (json_type(v) == JSON_STRING)
        must(json_string_at(j, v) == start + 1);
    if (json_type(v) == JSON_NUMBER)
        must(str_eq(json_number(j, v), str_from(source.ptr + start, len)));
    int64_t n;
    (void)!json_i64(v, &n);
    json_close(alone);
}

static void look_at(const struct json *j, struct str source, const struct json_val *v, int depth)
{
    must(depth <= JSON_DEPTH_MAX);
    must(str_utf8(json_str(v)));
    struct json_iter it = {0};
    struct str keys[8];
    const struct json_val *inner;
    size_t n = 0;
    for (struct str key; json_each(&it, v, &key, &inner); n++) {
        if (json_type(v) == JSON_OBJECT && n < 8) {
            for (size_t i = 0; i < n; i++)
                must(!str_eq(keys[i], key));
            keys[n] = key;
            if (source.len < 2000)
                look_at_member(j, source, &it, inner);
            if (!memchr(key.ptr, 0, key.len))
                must(json_get(v, key.ptr) == inner);
        }
        look_at(j, source, inner, depth + 1);
    }
    must(n == json_count(v));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text t = {.s = str_from((const char *)data, size), .ok = true};
    value(&t);
    bool fine = t.ok && t.at == size;
    struct json *j = NULL;
    struct why why = {0};
    enum status status = json_open(t.s, &alloc_heap, &j, &why);
    if (!fine)
        must(status == STATUS_SYNTAX || t.lost);
    else if (t.deep)
        must(status == STATUS_LIMIT || status == STATUS_DUPLICATE);
    else
        must(status == STATUS_OK || status == STATUS_DUPLICATE);
    must((status == STATUS_OK) == (j != NULL));
    must(str_utf8(str_of(why.text)) || status == STATUS_DUPLICATE);
    if (j)
        look_at(j, t.s, json_root(j), 0);
    json_close(j);
    return 0;
}
