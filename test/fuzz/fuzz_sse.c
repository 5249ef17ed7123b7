// SPDX-License-Identifier: Apache-2.0
// However the network cuts a stream, it holds the same events, and their raw bytes are the stream.
#include "base/limits.h"
#include "base/must.h"
#include "meter/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct sse *s, struct str piece, struct buf *raw, struct buf *text)
{
    struct sse_event event;
    while (sse_next(s, &piece, &event)) {
        buf_add(raw, event.raw);
        if (event.tail)
            continue;
        if (event.part) {
            struct str data;
            for (struct str rest = event.raw; sse_data(s, &rest, &data);)
                buf_add(text, data);
            if (!event.end)
                continue;
        }
        buf_add_json(text, event.name);
        buf_add_json(text, event.data);
        buf_add_char(text, event.has_data ? '+' : '-');
    }
}

static void run(struct str stream, size_t step, size_t longest, struct buf *raw, struct buf *text)
{
    struct sse s;
    struct sse_event event;
    sse_init(&s, &alloc_heap);
    s.long_bytes = longest;
    for (size_t at = 0; at < stream.len; at += step)
        take(&s, str_from(stream.ptr + at, step < stream.len - at ? step : stream.len - at), raw,
             text);
    must(!s.failed);
    if (sse_last(&s, &event))
        buf_add(raw, event.raw);
    sse_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct str stream = str_from((const char *)data + 1, size - 1);
    struct buf raw[2];
    struct buf text[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&raw[i], &alloc_heap, 0);
        buf_init(&text[i], &alloc_heap, 0);
    }
    size_t longest = data[0] & 0x80 ? 3 + (data[0] >> 4 & 7U) : SSE_EVENT_BYTES_MAX;
    run(stream, stream.len ? stream.len : 1, longest, &raw[0], &text[0]);
    run(stream, data[0] % 16 + 1U, longest, &raw[1], &text[1]);
    must(str_eq(buf_str(&text[0]), buf_str(&text[1])));
    must(str_eq(buf_str(&raw[0]), buf_str(&raw[1])));
    for (int i = 0; i < 2; i++) {
        buf_fini(&raw[i]);
        buf_fini(&text[i]);
    }
    return 0;
}
