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

// What is none of these goes on as it is.
void strip_text(struct str text, struct buf *out)
{
    struct json *j = NULL;
    struct json_iter it = {0};
    const struct json_val *choice = NULL;
    if (json_open(text, &alloc_heap, &j, NULL) != STATUS_OK) {
        buf_add(out, text);
        return;
    }
    struct stripping s = {j, text, 0, out};
    const struct json_val *choices = json_get(json_root(j), "choices");
    while (json_type(choices) == JSON_ARRAY && json_each(&it, choices, NULL, &choice))
        strip_member(&s, choice, JSON_OBJECT, "null");
    if (is_response(json_root(j)))
        strip_response(&s, json_root(j));
    else if (json_type(choices) != JSON_ARRAY)
        strip_member(&s, json_root(j), JSON_ARRAY, "null");
    buf_add(out, str_skip(text, s.from));
    json_close(j);
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
