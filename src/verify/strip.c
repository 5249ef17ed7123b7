// SPDX-License-Identifier: Apache-2.0

#include "verify/strip.h"

#include "base/json.h"
#include "meter/sse.h"

struct stripping {
    const struct json *json;
    struct str text; // of it
    size_t from;     // what of it was not written yet
    struct buf *out;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// In the order of the text.
static void strip_member(struct stripping *s, const struct json_val *object, enum json_type type,
                         const char *instead)
{
    size_t at = 0;
    size_t len = 0;
    if (json_type(json_get(object, "logprobs")) != type ||
        !json_member_at(s->json, json_key(object, "logprobs"), &at, &len) || at < s->from)
        return;
    buf_add(s->out, str_from(s->text.ptr + s->from, at - s->from));
    buf_add_cstr(s->out, instead);
    s->from = at + len;
}

// With the comma that parts it from another.
static void drop_member(struct stripping *s, const struct json_val *object, const char *name)
{
    size_t at = 0;
    size_t len = 0;
    const struct json_val *key = json_key(object, name);
    if (!key || !json_member_at(s->json, key, &at, &len))
        return;
    const char *text = s->text.ptr;
    size_t end = at + len, begin = json_string_at(s->json, key) - 1;
    while (begin > s->from && is_blank(text[begin - 1]))
        begin--;
    if (begin > s->from && text[begin - 1] == ',')
        begin--;
    else {
        while (end < s->text.len && is_blank(text[end]))
            end++;
        end += end < s->text.len && text[end] == ',';
    }
    if (begin < s->from)
        return;
    buf_add(s->out, str_from(text + s->from, begin - s->from));
    s->from = end;
}

// A Gemini answer, or a chunk of one. Whoever was not asked has no such member there.
static void strip_candidates(struct stripping *s, const struct json_val *root)
{
    struct json_iter it = {0};
    const struct json_val *list = json_get(root, "candidates");
    const struct json_val *candidate = NULL;
    while (json_type(list) == JSON_ARRAY && json_each(&it, list, NULL, &candidate))
        drop_member(s, candidate, "logprobsResult");
}

static void strip_item(struct stripping *s, const struct json_val *item)
{
    struct json_iter it = {0};
    const struct json_val *part = NULL;
    const struct json_val *content = json_get(item, "content");
    while (json_type(content) == JSON_ARRAY && json_each(&it, content, NULL, &part))
        strip_member(s, part, JSON_ARRAY, "[]");
}

// A response, or an event of its stream: of a piece of text, a text, an item, or all of it.
static void strip_response(struct stripping *s, const struct json_val *root)
{
    struct json_iter it = {0};
    const struct json_val *item = NULL;
    const struct json_val *response = json_get(root, "response");
    const struct json_val *output = json_get(response ? response : root, "output");
    strip_member(s, root, JSON_ARRAY, "[]");
    strip_member(s, json_get(root, "part"), JSON_ARRAY, "[]");
    strip_item(s, json_get(root, "item"));
    while (json_type(output) == JSON_ARRAY && json_each(&it, output, NULL, &item))
        strip_item(s, item);
}

static bool is_response(const struct json_val *root)
{
    return str_is(json_str(json_get(root, "object")), "response") ||
           str_starts(json_str(json_get(root, "type")), str_of("response."));
}

static void strip_choices(struct stripping *s, const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *choice = NULL;
    while (json_each(&it, list, NULL, &choice))
        strip_member(s, choice, JSON_OBJECT, "null");
}

// A stream of Gemini's that is one list.
static void strip_list(struct stripping *s, const struct json_val *list)
{
    struct json_iter it = {0};
    const struct json_val *element = NULL;
    while (json_each(&it, list, NULL, &element))
        strip_candidates(s, element);
}

static void strip_any(struct stripping *s, const struct json_val *root)
{
    const struct json_val *choices = json_get(root, "choices");
    if (json_type(root) == JSON_ARRAY)
        strip_list(s, root);
    else if (is_response(root))
        strip_response(s, root);
    else if (json_type(choices) == JSON_ARRAY)
        strip_choices(s, choices);
    else if (json_get(root, "candidates"))
        strip_candidates(s, root);
    else
        strip_member(s, root, JSON_ARRAY, "null");
}

typedef void strip_f(struct stripping *s, const struct json_val *root);

// What is no JSON goes on as it is.
static void strip_by(strip_f *f, struct str text, struct buf *out)
{
    struct stripping s = {NULL, text, 0, out};
    struct json *j = NULL;
    if (json_open(text, &alloc_heap, &j, NULL) == STATUS_OK) {
        s.json = j;
        f(&s, json_root(j));
    }
    buf_add(out, str_skip(text, s.from));
    json_close(j);
}

void strip_text(struct str text, struct buf *out)
{
    strip_by(strip_any, text, out);
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

// Of the object that `text` begins with; 0: its end is not there.
static size_t object_bytes(struct str text)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && --depth == 0)
            return i + 1;
    }
    return 0;
}

void strip_elements(struct str elements, struct buf *out)
{
    while (elements.len) {
        size_t before = str_find(elements, '{');
        buf_add(out, str_from(elements.ptr, before));
        elements = str_skip(elements, before);
        size_t len = object_bytes(elements);
        if (len)
            strip_by(strip_candidates, str_from(elements.ptr, len), out);
        else
            buf_add(out, elements);
        elements = str_skip(elements, len ? len : elements.len);
    }
}

static void strip_event(const struct sse_event *e, struct buf *out)
{
    size_t at = str_search(e->raw, e->data);
    if (e->part || e->data.len == 0 || at == e->raw.len) { // or of several lines
        buf_add(out, e->raw);
        return;
    }
    buf_add(out, str_from(e->raw.ptr, at));
    strip_text(e->data, out);
    buf_add(out, str_skip(e->raw, at + e->data.len));
}

void strip_events(struct str events, struct buf *out)
{
    struct sse cutter;
    struct sse_event e;
    sse_init(&cutter, &alloc_heap);
    cutter.long_bytes = events.len + 1; // none is given in parts
    while (sse_next(&cutter, &events, &e))
        strip_event(&e, out);
    buf_add(out, sse_rest(&cutter));
    sse_fini(&cutter);
}
