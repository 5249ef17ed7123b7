// SPDX-License-Identifier: Apache-2.0
// Whatever a provider answers, taking log-probabilities out of it leaves JSON what was JSON, with
// none of them, and what has none as it is; of a stream, each event one of the same name. What was
// no JSON may become some as a member goes that made it none: nothing is promised of that.
#include "base/json.h"
#include "base/must.h"
#include "meter/sse.h"
#include "verify/strip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef void strip_f(struct str text, struct buf *out);

static bool is_json(struct str text)
{
    struct json *j = NULL;
    bool is = json_open(text, &alloc_heap, &j, NULL) == STATUS_OK;
    json_close(j);
    return is;
}

// A name may be written with escapes.
static bool may_have(struct str text)
{
    return str_find(text, '\\') < text.len || str_search(text, str_of("ogprobs")) < text.len;
}

// Of every member of that name, in lists or not, no value is left.
static void none_left(const struct json_val *objects, const char *name)
{
    struct json_iter it = {0};
    const struct json_val *v = NULL, *one = NULL;
    struct str key;
    while (json_type(objects) == JSON_OBJECT && json_each(&it, objects, &key, &v))
        must(!str_is(key, name) || json_type(v) == JSON_NULL || json_count(v) == 0);
    it = (struct json_iter){0};
    while (json_type(objects) == JSON_ARRAY && json_each(&it, objects, NULL, &v)) {
        struct json_iter in = {0};
        while (json_type(v) == JSON_OBJECT && json_each(&in, v, &key, &one))
            must(!str_is(key, name) || json_type(one) == JSON_NULL);
    }
}

static void check_left(struct str text)
{
    struct json *j = NULL;
    struct json_iter it = {0};
    const struct json_val *v = NULL;
    struct str key;
    if (json_open(text, &alloc_heap, &j, NULL) != STATUS_OK)
        return;
    const struct json_val *root = json_root(j);
    const bool response = str_starts(json_str(json_get(root, "type")), str_of("response.")) ||
                          str_is(json_str(json_get(root, "object")), "response");
    none_left(json_type(root) == JSON_OBJECT ? root : NULL, "logprobs");
    while (json_type(root) == JSON_OBJECT && json_each(&it, root, &key, &v)) {
        if (!response && str_is(key, "choices"))
            none_left(v, "logprobs");
        if (!response && str_is(key, "candidates"))
            none_left(v, "logprobsResult");
    }
    json_close(j);
}

static void strip(strip_f *f, struct str text)
{
    struct buf out;
    buf_init(&out, &alloc_heap, 0);
    f(text, &out);
    must(!buf_failed(&out));
    must(may_have(text) || str_eq(buf_str(&out), text));
    if (f != strip_events && is_json(text))
        must(is_json(buf_str(&out)));
    if (f == strip_text && is_json(text))
        check_left(buf_str(&out));
    buf_fini(&out);
}

static void cut_whole(struct sse *s, struct str events)
{
    sse_init(s, &alloc_heap);
    s->long_bytes = events.len + 1;
}

static void check_events(struct str before)
{
    struct buf out;
    struct sse a, b;
    struct sse_event was, is;
    buf_init(&out, &alloc_heap, 0);
    strip_events(before, &out);
    struct str after = buf_str(&out);
    cut_whole(&a, before);
    cut_whole(&b, after);
    while (sse_next(&a, &before, &was)) {
        must(sse_next(&b, &after, &is));
        must(was.has_data == is.has_data && was.tail == is.tail && str_eq(was.name, is.name));
        must(may_have(was.data) || str_eq(was.data, is.data));
        must(!is_json(was.data) || is_json(is.data));
        if (is_json(was.data))
            check_left(is.data);
    }
    must(!sse_next(&b, &after, &is) && str_eq(sse_rest(&a), sse_rest(&b)));
    sse_fini(&a);
    sse_fini(&b);
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str text = str_from((const char *)data, size);
    strip(strip_text, text);
    strip(strip_events, text);
    check_events(text);
    strip(strip_lines, text);
    strip(strip_elements, text);
    return 0;
}
