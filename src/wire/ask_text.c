// SPDX-License-Identifier: Apache-2.0

#include "wire/ask_text.h"

#include "base/limits.h"

#define TOKEN_BYTES 4

struct level {
    struct json_iter it;
    const struct json_val *container;
    struct str name; // of the member that it is
};

static bool is_image_type(struct str s)
{
    return str_is(s, "image_url") || str_is(s, "input_image") || str_is(s, "image");
}

static bool is_file_type(struct str s)
{
    return str_is(s, "file") || str_is(s, "input_file") || str_is(s, "document") ||
           str_is(s, "input_audio");
}

static bool is_inlined(struct str key)
{
    return str_is(key, "inlineData") || str_is(key, "inline_data");
}

// Its `data` is base64. Anywhere else that is a name like others, as in a tool's arguments.
static bool holds_data(const struct level *in)
{
    struct str type = json_str(json_get(in->container, "type"));
    return is_inlined(in->name) || str_is(in->name, "input_audio") || is_image_type(type) ||
           is_file_type(type) || str_is(type, "base64") || str_is(type, "redacted_thinking");
}

static bool is_data(const struct level *in, struct str key, struct str value)
{
    if (str_is(key, "data"))
        return holds_data(in);
    if (str_is(key, "file_data") || str_is(key, "b64_json"))
        return true;
    return (str_is(key, "url") || str_is(key, "image_url") || str_is(key, "file_url")) &&
           str_starts(value, (struct str)STR("data:"));
}

// `in`: what the string is a member of; unused where it has no key.
static void count_string(struct demand *d, const struct level *in, struct str key, struct str value,
                         enum ask_kind kind)
{
    bool type = kind == ASK_CONTENT && str_is(key, "type"); // seen by count_type
    if (!type && !is_data(in, key, value))
        d->text_bytes += (int64_t)value.len;
}

// What an object says it is. A document whose source is text counts as text alone.
static void count_type(struct demand *d, const struct json_val *v)
{
    struct str type = json_str(json_get(v, "type"));
    struct str source = json_str(json_path(v, "source.type"));
    d->images += is_image_type(type);
    d->files += is_file_type(type) && !str_is(source, "text") && !str_is(source, "content");
    d->audio += str_is(type, "input_audio");
}

// Gemini's parts say what they are by the name of the member, and by a MIME type inside.
static void count_part(struct demand *d, struct str key, const struct json_val *v)
{
    if (!is_inlined(key) && !str_is(key, "fileData") && !str_is(key, "file_data"))
        return;
    struct str type = json_str(json_get(v, "mimeType"));
    if (type.len == 0)
        type = json_str(json_get(v, "mime_type"));
    bool image = str_starts(type, (struct str)STR("image/"));
    bool silent = str_starts(type, (struct str)STR("application/")) ||
                  str_starts(type, (struct str)STR("text/"));
    d->images += image;
    d->files += !image;
    d->audio += !image && !silent;
}

void ask_cache(struct demand *d, const struct json_val *v)
{
    d->cache_write = d->cache_write || json_type(v) == JSON_OBJECT;
    d->cache_hour = d->cache_hour || str_is(json_str(json_get(v, "ttl")), "1h");
}

// A leaf counts; a container is to be walked.
static bool count_leaf(struct demand *d, const struct level *in, struct str key,
                       const struct json_val *v, enum ask_kind kind)
{
    switch (json_type(v)) {
    case JSON_STRING: count_string(d, in, key, json_str(v), kind); return true;
    case JSON_NUMBER: d->text_bytes += TOKEN_BYTES; return true;
    case JSON_ARRAY:
        if (kind == ASK_OLLAMA && str_is(key, "images")) {
            d->images += (int64_t)json_count(v);
            return true;
        }
        return false;
    case JSON_OBJECT:
        if (str_is(key, "cache_control"))
            ask_cache(d, v);
        if (kind == ASK_CONTENT) {
            count_type(d, v);
            count_part(d, key, v);
        }
        return false;
    case JSON_ABSENT:
    case JSON_NULL:
    case JSON_BOOL: return true;
    }
    return true;
}

void ask_text_count(struct demand *d, const struct json_val *v, enum ask_kind kind)
{
    struct level levels[JSON_DEPTH_MAX] UNSET;
    unsigned depth = 0;
    struct str key = STR_NONE;
    if (!count_leaf(d, NULL, key, v, kind))
        levels[depth++] = (struct level){.container = v};
    while (depth > 0) {
        struct level *top = &levels[depth - 1];
        key = STR_NONE;
        if (!json_each(&top->it, top->container, &key, &v)) {
            depth--;
            continue;
        }
        if (kind == ASK_SCHEMA)
            d->text_bytes += (int64_t)key.len;
        if (!count_leaf(d, top, key, v, kind)) {
            must(depth < JSON_DEPTH_MAX); // the reader refuses deeper documents
            levels[depth++] = (struct level){.container = v, .name = key};
        }
    }
}
