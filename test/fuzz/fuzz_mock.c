// SPDX-License-Identifier: Apache-2.0
//
// The mock's reading of a request and every way of answering it. The first byte chooses the path,
// the line after it is what x-mock-fault says, the rest is the body.

#include "mock/prose.h"
#include "mock/voice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/responses/input_tokens",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1beta/models/mock%2Fm+slow:generateContent",
    "/+as=xai/v1beta/models/m:streamGenerateContent",
    "/v1beta/models/m:embedContent",
    "/v1beta/models/m:batchEmbedContents",
};

static void stream(struct order *o, struct buf *out)
{
    const struct voice *v = voice_of(o->wish);
    struct str text = buf_str(&o->text);
    int64_t n = 0;
    if (!v->open)
        return;
    v->open(o, out);
    for (size_t at = 0; at < text.len && n < 50;) {
        size_t end = prose_token(text, at);
        v->delta(o, n++, str_from(text.ptr + at, end - at), out);
        at = end;
    }
    v->close(o, n, out);
    v->error(o, out);
}

static void check_status(const struct order *o)
{
    int status = trouble_status(&o->trouble);
    int64_t early = o->trouble.on[TROUBLE_EARLY] ? o->trouble.argument[TROUBLE_EARLY] : 200;
    must(o->trouble.unknown.len > 0 || (status >= 200 && status <= 599));
    must(o->trouble.unknown.len > 0 || (early >= 200 && early <= 599));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct cache cache;
    struct str rest = str_from((const char *)data, size);
    struct str fault = STR_NONE;
    struct order o = {0};
    struct why why;
    if (size == 0)
        return 0;
    const char *path = paths[data[0] % (sizeof paths / sizeof *paths)];
    rest = str_skip(rest, 1);
    (void)str_cut(&rest, '\n', &fault);
    struct field field = {STR("x-mock-fault"), fault};
    struct head head = {.method = STR("POST"),
                        .path = str_of(path),
                        .query = data[0] & 0x80 ? (struct str)STR("alt=sse") : STR_NONE,
                        .field_count = 1,
                        .fields = &field};
    struct order_source source = {&head, rest, 1, &cache};
    order_route(&o, &head);
    check_status(&o);
    // Answers of many megabytes only cost time here.
    o.trouble.on[TROUBLE_BIG] = o.trouble.on[TROUBLE_HUGE_EVENT] = false;
    if (o.trouble.argument[TROUBLE_TOKENS] > 10000)
        o.trouble.argument[TROUBLE_TOKENS] = 10000;
    if (order_read(&o, &source, &why)) {
        check_status(&o); // now with the faults of the model's name
        struct buf out;
        buf_init(&out, &alloc_heap, 0);
        voice_of(o.wish)->whole(&o, &out);
        buf_clear(&out);
        stream(&o, &out);
        buf_fini(&out);
    }
    order_fini(&o);
    return 0;
}
