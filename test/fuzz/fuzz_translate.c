// SPDX-License-Identifier: Apache-2.0
// What goes to a provider is JSON, whatever a client sends; and however the network cuts an answer,
// the client gets the same.
#include "base/limits.h"
#include "base/must.h"
#include "translate/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void collect(void *context, struct str bytes)
{
    buf_add(context, bytes);
}

static void ask(enum endpoint client, struct str body)
{
    const struct endpoint_found found = {.endpoint = client};
    const struct translate_wish wish = {STR("m"), 512, 4096, STR("\"5m\""), 256, false};
    struct ask a;
    struct why why;
    struct arena arena;
    struct buf out;
    struct json *j;
    if (ask_open(&a, &found, body, &alloc_heap, &why) != REFUSAL_NONE)
        return;
    arena_init(&arena, &alloc_heap, 1024, 1 << 22);
    buf_init(&out, &alloc_heap, 0);
    if (translate_request(&a, &wish, &arena, &out, &why) == REFUSAL_NONE) {
        enum status status = json_open(buf_str(&out), &alloc_heap, &j, NULL);
        must(status == STATUS_OK || status == STATUS_LIMIT); // it may be nested deeper than it was
        if (status == STATUS_OK) {
            int64_t most = 1;
            const struct json_val *options = json_get(json_root(j), "options");
            must(client == ENDPOINT_EMBEDDINGS ||
                 (json_i64(json_get(options, "num_predict"), &most) && most > 0 && most <= 256));
            json_close(j);
        }
    }
    buf_fini(&out);
    arena_fini(&arena);
    ask_close(&a);
}

static bool run(const struct translate_setup *setup, struct str text, size_t step, struct buf *out)
{
    struct translate t;
    translate_init(&t, setup, &alloc_heap);
    for (size_t at = 0; at < text.len; at += step)
        translate_feed(&t, str_from(text.ptr + at, step < text.len - at ? step : text.len - at),
                       collect, out);
    translate_end(&t, collect, out);
    bool done = translate_done(&t);
    translate_fini(&t);
    return done;
}

static void answer(enum endpoint client, enum endpoint provider, bool stream, struct str text)
{
    const struct translate_setup setup = {.client = client,
                                          .provider = provider,
                                          .stream = stream,
                                          .base64 = true,
                                          .usage_asked = text.len & 1,
                                          .id = STR("1")};
    struct buf out[2];
    bool done[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&out[i], &alloc_heap, 0);
        done[i] = run(&setup, text, i == 0 && text.len ? text.len : text.len % 16 + 1, &out[i]);
    }
    must(done[0] == done[1] && str_eq(buf_str(&out[0]), buf_str(&out[1])));
    buf_clear(&out[0]);
    int status = translate_error(&setup, 500, text, &out[0]);
    must(status >= 400 && status < 600 && out[0].len > 0);
    buf_fini(&out[0]);
    buf_fini(&out[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_from((const char *)data, size);
    ask(ENDPOINT_CHAT, text);
    ask(ENDPOINT_COMPLETIONS, text);
    ask(ENDPOINT_EMBEDDINGS, text);
    for (int stream = 0; stream < 2; stream++) {
        answer(ENDPOINT_CHAT, ENDPOINT_OLLAMA_CHAT, stream, text);
        answer(ENDPOINT_COMPLETIONS, ENDPOINT_OLLAMA_GENERATE, stream, text);
    }
    answer(ENDPOINT_EMBEDDINGS, ENDPOINT_OLLAMA_EMBED, false, text);
    return 0;
}
