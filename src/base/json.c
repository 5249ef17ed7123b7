// SPDX-License-Identifier: Apache-2.0
//
// yyjson lays its values out in one run, in the order of the text: each container is followed by
// what it contains and knows how many bytes to skip. So one walk along the run, with a short stack
// of container ends, checks the depth and each object's keys:
//
//    {"a":[1,{}],"b":2}   ->   { "a" [ 1 { "b" 2      ends: '{' after 2, '[' before "b"

#include "base/json.h"

#include <yyjson.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/map.h"

#define FEW_KEYS   16  // compared pair by pair
#define STACK_KEYS 128 // looked up in a table on the stack; more: in one of their own

struct json {
    const struct alloc *alloc;
    yyjson_doc *doc;
    struct str source; // the caller's: still looked at by json_member_at
    char copy[];       // yyjson unescapes strings in place here
};

static const yyjson_val *in(const struct json_val *v)
{
    return (const yyjson_val *)(const void *)v;
}

static const struct json_val *out(const yyjson_val *v)
{
    return (const struct json_val *)(const void *)v;
}

static uint8_t type_of(const yyjson_val *v)
{
    return (uint8_t)(v->tag & YYJSON_TYPE_MASK);
}

static size_t len_of(const yyjson_val *v)
{
    return (size_t)(v->tag >> YYJSON_TAG_BIT);
}

static struct str text_of(const yyjson_val *v)
{
    return str_from(v->uni.str, len_of(v));
}

static const yyjson_val *after(const yyjson_val *v)
{
    uint8_t type = type_of(v);
    if (type != YYJSON_TYPE_ARR && type != YYJSON_TYPE_OBJ)
        return v + 1;
    return (const yyjson_val *)(const void *)((const char *)v + v->uni.ofs);
}

static const yyjson_val *after_member(const yyjson_val *key)
{
    return after(key + 1);
}

// --- memory for yyjson ---

static void *take_memory(void *context, size_t size)
{
    return alloc_get(context, size);
}

static void *resize_memory(void *context, void *ptr, size_t old, size_t size)
{
    (void)old;
    return alloc_resize(context, ptr, size);
}

static void free_memory(void *context, void *ptr)
{
    alloc_free(context, ptr);
}

// --- no key twice ---

// A key is compared only when one before it left the same mark; most objects compare nothing.
static uint64_t mark_of(struct str key)
{
    unsigned first = key.len ? (unsigned char)key.ptr[0] : 0;
    unsigned middle = (unsigned char)key.ptr[key.len / 2];
    return UINT64_C(1) << ((first * 7 + middle * 13 + key.len * 3) & 63);
}

static const yyjson_val *few_twice(const yyjson_val *object)
{
    uint64_t marks = 0;
    const yyjson_val *key = object + 1;
    for (size_t n = len_of(object); n > 0; n--, key = after_member(key)) {
        uint64_t mark = mark_of(text_of(key));
        if (marks & mark) {
            for (const yyjson_val *k = object + 1; k != key; k = after_member(k))
                if (str_eq(text_of(k), text_of(key)))
                    return key;
        }
        marks |= mark;
    }
    return NULL;
}

// `table` has a power of two of empty slots, at least twice the keys.
static const yyjson_val *many_twice(const yyjson_val *object, const yyjson_val **table, size_t size)
{
    const yyjson_val *key = object + 1;
    for (size_t n = len_of(object); n > 0; n--, key = after_member(key)) {
        size_t i = map_hash(text_of(key)) & (size - 1);
        for (; table[i]; i = (i + 1) & (size - 1))
            if (str_eq(text_of(table[i]), text_of(key)))
                return key;
        table[i] = key;
    }
    return NULL;
}

// *twice: the second of two equal keys, or NULL.
static bool find_twice(const yyjson_val *object, const struct alloc *alloc,
                       const yyjson_val **twice)
{
    size_t n = len_of(object);
    *twice = NULL;
    if (n <= FEW_KEYS) {
        *twice = few_twice(object);
    } else if (n <= STACK_KEYS) {
        const yyjson_val *table[2 * STACK_KEYS] = {NULL};
        *twice = many_twice(object, table, 2 * STACK_KEYS);
    } else {
        size_t size = (size_t)4 * STACK_KEYS;
        while (size < 2 * n)
            size *= 2;
        const yyjson_val **table = alloc_zero(alloc, size * sizeof(const yyjson_val *));
        if (!table)
            return false;
        *twice = many_twice(object, table, size);
        alloc_free(alloc, table);
    }
    return true;
}

static enum status check_object(const struct json *j, const yyjson_val *object,
                                const struct alloc *alloc, struct why *why)
{
    const yyjson_val *twice;
    if (!find_twice(object, alloc, &twice))
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    if (!twice)
        return STATUS_OK;
    struct str name = text_of(twice);
    return why_set(
        why, STATUS_DUPLICATE, "JSON at byte %zu: the key \"%.*s\" occurs twice in an object",
        (size_t)(name.ptr - j->copy) - 1, name.len < 100 ? (int)name.len : 100, name.ptr);
}

static enum status check(const struct json *j, const struct alloc *alloc, struct why *why)
{
    const yyjson_val *ends[JSON_DEPTH_MAX] UNSET;
    size_t depth = 0;
    const yyjson_val *end = j->doc->root + j->doc->val_read;
    for (const yyjson_val *v = j->doc->root; v < end; v++) {
        uint8_t type = type_of(v);
        if (type != YYJSON_TYPE_ARR && type != YYJSON_TYPE_OBJ)
            continue;
        while (depth > 0 && v >= ends[depth - 1])
            depth--;
        if (depth == JSON_DEPTH_MAX)
            return why_set(why, STATUS_LIMIT, "JSON nested deeper than %d", JSON_DEPTH_MAX);
        ends[depth++] = after(v);
        if (type != YYJSON_TYPE_OBJ)
            continue;
        enum status status = check_object(j, v, alloc, why);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

// --- opening ---

static enum status read_error(const yyjson_read_err *e, struct why *why)
{
    if (e->code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    return why_set(why, STATUS_SYNTAX, "JSON at byte %zu: %s", e->pos, e->msg);
}

// yyjson wants some zero bytes after the text. Numbers stay text: no rounding, and no time lost.
static enum status read_copy(struct json *j, const struct alloc *alloc, struct why *why)
{
    if (j->source.len == 0)
        return why_set(why, STATUS_SYNTAX, "JSON at byte 0: there is no text");
    memcpy(j->copy, j->source.ptr, j->source.len);
    memset(j->copy + j->source.len, 0, YYJSON_PADDING_SIZE);
    const yyjson_alc memory = {take_memory, resize_memory, free_memory,
                               (void *)(uintptr_t)(const void *)alloc};
    yyjson_read_err error;
    j->doc = yyjson_read_opts(j->copy, j->source.len,
                              YYJSON_READ_INSITU | YYJSON_READ_NUMBER_AS_RAW, &memory, &error);
    if (!j->doc)
        return read_error(&error, why);
    return check(j, alloc, why);
}

enum status json_open(struct str source, const struct alloc *alloc, struct json **out_json,
                      struct why *why)
{
    if (source.len > SIZE_MAX / 2)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    struct json *j = alloc_get(alloc, sizeof *j + source.len + YYJSON_PADDING_SIZE);
    if (!j)
        return why_set(why, STATUS_NO_MEMORY, "out of memory");
    j->alloc = alloc;
    j->doc = NULL;
    j->source = source;
    enum status status = read_copy(j, alloc, why);
    if (status == STATUS_OK)
        *out_json = j;
    else
        json_close(j);
    return status;
}

void json_close(struct json *j)
{
    if (!j)
        return;
    yyjson_doc_free(j->doc);
    alloc_free(j->alloc, j);
}

const struct json_val *json_root(const struct json *j)
{
    return out(j->doc->root);
}

// --- values ---

enum json_type json_type(const struct json_val *v)
{
    if (!v)
        return JSON_ABSENT;
    switch (type_of(in(v))) {
    case YYJSON_TYPE_RAW: return JSON_NUMBER;
    case YYJSON_TYPE_BOOL: return JSON_BOOL;
    case YYJSON_TYPE_STR: return JSON_STRING;
    case YYJSON_TYPE_ARR: return JSON_ARRAY;
    case YYJSON_TYPE_OBJ: return JSON_OBJECT;
    default: return JSON_NULL;
    }
}

static const yyjson_val *find(const yyjson_val *object, struct str name)
{
    if (!object || type_of(object) != YYJSON_TYPE_OBJ)
        return NULL;
    const yyjson_val *key = object + 1;
    for (size_t n = len_of(object); n > 0; n--, key = after_member(key))
        if (str_eq(text_of(key), name))
            return key;
    return NULL;
}

const struct json_val *json_key(const struct json_val *object, const char *key)
{
    return out(find(in(object), str_of(key)));
}

const struct json_val *json_get(const struct json_val *object, const char *key)
{
    const yyjson_val *k = find(in(object), str_of(key));
    return k ? out(k + 1) : NULL;
}

const struct json_val *json_path(const struct json_val *object, const char *path)
{
    struct str rest = str_of(path);
    struct str name;
    const yyjson_val *v = in(object);
    while (v && str_cut(&rest, '.', &name)) {
        v = find(v, name);
        v = v ? v + 1 : NULL;
    }
    return out(v);
}

size_t json_count(const struct json_val *v)
{
    enum json_type type = json_type(v);
    return type == JSON_ARRAY || type == JSON_OBJECT ? len_of(in(v)) : 0;
}

void json_fields(const struct json_val *object, const struct json_field *fields, size_t count,
                 void *filled)
{
    if (json_type(object) != JSON_OBJECT)
        return;
    const yyjson_val *key = in(object) + 1;
    for (size_t n = len_of(in(object)); n > 0; n--, key = after_member(key)) {
        struct str name = text_of(key);
        size_t i = 0;
        while (i < count && !str_eq(name, fields[i].name))
            i++;
        const struct json_val *value = out(key + 1);
        if (i < count)
            memcpy((char *)filled + fields[i].offset, &value, sizeof value);
    }
}

static void begin(struct json_iter *it, const struct json_val *container)
{
    it->begun = true;
    it->named = json_type(container) == JSON_OBJECT;
    it->left = json_count(container);
    it->next = it->left ? out(in(container) + 1) : NULL;
}

void json_pick(const struct json_val *object, const struct str *names, unsigned count,
               const struct json_val **values)
{
    const yyjson_val *o = in(object);
    for (unsigned i = 0; i < count; i++)
        values[i] = NULL;
    if (!o || type_of(o) != YYJSON_TYPE_OBJ)
        return;
    const yyjson_val *key = o + 1;
    for (size_t n = len_of(o); n > 0; n--, key = after_member(key)) {
        const struct str name = text_of(key);
        for (unsigned i = 0; i < count; i++)
            if (!values[i] && str_eq(name, names[i]))
                values[i] = out(key + 1);
    }
}

bool json_each(struct json_iter *it, const struct json_val *container, struct str *key,
               const struct json_val **value)
{
    if (!it->begun)
        begin(it, container);
    struct str name = STR_NONE;
    bool more = it->left > 0;
    if (more) {
        it->left--;
        const yyjson_val *v = in(it->next);
        if (it->named) {
            it->key = out(v);
            name = text_of(v);
            v++;
        }
        *value = out(v);
        it->next = out(after(v));
    }
    if (key)
        *key = name;
    return more;
}

struct str json_str(const struct json_val *v)
{
    return json_type(v) == JSON_STRING ? text_of(in(v)) : STR_NONE;
}

bool json_bool(const struct json_val *v, bool absent)
{
    if (json_type(v) != JSON_BOOL)
        return absent;
    return (in(v)->tag & YYJSON_SUBTYPE_MASK) == YYJSON_SUBTYPE_TRUE;
}

// 1.0 and 1e3.
static bool whole(struct str text, int64_t *n)
{
    int128 exact;
    int128 one = INT64_C(1000000000000000000);
    if (decimal_read(text, &exact) != STATUS_OK || exact % one != 0)
        return false;
    exact /= one;
    if (exact < INT64_MIN || exact > INT64_MAX)
        return false;
    *n = (int64_t)exact;
    return true;
}

bool json_i64(const struct json_val *v, int64_t *n)
{
    if (json_type(v) != JSON_NUMBER)
        return false;
    struct str text = text_of(in(v));
    return str_i64(text, n) || whole(text, n);
}

struct str json_number(const struct json *j, const struct json_val *v)
{
    (void)j;
    return json_type(v) == JSON_NUMBER ? text_of(in(v)) : STR_NONE;
}

// --- places ---

size_t json_string_at(const struct json *j, const struct json_val *string)
{
    must(json_type(string) == JSON_STRING);
    return (size_t)(in(string)->uni.str - j->copy);
}

static size_t skip_space(struct str s, size_t at)
{
    while (at < s.len && str_blank(s.ptr[at]))
        at++;
    return at;
}

// `at` is after the opening quote; the place after the closing one.
static size_t skip_string(struct str s, size_t at)
{
    for (size_t from = at; at < s.len;) {
        at += str_find(str_skip(s, at), '"');
        size_t slashes = 0;
        while (at - slashes > from && s.ptr[at - slashes - 1] == '\\')
            slashes++;
        at++;
        if (slashes % 2 == 0)
            break;
    }
    return at < s.len ? at : s.len;
}

// `at` is the opening bracket. The text is known to be JSON: brackets need only be counted.
static size_t skip_container(struct str s, size_t at)
{
    size_t depth = 0;
    while (at < s.len) {
        char c = s.ptr[at++];
        if (c == '"')
            at = skip_string(s, at);
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            break;
    }
    return at;
}

static size_t skip_value(struct str s, size_t at)
{
    if (at == s.len)
        return at;
    if (s.ptr[at] == '"')
        return skip_string(s, at + 1);
    if (s.ptr[at] == '{' || s.ptr[at] == '[')
        return skip_container(s, at);
    while (at < s.len && s.ptr[at] != ',' && s.ptr[at] != '}' && skip_space(s, at) == at)
        at++;
    return at;
}

bool json_member_at(const struct json *j, const struct json_val *key, size_t *start, size_t *len)
{
    if (json_type(key) != JSON_STRING)
        return false;
    struct str s = j->source;
    size_t at = skip_space(s, skip_string(s, json_string_at(j, key)));
    if (at == s.len || s.ptr[at] != ':')
        return false;
    at = skip_space(s, at + 1);
    *start = at;
    *len = skip_value(s, at) - at;
    return true;
}
