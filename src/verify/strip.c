// SPDX-License-Identifier: Apache-2.0

#include "verify/strip.h"

#include "base/json.h"
#include "meter/sse.h"

// What is no completion goes on as it is.
void strip_text(struct str text, struct buf *out)
{
    struct json *j = NULL;
    struct json_iter it = {0};
    const struct json_val *choice = NULL;
    size_t from = 0;
    if (json_open(text, &alloc_heap, &j, NULL) != STATUS_OK) {
        buf_add(out, text);
        return;
    }
    const struct json_val *choices = json_get(json_root(j), "choices");
    while (json_type(choices) == JSON_ARRAY && json_each(&it, choices, NULL, &choice)) {
        size_t at = 0;
        size_t len = 0;
        if (json_type(json_get(choice, "logprobs")) != JSON_OBJECT ||
            !json_member_at(j, json_key(choice, "logprobs"), &at, &len))
            continue;
        buf_add(out, str_from(text.ptr + from, at - from));
        buf_add_cstr(out, "null");
        from = at + len;
    }
    buf_add(out, str_skip(text, from));
    json_close(j);
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
